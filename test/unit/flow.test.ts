import { expect } from '@open-wc/testing';
import type { ExchangeRequest, Identity, MoneriumConnect } from '../../src/index.js';
import {
  ATTRIBUTES,
  BACKEND_URL,
  CLIENT_ID,
  IDENTITY,
  RESPONSE,
  answer,
  closePages,
  defer,
  openPage,
  read,
  settle,
  stopClock,
  until,
  type Page,
  type View,
} from './fixture.js';

const DIRECT = { 'client-id': CLIENT_ID };
const TOKENS = { access_token: 'at', token_type: 'Bearer', refresh_token: 'rt', expires_in: 3600 };
const VERIFIER = 'the-verifier-the-verifier-the-verifier-the-v';

type Exchange = MoneriumConnect['exchange'];

/** Opens a page with a response in its URL, and waits until the flow has ended. */
async function openEnded(options: Parameters<typeof openPage>[0]): Promise<Page> {
  const clocks: ReturnType<typeof stopClock>[] = [];
  const prepare = (view: View) => void clocks.push(stopClock(view));
  const page = await openPage({ search: RESPONSE, prepare, ...options });
  // A request without a response fails a second later, because its page may be unloading.
  await clocks[0]?.reach(() => /connected|failed/.test(page.element.status), 1000);
  await settle();
  return page;
}

/** Rejects with any value, as a careless page does: it need not be an Error. */
function rejectWith(reason: unknown): Promise<never> {
  const { promise, reject } = defer<never>();
  reject(reason);
  return promise;
}

const openExchanged = (exchange: Exchange) => openEnded({ properties: { exchange } });

function findDetail({ heard }: Page, type: string): object | undefined {
  const found = heard.filter((event) => event.type === type);
  expect(found.length, `of ${JSON.stringify(heard)}`).to.equal(1);
  return found[0]?.detail;
}

afterEach(closePages);

describe('a return to an element with a backend', () => {
  it('posts the code as JSON, once, with the settings of a request that contains secrets', async () => {
    const page = await openEnded({});
    expect(page.sent).to.have.length(1);
    const { url, init, body } = page.sent[0] ?? {};
    expect(url).to.equal(BACKEND_URL);
    const { method, credentials, cache, redirect, referrerPolicy } = init ?? {};
    expect({ method, credentials, cache, redirect, referrerPolicy }).to.deep.equal({
      method: 'POST',
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
    });
    const headers = Object.fromEntries(new Headers(init?.headers));
    expect(headers).to.deep.equal({
      accept: 'application/json',
      'content-type': 'application/json',
    });
    expect(JSON.parse(body ?? '')).to.deep.equal({
      code: 'the-code',
      code_verifier: VERIFIER,
      redirect_uri: page.view.location.href,
      client_id: CLIENT_ID,
    });
  });

  it('#75 sends the headers and the cookies that the page asks for', async () => {
    const attributes = { ...ATTRIBUTES, 'backend-credentials': 'include' };
    const properties = { backendHeaders: { 'x-csrf': 'token', 'content-type': 'text/plain' } };
    const { sent } = await openEnded({ attributes, properties });
    const headers = new Headers(sent[0]?.init.headers);
    expect(headers.get('x-csrf')).to.equal('token');
    expect(headers.get('content-type')).to.equal('application/json');
    expect(sent[0]?.init.credentials).to.equal('include');
  });

  it('fires the events in order, with frozen details of exactly these keys', async () => {
    const page = await openEnded({});
    const told = page.heard.map(({ type, detail }) => [type, detail]);
    expect(told).to.deep.equal([
      ['monerium-status', { status: 'exchanging', previous: 'idle' }],
      ['monerium-status', { status: 'connected', previous: 'exchanging' }],
      ['monerium-connected', { ...IDENTITY, returnTo: `${page.view.location.href}?from=start` }],
    ]);
    expect(page.heard.every(({ detail }) => Object.isFrozen(detail))).to.be.true;
    expect(page.heard.every(({ target }) => target === page.element)).to.be.true;
  });

  it('reflects the identity, and connect() does nothing more', async () => {
    const { element, heard } = await openEnded({});
    expect(element.getAttribute('profile')).to.equal(IDENTITY.profile);
    expect(element.getAttribute('user-id')).to.equal(IDENTITY.userId);
    expect(element.connection).to.deep.equal({ status: 'connected', ...IDENTITY });
    const { length } = heard;
    await element.connect();
    expect(heard).to.have.length(length);
  });

  it('calls a backendHeaders function when the request is sent', async () => {
    let token = 'at the start';
    const backendHeaders = () => ({ 'x-csrf-token': token });
    const end = openEnded({ properties: { backendHeaders } });
    token = 'at the request';
    const { sent } = await end;
    expect(new Headers(sent[0]?.init.headers).get('x-csrf-token')).to.equal('at the request');
  });

  for (const [name, backendHeaders] of [
    [
      'that throws',
      () => {
        throw new Error('canary');
      },
    ],
    ['that returns what no header can be', () => ({ 'x csrf': 't' })],
  ] as const) {
    it(`fails with invalid_config, without a request, for a backendHeaders ${name}`, async () => {
      const page = await openEnded({ properties: { backendHeaders } });
      expect(findDetail(page, 'monerium-error')).to.include({ code: 'invalid_config' });
      expect(page.sent).to.have.length(0);
      expect(page.list('error').join()).to.contain('backendHeaders').and.not.to.contain('canary');
    });
  }

  it('#73 copies nothing else from the response', async () => {
    const body = '{"profile":"p","userId":"u","access_token":"t","__proto__":{"status":"x"}}';
    const page = await openEnded({ fetch: async () => new Response(body) });
    const detail = findDetail(page, 'monerium-connected') ?? {};
    expect(Object.keys(detail).sort()).to.deep.equal(['profile', 'returnTo', 'userId']);
    expect(Object.keys(page.element.connection).sort().join()).to.equal('profile,status,userId');
    expect(page.stored()).to.have.deep.property('outcome', { profile: 'p', userId: 'u' });
  });

  it('#56 returns no start URL of another origin', async () => {
    for (const startUrl of ['https://evil.example/', 'javascript:alert(1)', 'not a url']) {
      const page = await openEnded({ record: { startUrl } });
      const detail = findDetail(page, 'monerium-connected');
      expect(detail).to.have.property('returnTo', page.view.location.href);
    }
  });

  const refusals: [string, () => Response, object][] = [
    [
      '#66 a 4xx',
      () => answer({ error: 'invalid_grant', message: 'm' }, 400),
      { code: 'exchange_rejected', status: 400, oauthError: 'invalid_grant' },
    ],
    [
      '#66 an unregistered code',
      () => answer({ error: 'my_own' }, 403),
      { code: 'exchange_rejected', status: 403, oauthError: 'other' },
    ],
    ['a bare 401', () => answer({}, 401), { code: 'exchange_rejected', status: 401 }],
    [
      '#65 a 429',
      () => answer({}, 429, { 'retry-after': '7' }),
      { code: 'rate_limited', status: 429, retryAfterMs: 7000 },
    ],
    ['#65 a 503', () => answer({}, 503), { code: 'server_unavailable', status: 503 }],
    ['#69 HTML', () => new Response('<p>hi'), { code: 'exchange_bad_response', status: 200 }],
    ['#72 a 204', () => new Response(null, { status: 204 }), { code: 'profile_unavailable' }],
    ['#72 a bad id', () => answer({ profile: '<', userId: 'u' }), { code: 'profile_unavailable' }],
  ];
  for (const [name, respond, expected] of refusals) {
    it(`fails with exactly the known details, for ${name}`, async () => {
      const page = await openEnded({ fetch: async () => respond() });
      const phase = JSON.stringify(expected).includes('profile') ? 'identity' : 'exchange';
      const detail = findDetail(page, 'monerium-error') ?? {};
      const { status, ...known } = detail as { status?: number };
      const { status: expectedStatus, ...rest } = expected as { status?: number };
      expect(known).to.deep.equal({ kind: 'failed', phase, ...rest });
      if (expectedStatus && expectedStatus >= 400) expect(status).to.equal(expectedStatus);
      expect(Object.isFrozen(detail)).to.be.true;
      expect(page.sent).to.have.length(1);
      expect(page.types()).not.to.include('monerium-connected');
    });
  }

  it('#64 #67 fails when the request does, sends it once, and logs a link to the fix', async () => {
    const page = await openEnded({ fetch: () => Promise.reject(new TypeError('canary')) });
    expect(findDetail(page, 'monerium-error')).to.deep.equal({
      code: 'exchange_network',
      kind: 'failed',
      phase: 'exchange',
    });
    await settle();
    expect(page.sent).to.have.length(1);
    const lines = page.list('warn', 'error').join();
    expect(lines).to.contain('errors.md#exchange_network').and.not.to.contain('canary');
  });
});

describe('a return to an element with a direct exchange', () => {
  it('requests the tokens, then the identity', async () => {
    const fetch = async (url: string) =>
      answer(url.endsWith('/token') ? TOKENS : { userId: 'u', defaultProfile: 'p' });
    const page = await openEnded({ attributes: DIRECT, record: { exchange: 'direct' }, fetch });
    const [token, context] = page.sent;
    expect(page.sent).to.have.length(2);
    expect(token?.url).to.equal('https://api.monerium.dev/auth/token');
    expect(Object.fromEntries(new URLSearchParams(token?.body))).to.deep.equal({
      grant_type: 'authorization_code',
      code: 'the-code',
      code_verifier: VERIFIER,
      redirect_uri: page.view.location.href,
      client_id: CLIENT_ID,
    });
    expect(context?.url).to.equal('https://api.monerium.dev/auth/context');
    expect(new Headers(context?.init.headers).get('authorization')).to.equal('Bearer at');
    expect(page.element.connection).to.deep.include({ profile: 'p', userId: 'u' });
  });

  it('#68 fails without an identity, and keeps no token', async () => {
    const fetch = async (url: string) =>
      url.endsWith('/token') ? answer(TOKENS) : answer({ message: 'no' }, 404);
    const page = await openEnded({ attributes: DIRECT, record: { exchange: 'direct' }, fetch });
    expect(findDetail(page, 'monerium-error')).to.deep.include({
      code: 'profile_unavailable',
      phase: 'identity',
    });
    const refused = await page.element.getAccessToken().catch((error: Error) => error.message);
    expect(refused).to.contain('token_unavailable');
  });
});

describe('a return to an element with an exchange function', () => {
  it('passes the request and a signal to the function, and fetches nothing', async () => {
    const calls: [ExchangeRequest, boolean][] = [];
    const page = await openExchanged(async (request, { aborted }) => {
      calls.push([request, aborted]);
      return IDENTITY;
    });
    expect(calls).to.have.length(1);
    expect(calls[0]?.[0]).to.deep.equal({
      code: 'the-code',
      codeVerifier: VERIFIER,
      redirectUri: page.view.location.href,
      clientId: CLIENT_ID,
      apiUrl: 'https://api.monerium.dev',
    });
    expect(calls[0]?.[1]).to.be.false;
    expect(page.sent).to.deep.equal([]);
    expect(page.element.status).to.equal('connected');
  });

  it('keeps a ConnectError that the function rejects with', async () => {
    const end = defer<Identity>();
    const properties = { exchange: () => end.promise };
    const page = await openPage({ search: RESPONSE, properties });
    await until(() => page.element.status === 'exchanging');
    const options = { status: 429, retryAfterMs: 5 };
    const connectError = new page.entry.ConnectError('rate_limited', options);
    end.reject(connectError);
    await until(() => page.element.status === 'failed');
    expect(page.element.connection).to.have.property('error', connectError);
    expect(findDetail(page, 'monerium-error')).to.deep.equal({
      code: 'rate_limited',
      kind: 'failed',
      phase: 'exchange',
      ...options,
    });
  });

  it('shows an unknown code of another version of the script as a failure', async () => {
    const end = defer<Identity>();
    const properties = { exchange: () => end.promise };
    const page = await openPage({ search: RESPONSE, properties });
    await until(() => page.element.status === 'exchanging');
    end.reject(new page.entry.ConnectError('card_declined' as never));
    await until(() => page.element.status === 'failed');
    await page.element.updateComplete;
    expect(read(page.element)).to.contain('Code for support: card_declined');
    expect(findDetail(page, 'monerium-error')).to.include({ code: 'card_declined' });
  });

  const others: [string, Exchange][] = [
    ['an Error', () => Promise.reject(new Error('canary'))],
    ['undefined', () => rejectWith(undefined)],
    ['what only looks like one', () => rejectWith({ code: 'access_denied', name: 'ConnectError' })],
    [
      'an Error within its own call',
      () => {
        throw new Error('canary');
      },
    ],
  ];
  for (const [name, exchange] of others) {
    it(`is exchange_rejected for ${name}`, async () => {
      const page = await openExchanged(exchange);
      expect(findDetail(page, 'monerium-error')).to.deep.equal({
        code: 'exchange_rejected',
        kind: 'failed',
        phase: 'exchange',
      });
      expect(JSON.stringify(page.spoken)).not.to.contain('canary');
    });
  }

  const results: unknown[] = [
    undefined,
    null,
    'p',
    [],
    {},
    { profile: 'p' },
    { profile: '', userId: 'u' },

    { profile: 1, userId: 'u' },
    { profile: 'p'.repeat(129), userId: 'u' },

    { profile: 'p', userId: 'a b' },
    { profile: 'p', userId: 'ü' },
  ];
  for (const result of results) {
    it(`#72 accepts no identity from ${JSON.stringify(result)?.slice(0, 40)}`, async () => {
      const page = await openExchanged(async () => result as Identity);
      const detail = findDetail(page, 'monerium-error');
      expect(detail).to.deep.include({ code: 'profile_unavailable', phase: 'identity' });
      expect(page.types()).not.to.include('monerium-connected');
    });
  }

  it('accepts the longest identifiers, and defaultProfile as profile', async () => {
    const userId = 'Az09._:-'.repeat(16);
    const page = await openExchanged(
      async () => ({ defaultProfile: 'd', userId }) as unknown as Identity,
    );
    expect(page.element.connection).to.deep.equal({ status: 'connected', profile: 'd', userId });
  });
});
