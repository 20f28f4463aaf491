import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it, mock } from 'node:test';
import { startBackend } from '../../demo/backend/backend.js';
import type { Switches } from '../../src/testing/emulator/switches.js';
import { assertRefused, CALLBACK, cookieOf, EMAIL, Site, SITE } from './backend-fixture.js';

const site = new Site();

/** How Monerium fails, and what the backend returns. */
type Failure = readonly [token: Switches['token'], status: number, error: string];
const FAILURES: readonly Failure[] = [
  ['rate-limit', 429, 'temporarily_unavailable'],
  ['server-error', 502, 'server_error'],
  ['html', 502, 'server_error'],
];

before(() => site.start());
afterEach(() => {
  site.emulator.reset();
  site.log.length = 0;
});
after(() => site.close());

describe('the demo backend exchanges a code', () => {
  it('returns the ids of the customer and nothing else', async () => {
    const response = await site.connect();
    const text = await response.text();

    assert.equal(response.status, 200);
    assert.deepEqual(Object.keys(JSON.parse(text) as object), ['profile', 'userId']);
    assert.doesNotMatch(text, /access|refresh|token/i);
    assert.equal(response.headers.get('Cache-Control'), 'no-store');
    assert.equal(site.emulator.tokenRequests().length, 1);
  });

  it('refuses a request that is not from its site, not JSON or not a grant, and sends none', async () => {
    const foreign = { Origin: 'https://evil.example' };
    await assertRefused(await site.connect(site.grantBody(), foreign), 403, 'access_denied');
    const text = { 'Content-Type': 'text/plain' };
    await assertRefused(await site.connect(site.grantBody(), text), 415, 'invalid_request');
    await assertRefused(await site.connect('x'.repeat(9_000)), 413, 'invalid_request');
    const elsewhere = { ...site.grantBody(), redirect_uri: `${SITE}/another.html` };
    const refused = await site.connect(elsewhere);
    assert.equal(refused.headers.get('Set-Cookie'), null);
    await assertRefused(refused, 400, 'invalid_request');
    assert.deepEqual(site.emulator.requests, []);
  });

  it('reports how Monerium failed, after one attempt and without a session', async () => {
    const assertPassedOn = async ([token, status, error]: Failure) => {
      site.emulator.reset();
      site.emulator.configure({ token });
      const response = await site.connect();
      assert.equal(response.headers.get('Set-Cookie'), null, token);
      await assertRefused(response, status, error);
      assert.equal(site.emulator.tokenRequests().length, 1, token);
    };
    for (const failure of FAILURES) await assertPassedOn(failure);
  });

  it('lets its site read the response, and no other', async () => {
    const preflight = (Origin: string) =>
      fetch(`${site.backend.url}/monerium/connect`, {
        method: 'OPTIONS',
        headers: {
          Origin,
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'content-type',
        },
      });
    const { headers } = await preflight(SITE);
    assert.equal(headers.get('Access-Control-Allow-Origin'), SITE);
    assert.equal(headers.get('Access-Control-Allow-Credentials'), 'true');
    const foreign = await preflight('https://evil.example');
    assert.equal(foreign.headers.get('Access-Control-Allow-Origin'), null);
  });
});

describe('the demo backend keeps a session', () => {
  it('in a cookie that scripts and the posts of other sites do not get', async () => {
    const cookie = (await site.connect()).headers.get('Set-Cookie') ?? '';
    assert.match(cookie, /^session=\d{13}-[\w-]{43};/);
    assert.match(cookie, /; HttpOnly/);
    assert.match(cookie, /; SameSite=Lax/);
    assert.doesNotMatch(cookie, /Secure|Domain/);
  });

  it('in a cookie for https and this host alone, where the site is not on this machine', async () => {
    const redirectUri = 'https://shop.example/callback';
    const database = `${site.folder}/public.db`;
    const options = { ...site.options(), redirectUris: [redirectUri], database };
    const backend = await startBackend(options);
    try {
      site.emulator.registerClient({
        clientId: options.clientId,
        name: 'Test shop',
        redirectUris: [CALLBACK, redirectUri],
      });
      const response = await fetch(`${backend.url}/monerium/connect`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Origin: 'https://shop.example' },
        body: JSON.stringify(site.grantBody(redirectUri)),
      });
      assert.equal(response.status, 200);
      const cookie = response.headers.get('Set-Cookie') ?? '';
      assert.match(cookie, /^__Host-session=\d{13}-[\w-]{43};/);
      assert.match(cookie, /; Secure/);
    } finally {
      await backend.close();
    }
  });

  it('and returns to the site who it is, without a request to Monerium', async () => {
    const connected = await site.connect();
    site.emulator.requests.length = 0;
    const session = await site.get('/session', cookieOf(connected));

    assert.equal(session.headers.get('Cache-Control'), 'no-store');
    assert.equal(session.headers.get('Access-Control-Allow-Origin'), null);
    assert.deepEqual(await session.json(), await connected.json());
    assert.deepEqual(site.emulator.requests, []);
  });

  it('under a new id for every connection, and drops the old one', async () => {
    const first = await site.signIn();
    const second = cookieOf(await site.connect(site.grantBody(), { Cookie: first }));

    assert.notEqual(first, second);
    await assertRefused(await site.get('/session', first), 401, 'login_required');
    assert.equal((await site.get('/session', second)).status, 200);
  });

  it('under an id that it has chosen, and not under one of the client', async () => {
    const chosen = 'session=chosen-by-an-attacker';
    const cookie = cookieOf(await site.connect(site.grantBody(), { Cookie: chosen }));
    assert.notEqual(cookie, chosen);
    await assertRefused(await site.get('/session', chosen), 401, 'login_required');
  });

  it('for eight hours', async () => {
    mock.timers.enable({ apis: ['Date'], now: Date.now() });
    try {
      const cookie = await site.signIn();
      mock.timers.tick(8 * 60 * 60 * 1000 - 1);
      assert.equal((await site.get('/session', cookie)).status, 200);
      mock.timers.tick(1);
      await assertRefused(await site.get('/session', cookie), 401, 'login_required');
      mock.timers.tick(1);
      await site.signIn();
      assert.equal((await site.rows()).length, 1, 'the next connection sweeps what has ended');
    } finally {
      mock.timers.reset();
    }
  });
});

describe('the demo backend ends a session', () => {
  it('and deletes it with its tokens', async () => {
    const cookie = await site.signIn();
    const before = (await site.rows()).length;
    const gone = await site.disconnect(cookie);

    assert.equal(gone.status, 204);
    assert.match(gone.headers.get('Set-Cookie') ?? '', /^session=; Max-Age=0/);
    assert.equal((await site.rows()).length, before - 1);
    await assertRefused(await site.get('/me', cookie), 401, 'login_required');
  });

  it('for a page of the site only', async () => {
    const Cookie = await site.signIn();
    const foreign = { Cookie, Origin: 'https://evil.example' };
    await assertRefused(await site.post('/disconnect', {}, foreign), 403, 'access_denied');
    const form = { Cookie, 'Content-Type': 'application/x-www-form-urlencoded' };
    await assertRefused(await site.post('/disconnect', 'a=b', form), 415, 'invalid_request');
    assert.equal((await site.get('/session', Cookie)).status, 200);
  });

  it('and is content when there is none', async () => {
    assert.equal((await site.post('/disconnect', {})).status, 204);
  });
});

describe('the demo backend keeps a list', () => {
  it('of the requests and their statuses, without secrets', async () => {
    site.backend.requests.length = 0;
    const body = site.grantBody();
    const cookie = cookieOf(await site.connect(body));
    await site.connect(body);
    await site.get('/me', cookie);

    assert.deepEqual(site.backend.requests, [
      { method: 'POST', path: '/monerium/connect', status: 200 },
      { method: 'POST', path: '/monerium/connect', status: 400 },
      { method: 'GET', path: '/me', status: 200 },
    ]);
    assert.deepEqual(site.log, []);
    const said = JSON.stringify(site.backend.requests);
    for (const secret of [body['code'], body['code_verifier'], cookie.slice(8), EMAIL]) {
      assert.ok(secret && !said.includes(secret), 'the secret is said');
    }
  });
});
