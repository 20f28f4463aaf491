// What pages of other origins cannot do to the emulator, which runs on a developer's machine.
import assert from 'node:assert/strict';
import { pageWith, skipIn, useWorld, type Page } from './support.js';

const REBOUND_HOST = 'rebound.example';
const world = useWorld({ hosts: [REBOUND_HOST] });
const { test } = world;

async function openSite(): Promise<Page> {
  world.site.serve('/', pageWith({ body: '' }));
  return world.open(await world.visit(), '/');
}

/** The status without any fault: a post without content is no form. */
async function assertNoFault(): Promise<void> {
  const response = await fetch(`${world.emulator.url}/auth/token`, { method: 'POST' });
  assert.equal(response.status, 415);
}

for (const referrerPolicy of ['no-referrer', 'unsafe-url'] as const) {
  test(`a page of another origin controls nothing without CORS, ${referrerPolicy}`, async () => {
    const page = await openSite();
    const post = (path: string, body: string) =>
      page.evaluate(
        async (url, init) => (await fetch(url, { method: 'POST', mode: 'no-cors', ...init })).type,
        `${world.emulator.url}/emulator/${path}`,
        { body, referrerPolicy },
      );
    assert.equal(await post('switches', '{"token":"server-error"}'), 'opaque');
    await assertNoFault();
    assert.equal(await post('reset', '{}'), 'opaque');
    assert.equal(world.emulator.requests.length, 1, 'the record is kept');
  });
}

test('a page of another origin gets no permission to send JSON', async () => {
  const page = await openSite();
  const outcome = await page.evaluate(async (url) => {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: '{"token":"server-error"}' };
    return fetch(`${url}/emulator/switches`, init).then(
      ({ status }) => status,
      () => 'refused',
    );
  }, world.emulator.url);
  assert.equal(outcome, 'refused');
  await assertNoFault();
});

test(
  'a page whose host name was rebound to this machine reads no record',
  skipIn({ webkit: 'no option leads a name of the real world to this machine' }),
  async () => {
    await fetch(`${world.emulator.url}/auth?state=recorded`, { redirect: 'manual' });
    const { port } = new URL(world.emulator.url);
    const page = await (await world.visit()).newPage();
    await page.goto(`http://${REBOUND_HOST}:${port}/elsewhere`);
    const outcome = await page.evaluate(async () => {
      const response = await fetch('/emulator/requests');
      return { status: response.status, text: await response.text() };
    });
    assert.equal(outcome.status, 403);
    assert.doesNotMatch(outcome.text, /recorded/);
  },
);

test(
  'a page of another origin cannot frame the portal',
  skipIn({
    firefox: 'its error page in a frame cannot be examined',
    webkit: 'its error page in a frame cannot be examined',
  }),
  async () => {
    const page = await openSite();
    world.register(`${world.site.origin}/`);
    await page.evaluate(
      (src) =>
        new Promise((resolve) => {
          const frame = Object.assign(document.createElement('iframe'), { src });
          frame.onload = resolve;
          document.body.append(frame);
        }),
      `${world.emulator.url}/portal/start?session=unknown`,
    );
    const frame = await page.frame('iframe');
    assert.doesNotMatch(await frame.evaluate('document.body.innerHTML'), /data-step|Monerium emul/);
    assert.equal(world.emulator.requests.at(-1)?.path, '/portal/start');
  },
);
