import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { DEMO_CLIENT_ID, startEmulator } from '../../src/testing/emulator/emulator.js';
import {
  CHALLENGE,
  CLIENT,
  type Fields,
  REDIRECT_URI,
  VERIFIER,
  bodyOf,
  emulator,
  exchange,
  exchangeFields,
  fieldsOf,
  get,
  issueCode,
  post,
  received,
  refresh,
  tokensOf,
} from './emulator-fixture.js';

describe('the token endpoint', () => {
  it('returns tokens with a recognisable prefix, not to be cached', async () => {
    const response = await exchange(issueCode());
    assert.equal(response.headers.get('cache-control'), 'no-store');
    const body = await bodyOf(response);
    assert.match(String(body.access_token), /^access_[\w-]{22,}$/);
    assert.match(String(body.refresh_token), /^refresh_[\w-]{22,}$/);
    assert.equal(body.token_type, 'Bearer');
    assert.equal(body.expires_in, 3600);
    assert.ok(body.profile && body.userId, 'no identity');
  });

  it('leaves out the IDs and expires_in when switched off', async () => {
    emulator.configure({ idsInToken: false, expiresIn: null });
    const body = await bodyOf(await exchange(issueCode()));
    assert.deepEqual(Object.keys(body), ['access_token', 'token_type', 'refresh_token']);
    emulator.configure({ expiresIn: '60' });
    assert.equal((await bodyOf(await exchange(issueCode()))).expires_in, '60');
  });

  async function assertRefused(response: Response, field: string): Promise<void> {
    assert.equal(response.status, 400);
    const body = await bodyOf(response);
    assert.equal(body.code, 400);
    assert.deepEqual(fieldsOf(body.errors), [field]);
  }

  const invalidRequests: [string, Fields, string][] = [
    ['a short verifier', { code_verifier: 'v' }, 'code_verifier'],
    ['an unknown client', { client_id: 'nobody' }, 'client_id'],
    ['an unknown code', { code: 'code_unknown' }, 'code'],
    ['a missing code', { code: '' }, 'code'],
    ['another grant type', { grant_type: 'password' }, 'grant_type'],
    ['a client secret', { client_secret: 'secret' }, 'client_secret'],
    ['a client assertion', { client_assertion: 'a.b.c' }, 'client_assertion'],
  ];
  for (const [what, fields, field] of invalidRequests) {
    it(`refuses ${what}, and the code stays valid`, async () => {
      const code = issueCode();
      await assertRefused(await exchange(code, fields), field);
      assert.equal((await exchange(code)).status, 200);
    });
  }

  const failedAttempts: [string, Fields, string][] = [
    ['another verifier', { code_verifier: 'w'.repeat(43) }, 'code_verifier'],
    ['another redirect URI', { redirect_uri: 'https://shop.example/back' }, 'redirect_uri'],
    ["another client's ID", { client_id: 'other' }, 'code'],
  ];
  for (const [what, fields, field] of failedAttempts) {
    it(`refuses a code with ${what}, and the code is used up`, async () => {
      emulator.registerClient({ ...CLIENT, clientId: 'other' });
      const code = issueCode();
      await assertRefused(await exchange(code, fields), field);
      await assertRefused(await exchange(code), 'code');
    });
  }

  for (const name of ['client_id', 'code', 'scope']) {
    it(`refuses a repeated parameter: ${name}`, async () => {
      const body = new URLSearchParams(exchangeFields(issueCode(), { scope: 'read' }));
      body.append(name, 'again');
      const response = await fetch(`${emulator.url}/auth/token`, { method: 'POST', body });
      await assertRefused(response, name);
    });
  }

  it('refuses a client that authenticates with an Authorization header', async () => {
    const code = issueCode();
    const credentials = Buffer.from(`${DEMO_CLIENT_ID}:secret`).toString('base64');
    const response = await fetch(`${emulator.url}/auth/token`, {
      method: 'POST',
      headers: { Authorization: `Basic ${credentials}` },
      body: new URLSearchParams(exchangeFields(code)),
    });
    assert.equal(response.status, 401);
    assert.match(response.headers.get('www-authenticate') ?? '', /^Basic /);
    assert.equal((await exchange(code)).status, 200);
  });

  it('takes an empty Authorization header for none, as `@monerium/sdk` 3 sends it', async () => {
    const response = await fetch(`${emulator.url}/auth/token`, {
      method: 'POST',
      headers: { Authorization: '' },
      body: new URLSearchParams(exchangeFields(issueCode())),
    });
    assert.equal(response.status, 200);
  });

  it("returns errors in OAuth's shape when switched on", async () => {
    emulator.configure({ oauthErrors: true });
    const response = await exchange('code_unknown');
    assert.equal(response.status, 400);
    const body = await bodyOf(response);
    assert.deepEqual(Object.keys(body), ['error', 'error_description']);
    assert.equal(body.error, 'invalid_grant');
    const refreshed = await refresh('refresh_unknown');
    assert.equal(refreshed.status, 400);
    assert.equal((await bodyOf(refreshed)).error, 'invalid_grant');
    const withSecret = await exchange(issueCode(), { client_secret: 'secret' });
    assert.equal((await bodyOf(withSecret)).error, 'invalid_client');
  });

  it('refuses an expired code', async () => {
    const code = issueCode();
    emulator.configure({ codeLifetimeMs: 0 });
    await assertRefused(await exchange(code), 'code');
    emulator.configure({ codeLifetimeMs: 60_000 });
    assert.equal((await exchange(issueCode())).status, 200);
  });

  it('refuses an expired access token, and its refresh token stays valid', async () => {
    const tokens = await tokensOf(await exchange(issueCode()));
    assert.equal((await get('/auth/context', tokens.access)).status, 200);
    emulator.configure({ accessTokenLifetimeMs: 0 });
    const expired = await get('/auth/context', tokens.access);
    assert.equal(expired.status, 401);
    assert.match(expired.headers.get('www-authenticate') ?? '', /^Bearer error="invalid_token"/);
    emulator.configure({ accessTokenLifetimeMs: 60_000 });
    const { access } = await tokensOf(await refresh(tokens.refresh));
    assert.equal((await get('/auth/context', access)).status, 200);
  });

  it('lets access tokens expire after as long as expires_in promises', async () => {
    const { access } = await tokensOf(await exchange(issueCode()));
    mock.timers.enable({ apis: ['Date'], now: Date.now() });
    try {
      mock.timers.tick(3_599_000);
      assert.equal((await get('/auth/context', access)).status, 200);
      mock.timers.tick(1_000);
      assert.equal((await get('/auth/context', access)).status, 401);
    } finally {
      mock.timers.reset();
    }
  });

  it('revokes the tokens of a code that is used twice', async () => {
    const code = issueCode();
    const { access, refresh: refreshToken } = await tokensOf(await exchange(code));
    assert.equal((await get('/auth/context', access)).status, 200);
    assert.equal((await exchange(code)).status, 400);
    assert.equal((await get('/auth/context', access)).status, 401);
    assert.equal((await refresh(refreshToken)).status, 400);
  });

  it('revokes the tokens of a later refresh too when the code is used twice', async () => {
    const code = issueCode();
    const first = await tokensOf(await exchange(code));
    const second = await tokensOf(await refresh(first.refresh));
    assert.equal((await exchange(code)).status, 400);
    assert.equal((await get('/auth/context', second.access)).status, 401);
    assert.equal((await refresh(second.refresh)).status, 400);
  });

  it('rotates refresh tokens', async () => {
    const first = await tokensOf(await exchange(issueCode()));
    const second = await tokensOf(await refresh(first.refresh));
    const third = await tokensOf(await refresh(second.refresh));
    assert.equal(new Set([first.refresh, second.refresh, third.refresh]).size, 3);
    assert.equal((await get('/auth/context', third.access)).status, 200);
  });

  it('revokes the whole grant when an old refresh token is used again', async () => {
    const first = await tokensOf(await exchange(issueCode()));
    const second = await tokensOf(await refresh(first.refresh));
    assert.equal((await refresh(first.refresh)).status, 400);
    assert.equal((await refresh(second.refresh)).status, 400);
    assert.equal((await get('/auth/context', second.access)).status, 401);
  });

  it('accepts nothing but a form', async () => {
    const response = await fetch(`${emulator.url}/auth/token`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    });
    assert.equal(response.status, 415);
  });

  it('uses the code up before a delayed response', async () => {
    const own = await startEmulator({ clients: [CLIENT] });
    const code = own.issueCode({
      clientId: DEMO_CLIENT_ID,
      redirectUri: REDIRECT_URI,
      codeChallenge: CHALLENGE,
    });
    const fields = { grant_type: 'authorization_code', client_id: DEMO_CLIENT_ID, code };
    const body = { ...fields, redirect_uri: REDIRECT_URI, code_verifier: VERIFIER };
    own.configure({ delayMs: 3_600_000 });
    const delayed = assert.rejects(post(`${own.url}/auth/token`, body));
    const request = await received(own, '/auth/token');
    own.configure({ delayMs: 0 });
    assert.equal((await post(`${own.url}/auth/token`, body)).status, 400);
    assert.equal(request.status, undefined);
    await own.close();
    await delayed;
  });
});
