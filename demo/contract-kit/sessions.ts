import { assertIdentity, assertThat, readIdentity, type Clause } from './clause.js';
import { cookiesOf } from './cookies.js';
import type { BackendResponse, Harness } from './harness.js';

const ASK = 'Answer GET with 200 and the two ids of the session, and with 204 when there is none.';
const END = 'End the session on DELETE, on the server too, and answer 204.';
const FOREIGN =
  'Compare the Origin header before you look at the session, also for GET and DELETE.';

/** What a session needs to be known again: the cookies of a right post, with those of the site. */
interface Session {
  readonly cookie: string;
  readonly connected: BackendResponse;
}

async function connect(harness: Harness): Promise<Session> {
  harness.prepare();
  const connected = await harness.post(harness.createFields());
  assertIdentity(connected);
  const set = cookiesOf(connected).map(({ name, value }) => `${name}=${value}`);
  assertThat(set.length > 0, 'set no cookie after a right post');
  const own = harness.backend.headers.cookie;
  return { connected, cookie: [...(own ? [own] : []), ...set].join('; ') };
}

/** Asks as a page of the site does. A header with an empty value is left out. */
function ask(
  harness: Harness,
  method: 'GET' | 'DELETE',
  changes: Record<string, string>,
): Promise<BackendResponse> {
  const { origin, headers: own } = harness.backend;
  const usual = { origin, accept: 'application/json', ...own, ...changes };
  const kept = Object.entries(usual).filter(([, value]) => value !== '');
  return harness.send({ method, headers: Object.fromEntries(kept) });
}

function assertNobody({ status }: BackendResponse): void {
  assertThat([204, 401, 404].includes(status), `answered ${status}, not 204`);
}

async function assertStillConnected(harness: Harness, cookie: string): Promise<void> {
  const { status } = await ask(harness, 'GET', { cookie });
  assertThat(status === 200, `ended the session: the next GET was answered with ${status}`);
}

function assertUnseen({ text, headers }: BackendResponse, session: Session, origin: string): void {
  const { userId } = readIdentity(session.connected);
  assertThat(!text.includes(String(userId)), 'told the ids');
  const allowed = headers.get('access-control-allow-origin') ?? '';
  assertThat(allowed !== origin && allowed !== '*', `allows the origin ${allowed}`);
}

/** What `stay-connected` asks of the same address. */
export const sessions: Clause[] = [
  {
    name: 'tells who is connected',
    hint: ASK,
    async check(harness) {
      const { cookie, connected } = await connect(harness);
      const asked = await ask(harness, 'GET', { cookie });
      assertIdentity(asked);
      const [now, before] = [asked, connected].map((answer) => readIdentity(answer));
      const isSame = now?.profile === before?.profile && now?.userId === before?.userId;
      assertThat(isSame, 'answered with other ids than after the post');
    },
  },
  {
    name: 'tells that nobody is connected',
    hint: ASK,
    async check(harness) {
      harness.prepare();
      assertNobody(await ask(harness, 'GET', {}));
      assertNobody(await ask(harness, 'GET', { cookie: 'session=unknown' }));
    },
  },
  {
    name: 'keeps what it tells of a session out of every cache',
    hint: 'Send Cache-Control: no-store with every answer to GET, also with 204.',
    async check(harness) {
      const { cookie } = await connect(harness);
      for (const changes of [{ cookie }, {}]) {
        const { headers, status } = await ask(harness, 'GET', changes);
        const control = headers.get('cache-control') ?? 'nothing';
        assertThat(/no-store/i.test(control), `answered ${status} with Cache-Control: ${control}`);
      }
    },
  },
  {
    name: 'tells another site nothing of a session',
    hint: FOREIGN,
    async check(harness) {
      const session = await connect(harness);
      const { cookie } = session;
      for (const origin of ['https://foreign.example', 'null']) {
        assertUnseen(await ask(harness, 'GET', { cookie, origin }), session, origin);
      }
      const withoutOrigin = { cookie, origin: '', 'sec-fetch-site': 'cross-site' };
      assertUnseen(await ask(harness, 'GET', withoutOrigin), session, 'null');
    },
  },
  {
    name: 'ends the session',
    hint: END,
    async check(harness) {
      const { cookie } = await connect(harness);
      const { status } = await ask(harness, 'DELETE', { cookie });
      assertThat(status >= 200 && status < 300, `answered DELETE with ${status}, not 204`);
      const after = await ask(harness, 'GET', { cookie });
      assertThat(after.status !== 200, 'still knows the session after DELETE');
      assertNobody(after);
    },
  },
  {
    name: 'has nothing against a second DELETE',
    hint: 'What has ended already is ended: answer 204, 404 or 410.',
    async check(harness) {
      const { cookie } = await connect(harness);
      await ask(harness, 'DELETE', { cookie });
      const { status } = await ask(harness, 'DELETE', { cookie });
      const isFine = (status >= 200 && status < 300) || status === 404 || status === 410;
      assertThat(isFine, `answered ${status}`);
    },
  },
  {
    name: 'ends no session for another site',
    hint: FOREIGN,
    async check(harness) {
      const { cookie } = await connect(harness);
      for (const origin of ['https://foreign.example', 'null', '']) {
        const { status } = await ask(harness, 'DELETE', { cookie, origin });
        await assertStillConnected(harness, cookie);
        assertThat(status >= 400, `answered DELETE of ${origin || 'no origin'} with ${status}`);
      }
    },
  },
  {
    name: 'tells who is connected while Monerium is away',
    hint: 'Read the session from your own store.',
    async check(harness) {
      const { cookie } = await connect(harness);
      harness.prepare({ token: 'unavailable', context: 'not-found' });
      assertIdentity(await ask(harness, 'GET', { cookie }));
    },
  },
  {
    name: 'lets a page of another origin ask and end',
    hint: 'Answer the preflight of GET and DELETE with Access-Control-Allow-Methods.',
    isCors: true,
    async check(harness) {
      harness.prepare();
      const { origin } = harness.backend;
      const wish = { origin, 'access-control-request-method': 'DELETE' };
      const { headers, status } = await harness.send({ method: 'OPTIONS', headers: wish });
      assertThat(status < 300, `answered the preflight with ${status}`);
      const methods = headers.get('access-control-allow-methods') ?? 'none';
      assertThat(/\bDELETE\b|\*/.test(methods), `allows the methods ${methods}`);
    },
  },
];
