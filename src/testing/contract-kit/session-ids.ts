import { assertThat, type Clause } from './clause.js';
import { hashesOfGuesses, unknownBits } from './guess.js';
import type { BackendResponse } from './backend-response.js';
import type { Harness } from './harness.js';
import { connectTwo, Visitor, type Ids } from './visitor.js';

const RANDOM =
  'Take at least 16 bytes of a random generator for secrets, such as crypto.randomUUID().';
const COOKIE_ONLY = 'Read the session from its cookie or header. Take no id from the address.';
/** OWASP's least for a session id. */
const MIN_BITS = 64;
/** How many sessions are compared. */
const COMPARED = 4;
/** Values that a careless look-up finds: SQL, a pattern, what every JavaScript object has. */
const TRICKS = ['', "'OR'1'='1", '%', '*', '__proto__', 'constructor', 'undefined', 'null'];

/** Another letter for each letter and another digit for each digit, so that the form stays. */
const differ = (value: string) =>
  value.replaceAll(/[a-z\d]/gi, (character) =>
    /[fzFZ9]/.test(character)
      ? ({ f: 'a', z: 'a', F: 'A', Z: 'A', 9: '0' }[character] ?? character)
      : String.fromCharCode(character.charCodeAt(0) + 1),
  );

const encodings: [(text: string) => string, (text: string) => string][] = [
  [(text) => text, (text) => text],
  [decodeOrKeep, encodeURIComponent],
];

function decodeOrKeep(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The value with other ids in it, also in base64. Nothing where it has none. */
function forge(value: string, from: Ids, to: Ids): string[] {
  const swap = (text: string) =>
    text.replaceAll(from.userId, to.userId).replaceAll(from.profile, to.profile);
  const inBase64 = (text: string) =>
    text.replaceAll(/[\w+/-]{16,}={0,2}/g, (run) => {
      const read = Buffer.from(run, 'base64').toString();
      const coding = /[+/=]/.test(run) ? 'base64' : 'base64url';
      return swap(read) === read ? run : Buffer.from(swap(read)).toString(coding);
    });
  const forged = encodings.flatMap(([decode, encode]) =>
    [swap, inBase64].map((change) => encode(change(decode(value)))),
  );
  return [...new Set(forged)].filter((text) => decodeOrKeep(text) !== decodeOrKeep(value));
}

/** All cookies of a browser, each with its value changed. */
function cookieOf({ jar }: Visitor, change: (value: string) => string): string {
  return jar.entries.map(([name, value]) => `${name}=${change(value)}`).join('; ');
}

function isOf({ status, text }: BackendResponse, { profile, userId }: Ids): boolean {
  return status === 200 && (text.includes(profile) || text.includes(userId));
}

/** The cookies that lead to the session: one alone if that is enough, otherwise all together. */
async function findCarriers(harness: Harness, { jar }: Visitor): Promise<string[]> {
  const alone: string[] = [];
  for (const [name, value] of jar.entries) {
    const { status } = await harness.ask('GET', { cookie: `${name}=${value}` });
    if (status === 200) alone.push(name);
  }
  return alone.length > 0 ? alone : [jar.entries.map(([name]) => name).join(' ')];
}

const valuesOf = ({ jar }: Visitor, carrier: string) =>
  carrier
    .split(' ')
    .map((name) => new Map(jar.entries).get(name) ?? '')
    .join(' ');

/** What leads to a session, and what does not. */
export const sessionIds: Clause[] = [
  {
    name: 'knows no session that it did not begin',
    why: 'session-ids',
    hint: 'Look up the whole id, as it is, in a store of your own; ids of customers are no secrets.',
    async check(harness) {
      harness.prepare();
      const both = await connectTwo(harness);
      if (!both) return;
      const [first, second] = both;
      const guesses = [
        (value: string) => differ(value),
        (value: string) => (value.length < 16 ? '' : value.slice(0, value.length / 2)),
        ...TRICKS.map((trick) => () => trick),
      ];
      for (const guess of guesses) {
        const { status } = await harness.ask('GET', { cookie: cookieOf(first, guess) });
        assertThat(status !== 200, 'answered 200 to a cookie that it never set');
      }
      const forgeries = first.jar.entries.flatMap(([name, value]) =>
        forge(value, first.ids, second.ids).map((forged) => {
          const other = (entry: [string, string]) =>
            entry[0] === name ? `${name}=${forged}` : entry.join('=');
          return first.jar.entries.map(other).join('; ');
        }),
      );
      for (const cookie of forgeries) {
        const told = await harness.ask('GET', { cookie });
        assertThat(!isOf(told, second.ids), 'sent the ids of another, put in the cookie');
      }
    },
  },
  {
    name: 'takes no session from the address',
    why: 'session-ids',
    hint: COOKIE_ONLY,
    async check(harness) {
      harness.prepare();
      const visitor = await Visitor.connect(harness);
      const session = visitor.jar.entries.map(([, value]) => value)[0] ?? '';
      const names = ['session', 'session_id', 'sessionId', 'sid', 'id', 'token'];
      const query = {
        ...(session ? Object.fromEntries(names.map((name) => [name, session])) : {}),
        ...Object.fromEntries(visitor.jar.entries),
        ...namesOf(visitor.ids),
      };
      const told = await visitor.askSignedOut('GET', query);
      assertThat(!isOf(told, visitor.ids), 'sent the ids to a GET without a cookie or header');
      const both = await connectTwo(harness);
      if (!both) return;
      const [first, second] = both;
      const other = await first.ask('GET', {}, namesOf(second.ids));
      assertThat(!isOf(other, second.ids), 'sent the ids of another, named by the address');
    },
  },
  {
    name: 'gives session ids that nobody can guess',
    why: 'session-ids',
    hint: RANDOM,
    async check(harness) {
      harness.prepare();
      const from = Date.now();
      const visitors: Visitor[] = [];
      for (let at = 0; at < COMPARED; at += 1) {
        const fields = harness.createFields({}, `customer.${at}@example.com`);
        visitors.push(await Visitor.connect(harness, fields));
      }
      const [first] = visitors;
      if (!first || first.isOwn) return;
      const known = visitors.flatMap(({ ids: { userId, profile } }) => [userId, profile]);
      const hashes = hashesOfGuesses({ from, to: Date.now(), known });
      for (const carrier of await findCarriers(harness, first)) {
        const ids = visitors.map((visitor) => valuesOf(visitor, carrier));
        const bits = unknownBits(ids);
        const seen = `the cookie ${carrier} differs by ${Math.round(bits)} bits of ${MIN_BITS}`;
        assertThat(bits >= MIN_BITS, `${seen} between ${COMPARED} sessions`);
        const isHash = hashes.some((hash) => ids.some((id) => id.includes(hash)));
        assertThat(!isHash, `the cookie ${carrier} is a hash of a number, a time or an id`);
      }
    },
  },
  {
    name: 'ends the old session with a new connection',
    why: 'session-ids',
    hint: 'After each connection begin a session with a new id, and end the one that came along.',
    async check(harness) {
      harness.prepare();
      const visitor = await Visitor.connect(harness);
      if (visitor.isOwn) return;
      const cookie = visitor.jar.header;
      await visitor.post(harness.createFields());
      await visitor.assertConnected('the new session is not connected');
      const { status } = await harness.ask('GET', { cookie });
      assertThat(status !== 200, 'still knows the session from before the connection');
    },
  },
];

/** By the names that a backend may read them by. */
export function namesOf({ profile, userId }: Ids): Record<string, string> {
  return { profile, userId, user_id: userId, user: userId, uid: userId };
}
