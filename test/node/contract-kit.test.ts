// The kit finds the fault of each broken backend, and every clause of it can fail.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Clause } from '../../src/testing/contract-kit/clause.js';
import { contract } from '../../src/testing/contract-kit/contract.js';
import { createExchangeHandler, type ExchangeHandlerOptions } from '../../src/server/index.js';
import { check, faultsOf, openEmulator, serve, type Handler } from '../helpers/backends.js';
import { CLIENT_ID, ORIGIN, REDIRECT_URI } from '../helpers/site.js';

interface Broken {
  fault: string;
  /** The clauses that have to fail, and no others: the beginning of each finding. */
  found: RegExp[];
  /** It is found by a clause that takes seconds. */
  isSlow?: true;
  options?: Partial<ExchangeHandlerOptions>;
  /** What stands between the page and a sound handler. */
  wrap?: (handle: Handler) => Handler;
}

/** A handler behind something that changes each post on its way in. */
const changing =
  (change: (headers: Headers, fields: Record<string, unknown>) => void) =>
  (handle: Handler): Handler =>
  async (request) => {
    const headers = new Headers(request.headers);
    headers.delete('content-length');
    const text = await request.text();
    let body = text;
    try {
      const fields = JSON.parse(text) as Record<string, unknown>;
      change(headers, fields);
      body = JSON.stringify(fields);
    } catch {
      change(headers, {});
    }
    const { url, method } = request;
    return handle(new Request(url, { method, headers, body: method === 'POST' ? body : null }));
  };

/** A handler whose comparison of origins lets too much through. */
const comparing = (isOwn: (origin: string | null) => boolean) =>
  changing((headers) => {
    if (isOwn(headers.get('origin'))) headers.set('origin', ORIGIN);
  });

const FLAGS = 'HttpOnly; SameSite=Lax; Secure';

const broken: Broken[] = [
  {
    fault: 'does not look at the origin',
    wrap: comparing(() => true),
    found: [
      /^refuses a foreign origin: answered 200, not 4xx/,
      /^refuses an origin that only begins like yours: answered 200/,
      /^refuses an origin that only ends like yours: answered 200/,
      /^refuses a subdomain of your origin: answered 200/,
      /^refuses your host on another port: answered 200/,
      /^refuses your host with the other scheme: answered 200/,
      /^refuses your host without a scheme: answered 200/,
      /^refuses an origin with another letter for the dot: answered 200/,
      /^refuses the origin null: answered 200/,
      /^refuses a post without an Origin: answered 200/,
    ],
  },
  {
    fault: 'looks at the beginning of the origin',
    wrap: comparing((origin) => Boolean(origin?.startsWith(ORIGIN))),
    found: [/^refuses an origin that only begins/, /^refuses your host on another port/],
  },
  {
    fault: 'looks at the end of the origin',
    wrap: comparing((origin) => Boolean(origin?.endsWith('shop.example'))),
    found: [
      /^refuses an origin that only ends like yours/,
      /^refuses a subdomain of your origin/,
      /^refuses your host with the other scheme/,
      /^refuses your host without a scheme/,
    ],
  },
  {
    fault: 'forgets that a dot is any letter',
    wrap: comparing((origin) => /^https:..shop.example$/.test(origin ?? '')),
    found: [/^refuses an origin with another letter for the dot/],
  },
  {
    fault: 'takes any port',
    wrap: comparing((origin) => /^https:\/\/shop\.example(:\d+)?$/.test(origin ?? '')),
    found: [/^refuses your host on another port/],
  },
  {
    fault: 'takes any subdomain',
    wrap: comparing((origin) => /^https:\/\/(\w+\.)?shop\.example$/.test(origin ?? '')),
    found: [/^refuses a subdomain of your origin/],
  },
  {
    fault: 'takes any scheme, or none',
    wrap: comparing((origin) => /^(https?:\/\/)?shop\.example$/.test(origin ?? '')),
    found: [/^refuses your host with the other scheme/, /^refuses your host without a scheme/],
  },
  {
    fault: 'takes a missing origin',
    wrap: comparing((origin) => origin === null),
    found: [/^refuses a post without an Origin/],
  },
  {
    fault: 'takes any content type',
    wrap: changing((headers) => headers.set('content-type', 'application/json')),
    found: [
      /^refuses the content type text\/plain: answered 200/,
      /^refuses the content type application\/x-www-form-urlencoded: answered 200/,
      /^refuses the content type multipart\/form-data: answered 200/,
      /^refuses the content type text\/plain;application\/json: answered 200/,
      /^refuses a post without a content type: answered 200/,
    ],
  },
  {
    fault: 'looks for JSON anywhere in the content type',
    wrap: changing((headers) => {
      const type = headers.get('content-type') ?? '';
      if (type.includes('application/json')) headers.set('content-type', 'application/json');
    }),
    found: [/^refuses the content type text\/plain;application\/json: answered 200/],
  },
  {
    fault: 'takes the fields from the address',
    wrap: (handle) => (request) => {
      const { searchParams } = new URL(request.url);
      if (request.method !== 'GET') return handle(request);
      const headers = { origin: ORIGIN, 'content-type': 'application/json' };
      const body = JSON.stringify(Object.fromEntries(searchParams));
      return handle(new Request(request.url, { method: 'POST', headers, body }));
    },
    found: [/^takes no code from the address: sent the code of a GET/],
  },
  {
    fault: 'looks at the length that the post tells, and no further',
    wrap: (handle) => (request) =>
      request.headers.has('content-length')
        ? handle(request)
        : changing((_headers, fields) => delete fields.padding)(handle)(request),
    found: [/^refuses a body over 8 KiB that comes in chunks: answered 200/],
  },
  {
    fault: 'sends the code again after a while',
    isSlow: true,
    options: {
      fetch: async (url, init) => {
        const { signal: _, ...rest } = init ?? {};
        const first = await fetch(url, init);
        if (first.status === 503) setTimeout(() => void fetch(url, rest).catch(() => 0), 700);
        return first;
      },
    },
    found: [/^does not send a code again later: sent 2 token requests/],
  },
  {
    fault: 'puts the tokens into a cookie in base64',
    options: {
      onConnected: ({ tokens }) => ({
        'set-cookie': `t=${btoa(JSON.stringify(tokens))}; ${FLAGS}`,
      }),
    },
    found: [/^keeps the tokens to itself: sent the access token to the browser/],
  },
  {
    fault: 'repeats the code',
    wrap: (handle) => async (request) => {
      const { code } = (await request
        .clone()
        .json()
        .catch(() => ({}))) as { code?: unknown };
      const response = await handle(request);
      if (typeof code === 'string') response.headers.set('x-code', btoa(`code ${code}`));
      return response;
    },
    found: [/^does not repeat the code and the verifier: sent the code to the browser/],
  },
  {
    fault: 'believes the ids of the post',
    wrap: (handle) => async (request) => {
      const posted = (await request
        .clone()
        .json()
        .catch(() => ({}))) as { userId?: unknown };
      const response = await handle(request);
      if (response.status !== 200 || posted.userId === undefined) return response;
      const { profile } = (await response.json()) as { profile: string };
      return Response.json({ profile, userId: posted.userId });
    },
    found: [/^takes the ids from Monerium, not from the post: answered with an id of the post/],
  },
  {
    fault: 'asks the context without an Accept',
    options: {
      fetch: (url, init) => {
        const headers = new Headers(init?.headers);
        headers.delete('accept');
        return fetch(url, { ...init, headers });
      },
    },
    found: [
      /^asks \/auth\/context for the second version of the API: asked with Accept/,
      /^asks \/auth\/context when the token response has no ids: answered 502/,
    ],
  },
  ...['HttpOnly; SameSite=Lax', 'HttpOnly; Secure', 'SameSite=Lax; Secure'].map((flags) => ({
    fault: `sets a cookie with no more than ${flags}`,
    options: {
      onConnected: () => ({ 'set-cookie': `session=${crypto.randomUUID()}; ${flags}` }),
    },
    found: [/^sets cookies that no script and no other site can use: set the cookie session with/],
  })),
  {
    fault: 'takes over a session id',
    options: {
      onConnected: ({ request }) => {
        const [, old] = /session=([^;]+)/.exec(request.headers.get('cookie') ?? '') ?? [];
        return { 'set-cookie': `session=${old ?? crypto.randomUUID()}; ${FLAGS}` };
      },
    },
    found: [/^takes over no session id that came with the post: kept the session id/],
  },
  {
    fault: 'does not look at the redirect URI',
    wrap: changing((_headers, fields) => void (fields.redirect_uri &&= REDIRECT_URI)),
    found: [/^refuses a redirect URI that is not yours: answered 200/],
  },
  {
    fault: 'sets no limit for the body',
    wrap: changing((_headers, fields) => delete fields.padding),
    found: [
      /^refuses a body over 8 KiB: answered 200/,
      /^refuses a body over 8 KiB that comes in chunks: answered 200/,
    ],
  },
  {
    fault: 'gives the token to the browser',
    options: {
      onConnected: ({ tokens }) => ({ 'set-cookie': `t=${tokens.accessToken}; ${FLAGS}` }),
    },
    found: [/^keeps the tokens to itself: sent the access token to the browser/],
  },
  {
    fault: 'has no deadline',
    isSlow: true,
    options: {
      fetch: (url, init) => {
        const { signal: _, ...rest } = init ?? {};
        return fetch(url, rest);
      },
    },
    found: [
      /^reports that Monerium sends byte by byte: no response within 6000 ms/,
      /^reports that Monerium hangs at \/auth\/context: no response within 6000 ms/,
    ],
  },
  {
    fault: 'tries again',
    isSlow: true,
    options: {
      fetch: async (url, init) => {
        const first = await fetch(url, init);
        return first.status >= 500 ? fetch(url, init) : first;
      },
    },
    found: [
      /^reports that Monerium is down: sent 2 token requests, not 1/,
      /^does not send a code again later: sent 2 token requests/,
      /^reports that Monerium is broken: sent 2 token requests, not 1/,
    ],
  },
  {
    fault: 'follows redirects',
    options: { fetch: (url, init) => fetch(url, { ...init, redirect: 'follow' }) },
    found: [/^follows no redirect with the code: took the request to another address/],
  },
  {
    fault: 'does not ask the context',
    options: {
      fetch: async (url, init) =>
        /context$/.test(new Request(url).url) ? new Response('{}') : fetch(url, init),
    },
    found: [/^asks \/auth\/context when the token response has no ids: answered 502/],
  },
  {
    fault: 'says 200 to everything',
    wrap: (handle) => async (request) => {
      const { headers, body, status } = await handle(request);
      const isPreflight = request.method === 'OPTIONS';
      return new Response(body, { headers, status: isPreflight ? status : 200 });
    },
    found: [/^fails when Monerium sends no ids: answered 200/],
  },
  {
    fault: 'answers in words of its own',
    wrap: (handle) => async (request) => {
      const { headers, body, status } = await handle(request);
      return status === 200 ? Response.json({ id: 1 }) : new Response(body, { headers, status });
    },
    found: [
      // It stops there: the rest would be about something else.
      /^connects a right post: answered 200, but no valid profile/,
    ],
  },
  {
    fault: 'knows no preflight',
    wrap: (handle) => (request) =>
      request.method === 'OPTIONS' ? new Response(null, { status: 405 }) : handle(request),
    found: [/^lets a page of another origin post: answered the preflight with 405/],
  },
  {
    fault: 'answers every origin',
    wrap: (handle) => async (request) => {
      const response = await handle(request);
      response.headers.set('access-control-allow-origin', request.headers.get('origin') ?? '*');
      return response;
    },
    found: [/^lets no page of a foreign origin post or read: allows the origin https:\/\/foreign/],
  },
];

/** Checked where they have to fail. `DEEP=1` checks the whole contract everywhere. */
const SLOW = [/^does not send a code again later/, /byte by byte$/, /hangs at \/auth\/context$/];
const isQuick = ({ name }: Clause) => !SLOW.some((pattern) => pattern.test(name));

/** Every clause that some broken backend broke. */
const brokenClauses = new Set<string>();

describe('the kit finds a backend that', { concurrency: 4 }, () => {
  for (const { fault, found, isSlow, options = {}, wrap } of broken) {
    it(fault, async () => {
      const emulator = await openEmulator();
      const handle = createExchangeHandler({
        clientId: CLIENT_ID,
        redirectUris: [REDIRECT_URI],
        apiUrl: emulator.url,
        // Only a clause that asks for a deadline waits for this one.
        timeoutMs: 3000,
        onConnected: () => undefined,
        onError: () => undefined,
        ...options,
      });
      const clauses = isSlow || process.env.DEEP ? contract : contract.filter(isQuick);
      const url = await serve(wrap ? wrap(handle) : handle);
      const findings = await check(emulator, url, 6000, clauses);
      for (const { name, seen } of findings) if (seen !== undefined) brokenClauses.add(name);
      const faults = faultsOf(findings);
      for (const [index, pattern] of found.entries()) {
        const named = faults.find((line) => pattern.test(line));
        assert.ok(named, `${index}: ${pattern} is not in\n${faults.join('\n')}`);
      }
      // The one that says 200 to everything breaks nearly every clause.
      if (!/everything/.test(fault)) assert.equal(faults.length, found.length, faults.join('\n'));
    });
  }
});

describe('the contract', () => {
  it('has no clause that cannot fail', () => {
    const sound = contract.map(({ name }) => name).filter((name) => !brokenClauses.has(name));
    assert.deepEqual(sound, []);
  });

  it('leaves CORS out unless it is asked for', async () => {
    const clauses = contract.filter(({ isCors }) => isCors);
    assert.notEqual(clauses.length, 0);
    const url = await serve(() => Response.json({}));
    assert.deepEqual(await check(await openEmulator(), url, 6000, clauses, { cors: false }), []);
  });

  it('names each clause once', () => {
    assert.equal(new Set(contract.map(({ name }) => name)).size, contract.length);
  });
});
