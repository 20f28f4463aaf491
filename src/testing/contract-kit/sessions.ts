import { assertIdentity, assertThat, readIdentity, type Clause } from './clause.js';
import { cookiesOf, type SetCookie } from './cookies.js';
import type { BackendResponse } from './backend-response.js';
import type { Harness } from './harness.js';
import { laxOrigins } from './origins.js';
import { assertFlags, FLAGS, FOR_SCRIPTS, KEEP } from './responses.js';
import { assertHidden, assertNoToken } from './secrets.js';
import { sessionEnds } from './session-ends.js';
import { sessionIds } from './session-ids.js';
import { anotherCustomer, assertNobody, Visitor, type Ids } from './visitor.js';

const ASK = 'Answer GET with 200 and the two ids of the session, and with 204 when there is none.';
const OWN = 'Read the ids from what you keep of this session, not from a variable of the process.';
const FOREIGN =
  'Answer with Access-Control-Allow-Origin for your own origins only, compared whole, by ===.';
const JSONP = /^[^\w{[]*monerium_callback\s*\(/;

function assertSame(answer: BackendResponse, ids: Ids, what: string): void {
  assertIdentity(answer);
  const { profile, userId } = readIdentity(answer);
  assertThat(profile === ids.profile && userId === ids.userId, what);
}

/** @throws Violation when a page of another origin can read the response */
function assertUnreadable({ headers }: BackendResponse, origin: string, what: string): void {
  const allowed = headers.get('access-control-allow-origin') ?? '';
  const seen = `lets ${what} read it: Access-Control-Allow-Origin is ${allowed}`;
  assertThat(allowed !== origin && allowed !== '*', seen);
}

async function connect(harness: Harness): Promise<Visitor> {
  harness.prepare();
  return Visitor.connect(harness);
}

/** What comes after the post, also to somebody who is not connected, one by one. */
async function* askLater(visitor: Visitor): AsyncGenerator<BackendResponse, void> {
  yield await visitor.ask('GET');
  yield await visitor.askSignedOut('GET');
  yield await visitor.ask('DELETE');
}

/** What `stay-connected` asks of the same address. */
export const sessions: Clause[] = [
  {
    name: 'returns who is connected',
    why: 'who-is-connected',
    hint: ASK,
    isBasic: true,
    async check(harness) {
      const visitor = await connect(harness);
      const told = await visitor.ask('GET');
      assertSame(told, visitor.ids, 'answered with other ids than after the post');
    },
  },
  {
    name: 'returns that nobody is connected',
    why: 'who-is-connected',
    hint: ASK,
    async check(harness) {
      const visitor = await connect(harness);
      assertNobody(await visitor.askSignedOut('GET'));
    },
  },
  {
    name: 'keeps two customers apart',
    why: 'who-is-connected',
    hint: OWN,
    async check(harness) {
      harness.prepare({ delayMs: 100 });
      const both = await Promise.all([
        Visitor.connect(harness),
        Visitor.connect(harness, anotherCustomer(harness)),
      ]);
      if (both.some(({ isOwn }) => isOwn)) return;
      for (const visitor of both.reverse()) {
        assertSame(await visitor.ask('GET'), visitor.ids, 'answered with the ids of another');
      }
    },
  },
  {
    name: 'connects nobody whose code Monerium refused',
    why: 'who-is-connected',
    hint: 'Begin the session after Monerium has answered with the tokens.',
    async check(harness) {
      const visitor = await connect(harness);
      await visitor.ask('DELETE');
      await visitor.post(harness.createFields({ code_verifier: 'x'.repeat(43) }));
      assertNobody(await visitor.ask('GET'));
    },
  },
  {
    name: 'keeps the session out of every cache',
    why: 'who-is-connected',
    hint: 'Send Cache-Control: no-store with every answer to GET, also with 204.',
    async check(harness) {
      const visitor = await connect(harness);
      for (const ask of ['ask', 'askSignedOut'] as const) {
        const { headers, status } = await visitor[ask]('GET');
        const control = headers.get('cache-control') ?? 'nothing';
        const seen = `answered ${status} with Cache-Control: ${control}`;
        assertThat(/no-store/i.test(control), seen);
      }
    },
  },
  {
    name: 'keeps the tokens to itself after the post too',
    why: 'what-reaches-the-browser',
    hint: KEEP,
    async check(harness) {
      const visitor = await connect(harness);
      for await (const answer of askLater(visitor)) assertNoToken(answer);
    },
  },
  {
    name: 'shows the session id to no script',
    why: 'what-reaches-the-browser',
    hint: 'Send the session id in its cookie only. A script can read every body and header.',
    async check(harness) {
      const visitor = await connect(harness);
      const given: SetCookie[] = [];
      const look = (answer: BackendResponse) => {
        given.push(...cookiesOf(answer));
        const headers = new Headers(answer.headers);
        headers.delete('set-cookie');
        // A shorter value may be in a response by chance, and a token for scripts is meant to.
        const ids = given.filter(
          ({ name, value }) => value.length >= 16 && !FOR_SCRIPTS.test(name),
        );
        for (const { name, value } of ids) {
          const what = `the value of the cookie ${name}, where a script can read it,`;
          assertHidden({ ...answer, headers }, value, what);
        }
      };
      look(visitor.connected);
      for await (const answer of askLater(visitor)) look(answer);
    },
  },
  {
    name: 'sets no weaker cookie after the post',
    why: 'what-reaches-the-browser',
    hint: FLAGS,
    async check(harness) {
      const visitor = await connect(harness);
      for await (const answer of askLater(visitor)) assertFlags(harness, answer);
    },
  },
  {
    name: 'lets no page of another origin read who is connected',
    why: 'other-sites',
    hint: FOREIGN,
    async check(harness) {
      const visitor = await connect(harness);
      for (const [what, change] of laxOrigins) {
        const origin = change(new URL(harness.backend.origin));
        const foreign = { origin, 'sec-fetch-site': 'cross-site' };
        assertUnreadable(await visitor.ask('GET', foreign), origin, what);
      }
      // A page of any origin may load a script.
      const query = { callback: 'monerium_callback', jsonp: 'monerium_callback' };
      const { text } = await visitor.ask('GET', { origin: '' }, query);
      assertThat(!JSONP.test(text), 'answered with a script that calls a function of any page');
    },
  },
  {
    name: 'returns who is connected while Monerium is down',
    why: 'who-is-connected',
    hint: 'Read the session from your own store.',
    async check(harness) {
      const visitor = await connect(harness);
      harness.prepare({ token: 'unavailable', context: 'not-found' });
      assertIdentity(await visitor.ask('GET'));
    },
  },
  ...sessionIds,
  ...sessionEnds,
  {
    name: 'lets a page of another origin ask and end',
    why: 'pages-on-another-origin',
    hint: 'Allow your origin with GET and DELETE too, and DELETE in the preflight.',
    isCors: true,
    async check(harness) {
      harness.prepare();
      const { origin } = harness.backend;
      const wish = { origin, 'access-control-request-method': 'DELETE' };
      const { headers, status } = await harness.send({ method: 'OPTIONS', headers: wish });
      assertThat(status < 300, `answered the preflight with ${status}`);
      const methods = headers.get('access-control-allow-methods') ?? 'none';
      assertThat(/\bDELETE\b|\*/.test(methods), `allows the methods ${methods}`);
      const visitor = await Visitor.connect(harness);
      for (const method of ['GET', 'DELETE'] as const) {
        const answer = await visitor.ask(method);
        const allowed = answer.headers.get('access-control-allow-origin') ?? 'none';
        const seen = `answered ${method} with the allowed origin ${allowed}`;
        assertThat(allowed === origin || allowed === '*', seen);
      }
    },
  },
];
