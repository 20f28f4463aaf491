// The flow that the server starts, driven by a browser without scripts against the emulator.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it, mock } from 'node:test';
import type { ErrorCode, ConnectHandlerOptions } from '../../src/server/index.js';
import type { Switches } from '../../src/testing/emulator/switches.js';
import {
  BASE,
  CLIENT_ID,
  FLOW,
  openConnectSite,
  SECRET,
  SHOP,
  type ConnectSite,
} from '../helpers/connect-site.js';
import type { Visitor } from '../helpers/visitor.js';

const START = `${BASE}/start`;
const HOUR = 3_600_000;

let site: ConnectSite;

before(async () => {
  site = await openConnectSite();
});

afterEach(() => {
  mock.restoreAll();
  site.reset();
});

after(() => site.close());

/** Begins a flow, and returns the address at Monerium to which it redirects the browser. */
async function begin(visitor: Visitor, query = ''): Promise<URL> {
  const response = await visitor.ask(`${START}${query}`);
  assert.equal(response.status, 303);
  return new URL(response.headers.get('location') ?? '');
}

/** Approves at Monerium, and returns the address of the callback without opening it. */
async function approve(visitor: Visitor, auth: URL): Promise<string> {
  const isCallback = (url: string) => url.startsWith(`${BASE}/callback`);
  return (await visitor.go(auth.href, { until: isCallback })).url;
}

const resultOf = (url: string | null) => new URL(url ?? '').searchParams.get('monerium_result');
const session = (visitor: Visitor, init?: RequestInit) => visitor.ask(`${BASE}/session`, init);

describe('a flow that the server starts', () => {
  it('#247 connects a customer and redirects to return_to', async () => {
    const visitor = site.visitor();
    const { url } = await visitor.go(`${START}?return_to=/cart%3Fa%3D1`);
    assert.equal(url, `${SHOP}/cart?a=1&monerium_result=connected`);
    const [{ profile, userId, clientId } = assert.fail()] = site.connected;
    assert.equal(clientId, CLIENT_ID);
    assert.deepEqual(visitor.cookiesLike(FLOW), []);
    const answer = await session(visitor);
    assert.deepEqual(await answer.json(), { profile, userId });
    const [request = assert.fail()] = site.emulator.tokenRequests();
    const { code, code_verifier, ...sent } = Object.fromEntries(new URLSearchParams(request.body));
    assert.deepEqual(sent, {
      grant_type: 'authorization_code',
      client_id: CLIENT_ID,
      redirect_uri: `${BASE}/callback`,
    });
    assert.match(`${code} ${code_verifier}`, /^code_\S+ [\w-]{43}$/);
    assert.equal(site.emulator.tokenRequests().length, 1);

    const origin = { headers: { origin: SHOP } };
    assert.equal((await session(visitor, { method: 'DELETE', ...origin })).status, 204);
    assert.equal((await session(visitor)).status, 204);
  });

  it('sends the customer to Monerium with S256 and a fresh state', async () => {
    const visitor = site.visitor();
    const all = [await begin(visitor), await begin(visitor)];
    for (const { origin, pathname, searchParams } of all) {
      assert.equal(origin + pathname, `${site.emulator.url}/auth`);
      const { state = '', code_challenge, ...others } = Object.fromEntries(searchParams);
      assert.deepEqual(others, {
        client_id: CLIENT_ID,
        redirect_uri: `${BASE}/callback`,
        response_type: 'code',
        code_challenge_method: 'S256',
      });
      assert.match(`${state} ${code_challenge}`, /^mc1\.[\w-]{43} [\w-]{43}$/);
    }
    const valuesOf = (name: string) => all.map(({ searchParams }) => searchParams.get(name));
    for (const name of ['state', 'code_challenge']) assert.equal(new Set(valuesOf(name)).size, 2);
  });

  it('passes on email and auth_mode, and no other parameter', async () => {
    const query = '?email=a%2Bb%40shop.example&auth_mode=signup&skip_kyc=true&client_id=evil';
    const more = '&redirect_uri=https://evil.example&state=mine&code_challenge=mine&scope=all';
    const { searchParams } = await begin(site.visitor(), query + more);
    assert.equal(searchParams.get('email'), 'a+b@shop.example');
    assert.equal(searchParams.get('auth_mode'), 'signup');
    assert.equal(searchParams.get('client_id'), CLIENT_ID);
    assert.equal(searchParams.get('redirect_uri'), `${BASE}/callback`);
    for (const name of ['skip_kyc', 'scope']) assert.equal(searchParams.has(name), false);
    assert.match(searchParams.get('state') ?? '', /^mc1\./);
    const odd = `?auth_mode=other&email=${'x'.repeat(255)}`;
    const { searchParams: other } = await begin(site.visitor(), odd);
    assert.deepEqual([other.get('auth_mode'), other.get('email')], [null, null]);
  });

  for (const [options, query, url] of [
    [{}, '', `${SHOP}/?monerium_result=connected`],
    [{ successUrl: '/account?a=1' }, '', `${SHOP}/account?a=1&monerium_result=connected`],
    [{ successUrl: `${SHOP}/account#top` }, '', `${SHOP}/account?monerium_result=connected#top`],
    [{ successUrl: '/account' }, '?return_to=/cart', `${SHOP}/cart?monerium_result=connected`],
    [
      { successUrl: '/account' },
      '?return_to=//evil.example/',
      `${SHOP}/account?monerium_result=connected`,
    ],
    [{}, '?return_to=https://evil.example/', `${SHOP}/?monerium_result=connected`],
  ] as const) {
    it(`#245 redirects to ${url} with ${JSON.stringify(options)} and ${query}`, async () => {
      const visitor = site.visitor(site.handlerWith(options));
      assert.equal((await visitor.go(`${START}${query}`)).url, url);
    });
  }
});

describe('the cookie of a flow', () => {
  it('#248 is sealed, and is only sent to this host, over https, and with SameSite=Lax', async () => {
    const visitor = site.visitor();
    const { searchParams } = await begin(visitor, '?return_to=/a-place');
    const [name = ''] = visitor.cookiesLike(FLOW);
    assert.match(name, /^__Host-monerium-flow-[0-9a-z]{8}-[\w-]{16}$/);
    const { value, line } = visitor.cookies.get(name) ?? assert.fail();
    assert.equal(
      line.replace(`${name}=${value}`, ''),
      '; Max-Age=86400; Path=/; HttpOnly; SameSite=Lax; Secure',
    );
    assert.match(value, /^mcs1\.[\w-]+$/);
    const shown = line + Buffer.from(value.slice(5), 'base64url').toString('latin1');
    for (const secret of [searchParams.get('state') ?? '', 'a-place', 'codeVerifier']) {
      assert.ok(!shown.includes(secret), secret);
    }
  });

  it('#248 has neither the prefix nor Secure on http, which is for loopback only', async () => {
    for (const host of ['localhost:3000', '127.0.0.1', '[::1]:80']) {
      const baseUrl = `http://${host}/monerium`;
      const handle = site.handlerWith({ baseUrl });
      const response = await handle(new Request(`${baseUrl}/start`));
      const [line = ''] = response.headers.getSetCookie();
      assert.match(line, /^monerium-flow-\S+=\S+; Max-Age=86400; Path=\/; HttpOnly; SameSite=Lax$/);
    }
  });

  it('#249 is one of at most four: a fifth flow drops the oldest, and the others continue', async () => {
    const visitor = site.visitor();
    const started: URL[] = [];
    const now = Date.now();
    for (let number = 0; number < 6; number++) {
      mock.method(Date, 'now', () => now + number);
      started.push(await begin(visitor, `?return_to=/place-${number}`));
      assert.equal(visitor.cookiesLike(FLOW).length, Math.min(number + 1, 4));
    }
    const results: string[] = [];
    for (const auth of started) {
      const { url } = await visitor.go(auth.href);
      results.push(url.replace(SHOP, ''));
    }
    assert.deepEqual(results, [
      // The customer is not connected yet.
      '/?monerium_result=transaction_not_found',
      '/?monerium_result=transaction_not_found',
      ...[2, 3, 4, 5].map((number) => `/place-${number}?monerium_result=connected`),
    ]);
    assert.deepEqual(visitor.cookiesLike(FLOW), []);
  });

  it('#249 makes room for itself, with any cookies of the browser', async () => {
    const junk = Array.from({ length: 50 }, (_, at) => `__Host-monerium-flow-${at}=x`);
    // A browser sends them in any order.
    const named = [4, 0, 8, 1, 7, 3, 6, 2, 5].map((at) => [
      `__Host-monerium-flow-aaaaaaa${at}-aaaaaaaaaaaaaaaa`,
      'x',
    ]);
    const cookie = [...junk, ...named.map((pair) => pair.join('=')), 'a', '=', ''].join('; ');
    const response = await site.handle(new Request(START, { headers: { cookie } }));
    const [own = '', ...ends] = response.headers.getSetCookie();
    assert.match(own, /^__Host-monerium-flow-\S+=mcs1\./);
    assert.equal(ends.length, 6);
    for (const end of ends) {
      assert.match(end, /^__Host-monerium-flow-aaaaaaa[0-5]-a+=; Max-Age=0; Path=\/; .*; Secure$/);
    }
  });

  it('fits into the size limit of browsers with the longest return_to', async () => {
    const visitor = site.visitor();
    await begin(visitor, `?return_to=/${encodeURIComponent('"'.repeat(700))}`);
    await begin(visitor, `?return_to=/${'x'.repeat(2047)}`);
    const lengths = [...visitor.cookies.values()].map(({ value }) => value.length);
    assert.ok(lengths.length === 2 && Math.max(...lengths) > 2700, lengths.join());
  });
});

describe('the callback', () => {
  it('#250 exchanges no code for a browser that has not begun the flow', async () => {
    const attacker = site.visitor();
    const callback = await approve(attacker, await begin(attacker));
    const victim = site.visitor();
    await begin(victim);
    const { url } = await victim.go(callback);
    assert.equal(resultOf(url), 'transaction_not_found');
    assert.equal(site.emulator.tokenRequests().length, 0);
    assert.deepEqual(site.connected, []);
    // The browser that has begun the flow can still finish it.
    assert.equal(resultOf((await attacker.go(callback)).url), 'connected');
  });

  it('#250 does not accept the cookie of one flow for another', async () => {
    const visitor = site.visitor();
    const [one, two] = [await begin(visitor), await begin(visitor)];
    const callback = new URL(await approve(visitor, one));
    const names = visitor.cookiesLike(FLOW);
    const [first = '', second = ''] = names;
    const values = names.map((name) => visitor.cookies.get(name) ?? assert.fail());
    visitor.cookies.set(first, values[1] ?? assert.fail());
    visitor.cookies.set(second, values[0] ?? assert.fail());
    assert.equal(resultOf((await visitor.go(callback.href)).url), 'transaction_not_found');
    callback.searchParams.set('state', two.searchParams.get('state') ?? '');
    assert.equal(resultOf((await visitor.go(callback.href)).url), 'transaction_not_found');
    assert.equal(site.emulator.tokenRequests().length, 0);
  });

  it('#250 does not accept a flow of another client, API, redirect URI or secret', async () => {
    const others: Partial<ConnectHandlerOptions>[] = [
      { clientId: 'another' },
      { apiUrl: 'https://api.example' },
      { baseUrl: `${SHOP}/other` },
      { secret: 'another secret, which is as long as it' },
    ];
    for (const options of others) {
      const visitor = site.visitor();
      const callback = new URL(await approve(visitor, await begin(visitor)));
      const base = options.baseUrl ?? BASE;
      const handle = site.handlerWith(options);
      const request = new Request(`${base}/callback${callback.search}`, {
        headers: { cookie: visitor.header },
      });
      const location = (await handle(request)).headers.get('location');
      assert.equal(resultOf(location), 'transaction_not_found', JSON.stringify(options));
    }
    assert.equal(site.emulator.tokenRequests().length, 0);
  });

  it('#243 accepts a flow that the former secret has sealed', async () => {
    const visitor = site.visitor();
    const callback = await approve(visitor, await begin(visitor));
    const secret = ['another secret, which is as long as it', SECRET];
    const next = site.visitor(site.handlerWith({ secret }));
    for (const [name, kept] of visitor.cookies) next.cookies.set(name, kept);
    assert.equal(resultOf((await next.go(callback)).url), 'connected');
  });

  it('#251 begins a new session, and does not connect the ID that the browser had before', async () => {
    const visitor = site.visitor();
    const known = crypto.randomUUID();
    visitor.cookies.set('__Host-session', { value: known, line: '' });
    await visitor.go(START);
    const value = visitor.cookies.get('__Host-session')?.value;
    assert.notEqual(value, known);
    assert.equal((await session(visitor)).status, 200);
    const other = site.visitor();
    other.cookies.set('__Host-session', { value: known, line: '' });
    assert.equal((await session(other)).status, 204);
  });

  it('#251 sets every cookie of onConnected, and keeps the redirect of the handler', async () => {
    const onConnected = () => [
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
      ['location', 'https://evil.example/'],
      ['cache-control', 'public'],
    ];
    const visitor = site.visitor(site.handlerWith({ onConnected: () => onConnected() as never }));
    const { url, response } = await visitor.go(START);
    assert.equal(url, `${SHOP}/?monerium_result=connected`);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.deepEqual(
      [visitor.cookies.get('a')?.value, visitor.cookies.get('b')?.value],
      ['1', '2'],
    );
    assert.deepEqual(visitor.cookiesLike(FLOW), []);
  });

  it('passes the context and the request to onConnected', async () => {
    const details: object[] = [];
    const onConnected = (given: object) => void details.push(given);
    const handle = site.handlerWith({ onConnected });
    const visitor = site.visitor((request) => handle(request, { user: 7 }));
    await visitor.go(START);
    const { context, request } = details[0] as { context: unknown; request: Request };
    assert.deepEqual(context, { user: 7 });
    assert.match(request.url, /\/monerium\/callback\?code=/);
  });
});

describe('a second visit of the callback', () => {
  it('#252 redirects a connected customer, without a request to Monerium', async () => {
    const visitor = site.visitor(site.handlerWith({ successUrl: '/account' }));
    const callback = await approve(visitor, await begin(visitor, '?return_to=/cart'));
    assert.equal((await visitor.go(callback)).url, `${SHOP}/cart?monerium_result=connected`);
    const before = site.emulator.requests.length;
    site.events.length = 0;
    assert.equal((await visitor.go(callback)).url, `${SHOP}/account?monerium_result=connected`);
    assert.equal(
      (await visitor.go(`${BASE}/callback`)).url,
      `${SHOP}/account?monerium_result=connected`,
    );
    assert.equal(site.emulator.requests.length, before);
    assert.deepEqual([site.failures, site.events], [[], []]);
    assert.equal(site.connected.length, 1);
  });

  it('#252 redirects everybody else with transaction_not_found', async () => {
    const visitor = site.visitor();
    const callback = await approve(visitor, await begin(visitor));
    await visitor.go(callback);
    visitor.cookies.clear();
    assert.equal(resultOf((await visitor.go(callback)).url), 'transaction_not_found');
    const without = site.visitor(site.handlerWith({ onSession: undefined }));
    assert.equal(resultOf((await without.go(callback)).url), 'transaction_not_found');
    assert.equal(site.emulator.tokenRequests().length, 1);
  });

  it('#252 sends a code once for several simultaneous requests with the cookie', async () => {
    const visitor = site.visitor();
    const callback = await approve(visitor, await begin(visitor, '?return_to=/cart'));
    const ask = () => site.handle(new Request(callback, { headers: { cookie: visitor.header } }));
    const responses = await Promise.all([ask(), ask(), ask()]);
    const results = responses.map(({ headers }) => resultOf(headers.get('location')));
    const expected = ['connected', 'transaction_not_found', 'transaction_not_found'];
    assert.deepEqual(results.sort(), expected);
    assert.equal(site.emulator.tokenRequests().length, 1);
    // The first response has begun a session.
    const own = responses.flatMap(({ headers }) => headers.getSetCookie());
    const value = own.find((line) => line.startsWith('__Host-session='))?.split(';')[0];
    const cookie = `${visitor.header}; ${value}`;
    const { headers } = await site.handle(new Request(callback, { headers: { cookie } }));
    assert.equal(headers.get('location'), `${SHOP}/cart?monerium_result=connected`);
    assert.equal(site.emulator.tokenRequests().length, 1);
  });

  it('#252 returns server_unavailable when the site cannot say who is connected', async () => {
    const onSession = () => Promise.reject(new Error('the database is away'));
    const visitor = site.visitor(site.handlerWith({ onSession }));
    assert.equal(resultOf((await visitor.go(`${BASE}/callback`)).url), 'server_unavailable');
    assert.match(site.failures[0]?.message ?? '', /^503 .*onSession threw Error$/);
  });
});

describe('a flow that fails', () => {
  /** Runs a flow under these switches of the emulator. Returns the address of the last page. */
  async function goWith(switches: Partial<Switches>, options: Partial<ConnectHandlerOptions> = {}) {
    const visitor = site.visitor(site.handlerWith({ timeoutMs: 400, ...options }));
    const auth = await begin(visitor, '?return_to=/cart');
    site.emulator.configure(switches);
    const { url } = await visitor.go(auth.href);
    return { url, visitor };
  }

  const endings: [string, Partial<Switches>, ErrorCode, string][] = [
    ['the customer refuses', { decision: 'refuse' }, 'access_denied', '400 access_denied'],
    ['Monerium fails', { decision: 'fail' }, 'authorization_unavailable', '400 server_error'],
    ['the code is rejected', { token: 'unauthorized' }, 'exchange_rejected', '400 invalid_grant'],
    ['Monerium hangs', { token: 'hang' }, 'exchange_timeout', '504 temporarily_unavailable'],
    ['it is rate-limited', { token: 'rate-limit' }, 'rate_limited', '429 temporarily_unavailable'],
    ['Monerium is down', { token: 'unavailable' }, 'server_unavailable', '502 server_error'],
    ['the connection breaks', { token: 'reset' }, 'exchange_network', '502 server_error'],
    ['the response is HTML', { token: 'html' }, 'exchange_bad_response', '502 server_error'],
    [
      'there are no ids',
      { idsInToken: false, context: 'not-found' },
      'profile_unavailable',
      '502 server_error',
    ],
  ];
  for (const [name, switches, code, report] of endings) {
    it(`#253 redirects with ${code} when ${name}`, async () => {
      const { url, visitor } = await goWith(switches);
      assert.equal(url, `${SHOP}/cart?monerium_result=${code}`);
      assert.deepEqual(visitor.cookiesLike(/./), []);
      assert.deepEqual(site.connected, []);
      assert.ok(site.failures[0]?.message.startsWith(report), site.failures[0]?.message);
      assert.deepEqual(
        site.events.map(({ type }) => type),
        ['exchange-failed'],
      );
    });
  }

  it('#253 leads back with server_unavailable when onConnected throws any value', async () => {
    const { ConnectError } = await import('../../src/server/index.js');
    for (const reason of [new Error('no'), null, 'text', new ConnectError('access_denied')]) {
      site.failures.length = 0;
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      const onConnected = () => Promise.reject(reason);
      const { url } = await goWith({}, { onConnected });
      assert.equal(url, `${SHOP}/cart?monerium_result=server_unavailable`);
      assert.equal(site.failures[0]?.cause, reason);
    }
    const { url } = await goWith({}, { onConnected: () => ({ 'x-\n': 'no header' }) });
    assert.equal(resultOf(url), 'server_unavailable');
  });

  it('#253 sends no code while the store is unavailable', async () => {
    const claim = () => Promise.reject(new Error('the store is away'));
    const { url } = await goWith({}, { store: { claim } });
    assert.equal(url, `${SHOP}/cart?monerium_result=server_unavailable`);
    assert.equal(site.emulator.tokenRequests().length, 0);
    assert.match(site.failures[0]?.message ?? '', /^503 .*store threw Error$/);
  });

  it('#253 never rejects, also when onError rejects', async () => {
    const lines: unknown[] = [];
    mock.method(console, 'error', (line: string) => void lines.push(line));
    const onError = () => Promise.reject(new Error('no monitoring'));
    const { url } = await goWith({ token: 'unavailable' }, { onError });
    assert.equal(resultOf(url), 'server_unavailable');
    await new Promise(setImmediate);
    assert.equal(lines.length, 1);
  });

  it('#254 accepts a flow of up to a day, and none that is older or an hour in the future', async () => {
    const now = Date.now();
    for (const [age, code] of [
      [24 * HOUR - 1000, 'connected'],
      [24 * HOUR + 1000, 'transaction_expired'],
      [-60_000, 'connected'],
      [-HOUR, 'transaction_expired'],
    ] as const) {
      const visitor = site.visitor();
      const callback = await approve(visitor, await begin(visitor, '?return_to=/cart'));
      site.emulator.configure({ codeLifetimeMs: 48 * HOUR });
      mock.method(Date, 'now', () => now + age);
      const before = site.emulator.tokenRequests().length;
      const { url } = await visitor.go(callback);
      mock.restoreAll();
      assert.equal(url, `${SHOP}/cart?monerium_result=${code}`, `${age}`);
      assert.equal(visitor.cookiesLike(FLOW).length, 0);
      const sent = site.emulator.tokenRequests().length - before;
      assert.equal(sent, code === 'connected' ? 1 : 0);
    }
  });

  it('#255 ends a flow by an invalid response, and sends nothing', async () => {
    for (const change of [
      'code=2',
      'error=access_denied',
      `state=mc1.${'x'.repeat(43)}`,
      'iss=a&iss=b',
    ]) {
      const visitor = site.visitor();
      const callback = await approve(visitor, await begin(visitor, '?return_to=/cart'));
      const { url } = await visitor.go(`${callback}&${change}`);
      assert.equal(url, `${SHOP}/cart?monerium_result=response_invalid`, change);
      assert.equal(visitor.cookiesLike(FLOW).length, 0);
    }
    for (const query of [
      '',
      '?code=1',
      '?state=other&code=1',
      '?code=1&state=mc1.unknown',
      '?error=no',
    ]) {
      const visitor = site.visitor();
      await begin(visitor);
      const { url } = await visitor.go(`${BASE}/callback${query}`);
      assert.equal(url, `${SHOP}/?monerium_result=transaction_not_found`, query);
      assert.equal(visitor.cookiesLike(FLOW).length, 1);
    }
    assert.equal(site.emulator.tokenRequests().length, 0);
  });

  it('#256 reports an error without state, and the flow goes on', async () => {
    const visitor = site.visitor();
    const now = Date.now();
    mock.method(Date, 'now', () => now - 1);
    await begin(visitor, '?return_to=/older');
    mock.restoreAll();
    const auth = await begin(visitor, '?return_to=/cart');
    const { url } = await visitor.go(`${BASE}/callback?error=access_denied`);
    assert.equal(url, `${SHOP}/cart?monerium_result=access_denied`);
    assert.equal(visitor.cookiesLike(FLOW).length, 2);
    assert.equal((await visitor.go(auth.href)).url, `${SHOP}/cart?monerium_result=connected`);
    const other = site.visitor();
    const nobody = await other.go(`${BASE}/callback?error=access_denied`);
    assert.equal(nobody.url, `${SHOP}/?monerium_result=transaction_not_found`);
    const name = '__Host-monerium-flow-aaaaaaaa-aaaaaaaaaaaaaaaa';
    other.cookies.set(name, { value: 'mcs1.forged', line: '' });
    const forged = await other.go(`${BASE}/callback?error=access_denied`);
    assert.equal(forged.url, `${SHOP}/?monerium_result=transaction_not_found`);
  });

  it('#256 reports the refusal of a Monerium that leaves the state out', async () => {
    const { url } = await goWith({ decision: 'refuse', stateOnErrors: false });
    assert.equal(url, `${SHOP}/cart?monerium_result=access_denied`);
  });
});

describe('the routes of the handler', () => {
  it('#257 refuse every method except GET', async () => {
    const visitor = site.visitor();
    await begin(visitor);
    const real = await approve(visitor, await begin(visitor));
    const cookie = visitor.header;
    for (const url of [START, real]) {
      for (const method of ['HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY']) {
        const response = await site.handle(new Request(url, { method, headers: { cookie } }));
        assert.equal(response.status, 405, method);
        assert.equal(response.headers.get('allow'), 'GET');
        assert.deepEqual(response.headers.getSetCookie(), []);
        assert.equal(response.headers.get('location'), null);
      }
    }
    assert.equal(site.emulator.tokenRequests().length, 0);
    assert.equal(resultOf((await visitor.go(real)).url), 'connected');
  });

  it('#257 refuse a prefetch, and do not report it', async () => {
    const visitor = site.visitor();
    const real = await approve(visitor, await begin(visitor));
    const { header: cookie } = visitor;
    for (const url of [START, real, `${BASE}/session`]) {
      for (const [name, value] of [
        ['sec-purpose', 'prefetch'],
        ['sec-purpose', 'prefetch;prerender'],
        ['sec-purpose', 'prefetch;anonymous-client-ip'],
        ['purpose', 'prefetch'],
      ] as const) {
        const headers = { cookie, [name]: value };
        const response = await site.handle(new Request(url, { headers }));
        assert.equal(response.status, 503);
        assert.deepEqual(response.headers.getSetCookie(), []);
        assert.equal(await response.text(), '');
      }
    }
    assert.equal(site.emulator.tokenRequests().length, 0);
    assert.deepEqual([site.failures, site.events], [[], []]);
    assert.equal(resultOf((await visitor.go(real)).url), 'connected');
  });

  it('return 404 for another path', async () => {
    for (const path of [
      '/',
      '',
      '/starting',
      '/start/',
      '/Start',
      '/a/start',
      '/callback/x',
      '/other',
    ]) {
      const response = await site.handle(new Request(`${BASE}${path}`));
      assert.equal(response.status, 404, path);
      assert.deepEqual(response.headers.getSetCookie(), []);
    }
  });

  it('#258 keep every response out of caches, and addresses out of referrers', async () => {
    const visitor = site.visitor();
    await visitor.go(START);
    const requests = [
      new Request(`${BASE}/callback?code=1&state=mc1.${'x'.repeat(43)}`),
      new Request(`${BASE}/callback`),
      new Request(START, { method: 'HEAD' }),
      new Request(START, { headers: { 'sec-purpose': 'prefetch' } }),
      new Request(`${BASE}/nothing`),
      new Request(`${BASE}/session`),
      new Request(`${BASE}/session`, { method: 'DELETE' }),
      new Request(`${BASE}/session`, { method: 'DELETE', headers: { origin: SHOP } }),
      new Request(`${BASE}/session`, { headers: { cookie: visitor.header } }),
    ];
    const own = visitor.steps.filter(({ url }) => url.startsWith(BASE));
    assert.equal(own.length, 2);
    const responses = [
      ...own.map(({ response }) => response),
      ...(await Promise.all(requests.map((request) => site.handle(request)))),
    ];
    for (const { headers, status } of responses) {
      assert.equal(headers.get('cache-control'), 'no-store', `${status}`);
      assert.equal(headers.get('referrer-policy'), 'no-referrer', `${status}`);
    }
  });

  it('#258 show no secret in any response except the cookie and the address at Monerium', async () => {
    const visitor = site.visitor();
    const auth = await begin(visitor, '?email=anna%40shop.example&return_to=/cart');
    const [first = assert.fail()] = [...visitor.cookies.values()];
    const callback = await approve(visitor, auth);
    await visitor.go(callback);
    const ids = await (await session(visitor)).json();
    const [request = assert.fail()] = site.emulator.tokenRequests();
    const { tokens } = site.connected[0] ?? assert.fail();
    const secrets = [
      tokens.accessToken,
      tokens.refreshToken ?? '',
      new URLSearchParams(request.body).get('code_verifier') ?? '',
      new URL(callback).searchParams.get('code') ?? '',
      auth.searchParams.get('state') ?? '',
      SECRET,
      'anna@shop.example',
    ];
    const { response } = visitor.steps.at(-1) ?? assert.fail();
    const shown = JSON.stringify([[...response.headers], ids, first.line]);
    for (const secret of secrets) assert.ok(secret && !shown.includes(secret), secret);
  });
});

describe('the session of the handler', () => {
  it('is only returned to pages of the own origin', async () => {
    const visitor = site.visitor();
    await visitor.go(START);
    const ask = async (method: string, headers: Record<string, string>) =>
      (await session(visitor, { method, headers })).status;
    assert.equal(await ask('GET', { 'sec-fetch-site': 'same-origin' }), 200);
    assert.equal(await ask('GET', { 'sec-fetch-site': 'cross-site' }), 403);
    assert.equal(await ask('GET', { origin: 'https://evil.example' }), 403);
    assert.equal(await ask('DELETE', {}), 403);
    assert.equal(await ask('DELETE', { origin: 'https://evil.example' }), 403);
    assert.equal(await ask('GET', { origin: SHOP }), 200);
    assert.equal(await ask('POST', { origin: SHOP }), 405);
  });

  it('allows GET with onSession, and DELETE with onDisconnect', async () => {
    const handle = site.handlerWith({ onDisconnect: undefined });
    const headers = { origin: SHOP };
    const url = `${BASE}/session`;
    const response = await handle(new Request(url, { method: 'DELETE', headers }));
    assert.deepEqual([response.status, response.headers.get('allow')], [405, 'GET']);
    const none = site.handlerWith({ onDisconnect: undefined, onSession: undefined });
    assert.equal((await none(new Request(url))).status, 405);
  });

  it('returns 503 when onSession rejects, and 500 for invalid ids', async () => {
    const away = site.handlerWith({ onSession: () => Promise.reject(new Error('away')) });
    assert.equal((await away(new Request(`${BASE}/session`))).status, 503);
    const wrong = site.handlerWith({ onSession: () => ({ profile: 'a b', userId: '' }) });
    assert.equal((await wrong(new Request(`${BASE}/session`))).status, 500);
  });
});

describe('the start of a flow', () => {
  for (const [baseUrl, path] of [
    [`${SHOP}/monerium`, '/monerium/start'],
    [`${SHOP}/monerium/`, '/monerium/start'],
    // A framework has removed the path at which the handler is mounted.
    [`${SHOP}/monerium`, '/start'],
    [`${SHOP}/shop/monerium`, '/monerium/start'],
    [SHOP, '/start'],
    [`${SHOP}/`, '/start'],
    [`${SHOP}/käse`, '/k%C3%A4se/start'],
  ] as const) {
    it(`is found at ${path} for ${baseUrl}, with any host name of the server`, async () => {
      const handle = site.handlerWith({ baseUrl });
      const response = await handle(new Request(`http://10.0.0.7:8080${path}`));
      assert.equal(response.status, 303);
      const { searchParams } = new URL(response.headers.get('location') ?? '');
      const base = baseUrl.replace(/\/$/, '');
      assert.equal(searchParams.get('redirect_uri'), `${base}/callback`);
    });
  }
});

describe('the options of the connect handler', () => {
  const wrong: [string, object][] = [
    ['clientId', { clientId: '' }],
    ['clientId', { clientId: ['a', 'b'] }],
    ['baseUrl', { baseUrl: undefined }],
    ['baseUrl', { baseUrl: '/monerium' }],
    ['baseUrl', { baseUrl: 'http://shop.example/monerium' }],
    ['baseUrl', { baseUrl: `${BASE}?a=1` }],
    ['baseUrl', { baseUrl: `${BASE}#a` }],
    ['baseUrl', { baseUrl: 'https://a:b@shop.example' }],
    ['baseUrl', { baseUrl: 'https://[' }],
    ['secret', { secret: undefined }],
    ['secret', { secret: 'short' }],
    ['secret', { secret: [SECRET, 'short'] }],
    ['store', { store: undefined }],
    ['store', { store: {} }],
    ['successUrl', { successUrl: 'https://evil.example/' }],
    ['successUrl', { successUrl: '//evil.example/' }],
    ['successUrl', { successUrl: 'https://[' }],
    ['onConnected', { onConnected: undefined }],
    ['onConnected', { onConnected: 'a' }],
    ['apiUrl', { apiUrl: 'http://api.example' }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['redirectUris', { redirectUris: ['a'] }],
  ];
  for (const [option, options] of wrong) {
    it(`are refused with the name of the option: ${JSON.stringify(options)}`, () => {
      assert.throws(
        () => site.handlerWith(options),
        (error: Error) => error.message.startsWith(`invalid_config: ${option} needs `),
      );
    });
  }
});
