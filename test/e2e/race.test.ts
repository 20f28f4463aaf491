// Five tabs of one browser load one callback URL at the same moment. Who wins is not decided by the
// order in which tabs come: a barrier in the site holds all five answers until all five have asked.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settleTasks, skipIn, useWorld, waitForLocks, type Page } from './support.js';

const TABS = 5;
const ROUNDS = process.env['DEEP'] ? 40 : 8;
const options = skipIn({ webkit: 'its WebDriver loads one tab after the other' });
const world = useWorld();

/** Serves the page of the return, to all tabs at once as soon as the last has asked. */
function serveWithBarrier(before: string): void {
  world.servePage('/start', { 'redirect-uri': '/back' });
  world.servePage('/back', { 'redirect-uri': '/back' }, { before });
  const page = world.site.pageAt('/back');
  let waiting: (() => void)[] = [];
  world.site.serve('/back', async () => {
    await new Promise<void>((release) => {
      waiting.push(release);
      if (waiting.length < TABS) return;
      for (const go of waiting) go();
      waiting = [];
    });
    return page;
  });
}

/** How many requests each of the codes was sent with. */
async function race(before: string): Promise<number[]> {
  serveWithBarrier(before);
  const visitor = await world.visit();
  const tabs: Page[] = [];
  while (tabs.length < TABS) tabs.push(await visitor.newPage());
  const [first] = tabs;
  for (let round = 0; round < ROUNDS; round += 1) {
    await first!.goto(`${world.site.origin}/start`);
    const url = world.callbackUrl(await world.begin(first!));
    // Chromium asks for an address once at a time, so each tab has a parameter of its own.
    await Promise.all(tabs.map((tab, at) => tab.goto(`${url}&tab=${at}`)));
    await Promise.all(tabs.map(settleTasks));
  }
  if (!before) await waitForLocks(first!);
  const codes = world.site.posts().map(({ body }) => /"code":"([^"]+)"/.exec(body)?.[1]);
  return [...new Set(codes)].map((code) => codes.filter((other) => other === code).length);
}

test('#7 of five tabs that race for one response, exactly one sends it', options, async (t) => {
  const requests = await race('');
  assert.deepEqual(requests, Array<number>(ROUNDS).fill(1));
  t.diagnostic(`${ROUNDS} rounds of ${TABS} tabs: one request in each`);
});

test('#7 the race shows itself as soon as the lock is taken out', options, async (t) => {
  const requests = await race(`<script>
    Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });
  </script>`);
  assert.equal(requests.length, ROUNDS);
  const lost = requests.filter((count) => count > 1).length;
  t.diagnostic(`${ROUNDS} rounds of ${TABS} tabs without a lock: more than one request in ${lost}`);
  assert.ok(lost > 0, `more than one request in ${lost} rounds`);
});
