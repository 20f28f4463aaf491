import assert from 'node:assert/strict';
import {
  SCRIPT_TAG,
  endingsOf,
  pageWith,
  polling,
  settle,
  statusOf,
  useWorld,
  waitForEvent,
  waitForStatus,
} from './support.js';

const world = useWorld();
const { test } = world;

/** A script of the page itself. It arrives late, and is evaluated after the element's script. */
const LATE_SCRIPT = '<script type="module" src="/late.js" referrerpolicy="no-referrer"></script>';

/** Sends a request when the element is defined: WebKit's driver cannot query a loading page. */
const TELLER = `<script>
  customElements.whenDefined('monerium-connect').then(() =>
    fetch('/defined', { referrerPolicy: 'no-referrer' }));
</script>`;

/** Serves the page's own script. The second response waits for a call of the returned function. */
function serveLateScript(body: string): () => void {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const headers = { 'content-type': 'text/javascript' };
  let isFirst = true;
  world.site.serve('/late.js', async () => {
    // The page that starts the flow gets the script at once.
    if (!isFirst) await released;
    isFirst = false;
    return { headers, body };
  });
  return release;
}

/** Returns to a page whose own script arrives after the element has been defined. */
async function comeBackLate(body: string) {
  const release = serveLateScript(`const element = document.querySelector('monerium-connect');
    ${body}`);
  world.servePage('/', {}, { script: TELLER + SCRIPT_TAG + LATE_SCRIPT });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const url = world.callbackUrl(await world.begin(page));
  const arrival = page.goto(url);
  // The first request is of the page that started the flow.
  const tellings = () => world.site.requests.filter(({ path }) => path === '/defined');
  await world.site.waitUntil(() => tellings().length === 2);
  assert.equal(world.site.posts().length, 0);
  release();
  await arrival;
  return { visitor, page };
}

test('#96 headers and listeners that the page sets late are used for the return', async () => {
  const { visitor, page } = await comeBackLate(`
    element.backendHeaders = { 'X-CSRF-Token': 'from-the-page' };
    element.addEventListener('monerium-connected', ({ detail }) => { window.heard = detail; });
    element.addEventListener('monerium-status', ({ detail }) => {
      (window.states ??= []).push(detail.connection.status);
    });`);
  await waitForEvent(page, 'monerium-connected');
  assert.equal(world.onlyPost().headers['x-csrf-token'], 'from-the-page');
  const heard = await page.evaluate<[], Record<string, string>>('heard');
  assert.deepEqual(Object.keys(heard), ['profile', 'userId', 'returnTo']);
  assert.deepEqual(await page.evaluate('states'), ['exchanging', 'connected']);
  assert.equal(world.emulator.tokenRequests().length, 1);
  await world.finish(visitor, page);
});

test('#96 an exchange function that the page sets late is used for the return', async () => {
  const { visitor, page } = await comeBackLate(`
    element.exchange = async ({ code, codeVerifier, ...rest }, signal) => {
      window.asked = [code.length, codeVerifier.length, rest, signal instanceof AbortSignal];
      return { profile: 'profile-1', userId: 'user-1', code };
    };`);
  const connected = await waitForEvent(page, 'monerium-connected');
  assert.deepEqual(connected, {
    profile: 'profile-1',
    userId: 'user-1',
    returnTo: `${world.site.origin}/`,
  });
  const [auth] = world.authorizations();
  assert.deepEqual(await page.evaluate('asked'), [
    48,
    43,
    { redirectUri: auth!.redirectUri, clientId: auth!.clientId, apiUrl: world.emulator.url },
    true,
  ]);
  assert.equal(world.site.posts().length, 0);
  assert.equal(world.emulator.tokenRequests().length, 0);
  await world.finish(visitor, page);
});

test('#96 a listener that throws changes nothing about the connection', async () => {
  const { page } = await comeBackLate(`
    for (const name of ['status', 'connected']) {
      element.addEventListener('monerium-' + name, () => { throw new Error('of the page'); });
    }`);
  await waitForEvent(page, 'monerium-connected');
  assert.equal(await statusOf(page), 'connected');
  assert.equal((await endingsOf(page)).length, 1);
  world.onlyPost();
});

/** Sends the `returnTo` of the event to the site, before the page navigates away. */
const TELL = `<script>
  document.addEventListener('monerium-connected', ({ detail }) => {
    navigator.sendBeacon('/heard', detail.returnTo);
  });
</script>`;

test('#21 after the event, the page where the flow began is opened again', async () => {
  const attributes = { 'redirect-uri': '/back' };
  world.servePage('/shop', attributes);
  world.servePage('/back', attributes, { before: TELL, comesBack: true });
  world.site.serve('/heard', '');
  const visitor = await world.visit();
  const page = await world.open(visitor, '/shop?basket=1#pay');
  const lengthBefore = await page.evaluate(() => history.length);
  await world.connect(page);
  await page.waitForFunction(() => location.pathname === '/shop', { polling });

  assert.equal(await page.url(), `${world.site.origin}/shop?basket=1#pay`);
  const { body } = await world.site.waitUntil(({ path }) => path === '/heard');
  assert.equal(body, await page.url());
  // The address changes before the script is loaded.
  await waitForStatus(page, 'idle');
  world.onlyPost();
  await world.finish(visitor, page);
  // Back must open the portal, and not the page of the redirect URI.
  assert.equal(await page.evaluate(() => history.length), lengthBefore + 2);
  await page.goBack();
  await page.waitForFunction((url) => location.href.startsWith(url), {}, world.emulator.url);
});

for (const [name, attributes, start] of [
  ['when only the fragment differs', {}, '/back#pay'],
  ['in a direct exchange', { 'backend-url': undefined }, '/shop'],
] as const) {
  test(`#21 ${name}, the page of the redirect URI stays, and returnTo is where the flow began`, async () => {
    world.servePage('/shop', { 'redirect-uri': '/back', ...attributes });
    world.servePage('/back', { 'redirect-uri': '/back', ...attributes }, { comesBack: true });
    const visitor = await world.visit();
    const page = await world.open(visitor, start);
    await world.connect(page);
    const { returnTo } = await waitForEvent(page, 'monerium-connected');
    await settle(page);
    assert.equal(returnTo, world.site.origin + start);
    assert.equal(await page.url(), `${world.site.origin}/back`);
    assert.equal(world.emulator.tokenRequests().length, 1);
    await world.finish(visitor, page);
  });
}

test('a stored start address of another origin is replaced by the address of this page', async () => {
  const attributes = { 'redirect-uri': '/back' };
  world.servePage('/shop', attributes);
  world.servePage('/back', attributes, { comesBack: true });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/shop');
  const auth = await world.begin(page);
  world.site.serve('/other', pageWith({ script: '' }));
  await page.goto(`${world.site.origin}/other`);
  await page.evaluate((key) => {
    const record = JSON.parse(localStorage.getItem(key) ?? '') as object;
    localStorage.setItem(key, JSON.stringify({ ...record, startUrl: 'https://evil.example/' }));
  }, `monerium-connect:${auth.state}`);
  await page.goto(world.callbackUrl(auth));
  const { returnTo } = await waitForEvent(page, 'monerium-connected');
  await settle(page);
  assert.equal(returnTo, `${world.site.origin}/back`);
  assert.equal(await page.url(), `${world.site.origin}/back`);
  world.onlyPost();
});

test('#46 the clean-up keeps history.state and history.length, and fires no event', async () => {
  const before = `<base href="/deep/below/"><script>
    window.seen = [];
    for (const name of ['popstate', 'hashchange']) addEventListener(name, () => seen.push(name));
    if (location.search.includes('code=')) {
      history.replaceState({ router: { key: 7 } }, '', location.href);
      window.lengthBefore = history.length;
    }
  </script>`;
  const attributes = { 'backend-url': '/backend', 'redirect-uri': '/' };
  world.servePage('/', attributes, { before, body: world.element(attributes) });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const url = world.callbackUrl(await world.begin(page));
  await page.goto(`${url}#part`);
  await waitForEvent(page, 'monerium-connected');

  assert.deepEqual(await page.evaluate('history.state'), { router: { key: 7 } });
  assert.equal(await page.evaluate('history.length === lengthBefore'), true);
  assert.deepEqual(await page.evaluate('seen'), []);
  assert.equal(await page.url(), `${world.site.origin}/#part`);
  world.onlyPost();
  await world.finish(visitor, page);
});
