// What anybody may send to the handler that starts flows: random requests, and right ones that
// were changed. `DEEP=1` sends 10,000 and 2,000 to each route, otherwise a tenth.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { ERRORS } from '../../src/core/errors.js';
import { BASE, FLOW, openConnectSite, SHOP } from '../helpers/connect-site.js';
import { runs, seed } from '../helpers/runs.js';
import { Visitor } from '../helpers/visitor.js';

const RANDOM = runs(10_000);
const MUTATED = runs(2_000);
const RESULTS = ['connected', ...Object.keys(ERRORS)];
const ROUTES = ['/start', '/callback', '/session'] as const;

const site = await openConnectSite();
after(() => site.close());

/** How many codes were sent to Monerium. */
let sent = 0;
const tokens = { access_token: 'access', token_type: 'Bearer', refresh_token: 'refresh' };
const handle = site.handlerWith({
  async fetch() {
    sent++;
    return Response.json({ ...tokens, profile: 'p', userId: 'u', expires_in: 3600 });
  },
});

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
}

/** Where a browser is led. Every parser has to see the same site. */
function assertPlace(location: string): URL {
  const place = new URL(location, `${BASE}/callback`);
  assert.equal(place.origin, SHOP, location);
  assert.match(location, /^https:\/\/shop\.example\/(?!\/)[!-[\]-~]*$/);
  assert.doesNotMatch(place.pathname, /\/\//);
  const result = place.searchParams.get('monerium_result') ?? '';
  assert.ok(RESULTS.includes(result), `monerium_result=${result}`);
  return place;
}

/** Sends it, and sees to what holds for every response. */
async function send({ method, url, headers }: Sent): Promise<Response> {
  const [failuresBefore, route] = [site.failures.length, new URL(url).pathname];
  const response = await handle(new Request(url, { method, headers }));
  const faults = site.failures.slice(failuresBefore).filter(({ status }) => status >= 500);
  assert.deepEqual(faults, []);
  assert.equal([200, 204, 303, 400, 403, 404, 405, 415, 503].includes(response.status), true);
  assert.equal(response.headers.get('cache-control'), 'no-store');
  assert.equal(response.headers.get('referrer-policy'), 'no-referrer');
  const location = response.headers.get('location');
  assert.equal(location !== null, response.status === 303);
  if (location !== null && route.endsWith('/start')) {
    assert.equal(location.startsWith(`${site.emulator.url}/auth?`), true);
  } else if (location !== null) assertPlace(location);
  return response;
}

const HEADER = /^[\x20-\x7e\x80-\xff]*$/;
const text = fc.oneof(
  fc.string({ unit: 'binary-ascii', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '',
    'x'.repeat(3000),
    '__proto__',
    '//foreign.example',
    '/\\foreign.example',
    '%',
  ),
);
const headerText = text.filter((value) => HEADER.test(value));
const names = fc.oneof(
  fc.constantFrom('code', 'state', 'iss', 'error', 'error_description', 'return_to', 'email'),
  fc.constantFrom('auth_mode', 'monerium_result', 'constructor', 'access_token'),
  text,
);
const queries = fc.oneof(
  fc
    .array(fc.tuple(names, text), { maxLength: 6 })
    .map((pairs) =>
      pairs.map((pair) => pair.map((part) => encodeURIComponent(part)).join('=')).join('&'),
    ),
  text.map((value) => value.replaceAll('#', '')),
);
const cookieNames = fc.oneof(
  fc.constantFrom('session', '__Host-session', '__Host-monerium-flow-mi000000-AAAAAAAAAAAAAAAA'),
  fc.constantFrom('__Host-monerium-flow-zzzzzzzz-................', '__proto__', ''),
  headerText.map((value) => value.replaceAll(/[=;]/g, '')),
);
const cookies = fc
  .array(fc.tuple(cookieNames, headerText), { maxLength: 6 })
  .map((pairs) => pairs.map((pair) => pair.join('=')).join('; '));
const methods = fc.constantFrom(
  'GET',
  'GET',
  'GET',
  'GET',
  'HEAD',
  'POST',
  'DELETE',
  'OPTIONS',
  'PUT',
  'QUERY',
);
const headersOf = fc.record(
  {
    cookie: cookies,
    origin: fc.oneof(
      fc.constantFrom(SHOP, 'null', 'https://shop.example.foreign.example'),
      headerText,
    ),
    'sec-fetch-site': fc.oneof(fc.constantFrom('same-origin', 'cross-site', 'none'), headerText),
    'sec-purpose': fc.oneof(fc.constantFrom('prefetch', 'prefetch;prerender'), headerText),
    'content-type': headerText,
  },
  { requiredKeys: [] },
);

const options = (numRuns: number) => ({ numRuns, seed: seed() });

describe('#268 random requests', () => {
  for (const route of ROUTES) {
    it(`#268 to ${route} get an orderly answer, and no code is sent`, async () => {
      const before = sent;
      await fc.assert(
        fc.asyncProperty(methods, queries, headersOf, async (method, query, headers) => {
          await send({ method, url: `${BASE}${route}?${query}`, headers });
          assert.equal(sent, before);
        }),
        options(RANDOM),
      );
    });
  }
});

/** Some of the text is gone, came twice, or became something else. */
const edits = fc.array(
  fc.tuple(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.nat(3),
    fc.constantFrom('', 'A', '/', '\\', '.', '%2f', '%5c', '\t', '@', ':', '=', ';', '&', '?'),
  ),
  { minLength: 1, maxLength: 3 },
);
const edit = (value: string, changes: [number, number, string][]) =>
  changes.reduce((edited, [share, length, into]) => {
    const at = Math.floor(share * edited.length);
    return edited.slice(0, at) + into + edited.slice(at + length);
  }, value);

/** A browser that has begun a flow, and the address at which it comes back. */
async function approach(returnTo = '/cart?a=1') {
  const visitor = new Visitor(SHOP, (request) => handle(request));
  const begun = await visitor.ask(`${BASE}/start?return_to=${encodeURIComponent(returnTo)}`);
  const auth = new URL(begun.headers.get('location') ?? '');
  const state = auth.searchParams.get('state') ?? '';
  const [[name, { value }] = assert.fail()] = visitor.cookies;
  assert.match(name, FLOW);
  return { visitor, state, cookie: name, value, code: crypto.randomUUID() };
}

describe('#268 right requests that were changed', () => {
  it('#268 to /callback send a code only with the cookie of its flow', async () => {
    let connected = 0;
    const parts = fc.constantFrom(
      'state',
      'cookie',
      'value',
      'method',
      'other',
      'double',
      'nothing',
    );
    await fc.assert(
      fc.asyncProperty(parts, edits, methods, async (part, changes, method) => {
        const flow = await approach();
        const change = (name: string, value: string) =>
          part === name ? edit(value, changes) : value;
        const name = change('cookie', flow.cookie);
        const { value: otherValue } = part === 'other' ? await approach() : flow;
        const value = change('value', otherValue);
        const state = change('state', flow.state);
        const twice = part === 'double' ? `&state=${flow.state}` : '';
        const query = `code=${flow.code}&state=${encodeURIComponent(state)}${twice}`;
        const cookie = `${name}=${value}`.replaceAll(/[^\x20-\x7e]/g, '');
        const before = sent;
        const asked = part === 'method' ? method : 'GET';
        const url = `${BASE}/callback?${query}`;
        const { headers } = await send({ method: asked, url, headers: { cookie } });
        // A name may tell another time. Base64 has several texts for the same bytes.
        const isRight =
          asked === 'GET' &&
          state === flow.state &&
          twice === '' &&
          cookie.includes(flow.cookie.slice(-17)) &&
          Buffer.from(value, 'base64url').equals(Buffer.from(flow.value, 'base64url'));
        assert.ok(sent - before <= (isRight ? 1 : 0), 'a code was sent without the right cookie');
        if (part === 'nothing') assert.equal(sent - before, 1);
        if (sent > before) connected++;
        const place = headers.get('location');
        if (place !== null) assert.equal(assertPlace(place).origin, SHOP);
      }),
      // Few cases are made outside of CI: one of them is right in any case.
      { ...options(MUTATED), examples: [['nothing', [], 'GET']] },
    );
    assert.notEqual(connected, 0);
  });

  it('#268 to /start lead back to no other site', async () => {
    const places = fc.constantFrom(
      '/cart?a=1',
      '/',
      '/a/b/c?return=/d#e',
      '//foreign.example',
      'https://foreign.example/',
    );
    await fc.assert(
      fc.asyncProperty(places, edits, async (place, changes) => {
        const { visitor, state, code } = await approach(edit(place, changes));
        const back = await visitor.ask(`${BASE}/callback?code=${code}&state=${state}`);
        const { searchParams } = assertPlace(back.headers.get('location') ?? '');
        assert.equal(searchParams.get('monerium_result'), 'connected');
      }),
      options(MUTATED),
    );
  });

  it('#268 to /session know no session but that of the cookie, for pages of the site', async () => {
    const { visitor, state, code } = await approach();
    await visitor.ask(`${BASE}/callback?code=${code}&state=${state}`);
    const [[name, { value }] = assert.fail()] = visitor.cookies;
    const parts = fc.constantFrom('origin', 'name', 'value', 'site', 'nothing');
    await fc.assert(
      fc.asyncProperty(
        parts,
        edits,
        fc.constantFrom('GET', 'DELETE'),
        async (part, changes, method) => {
          const change = (which: string, right: string) =>
            (part === which ? edit(right, changes) : right).replaceAll(/[^\x20-\x7e]/g, '');
          const cookie = `${change('name', name)}=${change('value', value)}`;
          const origin = change('origin', SHOP);
          const site = change('site', 'same-origin');
          const isOwn = origin === SHOP && cookie.includes(`session=${value}`);
          // Of a right DELETE another test has seen that it ends the session.
          if (method === 'DELETE' && isOwn) return;
          const headers = { cookie, origin, 'sec-fetch-site': site };
          const { status } = await send({ method, url: `${BASE}/session`, headers });
          assert.equal(status === 200, method === 'GET' && isOwn);
          assert.equal((await visitor.ask(`${BASE}/session`)).status, 200);
        },
      ),
      options(MUTATED),
    );
  });
});
