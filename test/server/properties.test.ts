// What holds for every post and every response of Monerium. `DEEP=1` tries ten times as many.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createExchangeHandler, type ExchangeHandlerOptions } from '../../src/server/index.js';
import { runs, seed } from '../helpers/runs.js';
import { CLIENT_ID, ORIGIN, REDIRECT_URI } from '../helpers/site.js';

const RUNS = runs(20_000);

const UNRESERVED = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~';
// prettier-ignore
const REGISTERED = [
  'invalid_request', 'invalid_client', 'invalid_grant', 'unauthorized_client',
  'unsupported_grant_type', 'unsupported_response_type', 'invalid_scope', 'access_denied',
  'server_error', 'temporarily_unavailable',
];

interface Post {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array<ArrayBuffer> | string;
}

const toRequest = ({ method, headers, body }: Post) =>
  new Request('http://10.0.0.7/api/monerium', {
    method,
    headers,
    body: method === 'GET' ? null : body,
  });

function handlerWith(
  fetch: (url: string, init: RequestInit) => Promise<Response>,
  options: Partial<ExchangeHandlerOptions> = {},
) {
  return createExchangeHandler({
    clientId: CLIENT_ID,
    redirectUris: [REDIRECT_URI],
    fetch: fetch as typeof globalThis.fetch,
    onConnected: () => undefined,
    onError: () => undefined,
    ...options,
  });
}

/** Checks the fields of an exchange without a regular expression. */
function isInBounds(fields: Record<string, unknown>): boolean {
  const { code, code_verifier: verifier, redirect_uri: uri, client_id: id } = fields;
  if (typeof code !== 'string' || typeof verifier !== 'string') return false;
  const isPrintable = [...code].every((sign) => sign >= ' ' && sign <= '~');
  const isUnreserved = [...verifier].every((sign) => UNRESERVED.includes(sign));
  const isBounded = code.length >= 1 && code.length <= 2048;
  const isLongEnough = verifier.length >= 43 && verifier.length <= 128;
  return (
    isPrintable &&
    isUnreserved &&
    isBounded &&
    isLongEnough &&
    uri === REDIRECT_URI &&
    id === CLIENT_ID
  );
}

const mostly = <T, U>(usual: T, other: fc.Arbitrary<U>) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });

const printable = fc.string({ unit: 'binary-ascii', maxLength: 40 });
const anyText = fc.oneof(printable, fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
const anyValue = fc.oneof(anyText, fc.jsonValue());
const aboutAsLong = (sign: string, ...lengths: number[]) =>
  fc.constantFrom(...lengths.map((length) => sign.repeat(length)));

const codes = fc.oneof(
  { weight: 4, arbitrary: fc.uuid() },
  { weight: 1, arbitrary: fc.uuid().map((id) => id.padEnd(2048, '~')) },
  { weight: 1, arbitrary: anyValue },
  { weight: 1, arbitrary: aboutAsLong('c', 0, 2049, 4000) },
);
const verifiers = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.string({
      unit: fc.constantFrom(...UNRESERVED),
      minLength: 43,
      maxLength: 128,
    }),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary-ascii', minLength: 40, maxLength: 130 }) },
  { weight: 1, arbitrary: aboutAsLong('v', 42, 43, 128, 129) },
  { weight: 1, arbitrary: anyValue },
);
const fieldsOfPosts = fc.record(
  {
    code: codes,
    code_verifier: verifiers,
    redirect_uri: mostly(REDIRECT_URI, anyValue),
    client_id: mostly(CLIENT_ID, anyValue),
    extra: fc.jsonValue(),
  },
  { requiredKeys: ['code'] },
);
const wholeFields = fieldsOfPosts.map((fields) => ({
  redirect_uri: REDIRECT_URI,
  client_id: CLIENT_ID,
  code_verifier: 'v'.repeat(43),
  ...fields,
}));
const json = fc.oneof(wholeFields, fieldsOfPosts).map((fields) => JSON.stringify(fields));
const bodies = fc.oneof(
  { weight: 12, arbitrary: json },
  { weight: 1, arbitrary: json.chain((text) => fc.nat(text.length).map((n) => text.slice(0, n))) },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: anyText },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ maxLength: 10_000 }).map((bytes) => new Uint8Array(bytes)),
  },
  { weight: 1, arbitrary: json.map((text) => text.padEnd(9000)) },
);

/** What the parser of a server lets through as the value of a header. */
const headerValues = printable.map((text) => text.replaceAll(/[^ -~]/g, '').trim());
const headers = fc
  .record({
    origin: mostly(ORIGIN, fc.oneof(headerValues, fc.webUrl(), fc.constant('null'))),
    'content-type': mostly(
      'application/json',
      fc.oneof(headerValues, fc.constantFrom('text/plain', 'application/json; charset=utf-8')),
    ),
    others: fc.dictionary(fc.stringMatching(/^x-[a-z]{1,8}$/), headerValues, { maxKeys: 3 }),
  })
  .map(({ others, ...own }) => ({ ...others, ...own }));
const posts: fc.Arbitrary<Post> = fc.record({
  method: mostly('POST', fc.constantFrom('GET', 'PUT', 'DELETE', 'OPTIONS', 'PATCH')),
  headers,
  body: bodies,
});

/** The fields of a post that has to be accepted, by checks that the handler does not use. */
function acceptable({ method, headers: sent, body }: Post): Record<string, unknown> | undefined {
  const type = sent['content-type'] ?? '';
  const isJson = type.split(';', 1).join().trim().toLowerCase() === 'application/json';
  if (method !== 'POST' || sent.origin !== ORIGIN || !isJson) return undefined;
  const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body);
  if (bytes.length > 8192) return undefined;
  try {
    const fields = JSON.parse(bytes.toString()) as Record<string, unknown> | null;
    return fields && isInBounds(fields) ? fields : undefined;
  } catch {
    return undefined;
  }
}

describe('for every post', () => {
  it(`the handler exchanges what is in bounds, refuses the rest, and never fails: ${RUNS}`, async () => {
    let exchanges: Record<string, string>[] = [];
    const statuses = new Map<number, number>();
    const handle = handlerWith(async (_url, { body }) => {
      exchanges.push(Object.fromEntries(body as URLSearchParams));
      const identity = { profile: 'p', userId: 'u' };
      return Response.json({ access_token: 'a', token_type: 'Bearer', ...identity });
    });
    const property = fc.asyncProperty(posts, async (sent) => {
      exchanges = [];
      const response = await handle(toRequest(sent));
      const fields = acceptable(sent);
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      assert.equal(response.headers.get('cache-control'), 'no-store');
      assert.ok(response.status < 500, `${response.status}`);
      for (const exchange of exchanges) assert.equal(isInBounds(exchange), true);
      const text = await response.text();
      if (response.status === 200) {
        assert.equal(text, '{"profile":"p","userId":"u"}');
        const { code, code_verifier, redirect_uri, client_id } = fields ?? assert.fail(text);
        const wanted = { code, code_verifier, redirect_uri, client_id };
        assert.deepEqual(exchanges, [{ grant_type: 'authorization_code', ...wanted }]);
        return;
      }
      assert.deepEqual(exchanges, []);
      if (response.status === 204) return;
      const { error, ...others } = JSON.parse(text) as Record<string, string>;
      assert.deepEqual(Object.keys(others), ['error_description']);
      // A code that was made twice is a replay; every other acceptable post has to get through.
      if (fields) assert.equal(error, 'invalid_grant');
      assert.equal(
        ['invalid_request', 'access_denied', 'invalid_grant'].includes(error ?? ''),
        true,
      );
    });
    await fc.assert(property, { numRuns: RUNS, seed: seed() });
    // A generator that misses a branch proves nothing about it. A short run misses some by chance.
    if (RUNS < 2000) return;
    for (const status of [200, 204, 400, 403, 405, 413, 415]) {
      assert.ok((statuses.get(status) ?? 0) > RUNS / 1000, `${status}: ${statuses.get(status)}`);
    }
    assert.equal((statuses.get(200) ?? 0) > RUNS / 10, true);
  });

  it(`a code is sent to Monerium once, also when it is posted many times at once: ${RUNS / 20}`, async () => {
    const numbers = fc.array(fc.nat(4), { minLength: 1, maxLength: 30 });
    const property = fc.asyncProperty(numbers, async (codesPosted) => {
      const sent: string[] = [];
      const handle = handlerWith(async (_url, { body }) => {
        sent.push((body as URLSearchParams).get('code') ?? '');
        await new Promise((resolve) => setImmediate(resolve));
        return new Response(null, { status: 503 });
      });
      const answers = codesPosted.map((code) => {
        const fields = { code: `code-${code}`, code_verifier: 'v'.repeat(43) };
        const body = JSON.stringify({
          ...fields,
          redirect_uri: REDIRECT_URI,
          client_id: CLIENT_ID,
        });
        const own = { origin: ORIGIN, 'content-type': 'application/json' };
        return handle(toRequest({ method: 'POST', headers: own, body }));
      });
      const statuses = (await Promise.all(answers)).map(({ status }) => status);
      assert.equal(sent.length, new Set(codesPosted).size);
      assert.equal(new Set(sent).size, sent.length);
      assert.equal(statuses.filter((status) => status === 502).length, sent.length);
      assert.equal(
        statuses.filter((status) => status === 400).length,
        statuses.length - sent.length,
      );
    });
    await fc.assert(property, { numRuns: RUNS / 20, seed: seed() });
  });
});

const ids = fc.oneof(
  { weight: 3, arbitrary: fc.stringMatching(/^[A-Za-z0-9._:-]{1,128}$/) },
  { weight: 1, arbitrary: anyValue },
  { weight: 1, arbitrary: aboutAsLong('p', 0, 128, 129) },
);
const contexts = fc.record(
  {
    userId: ids,
    defaultProfile: ids,
    profiles: fc.array(fc.record({ id: ids }), { maxLength: 2 }),
  },
  { requiredKeys: [] },
);
const tokenAnswers = fc.record(
  {
    access_token: mostly('secret-access', anyValue),
    token_type: mostly('Bearer', anyValue),
    expires_in: fc.oneof(fc.nat(), anyValue),
    refresh_token: mostly('secret-refresh', anyValue),
    profile: ids,
    userId: ids,
    error: fc.oneof(fc.constantFrom(...REGISTERED), anyValue),
  },
  { requiredKeys: ['access_token', 'token_type'] },
);
const answersOfMonerium = fc.record({
  status: mostly(200, fc.oneof(fc.integer({ min: 200, max: 599 }), fc.constantFrom(400, 429))),
  retryAfter: fc.option(headerValues),
  body: fc.oneof(
    {
      weight: 5,
      arbitrary: fc.oneof(tokenAnswers, contexts).map((value) => JSON.stringify(value)),
    },
    { weight: 1, arbitrary: anyText },
    { weight: 1, arbitrary: fc.constant('<!doctype html>') },
  ),
});

describe('for every response of Monerium', () => {
  it(`the page gets an identity or a registered error, and nothing else: ${RUNS}`, async () => {
    const statuses = new Set<number>();
    const exchange = fc.record({ token: answersOfMonerium, context: answersOfMonerium });
    const property = fc.asyncProperty(exchange, async ({ token, context }) => {
      const calls: string[] = [];
      const handle = handlerWith(async (url) => {
        calls.push(new URL(url).pathname);
        const { status, retryAfter, body } = url.endsWith('/token') ? token : context;
        const isEmpty = [204, 205, 304].includes(status);
        const init = { status, headers: retryAfter === null ? {} : { 'retry-after': retryAfter } };
        return new Response(isEmpty ? null : body, init);
      });
      const fields = { code: 'secret-code', code_verifier: 'v'.repeat(43) };
      const body = JSON.stringify({ ...fields, redirect_uri: REDIRECT_URI, client_id: CLIENT_ID });
      const own = { origin: ORIGIN, 'content-type': 'application/json' };
      const response = await handle(toRequest({ method: 'POST', headers: own, body }));
      statuses.add(response.status);

      assert.equal(calls.filter((path) => path === '/auth/token').length, 1);
      assert.equal(calls.length <= 2, true);
      const answer = (await response.json()) as Record<string, string>;
      if (response.status === 200) {
        assert.deepEqual(Object.keys(answer), ['profile', 'userId']);
        for (const id of Object.values(answer)) assert.match(id, /^[A-Za-z0-9._:-]{1,128}$/);
        return;
      }
      assert.ok([400, 429, 502].includes(response.status), `${response.status}`);
      assert.deepEqual(Object.keys(answer), ['error', 'error_description']);
      assert.doesNotMatch(answer.error_description ?? '', /secret|doctype/);
      assert.ok(REGISTERED.includes(answer.error ?? ''), answer.error);
      assert.match(response.headers.get('retry-after') ?? '0', /^\d{1,4}$/);
    });
    await fc.assert(property, { numRuns: RUNS, seed: seed() });
    assert.deepEqual([...statuses].sort(), [200, 400, 429, 502]);
  });
});
