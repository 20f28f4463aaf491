import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, afterEach, before, describe, it } from 'node:test';
import { startBackend, type Backend } from '../../demo/backend/backend.js';
import { startEmulator, type Emulator } from '../../demo/emulator/emulator.js';

const CLIENT_ID = '7d3f6f0a-54a4-4b4f-9a8e-2f0f1f0f7a11';
const SITE = 'http://localhost:5173';
const CALLBACK = `${SITE}/callback.html`;
const JSON_HEADERS = { 'Content-Type': 'application/json', Origin: SITE };

let emulator: Emulator;
let backend: Backend;

/** A fresh code with everything that a page posts together with it. */
function grantBody(): Record<string, string> {
  const verifier = randomBytes(32).toString('base64url');
  const codeChallenge = createHash('sha256').update(verifier).digest('base64url');
  const code = emulator.issueCode({ clientId: CLIENT_ID, redirectUri: CALLBACK, codeChallenge });
  return { code, code_verifier: verifier, redirect_uri: CALLBACK, client_id: CLIENT_ID };
}

function connect(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${backend.url}/monerium/connect`, {
    method: 'POST',
    headers: { ...JSON_HEADERS, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

function sessionCookie(response: Response): string {
  const [cookie = ''] = (response.headers.get('Set-Cookie') ?? '').split(';');
  return cookie;
}

async function assertRefused(response: Response, status: number, error: string): Promise<void> {
  assert.equal(response.status, status);
  assert.deepEqual(await response.json(), { error });
  assert.equal(response.headers.get('Set-Cookie'), null);
}

before(async () => {
  emulator = await startEmulator({
    clients: [{ clientId: CLIENT_ID, name: 'Test shop', redirectUris: [CALLBACK] }],
  });
  backend = await startBackend({
    apiUrl: emulator.url,
    clientId: CLIENT_ID,
    redirectUris: [CALLBACK],
    allowedOrigins: [SITE],
    timeout: 500,
  });
});

afterEach(() => emulator.reset());

after(async () => {
  await backend.close();
  await emulator.close();
});

describe('the demo backend exchanges a code', () => {
  it('answers who the customer is and nothing else', async () => {
    const response = await connect(grantBody());
    const text = await response.text();
    const { profile, userId } = JSON.parse(text) as Record<string, string>;

    assert.equal(response.status, 200);
    assert.deepEqual(Object.keys(JSON.parse(text) as object), ['profile', 'userId']);
    assert.match(String(profile), /^[\w-]{36}$/);
    assert.match(String(userId), /^[\w-]{36}$/);
    assert.doesNotMatch(text, /access|refresh|token/i);
    assert.equal(response.headers.get('Cache-Control'), 'no-store');
    assert.equal(emulator.tokenRequests().length, 1);
  });

  it('hides the session from scripts and from other sites', async () => {
    const response = await connect(grantBody());
    const cookie = response.headers.get('Set-Cookie') ?? '';

    assert.match(cookie, /^demo_session=[\w-]{43};/);
    assert.match(cookie, /; HttpOnly/);
    assert.match(cookie, /; SameSite=Lax/);
  });

  it('asks the context when the token answer has no ids', async () => {
    emulator.configure({ idsInToken: false });
    const response = await connect(grantBody());
    const { profile } = (await response.json()) as Record<string, string>;

    assert.equal(response.status, 200);
    assert.match(String(profile), /^[\w-]{36}$/);
    const [context] = emulator.requests.filter(({ path }) => path.startsWith('/auth/context'));
    assert.equal(context?.headers.accept, 'application/vnd.monerium.api-v2+json');
  });

  it('keeps no session when the context does not tell', async () => {
    emulator.configure({ idsInToken: false, context: 'not-found' });
    await assertRefused(await connect(grantBody()), 502, 'server_error');
  });
});

describe('the demo backend remembers the customer', () => {
  it('tells who is signed in, until the sign-out', async () => {
    const connected = await connect(grantBody());
    const headers = { Cookie: sessionCookie(connected), Origin: SITE };
    const me = await fetch(`${backend.url}/me`, { headers });
    assert.equal(me.status, 200);
    assert.deepEqual(await me.json(), await connected.json());

    const gone = await fetch(`${backend.url}/disconnect`, { method: 'POST', headers });
    assert.equal(gone.status, 204);
    await assertRefused(await fetch(`${backend.url}/me`, { headers }), 401, 'login_required');
  });

  it('gives a new session id with every connection and forgets the old', async () => {
    const first = sessionCookie(await connect(grantBody()));
    const second = sessionCookie(await connect(grantBody(), { Cookie: first }));

    assert.notEqual(first, second);
    const me = await fetch(`${backend.url}/me`, { headers: { Cookie: first } });
    await assertRefused(me, 401, 'login_required');
  });

  it('does not let another origin sign the customer out', async () => {
    const Cookie = sessionCookie(await connect(grantBody()));
    const headers = { Cookie, Origin: 'https://evil.example' };
    const gone = await fetch(`${backend.url}/disconnect`, { method: 'POST', headers });

    await assertRefused(gone, 403, 'access_denied');
    const me = await fetch(`${backend.url}/me`, { headers: { Cookie } });
    assert.equal(me.status, 200);
  });
});

describe('the demo backend refuses before it asks Monerium', () => {
  afterEach(() => assert.equal(emulator.tokenRequests().length, 0));

  it('what is not JSON', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp']) {
      const response = await connect(grantBody(), { 'Content-Type': type });
      await assertRefused(response, 415, 'invalid_request');
    }
    await assertRefused(await connect('{"code":'), 400, 'invalid_request');
    await assertRefused(await connect('null'), 400, 'invalid_request');
  });

  it('a page of another origin', async () => {
    for (const Origin of ['https://evil.example', 'null', `${SITE}.evil.example`]) {
      const response = await connect(grantBody(), { Origin });
      assert.equal(response.headers.get('Access-Control-Allow-Origin'), null);
      await assertRefused(response, 403, 'access_denied');
    }
  });

  it('a request that names no origin', async () => {
    const response = await fetch(`${backend.url}/monerium/connect`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(grantBody()),
    });
    await assertRefused(response, 403, 'access_denied');
  });

  it('a body over 8 KiB', async () => {
    const response = await connect({ ...grantBody(), padding: 'x'.repeat(8 * 1024) });
    await assertRefused(response, 413, 'invalid_request');
  });

  it('a field of the wrong shape', async () => {
    const wrong = [
      { code: '' },
      { code: 'x'.repeat(2049) },
      { code: ['a', 'b'] },
      { code: 'line\nbreak' },
      { code_verifier: 'x'.repeat(42) },
      { code_verifier: 'x'.repeat(129) },
      { code_verifier: `${'x'.repeat(43)}\n` },
      { code_verifier: `${'x'.repeat(42)}+` },
      { client_id: 'another-client' },
      { redirect_uri: `${CALLBACK}?` },
      { redirect_uri: `${SITE}/another.html` },
    ];
    for (const fields of wrong) {
      const response = await connect({ ...grantBody(), ...fields });
      await assertRefused(response, 400, 'invalid_request');
    }
  });
});

describe('the demo backend passes on how Monerium failed', () => {
  it('a code that was used before', async () => {
    const body = grantBody();
    assert.equal((await connect(body)).status, 200);
    await assertRefused(await connect(body), 400, 'invalid_grant');
  });

  it('a service that is busy, and when to try again', async () => {
    emulator.configure({ token: 'rate-limit', retryAfter: '42' });
    const response = await connect(grantBody());

    assert.equal(response.headers.get('Retry-After'), '42');
    assert.match(response.headers.get('Access-Control-Expose-Headers') ?? '', /Retry-After/);
    assert.equal(response.headers.get('Access-Control-Allow-Origin'), SITE);
    await assertRefused(response, 429, 'temporarily_unavailable');
  });

  it('a service that never finishes its answer', async () => {
    for (const token of ['hang', 'drip'] as const) {
      emulator.configure({ token });
      await assertRefused(await connect(grantBody()), 504, 'temporarily_unavailable');
    }
  });

  it('a service that is broken, after one attempt', async () => {
    const faults = ['unavailable', 'server-error', 'html', 'empty', 'reset'] as const;
    for (const token of faults) {
      emulator.reset();
      emulator.configure({ token });
      await assertRefused(await connect(grantBody()), 502, 'server_error');
      assert.equal(emulator.tokenRequests().length, 1, token);
    }
  });

  it('an answer without end, of which it reads little', async () => {
    emulator.configure({ token: 'endless' });
    const before = process.memoryUsage().rss;
    await assertRefused(await connect(grantBody()), 502, 'server_error');
    assert.ok(process.memoryUsage().rss - before < 64 * 1024 * 1024);
  });

  it('a redirect, which it does not follow with the code', async () => {
    emulator.configure({ token: 'redirect', redirectTo: `${emulator.url}/elsewhere` });
    await assertRefused(await connect(grantBody()), 502, 'server_error');
    assert.equal(emulator.requests.filter(({ path }) => path === '/elsewhere').length, 0);
  });
});

describe('the demo backend speaks CORS', () => {
  async function preflight(Origin: string): Promise<Response> {
    const headers = {
      Origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'content-type',
    };
    return fetch(`${backend.url}/monerium/connect`, { method: 'OPTIONS', headers });
  }

  it('lets the site post JSON with its cookie', async () => {
    const { headers } = await preflight(SITE);
    assert.equal(headers.get('Access-Control-Allow-Origin'), SITE);
    assert.equal(headers.get('Access-Control-Allow-Credentials'), 'true');
    assert.match(headers.get('Access-Control-Allow-Headers') ?? '', /content-type/i);
  });

  it('gives no permission to another origin', async () => {
    const { headers } = await preflight('https://evil.example');
    assert.equal(headers.get('Access-Control-Allow-Origin'), null);
  });
});

describe('the demo backend keeps count', () => {
  it('of what was asked and how it was answered, without a secret', async () => {
    const body = grantBody();
    backend.requests.length = 0;
    await connect(body);
    await connect('', { Origin: 'https://evil.example' });

    const path = '/monerium/connect';
    assert.deepEqual(backend.requests, [
      { method: 'POST', path, status: 200 },
      { method: 'POST', path, status: 403 },
    ]);
  });
});
