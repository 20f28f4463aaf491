import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it, mock } from 'node:test';
import { getAccessToken } from '../../examples/access-token.js';
import {
  ConnectionEnded,
  refreshTokens,
  type RefreshOptions,
  type Tokens,
} from '../../src/server/connections.js';
import { catchConnectError } from '../helpers/connect-error.js';
import { CLIENT_ID, openSite, post, type Site } from '../helpers/site.js';

let site: Site;

before(async () => {
  site = await openSite();
});

afterEach(() => {
  mock.restoreAll();
  site.reset();
});

after(() => site.close());

/** The tokens of a new customer. */
async function connect(): Promise<Tokens> {
  await site.handle(post(site.createPost()));
  return site.connected.at(-1)?.tokens ?? assert.fail('nobody was connected');
}

function refresh(tokens: Tokens, options: Partial<RefreshOptions> = {}): Promise<Tokens> {
  const { refreshToken = '' } = tokens;
  return refreshTokens({
    clientId: CLIENT_ID,
    apiUrl: site.emulator.url,
    refreshToken,
    ...options,
  });
}

describe('refreshTokens', () => {
  it('trades a refresh token for new tokens', async () => {
    const old = await connect();
    const fresh = await refresh(old);

    assert.notEqual(fresh.accessToken, old.accessToken);
    assert.notEqual(fresh.refreshToken, old.refreshToken);
    assert.ok(fresh.expiresAt > Date.now());
    const [request = assert.fail()] = site.emulator.refreshRequests();
    assert.deepEqual(Object.fromEntries(new URLSearchParams(request.body)), {
      grant_type: 'refresh_token',
      client_id: CLIENT_ID,
      refresh_token: old.refreshToken,
    });
  });

  it('follows the rotation, one refresh after the other', async () => {
    let tokens = await connect();
    for (let round = 0; round < 3; round++) tokens = await refresh(tokens);
    assert.equal(site.emulator.refreshRequests().length, 3);
  });

  it('#80 shares one refresh among fifty concurrent calls', async () => {
    const old = await connect();
    const all = await Promise.all(Array.from({ length: 50 }, () => refresh(old)));
    assert.equal(new Set(all.map(({ accessToken }) => accessToken)).size, 1);
    assert.equal(site.emulator.refreshRequests().length, 1);
  });

  it('shares nothing between customers', async () => {
    const [one, two] = [await connect(), await connect()];
    const [first, second] = await Promise.all([refresh(one), refresh(two)]);
    assert.notEqual(first.accessToken, second.accessToken);
    assert.equal(site.emulator.refreshRequests().length, 2);
  });

  it('gives a late reader of the old token the same new tokens, for a minute', async () => {
    const old = await connect();
    const fresh = await refresh(old);
    const now = Date.now();
    mock.method(Date, 'now', () => now + 59_000);
    assert.deepEqual(await refresh(old), fresh);
    assert.equal(site.emulator.refreshRequests().length, 1);

    mock.method(Date, 'now', () => now + 61_000);
    const error = await catchConnectError(() => refresh(old));
    assert.equal(error.code, 'exchange_rejected');
    assert.equal(site.emulator.refreshRequests().length, 2);
  });

  it('tries again after a failure', async () => {
    const old = await connect();
    site.emulator.configure({ token: 'unavailable' });
    const error = await catchConnectError(() => refresh(old));
    assert.equal(error.code, 'server_unavailable');
    site.emulator.configure({ token: 'none' });
    assert.notEqual((await refresh(old)).accessToken, old.accessToken);
  });

  it('rejects every concurrent call when the refresh fails', async () => {
    const old = await connect();
    site.emulator.configure({ token: 'rate-limit', retryAfter: '3' });
    const errors = await Promise.all([1, 2].map(() => catchConnectError(() => refresh(old))));
    assert.deepEqual(
      errors.map(({ code, retryAfterMs }) => [code, retryAfterMs]),
      Array(2).fill(['rate_limited', 3000]),
    );
    assert.equal(site.emulator.refreshRequests().length, 1);
  });

  it('says that the customer has to connect again when Monerium refuses', async () => {
    const unknown = { ...(await connect()), refreshToken: 'no' };
    for (const error of await Promise.all(
      [1, 2].map(() => catchConnectError(() => refresh(unknown))),
    )) {
      assert.equal(error.code, 'exchange_rejected');
      assert.ok(error instanceof ConnectionEnded);
    }
  });

  it('#80 keeps the connection when the client ID is wrong, or a proxy refuses', async () => {
    const old = await connect();
    for (const [status, body] of [
      [400, { error: 'invalid_client' }],
      [401, { error: 'invalid_client' }],
      [403, {}],
      [404, {}],
    ] as const) {
      const fetch = async () => Response.json(body, { status });
      const error = await catchConnectError(() => refresh(old, { fetch }));
      assert.equal(error.code, 'exchange_rejected');
      assert.ok(!(error instanceof ConnectionEnded), `${status}`);
    }
  });

  it('ends at the deadline when Monerium hangs', async () => {
    const old = await connect();
    site.emulator.configure({ token: 'hang' });
    const error = await catchConnectError(() => refresh(old, { timeoutMs: 200 }));
    assert.equal(error.code, 'exchange_timeout');
  });

  it('says in an error nothing of the token', async () => {
    const old = await connect();
    for (const token of ['unavailable', 'html', 'reset', 'not-found'] as const) {
      site.emulator.configure({ token });
      const { message, stack } = await catchConnectError(() => refresh(old));
      assert.ok(!`${message}${stack}`.includes(old.refreshToken ?? ''), token);
    }
  });

  it('refuses options that make no sense', async () => {
    const error = await catchConnectError(() =>
      refreshTokens({ clientId: CLIENT_ID, refreshToken: 'a', apiUrl: 'api' }),
    );
    assert.equal(error.code, 'invalid_config');
  });
});

describe('the example of keeping a connection alive', () => {
  const kept: Tokens[] = [];
  const keep = async (tokens: Tokens) => void kept.push(tokens);

  before(() => {
    process.env.MONERIUM_API_URL = site.emulator.url;
  });

  afterEach(() => void (kept.length = 0));

  it('uses a token that has more than a minute left', async () => {
    const tokens = await connect();
    assert.equal(await getAccessToken({ clientId: CLIENT_ID, tokens }, keep), tokens.accessToken);
    assert.deepEqual(kept, []);
  });

  it('renews the others, and keeps what it got', async () => {
    site.emulator.configure({ expiresIn: 30 });
    const tokens = await connect();
    const accessToken = await getAccessToken({ clientId: CLIENT_ID, tokens }, keep);
    assert.notEqual(accessToken, tokens.accessToken);
    assert.deepEqual(
      kept.map((fresh) => fresh.accessToken),
      [accessToken],
    );
  });
});
