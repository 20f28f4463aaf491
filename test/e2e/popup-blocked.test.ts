// With the popup blocker that customers have: a window opens only after a click.
import assert from 'node:assert/strict';
import {
  SCRIPT_TAG,
  buttonOf,
  clickConnect,
  endingsOf,
  pageWith,
  skipIn,
  statusOf,
  useWorld,
  waitForEvent,
  waitForStatus,
} from './support.js';
import {
  SLOW_SECRETS,
  assertNothingPending,
  assertOneExchange,
  beginPopup,
  choose,
  comeBack,
  servePopup,
  stopClock,
  waitUntilClosed,
  waitUntilReady,
} from './support/popup.js';

const world = useWorld({ popupBlocker: true });
const { test } = world;
const NO_BLOCKER = skipIn({ webkit: 'its driver lets every window open' });
const ATTRIBUTES = { 'redirect-uri': '/callback', mode: 'popup' };

async function open(before?: string) {
  servePopup(world, {}, before ? { before } : {});
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  return { visitor, page };
}

/**
 * Starts a flow without a click as soon as the secrets are ready, and reports the result to the
 * site. It is a script of the page because a script that a test evaluates counts as a click.
 */
const START_BY_SCRIPT = `<script>
  const timer = setInterval(async () => {
    if (typeof window[Symbol.for('monerium-connect')]?.secrets !== 'object') return;
    clearInterval(timer);
    const begun = performance.now();
    const connected = document.querySelector('monerium-connect').connect();
    const code = await connected.then(() => 'opened', ({ code }) => code);
    fetch('/told?' + new URLSearchParams({ code, took: performance.now() - begun }),
      { referrerPolicy: 'no-referrer' });
  }, 20);
</script>`;

test('#22 a click opens the window that a script cannot open without it', NO_BLOCKER, async () => {
  const { visitor, page } = await open(START_BY_SCRIPT);
  const { query } = await world.site.waitUntil(({ path }) => path === '/told');
  assert.equal(query.get('code'), 'popup_blocked');
  const begun = await beginPopup(world, visitor, page);
  await comeBack(world, begun);
  await waitForStatus(page, 'connected');
  assertOneExchange(world);
  await world.finish(visitor, page);
});

/** Calls `hurry()` when the click has opened a window, or has expired. */
const HURRY_LATE = `<script>
  let isClicked = false;
  addEventListener('click', () => (isClicked = true), true);
  setInterval(() => isClicked && !navigator.userActivation.isActive && hurry(), 20);
</script>`;

test(
  '#22 without a challenge the click opens an empty window, which opens Monerium later',
  NO_BLOCKER,
  async () => {
    const { visitor, page } = await open(SLOW_SECRETS + HURRY_LATE);
    await page.waitForSelector(buttonOf());
    const popup = await visitor.opened(() => clickConnect(page));
    await popup.waitForSelector('body[data-step]');
    const [authorization] = world.authorizations();
    await comeBack(world, { popup, authorization: authorization! });
    await waitForStatus(page, 'connected');
    assertOneExchange(world);
    await world.finish(visitor, page);
  },
);

test('#22 an empty window is closed again when the start fails', async () => {
  const lying = '<script>Storage.prototype.setItem = () => {};</script>';
  const { visitor, page } = await open(SLOW_SECRETS + lying);
  await page.waitForSelector(buttonOf());
  const popup = await visitor.opened(() => clickConnect(page));
  await page.evaluate('hurry()');
  const { code } = await waitForEvent(page, 'monerium-error');
  assert.equal(code, 'storage_unavailable');
  await waitUntilClosed(visitor, popup);
  assert.deepEqual(world.authorizations(), []);
  await world.finish(visitor, page);
});

test('#22 #31 cancel() closes a window that is still empty', async () => {
  const { visitor, page } = await open(SLOW_SECRETS);
  await page.waitForSelector(buttonOf());
  const popup = await visitor.opened(() => clickConnect(page));
  await page.bringToFront();
  await page.$eval('monerium-connect', (element) => element.cancel());
  await waitUntilClosed(visitor, popup);
  await page.evaluate('hurry()');
  const { code } = await waitForEvent(page, 'monerium-error');
  assert.equal(code, 'aborted');
  assert.deepEqual(world.authorizations(), []);
  await assertNothingPending(page);
  await world.finish(visitor, page);
});

test(
  '#23 a blocked window fires an error event within a second, and leaves nothing pending',
  NO_BLOCKER,
  async () => {
    const { visitor, page } = await open(START_BY_SCRIPT);
    const { query } = await world.site.waitUntil(({ path }) => path === '/told');
    assert.equal(query.get('code'), 'popup_blocked');
    assert.ok(Number(query.get('took')) < 1000, `${query.get('took')} ms`);
    const detail = await waitForEvent(page, 'monerium-error');
    assert.deepEqual(detail, { code: 'popup_blocked', kind: 'failed', phase: 'start' });
    assert.equal(await statusOf(page), 'failed');
    assert.equal((await endingsOf(page)).length, 1);
    await assertNothingPending(page);
    assert.deepEqual(world.authorizations(), []);
    await world.finish(visitor, page);
  },
);

for (const [name, script] of Object.entries({
  'returns null': 'window.open = () => null;',
  'returns a closed window': 'window.open = () => ({ closed: true });',
  'opens the window without an opener':
    'const { open } = window; window.open = (url, name, features) => open.call(window, url, name, `${features},noopener`);',
})) {
  test(`#23 #34 window.open that ${name}: popup_blocked, and a second try is possible`, async () => {
    const { visitor, page } = await open(`<script>{ ${script} }</script>`);
    await waitUntilReady(page);
    await clickConnect(page);
    const { code } = await waitForEvent(page, 'monerium-error');
    assert.equal(code, 'popup_blocked');
    assert.equal(await statusOf(page), 'failed');
    await assertNothingPending(page);
    await waitUntilReady(page);
    await clickConnect(page);
    await page.waitForFunction(
      () => window.__events.filter(({ type }) => type === 'monerium-error').length === 2,
    );
    assert.deepEqual(visitor.errors, []);
    // A request of a window that loads at the end would count in the next test.
    const others = (await visitor.pages()).filter((other) => other !== page);
    for (const other of others) await other.waitForSelector('body[data-step]');
  });
}

test('#34 #85 a sandbox that forbids windows: popup_blocked, and nothing is left pending', async () => {
  world.site.serve('/', {
    headers: { 'content-security-policy': 'sandbox allow-scripts allow-same-origin' },
    body: pageWith({ script: SCRIPT_TAG, body: world.element(ATTRIBUTES) }),
  });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await waitUntilReady(page);
  await clickConnect(page);
  const { code } = await waitForEvent(page, 'monerium-error');
  assert.equal(code, 'popup_blocked');
  await assertNothingPending(page);
  assert.deepEqual(world.authorizations(), []);
  // The browser logs the address that it has blocked. The flow of its state has already ended.
  const ours = visitor.console.filter((line) => !line.startsWith('error: Blocked opening '));
  visitor.console.splice(0, Infinity, ...ours);
  await world.finish(visitor, page);
});

test('a window that cannot be opened again leaves the flow waiting, and it can be cancelled', async () => {
  const { visitor, page } = await open();
  await stopClock(page);
  const { popup } = await beginPopup(world, visitor, page);
  await popup.close();
  await page.bringToFront();
  await page.evaluate(() => (window.open = () => null));
  await choose(page, 'reopen');
  assert.equal(await statusOf(page), 'waiting');
  await choose(page, 'cancel');
  await waitForEvent(page, 'monerium-error');
  assert.equal(await statusOf(page), 'idle');
  await assertNothingPending(page);
  await world.finish(visitor, page);
});
