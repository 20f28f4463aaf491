import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { createExchangeHandler, type ExchangeHandlerOptions } from '../../src/server/index.js';
import { catchConnectError } from '../helpers/connect-error.js';
import {
  ask,
  CLIENT_ID,
  openSite,
  ORIGIN,
  post,
  REDIRECT_URI,
  type Site,
} from '../helpers/site.js';

let site: Site;

before(async () => {
  site = await openSite();
});

afterEach(() => site.reset());

after(() => site.close());

async function assertRefused(response: Response, status: number, error: string): Promise<void> {
  assert.equal(response.status, status);
  const body = (await response.json()) as Record<string, string>;
  assert.deepEqual(body, { error, error_description: site.failures.at(-1)?.reason });
  assert.equal(response.headers.get('cache-control'), 'no-store');
  assert.equal(response.headers.get('vary'), 'origin');
  assert.deepEqual(site.connected, []);
}

describe('the handler connects a customer', () => {
  it('returns profile and user id, and nothing else', async () => {
    const body = site.createPost();
    const response = await site.handle(post(body));

    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'application/json');
    assert.equal(response.headers.get('cache-control'), 'no-store');
    const answer = (await response.json()) as Record<string, string>;
    assert.deepEqual(Object.keys(answer), ['profile', 'userId']);
    const [{ profile, userId } = assert.fail()] = site.connected;
    assert.deepEqual(answer, { profile, userId });
    assert.match(profile, /^[\w-]{36}$/);
    assert.notEqual(profile, userId);
  });

  it('sends the code to Monerium once, with the fields of the post', async () => {
    const body = site.createPost();
    await site.handle(post(body));

    const [request = assert.fail(), ...others] = site.emulator.requests;
    assert.deepEqual(others, []);
    assert.equal(request.method, 'POST');
    assert.equal(request.path, '/auth/token');
    assert.deepEqual(Object.fromEntries(new URLSearchParams(request.body)), {
      grant_type: 'authorization_code',
      ...body,
    });
  });

  it('passes the tokens, the client and the post to onConnected', async () => {
    const started = Date.now();
    const request = post(site.createPost(), { cookie: 'session=1' });
    await site.handle(request);

    const [{ tokens, clientId, request: told } = assert.fail()] = site.connected;
    assert.match(tokens.accessToken, /^access_/);
    assert.match(tokens.refreshToken ?? '', /^refresh_/);
    const life = (tokens.expiresAt ?? NaN) - started;
    assert.equal(life >= 3_600_000 && life < 3_660_000, true);
    assert.equal(clientId, CLIENT_ID);
    assert.equal(told, request);
    assert.equal(told.headers.get('cookie'), 'session=1');
  });

  it('fetches the context when the token response has no ids', async () => {
    site.emulator.configure({ idsInToken: false });
    const response = await site.handle(post(site.createPost()));

    const [{ profile, userId, tokens } = assert.fail()] = site.connected;
    assert.deepEqual(await response.json(), { profile, userId });
    const [, context] = site.emulator.requests;
    assert.equal(context?.path, '/auth/context');
    assert.equal(context.headers.authorization, `Bearer ${tokens.accessToken}`);
  });

  it('uses no option of fetch that a Worker refuses', async () => {
    const asked: string[][] = [];
    const handle = site.handlerWith({
      fetch: (url, init = {}) => {
        asked.push(Object.keys(init).sort());
        assert.equal(init.redirect, 'manual');
        return fetch(url, init);
      },
    });
    site.emulator.configure({ idsInToken: false });
    assert.equal((await handle(post(site.createPost()))).status, 200);
    assert.deepEqual(asked, [
      ['body', 'method', 'redirect', 'signal'],
      ['headers', 'redirect', 'signal'],
    ]);
  });

  it('leaves no timer behind', async () => {
    const countTimers = () =>
      process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const identity = { profile: 'p', userId: 'u' };
    const answer = { access_token: 'a', token_type: 'Bearer', ...identity };
    const handle = site.handlerWith({ fetch: async () => Response.json(answer) });
    const before = countTimers();
    assert.equal((await handle(post(site.createPost()))).status, 200);
    assert.equal(countTimers(), before);
  });

  it('accepts one of several clients and redirect URIs', async () => {
    const clientId = ['another', CLIENT_ID];
    const redirectUris = [`${ORIGIN}/other`, REDIRECT_URI];
    const handle = site.handlerWith({ clientId, redirectUris });
    assert.equal((await handle(post(site.createPost()))).status, 200);
    assert.equal(site.connected[0]?.clientId, CLIENT_ID);
  });

  it('accepts a content type with a charset, in upper or lower case', async () => {
    for (const type of ['application/json;charset=utf-8', 'Application/JSON ; charset=UTF-8']) {
      const response = await site.handle(post(site.createPost(), { 'content-type': type }));
      assert.equal(response.status, 200, type);
    }
  });

  it('responds with a failure, and reports it, when the tokens could not be kept', async () => {
    const broken = new Error('SQLITE_BUSY, near the token access_123');
    const onConnected = () => Promise.reject(broken);
    const handle = site.handlerWith({ onConnected });
    await assertRefused(await handle(post(site.createPost())), 500, 'server_error');

    const [failure = assert.fail()] = site.failures;
    assert.equal(failure.cause, broken);
    assert.equal(failure.message, '500 server_error: onConnected threw Error');
    assert.equal((await site.handle(post(site.createPost()))).status, 200);
  });
});

describe('the headers of onConnected', () => {
  it('go into the response, every cookie of them', async () => {
    const headers = new Headers({ 'x-shop': '1' });
    headers.append('set-cookie', 'session=1; HttpOnly');
    headers.append('set-cookie', 'seen=1');
    const handle = site.handlerWith({ onConnected: async () => headers });
    const response = await handle(post(site.createPost()));

    assert.deepEqual(response.headers.getSetCookie(), ['session=1; HttpOnly', 'seen=1']);
    assert.equal(response.headers.get('x-shop'), '1');
  });

  it('may be a plain object', async () => {
    const handle = site.handlerWith({ onConnected: () => ({ 'set-cookie': 'session=1' }) });
    const response = await handle(post(site.createPost()));
    assert.deepEqual(response.headers.getSetCookie(), ['session=1']);
  });

  it('cannot weaken the headers of the handler', async () => {
    const loose = {
      'cache-control': 'public',
      'content-type': 'text/html',
      'access-control-allow-origin': '*',
      vary: 'cookie',
    };
    const handle = site.handlerWith({ onConnected: () => loose });
    const { headers } = await handle(post(site.createPost()));

    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(headers.get('content-type'), 'application/json');
    assert.equal(headers.get('access-control-allow-origin'), ORIGIN);
    assert.equal(headers.get('vary'), 'cookie, origin');
  });

  it('cause 500 when they are invalid', async () => {
    const handle = site.handlerWith({ onConnected: () => ({ 'not a name': '1' }) });
    await assertRefused(await handle(post(site.createPost())), 500, 'server_error');
    assert.equal(site.failures[0]?.cause instanceof TypeError, true);
  });
});

describe('the handler refuses without a request to Monerium', () => {
  afterEach(() => assert.deepEqual(site.emulator.requests, []));

  it('every method except POST', async () => {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      const response = await site.handle(ask(method));
      assert.equal(response.headers.get('allow'), 'POST, OPTIONS');
      await assertRefused(response, 405, 'invalid_request');
    }
  });

  it('a page of another origin, and a post without any', async () => {
    const strangers = [
      '',
      'null',
      'https://evil.example',
      `${ORIGIN}.evil.example`,
      `${ORIGIN}:8443`,
    ];
    for (const origin of [
      ...strangers,
      'http://shop.example',
      `${ORIGIN}/`,
      `${ORIGIN}, ${ORIGIN}`,
    ]) {
      const response = await site.handle(post(site.createPost(), { origin }));
      assert.equal(response.headers.get('access-control-allow-origin'), null);
      await assertRefused(response, 403, 'access_denied');
    }
  });

  it('what is not sent as JSON', async () => {
    const types = ['', 'text/plain', 'application/x-www-form-urlencoded', 'application/json-seq'];
    for (const type of [...types, 'text/plain; application/json']) {
      const response = await site.handle(post(site.createPost(), { 'content-type': type }));
      await assertRefused(response, 415, 'invalid_request');
    }
  });

  it('a body over 8 KiB, and not one of 8 KiB', async () => {
    const text = JSON.stringify({ ...site.createPost(), code: '' });
    await assertRefused(await site.handle(post(text.padEnd(8193))), 413, 'invalid_request');
    await assertRefused(await site.handle(post(text.padEnd(8192))), 400, 'invalid_request');
  });

  it('what is not a JSON object', async () => {
    const right = JSON.stringify(site.createPost());
    for (const text of ['', '{"code":', 'null', '[]', '"text"', '7', right.slice(1)]) {
      await assertRefused(await site.handle(post(text)), 400, 'invalid_request');
    }
    await assertRefused(
      await site.handle(ask('POST', { 'content-type': 'application/json' })),
      400,
      'invalid_request',
    );
  });

  const wrong: Record<string, unknown[]> = {
    code: [
      undefined,
      null,
      '',
      'x'.repeat(2049),
      ['a'],
      { a: 1 },
      7,
      'line\nbreak',
      'é',
      '\0',
      '\x7f',
    ],
    code_verifier: [
      undefined,
      'x'.repeat(42),
      'x'.repeat(129),
      `${'x'.repeat(42)}+`,
      `${'x'.repeat(43)}\n`,
      'é'.repeat(43),
      ['x'.repeat(43)],
    ],
    redirect_uri: [
      undefined,
      '',
      `${REDIRECT_URI}?`,
      `${REDIRECT_URI}/`,
      `${ORIGIN}/Connect`,
      'https://evil.example/connect',
      [REDIRECT_URI],
    ],
    client_id: [undefined, '', 'another-client', CLIENT_ID.toUpperCase(), [CLIENT_ID]],
  };
  for (const [name, values] of Object.entries(wrong)) {
    it(`a ${name} that is missing, malformed or not the site's`, async () => {
      for (const value of values) {
        const response = await site.handle(post({ ...site.createPost(), [name]: value }));
        await assertRefused(response, 400, 'invalid_request');
      }
      const faults: Record<string, string> = {
        redirect_uri: 'not one of redirectUris',
        client_id: 'not one of clientId',
      };
      const message = `400 invalid_request: ${name} is missing or ${faults[name] ?? 'malformed'}`;
      for (const failure of site.failures) assert.equal(failure.message, message);
    });
  }

  it('fields that only the prototype has', async () => {
    const text = `{"__proto__":${JSON.stringify(site.createPost())}}`;
    await assertRefused(await site.handle(post(text)), 400, 'invalid_request');
  });

  it('a post whose body a parser has read, and reports that to onError', async () => {
    const read = post(site.createPost());
    await read.text();
    const locked = post(site.createPost());
    locked.body?.getReader();
    for (const request of [read, locked]) {
      await assertRefused(await site.handle(request), 500, 'server_error');
    }
    assert.match(site.failures[0]?.message ?? '', /a parser has read the body/);
  });
});

describe('the handler sends a code once', () => {
  it('refuses one of two simultaneous posts as a replay', async () => {
    site.emulator.configure({ delayMs: 50 });
    const body = site.createPost();
    const both = await Promise.all([site.handle(post(body)), site.handle(post(body))]);

    // Which of them claims the code first is not defined.
    const [first, second = assert.fail()] = both.sort((a, b) => a.status - b.status);
    assert.deepEqual([first?.status, second.status], [200, 400]);
    const { error } = (await second.json()) as { error: string };
    assert.equal(error, 'invalid_grant');
    assert.equal(site.emulator.tokenRequests().length, 1);
  });

  it('does not send a replay to Monerium, which would end the connection', async () => {
    const body = site.createPost();
    assert.equal((await site.handle(post(body))).status, 200);
    assert.equal((await site.handle(post(body))).status, 400);
    assert.equal(site.emulator.tokenRequests().length, 1);
  });

  it('remembers a code whose exchange failed', async () => {
    site.emulator.configure({ token: 'unavailable' });
    const body = site.createPost();
    assert.equal((await site.handle(post(body))).status, 502);
    assert.equal((await site.handle(post(body))).status, 400);
    assert.equal(site.emulator.tokenRequests().length, 1);
  });
});

describe('the handler supports CORS', () => {
  const wish = {
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type,x-csrf-token',
  };

  it('answers the preflight of a listed origin', async () => {
    const { status, headers } = await site.handle(ask('OPTIONS', wish));
    assert.equal(status, 204);
    assert.equal(headers.get('access-control-allow-origin'), ORIGIN);
    assert.equal(headers.get('access-control-allow-methods'), 'POST, OPTIONS');
    assert.equal(headers.get('access-control-allow-headers'), 'content-type,x-csrf-token');
    assert.equal(headers.get('access-control-allow-credentials'), null);
    assert.equal(headers.get('vary'), 'origin');
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.deepEqual(site.failures, []);
  });

  it('allows the content type in a preflight that names no header', async () => {
    const { headers } = await site.handle(ask('OPTIONS'));
    assert.equal(headers.get('access-control-allow-headers'), 'content-type');
  });

  it('gives no permission to another origin', async () => {
    const response = await site.handle(ask('OPTIONS', { ...wish, origin: 'https://evil.example' }));
    for (const [name] of response.headers) assert.doesNotMatch(name, /^access-control/);
    await assertRefused(response, 403, 'access_denied');
  });

  it('lets a listed origin read a failure, and when to try again', async () => {
    site.emulator.configure({ token: 'rate-limit', retryAfter: '42' });
    const { status, headers } = await site.handle(post(site.createPost()));
    assert.equal(status, 429);
    assert.equal(headers.get('retry-after'), '42');
    assert.equal(headers.get('access-control-allow-origin'), ORIGIN);
    assert.equal(headers.get('access-control-expose-headers'), 'retry-after');
  });

  it('allows credentials with allowCredentials', async () => {
    const handle = site.handlerWith({ allowCredentials: true });
    for (const request of [ask('OPTIONS', wish), post(site.createPost()), post('')]) {
      const { headers } = await handle(request);
      assert.equal(headers.get('access-control-allow-credentials'), 'true');
    }
  });

  it('accepts allowedOrigins in place of the origins of the redirect URIs', async () => {
    const handle = site.handlerWith({
      allowedOrigins: ['https://app.example/', 'http://localhost:5173'],
    });
    for (const origin of ['https://app.example', 'http://localhost:5173']) {
      const response = await handle(post(site.createPost(), { origin }));
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('access-control-allow-origin'), origin);
    }
    site.connected.length = 0;
    await assertRefused(await handle(post(site.createPost())), 403, 'access_denied');
  });
});

describe('the options of the handler', () => {
  const RIGHT = { clientId: CLIENT_ID, redirectUris: [REDIRECT_URI], onConnected: () => undefined };

  const wrong: [string, object][] = [
    ['clientId', { clientId: '' }],
    ['clientId', { clientId: [] }],
    ['clientId', { clientId: undefined }],
    ['clientId', { clientId: ['a', 7] }],
    ['redirectUris', { redirectUris: [] }],
    ['redirectUris', { redirectUris: ['/connect'] }],
    ['redirectUris', { redirectUris: ['app.example:/connect'] }],
    ['redirectUris', { redirectUris: ['https://'] }],
    ['allowedOrigins', { allowedOrigins: ['*'] }],
    ['allowedOrigins', { allowedOrigins: ['null'] }],
    ['environment', { environment: 'prod' }],
    ['apiUrl', { apiUrl: 'api.monerium.dev' }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['timeoutMs', { timeoutMs: 120_001 }],
    ['timeoutMs', { timeoutMs: NaN }],
    ['timeoutMs', { timeoutMs: '1000' }],
    ['redirectUris', { redirectUris: '' }],
    ['allowedOrigins', { allowedOrigins: '' }],
    ['allowCredentials', { allowCredentials: 'true' }],
    ['apiUrl', { apiUrl: 'http://api.monerium.dev' }],
    ['apiUrl', { apiUrl: 'https://api.monerium.dev/?a=b' }],
    ['apiUrl', { apiUrl: 'https://api.monerium.dev/?' }],
    ['apiUrl', { apiUrl: 'https://api.monerium.dev/#' }],
    ['apiUrl', { apiUrl: 'https://user@api.monerium.dev/' }],
    ['apiUrl', { apiUrl: 7 }],
    ['fetch', { fetch: 'fetch' }],
    ['onConnected', { onConnected: undefined }],
    ['onSession', { onSession: {} }],
    ['onDisconnect', { onDisconnect: true }],
    ['onError', { onError: 'log' }],
    ['observe', { observe: null }],
    ['store', { store: {} }],
    ['redirectUri', { redirectUri: REDIRECT_URI }],
  ];
  for (const [option, change] of wrong) {
    it(`throw invalid_config at once: ${JSON.stringify(change)}`, async () => {
      const error = await catchConnectError(() => createExchangeHandler({ ...RIGHT, ...change }));
      assert.equal(error.code, 'invalid_config');
      assert.match(error.message, new RegExp(`^invalid_config: ${option} needs `));
    });
  }

  it('throw with a stack that contains the calling file', async () => {
    const error = await catchConnectError(() => createExchangeHandler({ ...RIGHT, clientId: '' }));
    assert.match(error.stack ?? '', /^Error: ConnectError: invalid_config: clientId needs/);
    assert.match(error.stack ?? '', /exchange-handler\.test\.ts/);
  });

  it('throw for an unknown option, with the names of all options', async () => {
    const wrong = { ...RIGHT, redirectUri: REDIRECT_URI };
    const { message } = await catchConnectError(() => createExchangeHandler(wrong));
    assert.match(message, /redirectUri needs another name: options are .*\bredirectUris\b/);
  });

  it('have to be an object', async () => {
    const create = createExchangeHandler as (options?: unknown) => unknown;
    const { message } = await catchConnectError(() => create());
    assert.match(message, /options needs an object/);
  });

  it('are own properties, not those of Object.prototype', async () => {
    const polluted = { apiUrl: 'https://evil.example', allowedOrigins: ['https://evil.example'] };
    try {
      Object.assign(Object.prototype, polluted);
      const asked: string[] = [];
      const fetch = async (input: string | URL | Request) => {
        asked.push(new Request(input).url);
        throw new TypeError('offline');
      };
      const handle = createExchangeHandler({ ...RIGHT, fetch, onError: () => undefined });
      const foreign = post(site.createPost(), { origin: 'https://evil.example' });
      assert.equal((await handle(foreign)).status, 403);
      assert.equal((await handle(post(site.createPost()))).status, 502);
      assert.deepEqual(asked, ['https://api.monerium.dev/auth/token']);
    } finally {
      for (const name of Object.keys(polluted)) Reflect.deleteProperty(Object.prototype, name);
    }
  });

  const hosts: [Partial<ExchangeHandlerOptions>, string][] = [
    [{}, 'https://api.monerium.dev/auth/token'],
    [{ environment: 'sandbox' }, 'https://api.monerium.dev/auth/token'],
    [{ environment: 'production' }, 'https://api.monerium.app/auth/token'],
    [{ environment: 'production', apiUrl: 'https://proxy/m//' }, 'https://proxy/m/auth/token'],
    [{ apiUrl: 'http://127.0.0.1:4010' }, 'http://127.0.0.1:4010/auth/token'],
    [{ apiUrl: 'http://[::1]:4010' }, 'http://[::1]:4010/auth/token'],
  ];
  for (const [options, url] of hosts) {
    it(`select ${url}: ${JSON.stringify(options)}`, async () => {
      const asked: string[] = [];
      const fetch = async (input: string | URL | Request) => {
        asked.push(new Request(input).url);
        throw new TypeError('offline');
      };
      const onError = () => undefined;
      const handle = createExchangeHandler({ ...RIGHT, ...options, fetch, onError });
      assert.equal((await handle(post(site.createPost()))).status, 502);
      assert.deepEqual(asked, [url]);
    });
  }

  it('are read once, so that a later change of a list has no effect', async () => {
    const redirectUris = [REDIRECT_URI];
    const handle = site.handlerWith({ redirectUris });
    redirectUris.push('https://evil.example/connect');
    const body = { ...site.createPost(), redirect_uri: 'https://evil.example/connect' };
    assert.equal((await handle(post(body))).status, 400);
    assert.deepEqual(site.emulator.requests, []);
  });
});
