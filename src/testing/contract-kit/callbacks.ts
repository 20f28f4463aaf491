import type { Switches } from '../emulator/emulator.js';
import { assertThat, type Clause } from './clause.js';
import { cookiesOf, isDeletion } from './cookies.js';
import type { Harness } from './harness.js';
import { assertHidden, assertNoToken } from './secrets.js';
import { assertNothingSent, assertResult, StartVisitor } from './start-visitor.js';
import { assertNobody } from './visitor.js';

const BOUND = 'Take a response only with the cookie of its own state, from the same browser.';
const ONCE = 'Claim each code in a store that all processes share, before you send it.';
const CODES = 'Lead back with monerium_result and the code of docs/errors.md for the failure.';
const KEEP = 'Tokens, codes and states belong in no response but the address of /auth.';

const begins = (harness: Harness, switches: Partial<Switches> = {}) => {
  harness.prepare({ decision: 'approve', ...switches });
  return new StartVisitor(harness);
};

/** What goes wrong, how the emulator does it, and the result that the page gets. */
const failures: [what: string, switches: Partial<Switches>, result: string][] = [
  ['the customer refuses', { decision: 'refuse' }, 'access_denied'],
  ['Monerium cannot authorize', { decision: 'fail' }, 'authorization_unavailable'],
  ['Monerium refuses the code', { token: 'unauthorized' }, 'exchange_rejected'],
  ['Monerium is asked too often', { token: 'rate-limit' }, 'rate_limited'],
  ['Monerium is down', { token: 'unavailable' }, 'server_unavailable'],
];

/** What the end of a flow has to do. */
export const callbacks: Clause[] = [
  {
    name: 'takes no response of another browser',
    why: 'the-callback',
    hint: BOUND,
    async check(harness) {
      const attacker = begins(harness);
      const { response } = await attacker.approach();
      const victim = new StartVisitor(harness);
      const own = await victim.approach();
      assertResult(harness, await victim.callback(response), 'transaction_not_found');
      const mixed = { ...own.response, code: response['code'] ?? '' };
      const nobody = new StartVisitor(harness);
      assertResult(harness, await nobody.callback(mixed), 'transaction_not_found');
      assertNothingSent(harness);
    },
  },
  {
    name: 'takes no cookie that was changed',
    why: 'the-callback',
    hint: 'Authenticate the cookie of a flow, such as by AES-GCM, and bind it to its state.',
    async check(harness) {
      const visitor = begins(harness);
      const { response, given } = await visitor.approach();
      for (const { name, value } of given.filter((set) => !isDeletion(set))) {
        const at = Math.floor(value.length / 2);
        const letter = value[at] === 'A' ? 'B' : 'A';
        const changed = value.slice(0, at) + letter + value.slice(at + 1);
        const answer = await visitor.callback(response, { cookie: `${name}=${changed}` });
        assertResult(harness, answer, 'transaction_not_found');
      }
      assertNothingSent(harness);
    },
  },
  {
    name: 'sends a code of two callbacks at once to Monerium once',
    why: 'the-callback',
    hint: ONCE,
    async check(harness) {
      const visitor = begins(harness, { delayMs: 100 });
      const { response } = await visitor.approach();
      await Promise.all([1, 2, 3].map(() => visitor.callback(response)));
      const { length } = harness.exchanges;
      assertThat(length === 1, `sent ${length} token requests, not 1`);
    },
  },
  {
    name: 'redirects a connected customer who opens the callback again',
    why: 'the-callback',
    hint: 'Lead a second visit with a session on to the site, without a request to Monerium.',
    async check(harness) {
      const visitor = begins(harness);
      const { response } = await visitor.approach();
      assertResult(harness, await visitor.callback(response), 'connected');
      assertResult(harness, await visitor.callback(response), 'connected');
      const { length } = harness.exchanges;
      assertThat(length === 1, `sent ${length} token requests, not 1`);
      if (harness.hasLogin) return;
      const nobody = new StartVisitor(harness);
      assertResult(harness, await nobody.callback(response), 'transaction_not_found');
    },
  },
  {
    name: 'ends the flow with its response',
    why: 'the-callback',
    hint: 'Delete the cookie of the flow with the answer to its callback.',
    async check(harness) {
      for (const decision of ['approve', 'refuse'] as const) {
        const visitor = begins(harness, { decision });
        const { given, response } = await visitor.approach();
        await visitor.callback(response);
        const left = given.filter(({ name, value }) => value !== '' && visitor.jar.has(name));
        const [first] = left;
        assertThat(first === undefined, `left the cookie ${first?.name} after a flow`);
      }
    },
  },
  {
    name: 'begins a new session with a connection',
    why: 'the-callback',
    hint: 'After each connection begin a session with a new id, and end the one that came along.',
    async check(harness) {
      if (harness.hasLogin) return;
      const visitor = begins(harness);
      await visitor.connect();
      const { header } = visitor.jar;
      const again = await visitor.connect();
      const given = cookiesOf(again).filter((set) => !isDeletion(set));
      assertThat(given.length > 0, 'set no cookie of a session after a connection');
      const { status } = await new StartVisitor(harness).session({ cookie: header });
      assertThat(status !== 200, 'still knows the session from before the connection');
      const own = await visitor.session();
      assertThat(own.status === 200, `answered ${own.status} to the new session`);
    },
  },
  ...failures.map(([what, switches, result]): Clause => ({
    name: `leads back with ${result} when ${what}`,
    why: 'the-callback',
    hint: CODES,
    async check(harness) {
      const visitor = begins(harness, switches);
      const { response } = await visitor.approach();
      assertResult(harness, await visitor.callback(response), result);
      assertNobody(await visitor.session());
    },
  })),
  {
    name: 'keeps tokens, code and state to itself',
    why: 'the-callback',
    hint: KEEP,
    async check(harness) {
      const visitor = begins(harness);
      const { auth, given, response } = await visitor.approach();
      const ended = await visitor.callback(response);
      const told = await visitor.session();
      for (const answer of [ended, told]) {
        assertNoToken(answer);
        assertHidden(answer, response['code'] ?? '', 'the code');
        assertHidden(answer, auth.searchParams.get('state') ?? '', 'the state');
      }
      const shown = JSON.stringify(given);
      const isShown = shown.includes(auth.searchParams.get('state') ?? '');
      assertThat(!isShown, 'sent the state in a cookie that can be read');
    },
  },
  {
    name: 'says who is connected to its own pages alone',
    why: 'the-callback',
    hint: 'Answer GET session with the ids and DELETE session with 204, for your own origin only.',
    async check(harness) {
      const { origin } = new URL(harness.backend.redirectUri);
      const visitor = begins(harness);
      assertNobody(await visitor.session());
      await visitor.connect();
      const foreign = { origin: 'https://foreign.example', 'sec-fetch-site': 'cross-site' };
      await visitor.session(foreign, 'DELETE');
      const { status } = await visitor.session();
      assertThat(status === 200, 'ended the session for a foreign origin');
      const read = await visitor.session(foreign);
      const allowed = read.headers.get('access-control-allow-origin') ?? '';
      const isOpen = allowed === '*' || allowed === foreign.origin;
      assertThat(!isOpen, 'lets a foreign origin read who is connected');
      const ended = await visitor.session({ origin }, 'DELETE');
      assertThat(ended.status < 300, `answered ${ended.status} to DELETE session`);
      assertNobody(await visitor.session());
    },
  },
];
