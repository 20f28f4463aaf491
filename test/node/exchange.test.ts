import { afterEach, describe, it } from 'node:test';
import { expect } from 'chai';
import {
  exchangeByBackend,
  exchangeCode,
  exchangeDirectly,
  refreshTokens,
} from '../../src/core/oauth/exchange.js';
import type { Send } from '../../src/core/oauth/http.js';
import { readIdentity, type Identity } from '../../src/core/oauth/identity.js';
import { catchConnectError } from '../helpers/connect-error.js';
import { json, recordSend } from '../helpers/recorded-send.js';

const API = 'https://api.monerium.dev';
const BACKEND_URL = 'https://shop.example/monerium/connect';
const REQUEST = {
  code: 'the code&+%',
  codeVerifier: 'v'.repeat(43),
  redirectUri: 'https://shop.example/cb?x=1&y=%20',
  clientId: '6e5b4a1c-0000-4000-8000-000000000001',
  apiUrl: API,
};
const IDENTITY = { profile: 'profile-1', userId: 'user-1' };
const TOKENS = { access_token: 'access', refresh_token: 'refresh', token_type: 'Bearer' };

function askBackend(
  send: Send,
  headers: Record<string, string> = {},
  credentials: RequestCredentials = 'same-origin',
): Promise<Identity> {
  return exchangeByBackend(send, REQUEST, { url: BACKEND_URL, headers, credentials });
}

/** The options of a request that could leak a code. */
function policyOf({ cache, redirect, referrerPolicy, credentials }: Request): object {
  return { cache, redirect, referrerPolicy, credentials };
}

const STRICT_POLICY = {
  cache: 'no-store',
  redirect: 'error',
  referrerPolicy: 'no-referrer',
  credentials: 'omit',
};

async function formOf(request: Request): Promise<[string, string][]> {
  return [...new URLSearchParams(await request.text())].sort();
}

describe('exchangeByBackend', () => {
  it('posts the four fields as JSON, once', async () => {
    const { send, requests } = recordSend(json(IDENTITY));
    await askBackend(send);
    const [request = new Request('about:blank')] = requests;
    expect(requests).to.have.lengthOf(1);
    expect(request.method).to.equal('POST');
    expect(request.url).to.equal(BACKEND_URL);
    expect([...request.headers]).to.deep.equal([
      ['accept', 'application/json'],
      ['content-type', 'application/json'],
    ]);
    expect(await request.json()).to.deep.equal({
      code: REQUEST.code,
      code_verifier: REQUEST.codeVerifier,
      redirect_uri: REQUEST.redirectUri,
      client_id: REQUEST.clientId,
    });
  });

  for (const credentials of ['same-origin', 'include', 'omit'] as const) {
    it(`#71 #75 follows no redirect, and uses no cache or referrer: credentials ${credentials}`, async () => {
      const { send, requests } = recordSend(json(IDENTITY));
      await askBackend(send, {}, credentials);
      expect(requests.map(policyOf)).to.deep.equal([{ ...STRICT_POLICY, credentials }]);
    });
  }

  it('#75 sends own headers, but no other content type', async () => {
    const headers = { 'X-CSRF-Token': 't', 'CONTENT-TYPE': 'text/plain', accept: 'text/html' };
    const { send, requests } = recordSend(json(IDENTITY));
    await askBackend(send, headers);
    expect([...(requests[0]?.headers ?? [])]).to.deep.equal([
      ['accept', 'application/json'],
      ['content-type', 'application/json'],
      ['x-csrf-token', 't'],
    ]);
  });

  it('sends nothing when the name of an own header is invalid', async () => {
    const { send, requests } = recordSend(json(IDENTITY));
    const outcome = await askBackend(send, { 'not a name': 'x' }).catch(() => 'rejected');
    expect(outcome).to.equal('rejected');
    expect(requests).to.deep.equal([]);
  });

  it('returns the identity', async () => {
    const { send } = recordSend(json(IDENTITY, { status: 201 }));
    expect(await askBackend(send)).to.deep.equal(IDENTITY);
  });

  for (const [title, answer] of [
    ['204', () => new Response(null, { status: 204 })],
    ['an empty object', () => json({})],
    ['an object without ids', () => json({ ok: true, profile: 'profile-1' })],
  ] as const) {
    it(`#72 is profile_unavailable after ${title}`, async () => {
      const { send, requests } = recordSend(answer());
      const error = await catchConnectError(() => askBackend(send));
      expect(error).to.include({ code: 'profile_unavailable', phase: 'identity' });
      expect(error.status).to.equal(title === '204' ? 204 : 200);
      expect(error.hint).to.match(/^POST https:\/\/shop\.example\/monerium\/connect answered 20/);
      expect(error.message).not.to.contain('profile-1');
      expect(requests).to.have.lengthOf(1);
    });
  }

  it('#73 copies nothing but the two ids', async () => {
    const body =
      '{"__proto__":{"polluted":1},"profile":"profile-1","userId":"user-1","access_token":"secret"}';
    const identity = await askBackend(recordSend(json(body)).send);
    expect(Reflect.ownKeys(identity)).to.have.members(['profile', 'userId']);
    expect(Object.getPrototypeOf(identity)).to.equal(Object.prototype);
    expect('polluted' in Object(identity)).to.equal(false);
  });
});

describe('readIdentity', () => {
  it('uses defaultProfile for a missing profile', () => {
    expect(readIdentity({ defaultProfile: 'd', userId: 'u' })).to.deep.equal({
      profile: 'd',
      userId: 'u',
    });
    expect(readIdentity({ defaultProfile: 'd', profile: null, userId: 'u' })).to.deep.equal({
      profile: 'd',
      userId: 'u',
    });
    expect(readIdentity({ defaultProfile: 'd', profile: 'p', userId: 'u' })).to.deep.equal({
      profile: 'p',
      userId: 'u',
    });
  });

  for (const id of ['a', 'A-Z_0.9:-', 'x'.repeat(128), '__proto__', 'constructor']) {
    it(`accepts ${id.slice(0, 20)} (${id.length}) as an id`, () => {
      expect(readIdentity({ profile: id, userId: id })).to.deep.equal({ profile: id, userId: id });
    });
  }

  it('#72 refuses every other id, in both fields', () => {
    const texts = ['', ' ', 'a b', 'a/b', 'a\n', '\na', 'ä', '<b>', 'x'.repeat(129), 'a\0', 'a%20'];
    for (const id of [...texts, null, undefined, 1, true, ['p'], { id: 'p' }, new String('p')]) {
      const label = JSON.stringify(id);
      expect(readIdentity({ profile: id, userId: 'u' }), label).to.equal(undefined);
      expect(readIdentity({ profile: 'p', userId: id }), label).to.equal(undefined);
    }
  });

  it('#73 ignores inherited properties', () => {
    const inherited = { profile: 'p', defaultProfile: 'd', userId: 'u' };
    expect(readIdentity(Object.create(inherited))).to.equal(undefined);
    try {
      Object.assign(Object.prototype, inherited);
      expect(readIdentity({})).to.equal(undefined);
      expect(readIdentity({ profile: 'own' })).to.equal(undefined);
      expect(readIdentity({ userId: 'own' })).to.equal(undefined);
      const own = readIdentity({ defaultProfile: 'own', userId: 'own' });
      expect(own).to.deep.equal({ profile: 'own', userId: 'own' });
    } finally {
      for (const name of Object.keys(inherited)) Reflect.deleteProperty(Object.prototype, name);
    }
  });

  it('#73 returns undefined for a value that is not an object with both ids', () => {
    const lookalike = JSON.parse('{"__proto__":{"profile":"p","userId":"u"}}') as unknown;
    for (const answer of [
      undefined,
      null,
      '',
      'text',
      1,
      true,
      [],
      ['p', 'u'],
      () => 1,
      lookalike,
    ]) {
      expect(readIdentity(answer), typeof answer).to.equal(undefined);
    }
  });

  it('#73 keeps the value it has checked when a getter returns another one later', () => {
    const answers = ['p', '<img>', '<img>', '<img>'];
    const answer = {
      userId: 'u',
      get profile() {
        return answers.shift();
      },
    };
    expect(readIdentity(answer)?.profile ?? 'p').to.equal('p');
  });
});

describe('exchangeDirectly', () => {
  it('posts the grant as a form, once when the response names the customer', async () => {
    const { send, requests } = recordSend(json({ ...TOKENS, ...IDENTITY }));
    const { identity } = await exchangeDirectly(send, REQUEST);
    const [request = new Request('about:blank')] = requests;
    expect(requests).to.have.lengthOf(1);
    expect(request.method).to.equal('POST');
    expect(request.url).to.equal(`${API}/auth/token`);
    expect([...request.headers]).to.deep.equal([
      ['content-type', 'application/x-www-form-urlencoded;charset=UTF-8'],
    ]);
    expect(policyOf(request)).to.deep.equal(STRICT_POLICY);
    expect(await formOf(request)).to.deep.equal([
      ['client_id', REQUEST.clientId],
      ['code', REQUEST.code],
      ['code_verifier', REQUEST.codeVerifier],
      ['grant_type', 'authorization_code'],
      ['redirect_uri', REQUEST.redirectUri],
    ]);
    expect(identity).to.deep.equal(IDENTITY);
  });

  it('fetches /auth/context with the token when the response does not name the customer', async () => {
    const context = json({ userId: 'user-1', defaultProfile: 'profile-1', email: 'x@y.example' });
    const { send, requests } = recordSend(json({ ...TOKENS, profile: 'profile-2' }), context);
    const { identity } = await exchangeDirectly(send, REQUEST);
    const [, request = new Request('about:blank')] = requests;
    expect(requests).to.have.lengthOf(2);
    expect(request.method).to.equal('GET');
    expect(request.url).to.equal(`${API}/auth/context`);
    expect([...request.headers]).to.deep.equal([
      ['accept', 'application/vnd.monerium.api-v2+json'],
      ['authorization', 'Bearer access'],
    ]);
    expect(policyOf(request)).to.deep.equal(STRICT_POLICY);
    expect(identity).to.deep.equal(IDENTITY);
  });

  const one = { id: 'profile-1', kind: 'personal' };
  for (const [title, context, profile] of [
    ['the default profile among several', { defaultProfile: 'd', profiles: [one, one] }, 'd'],
    [
      'the only profile without a default one',
      { defaultProfile: null, profiles: [one] },
      'profile-1',
    ],
    ['the only profile when no default is named', { profiles: [one] }, 'profile-1'],
    [
      'nobody without a default among several',
      { defaultProfile: null, profiles: [one, one] },
      null,
    ],
    ['nobody without any profile', { defaultProfile: null, profiles: [] }, null],
    ['nobody when profiles is no list', { defaultProfile: null, profiles: { 0: one } }, null],
    ['nobody when the only profile is null', { profiles: [null] }, null],
    ['nobody when the only profile has no id', { profiles: [{ name: 'x' }] }, null],
  ] as const) {
    it(`#68 takes ${title}`, async () => {
      const { send } = recordSend(json(TOKENS), json({ userId: 'user-1', ...context }));
      const exchange = exchangeDirectly(send, REQUEST);
      if (profile) {
        expect((await exchange).identity).to.deep.equal({ profile, userId: 'user-1' });
        return;
      }
      const error = await catchConnectError(() => exchange);
      expect(error).to.include({ code: 'profile_unavailable', phase: 'identity', status: 200 });
    });
  }

  for (const [title, answer, status] of [
    ['is blocked', new TypeError('secret: Failed to fetch'), undefined],
    ['answers 401', json({ code: 401, message: 'secret' }, { status: 401 }), 401],
    ['answers 404', new Response('', { status: 404 }), 404],
    ['answers 204', new Response(null, { status: 204 }), 204],
    ['answers nothing', new Response(''), 200],
    ['answers HTML', new Response('<html>secret'), 200],
    ['names no user', json({ defaultProfile: 'p', email: 'secret' }), 200],
  ] as const) {
    it(`#68 is profile_unavailable, and sends nothing again, when the context ${title}`, async () => {
      const { send, requests } = recordSend(json(TOKENS), answer);
      const error = await catchConnectError(() => exchangeDirectly(send, REQUEST));
      expect(error).to.include({ code: 'profile_unavailable', phase: 'identity' });
      expect(error.status).to.equal(status);
      expect(error.hint).to.contain(`GET ${API}/auth/context`);
      expect(error.message).not.to.match(/secret|access\b/);
      expect(requests).to.have.lengthOf(2);
    });
  }
});

describe('refreshTokens', () => {
  it('posts the refresh grant as a form', async () => {
    const { send, requests } = recordSend(json({ ...TOKENS, access_token: 'new', expires_in: 60 }));
    const tokens = await refreshTokens(send, REQUEST, 'old refresh');
    const [request = new Request('about:blank')] = requests;
    expect(requests).to.have.lengthOf(1);
    expect(request.method).to.equal('POST');
    expect(request.url).to.equal(`${API}/auth/token`);
    expect(policyOf(request)).to.deep.equal(STRICT_POLICY);
    expect(await formOf(request)).to.deep.equal([
      ['client_id', REQUEST.clientId],
      ['grant_type', 'refresh_token'],
      ['refresh_token', 'old refresh'],
    ]);
    expect(tokens).to.include({ accessToken: 'new', refreshToken: 'refresh' });
  });

  for (const refresh_token of [undefined, null, '']) {
    it(`#80 keeps the old refresh token when the new one is ${JSON.stringify(refresh_token)}`, async () => {
      const { send } = recordSend(json({ ...TOKENS, refresh_token }));
      expect((await refreshTokens(send, REQUEST, 'old')).refreshToken).to.equal('old');
    });
  }

  it('rejects with the OAuth error of a refusal', async () => {
    const { send } = recordSend(json({ error: 'invalid_grant' }, { status: 400 }));
    const error = await catchConnectError(() => refreshTokens(send, REQUEST, 'old'));
    expect(error).to.include({
      code: 'exchange_rejected',
      status: 400,
      oauthError: 'invalid_grant',
    });
  });
});

describe('exchangeCode', () => {
  const { signal } = new AbortController();
  const { fetch } = globalThis;

  afterEach(() => {
    globalThis.fetch = fetch;
  });

  /** Replaces `fetch`, and records the signal of every request. */
  function replaceFetch(...answers: Response[]) {
    const { send, requests } = recordSend(...answers);
    const signals: unknown[] = [];
    globalThis.fetch = (url, init = {}) => {
      signals.push(init.signal);
      return send(url as string, init);
    };
    return { requests, signals };
  }

  it('posts to the backend, under the signal', async () => {
    const { requests, signals } = replaceFetch(json(IDENTITY));
    const backend = { url: BACKEND_URL, headers: {}, credentials: 'omit' } as const;
    const result = await exchangeCode({ kind: 'backend', ...backend }, REQUEST, signal);
    expect(result).to.deep.equal({ identity: IDENTITY });
    expect(requests.map(({ url }) => url)).to.deep.equal([BACKEND_URL]);
    expect(signals).to.deep.equal([signal]);
  });

  it('sends requests to the token endpoint and for the context, both under the signal', async () => {
    const { requests, signals } = replaceFetch(
      json(TOKENS),
      json({ userId: 'user-1', defaultProfile: 'profile-1' }),
    );
    const { identity, tokens } = await exchangeCode({ kind: 'direct' }, REQUEST, signal);
    expect(identity).to.deep.equal(IDENTITY);
    expect(tokens).to.include({ accessToken: 'access', refreshToken: 'refresh' });
    const urls = [`${API}/auth/token`, `${API}/auth/context`];
    expect(requests.map(({ url }) => url)).to.deep.equal(urls);
    expect(signals).to.deep.equal([signal, signal]);
  });

  it("calls the page's own function once, with the request and the signal", async () => {
    const { requests } = replaceFetch();
    const calls: unknown[][] = [];
    const run = (...words: unknown[]) => {
      calls.push(words);
      return Promise.resolve({ ...IDENTITY, html: '<b>' });
    };
    const result = await exchangeCode({ kind: 'custom', run }, REQUEST, signal);
    expect(result).to.deep.equal({ identity: IDENTITY });
    expect(calls).to.deep.equal([[REQUEST, signal]]);
    expect(requests).to.have.lengthOf(0);
  });

  for (const found of [undefined, null, 'secret', {}, { ...IDENTITY, userId: 'se cret' }]) {
    it(`#72 is profile_unavailable when that function returns ${JSON.stringify(found)}`, async () => {
      const run = () => Promise.resolve(found as Identity);
      const exchange = () => exchangeCode({ kind: 'custom', run }, REQUEST, signal);
      const error = await catchConnectError(exchange);
      expect(error).to.include({ code: 'profile_unavailable', phase: 'identity' });
      expect(error.message).not.to.contain('cret');
    });
  }

  it('rejects with what that function throws', async () => {
    const reason = new Error('of the page');
    const throwing = () => {
      throw reason;
    };
    for (const run of [() => Promise.reject(reason), throwing]) {
      const exchange = exchangeCode({ kind: 'custom', run }, REQUEST, signal);
      expect(await exchange.catch((error: unknown) => error)).to.equal(reason);
    }
  });
});
