import assert from 'node:assert/strict';
import { describe } from 'node:test';
import {
  buttonOf,
  endingsOf,
  pageWith,
  recordsOf,
  skipIn,
  statusOf,
  useWorld,
  waitForEvent,
  waitForLocks,
  waitForStatus,
  type World,
  type Page,
} from './support.js';

declare global {
  interface Window {
    /** When the page was last shown, and when its element last changed. In milliseconds. */
    shownAt: number;
    changedAt: number;
  }
}

/** Sends a request each time the page is shown. Its path says whether the page was cached. */
const TELL = `<script>
  addEventListener('pageshow', ({ persisted }) =>
    navigator.sendBeacon(persisted ? '/restored' : '/loaded'));
</script>`;

/**
 * Goes back to a page that has `TELL`. Returns whether the page came from the cache.
 * It evaluates nothing in the page that it leaves: WebKit's driver would never return.
 */
async function goBack(world: World, page: Page): Promise<boolean> {
  const shows = () =>
    world.site.requests.filter(({ path }) => path === '/restored' || path === '/loaded');
  const before = world.site.requests.filter(({ path }) => path === '/').length;
  await world.site.waitUntil(() => shows().length === before);
  await page.goBack();
  await world.site.waitUntil(() => shows().length > before);
  // The request of the page reaches the site before Puppeteer knows the new document.
  await page.waitForFunction((url) => location.href === url, {}, `${world.site.origin}/`);
  return shows()[before]!.path === '/restored';
}

/** Opens the portal and goes back. Returns whether the page came from the cache. */
async function goAndComeBack(world: World, page: Page): Promise<boolean> {
  await world.begin(page);
  return goBack(world, page);
}

/** A second start has its own state and challenge, and both records stay in storage. */
async function startAgain(world: World, page: Page): Promise<void> {
  const second = await world.begin(page);
  const [first] = world.authorizations();
  assert.equal(world.authorizations().length, 2);
  assert.notEqual(second.state, first!.state);
  assert.notEqual(second.codeChallenge, first!.codeChallenge);
  await page.goto(world.callbackUrl(second));
  await waitForEvent(page, 'monerium-connected');
  world.onlyPost();
  assert.ok((await recordsOf(page))[first!.state]?.['codeVerifier'], 'the first flow stays open');
}

/** Goes forward to the portal again, which ends the flow that was started. */
async function goForwardAgain(world: World): Promise<void> {
  world.servePage('/', {}, { before: TELL });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await goAndComeBack(world, page);
  await page.goForward();
  await page.waitForSelector('body[data-step]');
  const [first] = world.authorizations();
  await page.goto(world.callbackUrl(first!));
  await waitForEvent(page, 'monerium-connected');
  world.onlyPost();
  await world.finish(visitor, page);
}

describe('with the back-forward cache', () => {
  const world = useWorld({ backForwardCache: true });
  const { test } = world;

  test('#12 Back from the portal restores a page whose button works', async () => {
    world.servePage('/', {}, { before: TELL });
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    await page.evaluate(() => {
      addEventListener('pageshow', () => (window.shownAt = Date.now()), true);
      document.addEventListener('monerium-status', () => (window.changedAt = Date.now()));
    });
    assert.equal(await goAndComeBack(world, page), true, 'the page comes out of the cache');

    await waitForStatus(page, 'idle');
    // At once, and not only after the ten seconds that a navigation may take.
    assert.equal((await page.evaluate(() => window.changedAt - window.shownAt)) < 3000, true);
    assert.deepEqual(await endingsOf(page), []);
    assert.equal(await page.$eval(buttonOf(), ({ ariaBusy }) => ariaBusy), 'false');
    assert.equal(await page.$eval(buttonOf(), (button) => button.matches(':focus')), true);

    await startAgain(world, page);
    await world.finish(visitor, page);
  });

  const answered = skipIn({
    webkit: 'its driver waits for good for a page that goes into the cache',
  });
  test('#12 a customer who goes forward again after Back ends the same flow', answered, () =>
    goForwardAgain(world),
  );

  test('stay-connected sends a request again when the page is restored', async () => {
    world.site.backend.session = { profile: 'p-1', userId: 'u-1' };
    world.servePage('/', { 'stay-connected': true }, { before: TELL });
    world.site.serve('/other', pageWith({ script: '' }));
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    await waitForStatus(page, 'connected');
    await page.goto(`${world.site.origin}/other`);
    world.site.backend.session = undefined;
    assert.equal(await goBack(world, page), true, 'the page comes out of the cache');
    await waitForStatus(page, 'idle');
    await world.finish(visitor, page);
  });
});

/** Opens another page, waits there and goes back. */
async function comeBackAfter(world: World, page: Page, ms: number): Promise<boolean> {
  world.site.serve('/other', pageWith({ script: '' }));
  await page.evaluate(() => setTimeout(() => location.assign('/other')));
  await page.waitForFunction(
    (time) => location.pathname === '/other' && performance.now() > time,
    {},
    ms,
  );
  return goBack(world, page);
}

describe('back while or after the exchange', () => {
  const world = useWorld({ backForwardCache: true });
  const { test } = world;

  test('#14 a connected page is restored unchanged', async () => {
    world.servePage('/', {}, { before: TELL });
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    await world.connect(page);
    await waitForEvent(page, 'monerium-connected');
    // A page that holds a lock is not cached.
    await waitForLocks(page);
    assert.equal(await comeBackAfter(world, page, 0), true, 'the page comes out of the cache');
    assert.equal(await statusOf(page), 'connected');
    assert.equal((await endingsOf(page)).length, 1);
    world.onlyPost();
    await world.finish(visitor, page);
  });

  const kept = skipIn({
    firefox: 'keeps no page with a request under way',
    webkit: 'keeps the page and breaks its request off',
  });
  test(
    '#14 an exchange whose deadline has passed in the cache ends in a timeout',
    kept,
    async () => {
      world.servePage('/', { timeout: '1000' }, { before: TELL });
      world.site.backend.answer = { kind: 'hang' };
      const visitor = await world.visit();
      const page = await world.open(visitor, '/');
      await world.connect(page);
      await world.site.waitUntil(({ path }) => path === '/backend');
      assert.equal(await comeBackAfter(world, page, 1100), true, 'the page comes out of the cache');
      const { code } = await waitForEvent(page, 'monerium-error');
      assert.equal(code, 'exchange_timeout');
      world.onlyPost();
      await world.finish(visitor, page);
    },
  );
});

describe('without the back-forward cache', () => {
  const world = useWorld();
  const { test } = world;

  test('#13 Back from the portal loads a page whose button works at once', async () => {
    world.servePage('/', {}, { before: TELL });
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    assert.equal(await goAndComeBack(world, page), false, 'the page is loaded anew');

    await page.waitForSelector(buttonOf());
    assert.equal(await statusOf(page), 'idle');
    await startAgain(world, page);
    await world.finish(visitor, page);
  });

  test('#12 a customer who goes forward again ends the flow in a portal that is loaded again', () =>
    goForwardAgain(world));

  test('#13 a reload after Back leaves no flow in progress', async () => {
    world.servePage('/', {}, { before: TELL });
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    await goAndComeBack(world, page);
    await page.reload();
    await page.waitForSelector(buttonOf());
    assert.equal(await statusOf(page), 'idle');
    assert.deepEqual(await endingsOf(page), []);
    await startAgain(world, page);
    await world.finish(visitor, page);
  });
});
