import type { BackendResponse } from './backend-response.js';
import { assertIdentity, assertThat, type Clause } from './clause.js';
import { isDeletion } from './cookies.js';
import { callbacks } from './callbacks.js';
import type { Harness } from './harness.js';
import { assertHidden } from './secrets.js';
import { assertNothingSent, assertResult, placeOf, PLACE, StartVisitor } from './start-visitor.js';

const FLAGS =
  'Seal what belongs to a flow in a cookie with HttpOnly, SameSite=Lax, Path=/, Max-Age=86400, and on https with __Host- and Secure.';
const RANDOM = 'Take 32 new random bytes for the state and for the verifier of each flow.';
const OWN_ORIGIN =
  'Parse return_to against your own origin, and take it only if it is a path there: no //, no backslash.';
const NOTHING = 'Begin a flow, and take a code, for a GET only. Answer 405 to every other method.';
const DAY_S = 86_400;

/** What some browser, server or library takes for another origin. */
const FOREIGN = [
  'https://foreign.example/',
  '//foreign.example/',
  '///foreign.example/',
  '/\\foreign.example/',
  '\\\\foreign.example/',
  '/\t/foreign.example/',
  '/.//foreign.example/',
  'https:foreign.example',
  'javascript:alert(1)',
];

export function begins(harness: Harness): StartVisitor {
  harness.prepare({ decision: 'approve' });
  return new StartVisitor(harness);
}

/** Every kind of response, one by one. */
async function* answersOf(visitor: StartVisitor): AsyncGenerator<[string, BackendResponse], void> {
  const { answer, response } = await visitor.approach();
  yield ['start', answer];
  yield ['a callback', await visitor.callback(response)];
  yield ['a second callback', await visitor.callback(response)];
  yield ['a callback without a response', await visitor.callback({})];
  yield ['session', await visitor.session()];
  yield ['HEAD start', await visitor.open('/start', {}, {}, 'HEAD')];
  yield ['a prefetch of start', await visitor.open('/start', {}, { 'sec-purpose': 'prefetch' })];
  yield ['session of nobody', await new StartVisitor(visitor.harness).session()];
}

/** What the server's own start of a flow has to do. */
const start: Clause[] = [
  {
    name: 'leads to Monerium',
    why: 'the-start',
    hint: 'Answer GET start with 303 to /auth, with S256, a state and {base}/callback.',
    isBasic: true,
    async check(harness) {
      const { auth } = await begins(harness).begin();
      const { clientId, redirectUri } = harness.backend;
      const fields = Object.fromEntries(auth.searchParams);
      const fixed = { client_id: clientId, redirect_uri: redirectUri, response_type: 'code' };
      for (const [name, value] of Object.entries({ ...fixed, code_challenge_method: 'S256' })) {
        assertThat(fields[name] === value, `sent ${name} missing or wrong to /auth`);
      }
      assertThat(/^[\w-]{43}$/.test(fields['code_challenge'] ?? ''), 'sent no S256 challenge');
      assertThat((fields['state'] ?? '').length >= 22, 'sent no state of 16 random bytes');
    },
  },
  {
    name: 'connects a customer and leads back',
    why: 'the-callback',
    hint: 'Answer the callback with 303 to return_to and monerium_result=connected, after one exchange.',
    isBasic: true,
    async check(harness) {
      const visitor = begins(harness);
      const answer = await visitor.connect();
      const { length } = harness.exchanges;
      assertThat(length === 1, `sent ${length} token requests, not 1`);
      const place = placeOf(harness, answer);
      const expected = `${new URL(harness.backend.redirectUri).origin}${PLACE}&monerium_result=connected`;
      assertThat(place?.href === expected, `led to ${place?.pathname}, not to return_to as it was`);
      assertIdentity(await visitor.session());
    },
  },
  {
    name: 'begins each flow with new secrets',
    why: 'the-start',
    hint: RANDOM,
    async check(harness) {
      const visitor = begins(harness);
      const all = [await visitor.begin(), await visitor.begin()];
      for (const name of ['state', 'code_challenge']) {
        const values = all.map(({ auth }) => auth.searchParams.get(name));
        assertThat(new Set(values).size === 2, `sent the same ${name} for two flows`);
      }
    },
  },
  {
    name: 'passes on email and auth_mode, and nothing else',
    why: 'the-start',
    hint: 'Take email and auth_mode of the address, and no other parameter.',
    async check(harness) {
      const wanted = { email: 'a+b@shop.example', auth_mode: 'signup' };
      const evil = {
        redirect_uri: 'https://foreign.example/',
        client_id: 'other',
        skip_kyc: 'true',
      };
      const { auth } = await begins(harness).begin({ ...wanted, ...evil, state: 'fixed' });
      for (const [name, value] of Object.entries(wanted)) {
        assertThat(auth.searchParams.get(name) === value, `did not pass ${name} on`);
      }
      for (const [name, value] of Object.entries({ ...evil, state: 'fixed' })) {
        assertThat(!auth.searchParams.getAll(name).includes(value), `passed ${name} on`);
      }
    },
  },
  {
    name: 'keeps a flow in a cookie that nobody else gets',
    why: 'the-start',
    hint: FLAGS,
    async check(harness) {
      const { given } = await begins(harness).begin();
      const kept = given.filter((set) => !isDeletion(set));
      assertThat(kept.length > 0, 'set no cookie at start');
      const isSecure = harness.backend.redirectUri.startsWith('https:');
      for (const { name, attributes } of kept) {
        const needed = ['httponly', 'samesite=lax', 'path=/', ...(isSecure ? ['secure'] : [])];
        const missing = needed.filter((flag) => !attributes.includes(flag));
        assertThat(missing.length === 0, `set the cookie ${name} without ${missing.join(', ')}`);
        assertThat(
          !isSecure || name.startsWith('__Host-'),
          `set the cookie ${name} without __Host-`,
        );
        const age = attributes.find((text) => text.startsWith('max-age='))?.slice(8);
        assertThat(Number(age) === DAY_S, `set the cookie ${name} for ${age ?? 'no'} seconds`);
      }
    },
  },
  {
    name: 'shows the verifier to nobody',
    why: 'the-start',
    hint: 'Encrypt the cookie of a flow, or keep what belongs to the flow on your server.',
    async check(harness) {
      const visitor = begins(harness);
      const { answer, response } = await visitor.approach();
      const ended = await visitor.callback(response);
      const verifier = harness.exchanges[0]?.get('code_verifier') ?? '';
      assertThat(verifier !== '', 'exchanged a code without its verifier');
      assertHidden(answer, verifier, 'the verifier');
      assertHidden(ended, verifier, 'the verifier');
    },
  },
  {
    name: 'keeps four flows at most, and drops the oldest',
    why: 'the-start',
    hint: 'Delete the cookie of the oldest flow when a browser has four.',
    async check(harness) {
      const visitor = begins(harness);
      const responses: Record<string, string>[] = [];
      for (let number = 0; number < 6; number += 1) {
        responses.push({ ...(await visitor.approach()).response });
        // A name may hold the time.
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      const results: (string | null | undefined)[] = [];
      const { header } = visitor.jar;
      for (const response of responses) {
        const other = new StartVisitor(harness);
        const answer = await other.callback(response, { cookie: header });
        results.push(placeOf(harness, answer)?.searchParams.get('monerium_result'));
      }
      const kept = results.map((result) => (result === 'connected' ? 1 : 0)).join('');
      const seen = `of six flows, from the oldest, these could end: ${kept}`;
      assertThat(kept === '001111', seen);
    },
  },
  {
    name: 'leads to no other origin',
    why: 'the-start',
    hint: OWN_ORIGIN,
    async check(harness) {
      const { origin } = new URL(harness.backend.redirectUri);
      for (const value of FOREIGN) {
        const visitor = begins(harness);
        const place = placeOf(harness, await visitor.connect({ return_to: value }));
        const seen = `led to ${place?.origin} for return_to=${JSON.stringify(value)}`;
        assertThat(place?.origin === origin, seen);
        assertThat(!place.pathname.startsWith('//'), seen);
      }
    },
  },
];

/** What every response has to be. */
const every: Clause[] = [
  {
    name: 'begins nothing for HEAD and other methods',
    why: 'every-response',
    hint: NOTHING,
    async check(harness) {
      const visitor = begins(harness);
      const { response } = await visitor.approach();
      for (const method of ['HEAD', 'POST', 'OPTIONS']) {
        for (const [path, query] of [
          ['/start', {}],
          ['/callback', response],
        ] as const) {
          const answer = await visitor.open(path, query, {}, method);
          const what = `${method} ${path}`;
          assertThat(answer.status >= 400, `answered ${answer.status} to ${what}`);
          assertThat(answer.headers.getSetCookie().length === 0, `set a cookie for ${what}`);
        }
      }
      assertNothingSent(harness);
      assertResult(harness, await visitor.callback(response), 'connected');
    },
  },
  {
    name: 'begins nothing for a prefetch',
    why: 'every-response',
    hint: 'Answer 503 to a request with Sec-Purpose: prefetch.',
    async check(harness) {
      const visitor = begins(harness);
      const { response } = await visitor.approach();
      for (const purpose of ['prefetch', 'prefetch;prerender']) {
        for (const [path, query] of [
          ['/start', {}],
          ['/callback', response],
        ] as const) {
          const answer = await visitor.open(path, query, { 'sec-purpose': purpose });
          assertThat(answer.status === 503, `answered ${answer.status} to a prefetch of ${path}`);
          assertThat(answer.headers.getSetCookie().length === 0, `set a cookie for a prefetch`);
        }
      }
      assertNothingSent(harness);
      assertResult(harness, await visitor.callback(response), 'connected');
    },
  },
  {
    name: 'keeps every response out of caches',
    why: 'every-response',
    hint: 'Send Cache-Control: no-store with every response, also with 303, 405 and 503.',
    async check(harness) {
      for await (const [what, { headers }] of answersOf(begins(harness))) {
        const control = headers.get('cache-control') ?? 'nothing';
        assertThat(/no-store/i.test(control), `answered ${what} with Cache-Control: ${control}`);
      }
    },
  },
  {
    name: 'keeps the code out of every Referer',
    why: 'every-response',
    hint: 'Send Referrer-Policy: no-referrer with every response: the address has held a code.',
    async check(harness) {
      for await (const [what, { headers }] of answersOf(begins(harness))) {
        const policy = headers.get('referrer-policy') ?? 'nothing';
        assertThat(policy === 'no-referrer', `answered ${what} with Referrer-Policy: ${policy}`);
      }
    },
  },
];

/** The flow that the server starts. */
export const starts: Clause[] = [...start, ...callbacks, ...every];
