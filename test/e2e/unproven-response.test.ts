// Responses that any page can make: in a frame of the shop, and errors without `state`.
import assert from 'node:assert/strict';
import {
  SCRIPT_TAG,
  clickConnect,
  endingsOf,
  eventsOf,
  pageWith,
  recordsOf,
  settle,
  statusOf,
  useWorld,
  waitForEvent,
  waitForStatus,
  type Authorization,
  type Frame,
  type Page,
} from './support.js';
import {
  SLOW_SECRETS,
  assertOneExchange,
  beginPopup,
  comeBack,
  leaveFor,
  servePopup,
  waitUntilClosed,
  waitUntilReady,
} from './support/popup.js';

const world = useWorld();
const { test } = world;

const REFUSAL = '?error=access_denied';
const CALLBACK = '/callback';

/** A page of another site that sends itself to the shop as soon as it is loaded. */
function serveAttacker(query: string): string {
  const target = `${world.site.origin}${CALLBACK}${query}`;
  const page = `<!doctype html><title>Ad</title><script>
    addEventListener('load', () => setTimeout(() => location.replace(${JSON.stringify(target)})));
  </script>`;
  world.site.serve('/ad', page);
  return `http://127.0.0.1:${world.site.port}/ad`;
}

/** Waits until the page of the shop has been asked for with this query. */
function waitForCallback(query: string): Promise<unknown> {
  return world.site.waitUntil(({ url }) => url === CALLBACK + query);
}

/** Serves the page of the redirect URI with further headers. */
function serveCallback(mode: 'popup' | 'redirect', headers: Record<string, string> = {}): void {
  const body = world.element({ 'redirect-uri': CALLBACK, mode });
  world.register(world.site.origin + CALLBACK);
  world.site.serve(CALLBACK, { headers, body: pageWith({ script: SCRIPT_TAG, body }) });
}

async function addFrame(page: Page, url: string, sandbox: string): Promise<Frame> {
  await page.evaluate(
    (src, flags) => {
      const frame = document.createElement('iframe');
      if (flags) frame.setAttribute('sandbox', flags);
      frame.src = src;
      document.body.append(frame);
    },
    url,
    sandbox,
  );
  return page.frame('iframe');
}

async function isPending(page: Page, { state }: Authorization): Promise<boolean> {
  return Boolean((await recordsOf(page))[state]?.['codeVerifier']);
}

/** The frame has been opened with a response, and has done nothing about it. */
async function assertUntouched(frame: Frame, query: string): Promise<void> {
  await waitForCallback(query);
  // Secrets are made when the element has looked at all that came back to its page.
  await waitUntilReady(frame);
  assert.equal(await frame.url(), world.site.origin + CALLBACK + query);
  assert.deepEqual(await frame.evaluate(() => window.__events), []);
}

interface Frames {
  name: string;
  headers?: Record<string, string>;
  sandbox?: string;
}

const FRAMES: Frames[] = [
  { name: 'of another site' },
  {
    name: "of another site, under frame-ancestors 'self'",
    headers: { 'content-security-policy': "frame-ancestors 'self'" },
  },
  { name: 'in a sandbox', sandbox: 'allow-scripts allow-same-origin' },
];
const OTHERS = ['?error=access_denied&state=mc1.forged', '?code=forged&state=mc1.forged'];

const cases = [
  ...FRAMES.map((frame) => ({ ...frame, query: REFUSAL })),
  ...OTHERS.map((query) => ({ name: 'of another site', headers: {}, sandbox: '', query })),
];
for (const { name, headers = {}, sandbox = '', query } of cases) {
  test(`#152 a frame ${name} that opens ${query} ends no popup flow`, async () => {
    servePopup(world);
    serveCallback('popup', headers);
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    const begun = await beginPopup(world, visitor, page);
    await page.bringToFront();
    const frame = await addFrame(page, serveAttacker(query), sandbox);
    await assertUntouched(frame, query);
    assert.equal(await statusOf(page), 'waiting');
    assert.deepEqual(await endingsOf(page), []);
    assert.equal(await isPending(page, begun.authorization), true);
    await comeBack(world, begun);
    await waitForStatus(page, 'connected');
    const endings = (await endingsOf(page)).map(({ type }) => type);
    assert.deepEqual(endings, ['monerium-connected']);
    assertOneExchange(world);
    await world.finish(visitor, page);
  });
}

test('#152 a frame ends no redirect flow that waits for its customer', async () => {
  serveCallback('redirect');
  world.servePage('/', { 'redirect-uri': CALLBACK });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const authorization = await world.begin(page);
  await page.goto(`${world.site.origin}/`);
  const frame = await addFrame(page, serveAttacker(REFUSAL), '');
  await assertUntouched(frame, REFUSAL);
  assert.deepEqual(await eventsOf(page), []);
  assert.equal(await isPending(page, authorization), true);
  await page.goto(world.callbackUrl(authorization));
  await waitForStatus(page, 'connected');
  assertOneExchange(world);
  await world.finish(visitor, page);
});

test('#152 even a real response is not taken in a frame', async () => {
  serveCallback('redirect');
  world.servePage('/', { 'redirect-uri': CALLBACK });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const { state } = await world.begin(page);
  await page.goto(`${world.site.origin}/`);
  // The frame keeps it in its address: the code is none of those that the scan looks for.
  const query = `?code=c&state=${state}`;
  const frame = await addFrame(page, world.site.origin + CALLBACK + query, '');
  await assertUntouched(frame, query);
  assert.equal(await isPending(page, { state } as Authorization), true);
  assert.equal(world.site.posts().length, 0);
  await page.evaluate(() => document.querySelector('iframe')?.remove());
  // The scan allows a response in the address of a page, and in no frame.
  const others = world.site.requests.filter(({ url }) => url !== CALLBACK + query);
  world.site.requests.splice(0, Infinity, ...others);
  await world.finish(visitor, page);
});

/** A flow whose customer has gone to Monerium in this tab. */
async function beginRedirect() {
  serveCallback('redirect');
  world.servePage('/', { 'redirect-uri': CALLBACK });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  return { visitor, page, authorization: await world.begin(page) };
}

/** An error without state is announced, and the response that has its state still counts. */
async function assertAnnouncedAndKept(page: Page, authorization: Authorization): Promise<void> {
  const detail = await waitForEvent(page, 'monerium-error');
  assert.deepEqual(detail, {
    code: 'access_denied',
    kind: 'cancelled',
    phase: 'authorize',
    oauthError: 'access_denied',
  });
  await settle(page);
  assert.equal((await endingsOf(page)).length, 1);
  assert.equal(await page.url(), world.site.origin + CALLBACK);
  assert.ok(await isPending(page, authorization), 'the record stays');
}

test('#153 a page of another site in the same tab ends no flow for good', async () => {
  const { visitor, page, authorization } = await beginRedirect();
  await page.goto(serveAttacker(REFUSAL));
  await waitForCallback(REFUSAL);
  await assertAnnouncedAndKept(page, authorization);
  await page.goto(world.callbackUrl(authorization));
  await waitForStatus(page, 'connected');
  assertOneExchange(world);
  await world.finish(visitor, page);
});

/** Opens a window from a page, as an ad does, and leaves it to itself. */
const OPEN_AD = `<button id="ad" onclick="window.open('/go', 'ad')">Ad</button>`;

for (const mode of ['redirect', 'popup'] as const) {
  test(`#153 a window that the shop has opened ends no ${mode} flow`, async () => {
    serveCallback(mode);
    const attributes = { 'redirect-uri': CALLBACK, mode };
    const body = world.element(attributes) + OPEN_AD;
    world.servePage('/', attributes, { body });
    const attacker = serveAttacker(REFUSAL);
    world.site.serve(
      '/go',
      `<!doctype html><meta http-equiv="refresh" content="0;url=${attacker}">`,
    );
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    let popup: Page | undefined;
    let authorization: Authorization;
    if (mode === 'popup') {
      ({ popup, authorization } = await beginPopup(world, visitor, page));
      await page.bringToFront();
    } else {
      authorization = await world.begin(page);
      await page.goto(`${world.site.origin}/`);
    }
    const ad = await visitor.opened(() => page.click('#ad'));
    await waitForCallback(REFUSAL);
    await waitUntilReady(ad);
    // The tab's storage was copied into the window: it can not know better than to announce it.
    if (mode === 'redirect') await assertAnnouncedAndKept(ad, authorization);
    else assert.deepEqual(await eventsOf(ad), []);
    assert.equal(await statusOf(page), mode === 'popup' ? 'waiting' : 'idle');
    assert.deepEqual(await endingsOf(page), []);
    assert.equal(await isPending(page, authorization), true);
    if (popup) await comeBack(world, { popup, authorization });
    else await page.goto(world.callbackUrl(authorization));
    await waitForStatus(page, 'connected');
    assertOneExchange(world);
    await world.finish(visitor, page);
  });
}

for (const query of [
  '?error=wrong_password',
  '?error=wrong_password&error_description=x',
  '?error=invalid_grant',
  '?error=access_denied&error=server_error',
  '?error=access_denied&code=x',
]) {
  test(`#153 an error that is not of the registered ones stays where it is: ${query}`, async () => {
    const { visitor, page, authorization } = await beginRedirect();
    await page.goto(`${world.site.origin}${CALLBACK}${query}`);
    await waitUntilReady(page);
    assert.deepEqual(await eventsOf(page), []);
    assert.equal(await page.url(), `${world.site.origin}${CALLBACK}${query}`);
    assert.equal(await isPending(page, authorization), true);
    await page.goto(world.callbackUrl(authorization));
    await waitForStatus(page, 'connected');
    await world.finish(visitor, page);
  });
}

test('#153 with two pending flows of this tab an error without state is silent', async () => {
  const { visitor, page, authorization } = await beginRedirect();
  await page.goto(`${world.site.origin}/`);
  const second = await world.begin(page);
  await page.goto(`${world.site.origin}${CALLBACK}${REFUSAL}`);
  await waitUntilReady(page);
  assert.deepEqual(await eventsOf(page), []);
  assert.equal(await page.url(), `${world.site.origin}${CALLBACK}${REFUSAL}`);
  assert.equal(await isPending(page, authorization), true);
  assert.equal(await isPending(page, second), true);
  await page.goto(world.callbackUrl(authorization));
  await waitForStatus(page, 'connected');
  assertOneExchange(world);
  await world.finish(visitor, page);
});

/** Opens the popup before its address is ready: its `sessionStorage` is older than the flow. */
async function beginEarly() {
  servePopup(world, {}, { before: SLOW_SECRETS });
  serveCallback('popup');
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const popup = await visitor.opened(() => clickConnect(page));
  await page.evaluate('hurry()');
  await popup.waitForSelector('body[data-step]');
  const [authorization] = world.authorizations();
  return { visitor, page, popup, authorization: authorization as Authorization };
}

async function beginReady() {
  servePopup(world);
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  return { visitor, page, ...(await beginPopup(world, visitor, page)) };
}

for (const [name, begin] of Object.entries({
  'in time': beginReady,
  'before its address was ready': beginEarly,
})) {
  test(`#153 an error without state comes back in the popup that was opened ${name}`, async () => {
    const { visitor, page, popup, authorization } = await begin();
    await leaveFor(popup, `${authorization.redirectUri}${REFUSAL}`);
    const { code } = await waitForEvent(page, 'monerium-error');
    assert.equal(code, 'access_denied');
    assert.equal(await statusOf(page), 'failed');
    assert.ok(await isPending(page, authorization), 'the record stays');
    await waitUntilClosed(visitor, popup);
    // The response with its state comes later, from anywhere.
    const tab = await visitor.newPage();
    await tab.goto(world.callbackUrl(authorization)).catch(() => 'it closes itself');
    await waitForStatus(page, 'connected');
    const endings = (await endingsOf(page)).map(({ type }) => type);
    assert.deepEqual(endings, ['monerium-error', 'monerium-connected']);
    assertOneExchange(world);
    await world.finish(visitor, page);
  });
}

test('#153 a window that was opened for another flow is not believed', async () => {
  const { visitor, page, popup, authorization } = await beginReady();
  await page.bringToFront();
  const tab = await visitor.newPage();
  await tab.goto(`${world.site.origin}/`);
  await tab.evaluate(() =>
    sessionStorage.setItem('monerium-connect:popup', `mc1.${'A'.repeat(43)}`),
  );
  await tab.goto(`${world.site.origin}${CALLBACK}${REFUSAL}`);
  await waitUntilReady(tab);
  assert.deepEqual(await eventsOf(tab), []);
  assert.equal(await tab.url(), `${world.site.origin}${CALLBACK}${REFUSAL}`);
  await page.bringToFront();
  assert.equal(await statusOf(page), 'waiting');
  await comeBack(world, { popup, authorization });
  await waitForStatus(page, 'connected');
  assertOneExchange(world);
  await world.finish(visitor, page);
});
