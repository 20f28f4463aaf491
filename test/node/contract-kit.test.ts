// The kit finds the fault of each broken backend, and every clause of it can fail.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contract } from '../../demo/contract-kit/contract.js';
import { createExchangeHandler, type ExchangeHandlerOptions } from '../../src/server.js';
import { check, faultsOf, openEmulator, serve, type Handler } from '../helpers/backends.js';
import { CLIENT_ID, ORIGIN, REDIRECT_URI } from '../helpers/site.js';

interface Broken {
  fault: string;
  /** The clauses that have to fail, and no others: the beginning of each finding. */
  found: RegExp[];
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

const broken: Broken[] = [
  {
    fault: 'does not look at the origin',
    wrap: changing((headers) => headers.set('origin', ORIGIN)),
    found: [
      /^refuses a foreign origin: answered 200, not 4xx/,
      /^refuses an origin that only begins like yours: answered 200/,
      /^refuses the origin null: answered 200/,
    ],
  },
  {
    fault: 'takes any content type',
    wrap: changing((headers) => headers.set('content-type', 'application/json')),
    found: [
      /^refuses the content type text\/plain: answered 200/,
      /^refuses the content type application\/x-www-form-urlencoded: answered 200/,
    ],
  },
  {
    fault: 'does not look at the redirect URI',
    wrap: changing((_headers, fields) => void (fields.redirect_uri &&= REDIRECT_URI)),
    found: [/^refuses a redirect URI that is not yours: answered 200/],
  },
  {
    fault: 'sets no limit for the body',
    wrap: changing((_headers, fields) => delete fields.padding),
    found: [/^refuses a body over 8 KiB: answered 200/],
  },
  {
    fault: 'gives the token to the browser',
    options: { onConnected: ({ tokens }) => ({ 'set-cookie': `token=${tokens.accessToken}` }) },
    found: [/^keeps the tokens to itself: sent a token to the browser/],
  },
  {
    fault: 'has no deadline',
    options: {
      fetch: (url, init) => {
        const { signal: _, ...rest } = init ?? {};
        return fetch(url, rest);
      },
    },
    found: [
      /^tells the page of a Monerium that answers drop by drop: no answer within 4000 ms/,
      /^tells the page of a Monerium that hangs at \/auth\/context: no answer within 4000 ms/,
    ],
  },
  {
    fault: 'tries again',
    options: {
      fetch: async (url, init) => {
        const first = await fetch(url, init);
        return first.status >= 500 ? fetch(url, init) : first;
      },
    },
    found: [
      /^tells the page of a Monerium that is down: sent 2 token requests, not 1/,
      /^tells the page of a Monerium that is broken: sent 2 token requests, not 1/,
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
    found: [/^asks \/auth\/context when the token answer has no ids: answered 502/],
  },
  {
    fault: 'says 200 to everything',
    wrap: (handle) => async (request) => {
      const { headers, body, status } = await handle(request);
      const isPreflight = request.method === 'OPTIONS';
      return new Response(body, { headers, status: isPreflight ? status : 200 });
    },
    found: [/^fails when nobody can tell the ids: answered 200/],
  },
  {
    fault: 'answers in words of its own',
    wrap: (handle) => async (request) => {
      const { headers, body, status } = await handle(request);
      return status === 200 ? Response.json({ id: 1 }) : new Response(body, { headers, status });
    },
    found: [
      /^connects a right post: answered 200, but no valid profile/,
      /^asks \/auth\/context when the token answer has no ids: answered 200, but no valid/,
      /^lets a page of another origin post: allows the origin none/,
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

/** Every clause that some broken backend broke. */
const brokenClauses = new Set<string>();

describe('the kit finds a backend that', { concurrency: true }, () => {
  for (const { fault, found, options = {}, wrap = (handle: Handler) => handle } of broken) {
    it(fault, async () => {
      const emulator = await openEmulator();
      const handle = createExchangeHandler({
        clientId: CLIENT_ID,
        redirectUris: [REDIRECT_URI],
        apiUrl: emulator.url,
        timeoutMs: 1500,
        onConnected: () => undefined,
        onError: () => undefined,
        ...options,
      });
      const findings = await check(emulator, await serve(wrap(handle)), 4000);
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

  it('names each clause once', () => {
    assert.equal(new Set(contract.map(({ name }) => name)).size, contract.length);
  });
});
