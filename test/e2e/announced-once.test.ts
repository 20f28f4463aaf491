// A failure that was announced is over: the next page of the tab says nothing about it.
import assert from 'node:assert/strict';
import type { BackendAnswer } from './support/backend.js';
import { endingsOf, settle, statusOf, useWorld, waitForLocks } from './support.js';

const world = useWorld();
const { test } = world;

/** Leaves in the very listener, and notes for the next page what it has heard. */
const leaveBy = (statement: string) => `<script>
  document.addEventListener('monerium-error', ({ detail }) => {
    const heard = JSON.parse(sessionStorage.getItem('heard') ?? '[]');
    sessionStorage.setItem('heard', JSON.stringify([...heard, detail.code]));
    if (heard.length === 0) ${statement};
  });
</script>`;

const FAILURES: Record<string, { answer: BackendAnswer; code: string }> = {
  'a 400': {
    answer: { kind: 'answer', status: 400, body: '{"error":"invalid_grant"}' },
    code: 'exchange_rejected',
  },
  'a 403': { answer: { kind: 'answer', status: 403, body: '{}' }, code: 'exchange_rejected' },
  'HTML with 200': {
    answer: { kind: 'answer', headers: { 'content-type': 'text/html' }, body: '<p>Hello' },
    code: 'exchange_bad_response',
  },
  'no ids': { answer: { kind: 'answer', body: '{"ok":true}' }, code: 'profile_unavailable' },
  'a 503': { answer: { kind: 'answer', status: 503, body: '' }, code: 'server_unavailable' },
  'a connection that breaks': { answer: { kind: 'reset' }, code: 'exchange_network' },
};
const RELOAD = 'location.reload()';

const cases = [
  ...Object.entries(FAILURES).map(([name, failure]) => ({ name, how: RELOAD, ...failure })),
  { name: 'a 400', how: "location.assign('/other')", ...FAILURES['a 400']! },
];
for (const { name, how, answer, code } of cases) {
  test(`#167 after ${name} a page that is left at once by ${how} is not interrupted`, async () => {
    world.servePage('/', {}, { before: leaveBy(how) });
    world.servePage('/other', { 'redirect-uri': '/' });
    world.site.backend.answer = answer;
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    const url = world.callbackUrl(await world.begin(page));
    await page.evaluate((href) => setTimeout(() => location.assign(href)), url);
    // The next page has looked for a flow that was interrupted.
    await page.waitForFunction(() => {
      const registry = window as unknown as Record<symbol, { interruptionChecked?: boolean }>;
      const isNext = sessionStorage.getItem('heard') !== null && window.__events.length === 0;
      const page = registry[Symbol.for('monerium-connect')];
      return isNext && page?.interruptionChecked === true;
    });
    await waitForLocks(page);
    await settle(page);
    assert.deepEqual(await endingsOf(page), []);
    assert.equal(await statusOf(page), 'idle');
    const heard = await page.evaluate(() => sessionStorage.getItem('heard'));
    assert.equal(heard, JSON.stringify([code]));
    assert.equal(world.site.posts().length, 1);
    await world.finish(visitor, page);
  });
}
