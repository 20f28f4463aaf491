import assert from 'node:assert/strict';
import { after } from 'node:test';
import type { Fault } from '../../src/testing/emulator/emulator.js';
import {
  endingsOf,
  recordsOf,
  startSite,
  useWorld,
  waitForEvent,
  waitForLocks,
  type Attributes,
  type Page,
} from './support.js';

const world = useWorld();
const { test } = world;

async function open(attributes: Attributes) {
  world.servePage('/', attributes);
  const visitor = await world.visit();
  return { visitor, page: await world.open(visitor, '/') };
}

/** The page receives exactly one error event, with this code and phase. */
async function assertEnding(
  page: Page,
  expected: Record<string, unknown>,
  name?: string,
): Promise<void> {
  await waitForEvent(page, 'monerium-error');
  const endings = await endingsOf(page);
  assert.deepEqual(
    endings.map(({ detail: { code, phase } }) => ({ code, phase })),
    [expected],
    name,
  );
}

const IDS = '{"profile":"p-1","userId":"u-1"}';
const SECRET_WORDS = 'words-of-the-server';
const BODIES = [
  { name: 'a login page', body: `<!doctype html><p>${SECRET_WORDS}` },
  { name: 'nothing', body: '' },
  { name: 'a list', body: `[${IDS}]` },
  { name: 'a string', body: `"${SECRET_WORDS}"` },
  { name: 'null', body: 'null' },
  { name: 'half of an object', body: IDS.slice(0, -1) },
  { name: 'more than an object', body: `${IDS}${SECRET_WORDS}` },
  { name: 'an object of more than 64 KiB', body: IDS.replace('{', `{${' '.repeat(65_536)}`) },
];
test('#69 a backend that returns anything but one object: exchange_bad_response', async () => {
  const { visitor, page } = await open({});
  for (const { name, body } of BODIES) {
    world.site.backend.answer = { kind: 'answer', body };
    await world.connect(page);
    await assertEnding(page, { code: 'exchange_bad_response', phase: 'exchange' }, name);
    const shown = await page.$eval('monerium-connect', (found) => found.shadowRoot!.textContent);
    assert.doesNotMatch(visitor.console.join('\n') + shown, new RegExp(SECRET_WORDS), name);
  }
  await world.finish(visitor, page);
  assert.equal(world.site.posts().length, BODIES.length);
});

test('#69 a token endpoint that returns anything but tokens: exchange_bad_response', async () => {
  const { visitor, page } = await open({ 'backend-url': undefined });
  for (const token of ['html', 'empty'] as const) {
    world.emulator.configure({ token });
    await world.connect(page);
    await assertEnding(page, { code: 'exchange_bad_response', phase: 'exchange' }, token);
  }
  await world.finish(visitor, page);
  assert.equal(world.emulator.tokenRequests().length, 2);
});

const UNNAMED = [
  { name: 'no content', status: 204 },
  { name: 'an empty object', body: '{}' },
  { name: 'one id only', body: '{"profile":"p-1"}' },
  { name: 'an id that is none', body: '{"profile":"p 1","userId":"u-1"}' },
];
test('#69 #72 a backend that returns no ids: profile_unavailable', async () => {
  const { visitor, page } = await open({});
  for (const { name, ...answer } of UNNAMED) {
    world.site.backend.answer = { kind: 'answer', ...answer };
    await world.connect(page);
    await assertEnding(page, { code: 'profile_unavailable', phase: 'identity' }, name);
  }
  await world.finish(visitor, page);
  assert.equal(world.site.posts().length, UNNAMED.length);
});

const CONTEXT_FAULTS: Fault[] = ['unauthorized', 'not-found', 'empty', 'html', 'reset', 'redirect'];
test('#68 without /auth/context: profile_unavailable, and no token is stored', async () => {
  const { visitor, page } = await open({ 'backend-url': undefined });
  for (const context of CONTEXT_FAULTS) {
    const redirectTo = `${world.site.origin}/evil`;
    world.emulator.configure({ idsInToken: false, context, redirectTo });
    await world.connect(page);
    await assertEnding(page, { code: 'profile_unavailable', phase: 'identity' }, context);
    const token = await page.$eval('monerium-connect', (found) =>
      found.getAccessToken().then(
        () => 'a token',
        (error: { code: string }) => error.code,
      ),
    );
    assert.equal(token, 'token_unavailable', context);
  }
  await waitForLocks(page);
  const records = Object.values(await recordsOf(page));
  // A page that starts the next flow at once may leave before it stores its outcome.
  assert.equal(
    records.some(({ outcome }) => outcome === 'profile_unavailable'),
    true,
  );
  for (const kept of records) {
    const others = Object.keys(kept).filter((name) => name !== 'outcome');
    assert.deepEqual(others.sort(), ['at', 'v']);
  }
  assert.equal(world.emulator.tokenRequests().length, CONTEXT_FAULTS.length);
  assert.deepEqual(
    world.site.requests.filter(({ path }) => path === '/evil'),
    [],
  );
  await world.finish(visitor, page);
});

test('#68 #62 one deadline covers the token endpoint and /auth/context', async () => {
  world.emulator.configure({ idsInToken: false, context: 'hang' });
  const { visitor, page } = await open({ 'backend-url': undefined, timeout: '1000' });
  await world.connect(page);
  await assertEnding(page, { code: 'exchange_timeout', phase: 'exchange' });
  assert.equal(world.emulator.tokenRequests().length, 1);
  await world.finish(visitor, page);
});

test('#70 an endless body from the backend is cut off', async () => {
  world.site.backend.answer = { kind: 'endless' };
  const { visitor, page } = await open({});
  await world.connect(page);
  await assertEnding(page, { code: 'exchange_bad_response', phase: 'exchange' });
  await world.site.waitUntil(({ path, isAborted }) => path === '/backend' && isAborted);
  world.onlyPost();
  await world.finish(visitor, page);
});

test('#70 an endless body from the token endpoint is cut off', async () => {
  world.emulator.configure({ token: 'endless' });
  const { visitor, page } = await open({ 'backend-url': undefined });
  await world.connect(page);
  await assertEnding(page, { code: 'exchange_bad_response', phase: 'exchange' });
  assert.equal(world.emulator.tokenRequests().length, 1);
  await world.finish(visitor, page);
});

/** Another origin on the same host, so that it receives the cookies of the first site. */
const other = await startSite();
after(() => other.close());

async function connectWithCookie(backendUrl: string, credentials?: string) {
  other.reset();
  other.apiUrl = world.emulator.url;
  world.otherSites = [other];
  const attributes = { 'backend-url': backendUrl, 'backend-credentials': credentials };
  world.servePage('/', attributes);
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await page.evaluate(() => (document.cookie = 'session=of-the-customer'));
  const cors = other.backend;
  return { visitor, page, cors };
}

const COOKIES = [
  { where: 'the same', credentials: undefined, isSent: true },
  { where: 'the same', credentials: 'omit', isSent: false },
  { where: 'another', credentials: undefined, isSent: false },
  { where: 'another', credentials: 'include', isSent: true },
  { where: 'another', credentials: 'omit', isSent: false },
];
for (const { where, credentials, isSent } of COOKIES) {
  const sends = isSent ? 'sends' : 'keeps back';
  test(`#75 backend-credentials=${credentials ?? 'default'} ${sends} the cookies for ${where} origin`, async () => {
    const backend = where === 'another' ? `${other.origin}/backend` : '/backend';
    const { visitor, page, cors } = await connectWithCookie(backend, credentials);
    cors.cors = world.site.origin;
    await world.connect(page);
    await waitForEvent(page, 'monerium-connected');

    const asked = where === 'another' ? other : world.site;
    const requests = asked.requests.filter(({ path }) => path === '/backend');
    const methods = requests.map(({ method }) => method);
    assert.deepEqual(methods, where === 'another' ? ['OPTIONS', 'POST'] : ['POST']);
    const { headers } = requests.at(-1)!;
    assert.equal(headers.cookie, isSent ? 'session=of-the-customer' : undefined);
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(world.emulator.tokenRequests().length, 1);
    await world.finish(visitor, page);
  });
}

test('#75 a backend of another origin without CORS headers receives no POST', async () => {
  const { visitor, page } = await connectWithCookie(`${other.origin}/backend`);
  await world.connect(page);
  await assertEnding(page, { code: 'exchange_network', phase: 'exchange' });
  assert.deepEqual(
    other.requests.map(({ method }) => method),
    ['OPTIONS'],
  );
  await world.finish(visitor, page);
});

test('#75 no POST with cookies is sent to a backend that allows any origin', async () => {
  const { visitor, page, cors } = await connectWithCookie(`${other.origin}/backend`, 'include');
  cors.cors = '*';
  await world.connect(page);
  await assertEnding(page, { code: 'exchange_network', phase: 'exchange' });
  assert.equal(other.posts().length, 0);
  await world.finish(visitor, page);
});
