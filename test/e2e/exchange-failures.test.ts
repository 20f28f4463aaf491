// Mistakes in a new set-up, and network failures: the customer reads a correct text, and one line
// of the console has the facts for the developer.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { after } from 'node:test';
import { english as texts } from '../../src/core/texts.js';
import type { ErrorCode } from '../../src/core/errors.js';
import { toPuppeteer } from './support/puppeteer.js';
import {
  clickConnect,
  endingsOf,
  needsInterception,
  pageWith,
  settle,
  startSite,
  useWorld,
  waitForEvent,
  type Page,
  type PageAnswer,
  type Site,
  type Visitor,
} from './support.js';

const world = useWorld();
const { test } = world;

type Way = 'backend' | 'direct';

/** A query may contain secrets of the site, so it must not be in the console. */
const BACKEND = '/backend?tenant=canary-tenant';
const JSON_TYPE = { 'content-type': 'application/json' };
const HTML_TYPE = { 'content-type': 'text/html; charset=utf-8' };
const HTML = '<!doctype html><title>Shop</title><p>canary-body';

let monerium: Promise<Site> | undefined;
after(async () => (await monerium)?.close());

/** Starts a server in the place of Monerium's, with this response to the token request. */
async function startMonerium(token: PageAnswer = {}) {
  const site = await (monerium ??= startSite());
  site.reset();
  const url = `http://127.0.0.1:${site.port}`;
  world.trusted = [url];
  site.serve('/auth', '<!doctype html><body data-step="login">Monerium');
  site.serve('/auth/token', {
    ...token,
    headers: { 'access-control-allow-origin': '*', ...JSON_TYPE, ...token.headers },
  });
  return { site, url };
}

interface SetUp {
  way: Way;
  /** The response to the request that contains the code. */
  answer?: PageAnswer;
  attributes?: Record<string, string | undefined>;
  /** The policy of the page. */
  policy?: string;
  /** Called before the callback URL is opened. */
  prepare?: (page: Page) => Promise<void>;
}

/** A customer who returns to a page whose exchange fails. */
async function comeBack({ way, answer, attributes, policy, prepare }: SetUp) {
  const { site, url } = await startMonerium(way === 'direct' ? answer : {});
  if (way === 'backend' && answer) {
    world.site.backend.answer = { kind: 'answer', ...answer };
  }
  const backend = way === 'backend' ? BACKEND : undefined;
  const body = world.element({ 'api-url': url, 'backend-url': backend, ...attributes });
  const headers = policy === undefined ? {} : { 'content-security-policy': policy };
  world.site.serve('/', { headers, body: pageWith({ body }) });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await clickConnect(page);
  await page.waitForSelector('body[data-step]');
  const { query } = await site.waitUntil(({ path }) => path === '/auth');
  await prepare?.(page);
  await page.goto(`${world.site.origin}/?code=the-code&state=${query.get('state')}`);
  const endpoint = way === 'backend' ? `${world.site.origin}/backend` : `${url}/auth/token`;
  return { visitor, page, site, endpoint };
}

/** There is one event, one console line with these facts, and the element shows this text. */
async function assertTold(
  { visitor, page }: { visitor: Visitor; page: Page },
  expected: { code: ErrorCode; text: string; facts: string; level?: 'error' | 'warn' },
): Promise<void> {
  const { code, text, facts, level = 'error' } = expected;
  assert.equal((await waitForEvent(page, 'monerium-error'))['code'], code);
  await settle(page);
  assert.equal((await endingsOf(page)).length, 1);
  const read = await page.$eval('monerium-connect >>> [part=message]', (e) => e.textContent);
  assert.equal(read, text.replace('{code}', code));
  const lines = visitor.console.filter((line) => /^(error|warn|warning): <monerium/.test(line));
  assert.equal(lines.length, 1, lines.join('\n'));
  const [line = ''] = lines;
  assert.ok(line.startsWith(`${level}`), line);
  assert.ok(line.includes(`<monerium-connect> ${code}: ${facts}`), `${line}\n${facts}`);
  assert.ok(line.endsWith(`docs/errors.md#${code}`), line);
  assert.doesNotMatch(visitor.console.filter((one) => one.includes('<monerium')).join(), /canary/);
}

interface Mistake {
  name: string;
  answer: PageAnswer;
  code: ErrorCode;
  text: string;
  /** The text after the URL. */
  facts: string;
  level?: 'warn';
  only?: Way;
}

const REFUSED = texts.failed;
const BUSY = texts.unavailable;
const UNREACHABLE = texts.unreachable;

const MISTAKES: Mistake[] = [
  {
    name: 'a wrong path',
    answer: { status: 404, headers: HTML_TYPE, body: HTML },
    code: 'exchange_rejected',
    text: REFUSED,
    facts: 'answered 404 text/html. ',
  },
  {
    name: 'a path that takes no POST',
    answer: { status: 405, body: '' },
    code: 'exchange_rejected',
    text: REFUSED,
    facts: 'answered 405 application/json. ',
  },
  {
    name: 'a server that throws',
    answer: { status: 500, headers: HTML_TYPE, body: HTML },
    code: 'server_unavailable',
    text: BUSY,
    facts: 'answered 500 text/html. ',
  },
  {
    name: 'the fallback page of a single-page app',
    answer: { headers: HTML_TYPE, body: HTML },
    code: 'exchange_bad_response',
    text: REFUSED,
    facts: 'answered 200 text/html. ',
  },
  {
    name: 'no type and no body',
    answer: { headers: { 'content-type': '' }, body: '' },
    code: 'exchange_bad_response',
    text: REFUSED,
    facts: 'answered 200 without a type. ',
  },
  {
    name: 'a JSON list',
    answer: { headers: JSON_TYPE, body: '["canary"]' },
    code: 'exchange_bad_response',
    text: REFUSED,
    facts: 'answered 200 application/json. ',
  },
  {
    name: 'a code that was used or has expired',
    answer: { status: 400, body: '{"error":"invalid_grant","error_description":"canary"}' },
    code: 'exchange_rejected',
    text: REFUSED,
    facts: 'answered 400 application/json with the fields error, error_description. ',
  },
  {
    name: 'a session that is missing',
    answer: { status: 403, body: '{"message":"canary","canary <b>":1}' },
    code: 'exchange_rejected',
    text: REFUSED,
    facts: 'answered 403 application/json with the fields message. ',
  },
  {
    name: 'a limit of requests',
    answer: { status: 429, body: '{}' },
    code: 'rate_limited',
    text: BUSY,
    facts: 'answered 429 application/json. ',
    level: 'warn',
  },
  {
    name: 'a backend that says ok and nothing else',
    answer: { body: '{"ok":true}' },
    code: 'profile_unavailable',
    text: REFUSED,
    facts: 'answered 200 application/json with the fields ok. ',
    only: 'backend',
  },
  {
    name: 'ids in snake case',
    answer: { body: '{"profile_id":"canary","user_id":"canary"}' },
    code: 'profile_unavailable',
    text: REFUSED,
    facts: 'answered 200 application/json with the fields profile_id, user_id. ',
    only: 'backend',
  },
  {
    name: 'no content',
    answer: { status: 204, headers: { 'content-type': '' } },
    code: 'profile_unavailable',
    text: REFUSED,
    facts: 'answered 204 without a type. ',
    only: 'backend',
  },
  {
    name: 'a token answer without tokens',
    answer: { body: '{"ok":true}' },
    code: 'exchange_bad_response',
    text: REFUSED,
    facts: 'answered 200 application/json with the fields ok. ',
    only: 'direct',
  },
];

// Tests in Node cover both kinds of exchange. Here each mistake is tested with one of them.
for (const [index, mistake] of MISTAKES.entries()) {
  const { name, answer, code, text, facts, level, only } = mistake;
  const way = only ?? (index % 2 === 0 ? 'backend' : 'direct');
  test(`#163 ${way}: ${name} is ${code}, with the facts in one line`, async () => {
    const begun = await comeBack({ way, answer });
    const line = `POST ${begun.endpoint} ${facts}`;
    await assertTold(begun, { code, text, facts: line, ...(level && { level }) });
    await world.finish(begun.visitor, begun.page);
  });
}

test('#163 direct: a profile that the token may not read is profile_unavailable', async () => {
  const { site } = await startMonerium();
  const token = '{"access_token":"a","token_type":"Bearer","profile_id":"p","user_id":"u"}';
  const begun = await comeBack({
    way: 'direct',
    answer: { body: token },
    prepare: async () => {
      const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };
      const allowed = { ...headers, 'access-control-allow-headers': 'authorization, accept' };
      site.serve('/auth/context', ({ method }) =>
        method === 'OPTIONS'
          ? { status: 204, headers: allowed }
          : { status: 403, headers: { ...allowed, ...JSON_TYPE }, body: '{"message":"canary"}' },
      );
    },
  });
  const context = begun.endpoint.replace('token', 'context');
  await assertTold(begun, {
    code: 'profile_unavailable',
    text: REFUSED,
    facts: `GET ${context} answered 403 application/json with the fields message. `,
  });
  await world.finish(begun.visitor, begun.page);
});

// Requests without a response. The site is online, so no text may mention the network.

/** A port on which no server listens. */
async function findClosedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function assertUnreachable(
  begun: { visitor: Visitor; page: Page },
  endpoint: string,
): Promise<void> {
  await assertTold(begun, {
    code: 'exchange_network',
    text: UNREACHABLE,
    facts: `POST ${endpoint} got no readable response. `,
  });
  const line = begun.visitor.console.find((one) => one.includes('got no readable response'));
  assert.match(line ?? '', /errors\.md#exchange_network$/);
  await world.finish(begun.visitor, begun.page);
}

test('#163 #203 backend: a redirect to a login page is exchange_network', async () => {
  world.site.serve('/login', '<!doctype html><title>Log in</title>');
  const begun = await comeBack({
    way: 'backend',
    prepare: async () => {
      world.site.backend.answer = { kind: 'redirect', to: '/login' };
    },
  });
  await assertUnreachable(begun, begun.endpoint);
});

test('#163 #203 direct: a redirect of the token endpoint is exchange_network', async () => {
  const answer = { status: 302, headers: { location: '/auth' } };
  const begun = await comeBack({ way: 'direct', answer });
  await assertUnreachable(begun, begun.endpoint);
});

test('#163 backend: another origin without CORS is exchange_network', async () => {
  const backend = `http://127.0.0.1:${world.site.port}/backend`;
  const attributes = { 'backend-url': `${backend}?tenant=canary-tenant` };
  const begun = await comeBack({ way: 'backend', attributes });
  await assertUnreachable(begun, backend);
});

test('#163 direct: a token endpoint without CORS is exchange_network', async () => {
  const answer = { headers: { 'access-control-allow-origin': 'https://other.example' } };
  const begun = await comeBack({ way: 'direct', answer });
  await assertUnreachable(begun, begun.endpoint);
});

for (const way of ['backend', 'direct'] as const) {
  test(`#163 ${way}: a connect-src that leaves the server out is exchange_network`, async () => {
    const own = ['/sentinel', '/sightings'].map((path) => world.site.origin + path);
    const begun = await comeBack({ way, policy: `connect-src ${own.join(' ')}` });
    await assertUnreachable(begun, begun.endpoint);
  });

  test(`#163 ${way}: a server that is down is exchange_network`, async () => {
    const url = `http://localhost:${await findClosedPort()}`;
    world.trusted = [url];
    const begun =
      way === 'backend'
        ? await comeBack({ way, attributes: { 'backend-url': `${url}/backend` } })
        : await comeBackWithoutMonerium(url);
    await assertUnreachable(begun, way === 'backend' ? `${url}/backend` : `${url}/auth/token`);
  });
}

/** Returns from a Monerium that is down. The record of the start is stored by the test. */
async function comeBackWithoutMonerium(url: string): Promise<{ visitor: Visitor; page: Page }> {
  world.site.serve(
    '/',
    pageWith({ body: world.element({ 'api-url': url, 'backend-url': undefined }) }),
  );
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const state = `mc1.${'s'.repeat(43)}`;
  await page.evaluate(
    (key, apiUrl, clientId) => {
      const redirectUri = `${location.origin}/`;
      const record = {
        v: 1,
        clientId,
        apiUrl,
        redirectUri,
        exchange: 'direct',
        mode: 'redirect',
        codeVerifier: 'v'.repeat(43),
        startUrl: redirectUri,
        id: '',
      };
      localStorage.setItem(key, JSON.stringify({ ...record, at: Date.now() }));
    },
    `monerium-connect:${state}`,
    url,
    await page.$eval('monerium-connect', ({ clientId }) => String(clientId)),
  );
  await page.goto(`${world.site.origin}/?code=the-code&state=${state}`);
  return { visitor, page };
}

test('#163 backend: a connection that breaks off is exchange_network', async () => {
  const begun = await comeBack({
    way: 'backend',
    prepare: async () => {
      world.site.backend.answer = { kind: 'reset' };
    },
  });
  await assertUnreachable(begun, begun.endpoint);
});

for (const way of ['backend', 'direct'] as const) {
  test(
    `#163 ${way}: a request that a blocker stops is exchange_network`,
    needsInterception,
    async () => {
      const begun = await comeBack({
        way,
        prepare: async (page) => {
          const driven = toPuppeteer(page);
          await driven.setRequestInterception(true);
          driven.on('request', (request) => {
            const isStopped = /\/backend|\/auth\/token/.test(request.url());
            void (isStopped ? request.abort('blockedbyclient') : request.continue());
          });
        },
      });
      await assertUnreachable(begun, begun.endpoint);
    },
  );
}

for (const way of ['backend', 'direct'] as const) {
  test(`#163 ${way}: a server that does not respond is exchange_timeout`, async () => {
    let release: () => void = () => {};
    const held = new Promise<string>((resolve) => (release = () => resolve('{}')));
    const begun = await comeBack({
      way,
      attributes: { timeout: '1000' },
      prepare: async () => {
        world.site.backend.answer = { kind: 'hang' };
        (await monerium)?.serve('/auth/token', () => held);
      },
    });
    await assertTold(begun, {
      code: 'exchange_timeout',
      text: UNREACHABLE,
      facts: `POST ${begun.endpoint} did not respond within 1000 ms. `,
    });
    release();
    await world.finish(begun.visitor, begun.page);
  });
}

test('#163 only a browser without a network shows the text about the network', async () => {
  let release = () => {};
  const begun = await comeBack({
    way: 'backend',
    prepare: async () => {
      release = world.site.backend.hold();
      world.site.backend.answer = { kind: 'reset' };
    },
  });
  await begun.page.waitForFunction(
    () => document.querySelector('monerium-connect')?.status === 'exchanging',
  );
  await begun.page.evaluate(() =>
    Object.defineProperty(navigator, 'onLine', { get: () => false, configurable: true }),
  );
  release();
  await waitForEvent(begun.page, 'monerium-error');
  const read = () =>
    begun.page.$eval('monerium-connect >>> [part=message]', ({ textContent }) => textContent);
  assert.equal(await read(), texts.offline);
  await world.finish(begun.visitor, begun.page);
});
