// The clauses of `stay-connected`: each finds the fault of a backend that breaks its rule, and no
// sound backend is blamed.
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { sessions } from '../../src/testing/contract-kit/sessions.js';
import type { Finding } from '../../src/testing/contract-kit/check-backend.js';
import { check, faultsOf, openEmulator, serveInHere, type Handler } from '../helpers/backends.js';
import { createBackend, readCookie, type Asked, type Parts } from '../helpers/kept-sessions.js';
import { ORIGIN } from '../helpers/site.js';

type Options = Parameters<typeof check>[4];

async function findAll(
  parts: Broken['parts'],
  options: Options = {},
  wrap: (handle: Handler) => Handler = (handle) => handle,
): Promise<Finding[]> {
  const emulator = await openEmulator();
  const { origin = ORIGIN } = options;
  const own = typeof parts === 'function' ? parts(emulator.url) : parts;
  const url = serveInHere(wrap(createBackend(emulator.url, own, origin)));
  return check(emulator, url, 20_000, sessions, options);
}

const FLAGS = 'Path=/; Secure; HttpOnly; SameSite=Lax';
const cookie = (id: string, flags = FLAGS) => `__Host-session=${id}; ${flags}`;
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const originOf = ({ headers }: Asked) => headers.get('origin') ?? '';
/** Allows the origins that a careless comparison takes for the site's own. */
const allowing = (isOwn: (origin: string) => boolean) => (asked: Asked) =>
  originOf(asked) === ORIGIN || isOwn(originOf(asked)) ? originOf(asked) : '';
const withHeaders = (response: Response, headers: Record<string, string>) => {
  for (const [name, value] of Object.entries(headers)) response.headers.append(name, value);
  return response;
};
let counted = 0;
/** Never the same twice: two customers may come in one millisecond. */
let latest = 0;
const now = () => String((latest = Math.max(latest + 1, Date.now())));

interface Broken {
  fault: string;
  /** What is not as in the sound backend, or what makes it of Monerium's address. */
  parts: Partial<Parts> | ((apiUrl: string) => Partial<Parts>);
  /** The clauses that have to fail, and no others: the beginning of each finding. */
  found: RegExp[];
}

/** contract-kit.test.ts has each kind of careless comparison. */
const LAX: [string, (origin: string) => boolean, string][] = [
  ['any', () => true, 'a foreign origin'],
  ['null', (o) => o === 'null', 'the origin null'],
];

const READ = 'lets no page of another origin read who is connected';

const broken: Broken[] = [
  // Two rules, GET's and DELETE's, by one comparison.
  ...LAX.map(([what, isOwn, kind]): Broken => ({
    fault: `takes ${what} for its own, with credentials`,
    parts: {
      allow: allowing(isOwn),
      mayEnd: (asked) => originOf(asked) === ORIGIN || isOwn(originOf(asked)),
    },
    found: [
      new RegExp(`^${READ}: lets ${kind}.* read it`),
      new RegExp(`^ends no session for another origin: ended the session for ${kind}`),
    ],
  })),
  {
    fault: 'allows any origin to read',
    parts: { allow: allowing(() => true) },
    found: [new RegExp(`^${READ}: lets a foreign origin read it`)],
  },
  {
    fault: 'lets any origin end a session',
    parts: { mayEnd: () => true },
    found: [/^ends no session for another origin: ended the session for a foreign origin/],
  },
  {
    fault: 'allows every origin by a star',
    parts: { allow: ({ method }) => (method === 'GET' ? '*' : ORIGIN) },
    found: [new RegExp(`^${READ}: lets a foreign origin read it.* is \\*$`)],
  },
  {
    fault: 'answers with a script',
    parts: {
      tell({ profile, userId }, _id, { url }) {
        const text = JSON.stringify({ profile, userId });
        const callback = url.searchParams.get('callback');
        return new Response(callback ? `/**/${callback}(${text})` : text);
      },
    },
    found: [new RegExp(`^${READ}: answered with a script`)],
  },
  {
    fault: 'answers GET with the access token',
    parts: {
      tell: ({ tokens, profile, userId }) =>
        Response.json({ profile, userId, accessToken: tokens.accessToken }),
    },
    found: [/^keeps the tokens to itself after the post too: sent the access token/],
  },
  {
    fault: 'answers GET with the refresh token in a header',
    parts: {
      tell: ({ tokens, profile, userId }) =>
        Response.json({ profile, userId }, { headers: { 'x-refresh': tokens.refreshToken ?? '' } }),
    },
    found: [/^keeps the tokens to itself after the post too: sent the refresh token/],
  },
  {
    fault: 'answers DELETE with the tokens, in hex',
    parts: {
      ended: (session) =>
        new Response(Buffer.from(JSON.stringify(session?.tokens ?? {})).toString('hex')),
    },
    found: [/^keeps the tokens to itself after the post too: sent the access token/],
  },
  ...['HttpOnly; SameSite=Lax', 'HttpOnly; Secure', 'SameSite=Lax; Secure'].map((flags) => ({
    fault: `renews the cookie at GET with no more than “${flags}”`,
    parts: {
      tell: ({ profile, userId }, id) =>
        withHeaders(Response.json({ profile, userId }), { 'set-cookie': cookie(id, flags) }),
    } satisfies Partial<Parts>,
    found: [/^sets no weaker cookie after the post: set the cookie __Host-session without/],
  })),
  {
    fault: 'shows the session id to scripts',
    parts: { tell: ({ profile, userId }, id) => Response.json({ profile, userId, session: id }) },
    found: [/^shows the session id to no script: sent the value of the cookie __Host-session/],
  },
  ...Object.entries<Parts['newId']>({
    'a counter': () => String((counted += 1)),
    'a counter in base64': () => Buffer.from(`session:${(counted += 1)}`).toString('base64'),
    'the time': now,
    'the time in nanoseconds': () => String(process.hrtime.bigint() + 10n ** 18n),
    'a time and a counter': () => `${Number(now()).toString(36)}-${(counted += 1)}`,
    'Math.random()': () => Math.random().toString(36).slice(2),
  }).map(([what, newId]) => ({
    fault: `takes ${what} for a session id`,
    parts: { newId },
    found: [/^gives session ids that nobody can guess: .* differs by \d+ bits of 64/],
  })),
  ...Object.entries<Parts['newId']>({
    'a counter': () =>
      `${createHash('md5')
        .update(String((counted += 1)))
        .digest('hex')}`,
    'the time': () => createHash('sha256').update(now()).digest('base64url'),
  }).map(([what, newId]) => ({
    fault: `takes the hash of ${what} for a session id`,
    parts: { newId },
    found: [/^gives session ids that nobody can guess: .* is a hash of a number, a time or an id/],
  })),
  {
    fault: 'takes the session from the query',
    parts: {
      readId: ({ headers, url }) => url.searchParams.get('session') ?? readCookie(headers),
      // The clause about DELETE names the session in the query too.
      end: (_id, { kept, headers }) => void kept.delete(readCookie(headers)),
    },
    found: [/^takes no session from the address: sent the ids to a GET without a cookie/],
  },
  {
    fault: 'takes the cookie from the query',
    parts: {
      readId: ({ headers, url }) =>
        readCookie(headers) || (url.searchParams.get('__Host-session') ?? ''),
      end: (_id, { kept, headers }) => void kept.delete(readCookie(headers)),
    },
    found: [/^takes no session from the address: sent the ids to a GET without a cookie/],
  },
  {
    fault: 'returns the ids of the customer whom the address names',
    parts: {
      find(id, { kept, url }) {
        const wanted = url.searchParams.get('userId');
        const named = [...kept.values()].find(({ userId }) => userId === wanted);
        return kept.has(id) ? (named ?? kept.get(id)) : undefined;
      },
    },
    found: [/^takes no session from the address: sent the ids of another, named by the address/],
  },
  {
    fault: 'ends every session at DELETE',
    parts: {
      end(id, { kept }) {
        if (kept.has(id)) kept.clear();
      },
    },
    found: [/^ends no other session: ended the session of another together with its own/],
  },
  {
    fault: 'ends every session for any client',
    parts: { end: (_id, { kept }) => kept.clear() },
    found: [/^ends no other session: ended a session that only the address names/],
  },
  {
    fault: 'ends the latest session when it gets no cookie',
    parts: {
      end: (id, { kept, url }) =>
        void kept.delete(id || (url.search ? '' : ([...kept.keys()].pop() ?? ''))),
    },
    found: [/^ends no other session: ended the session of another without one of its own/],
  },
  {
    fault: 'ends the session that ?userId= names',
    parts: {
      end(id, { kept, url }) {
        const wanted = url.searchParams.get('userId');
        for (const [key, { userId }] of kept) {
          if (wanted ? userId === wanted : key === id) kept.delete(key);
        }
      },
    },
    found: [/^ends no other session: ended a session that only the address names/],
  },
  {
    fault: 'ends the session whose id is in the query',
    parts: {
      end: (id, { kept, url }) => void kept.delete(url.searchParams.get('__Host-session') ?? id),
    },
    found: [/^ends no other session: ended a session that only the address names/],
  },
  ...['GET', 'POST'].map((method) => ({
    fault: `takes ?_method=DELETE of a ${method} for a DELETE`,
    parts: {
      methodOf: (asked) =>
        asked.method === method && asked.url.searchParams.has('_method') ? 'DELETE' : asked.method,
      mayEnd: (asked) => originOf(asked) === ORIGIN || asked.url.searchParams.has('_method'),
    } satisfies Partial<Parts>,
    found: [
      method === 'GET'
        ? /^ends a session by DELETE only: ended the session by a GET with _method=DELETE/
        : /^ends a session by DELETE only: ended the session by a form with _method=DELETE/,
    ],
  })),
  {
    fault: 'takes ?_method=DELETE of a link for a DELETE',
    parts: {
      methodOf: ({ method, url, headers }) =>
        url.searchParams.has('_method') && !headers.has('origin') ? 'DELETE' : method,
      mayEnd: (asked) => ['', ORIGIN].includes(originOf(asked)),
    },
    found: [/^ends a session by DELETE only: ended the session by a link with _method=DELETE/],
  },
  {
    fault: 'leaves the old session valid after a new connection',
    parts: { begin: (id, session, { kept }) => void kept.set(id, session) },
    found: [/^ends the old session with a new connection: still knows the session from before/],
  },
  {
    // The new connection has the old id, so the old id is still one that leads to a session.
    fault: 'keeps the session id at a new connection',
    parts: {
      begin(id, session, { kept, headers }) {
        const old = readCookie(headers);
        kept.set(kept.has(old) ? old : id, session);
      },
    },
    found: [/^ends the old session with a new connection: the new session is not connected/],
  },
  {
    fault: 'believes the ids in a cookie without a signature',
    parts: {
      newId: ({ profile, userId }) => `${crypto.randomUUID()}.${encode({ profile, userId })}`,
      find(id, { kept }) {
        const [, payload = ''] = id.split('.');
        const known = [...kept.keys()].some((key) => key.split('.')[0] === id.split('.')[0]);
        return known ? JSON.parse(Buffer.from(payload, 'base64url').toString()) : undefined;
      },
    },
    found: [/^knows no session that it did not begin: sent the ids of another/],
  },
  {
    fault: 'finds a session by the beginning of its id',
    parts: {
      find: (id, { kept }) =>
        id.length < 8 ? undefined : [...kept].find(([key]) => key.startsWith(id))?.[1],
    },
    found: [/^knows no session that it did not begin: answered 200 to a cookie that it never set/],
  },
  {
    fault: 'puts the cookie into SQL',
    parts: {
      find: (id, { kept }) => (/^'OR/.test(id) ? [...kept.values()][0] : kept.get(id)),
    },
    found: [/^knows no session that it did not begin: answered 200 to a cookie that it never set/],
  },
  {
    fault: 'keeps the last customer in a variable',
    parts: { find: (id, { kept }) => (kept.has(id) ? [...kept.values()].pop() : undefined) },
    // Two clauses have two customers and ask for the first.
    found: [
      /^keeps two customers apart: answered with the ids of another/,
      /^takes no session from the address: sent the ids of another/,
    ],
  },
  {
    fault: 'returns who is connected to a visitor without a session',
    parts: { tellNobody: ({ kept }) => Response.json([...kept.values()].pop() ?? {}) },
    // The last session of the process is sent to every visitor without a session.
    found: [
      /^returns that nobody is connected: answered 200, not 204/,
      /^connects nobody whose code Monerium refused: answered 200/,
      /^keeps the tokens to itself after the post too: sent the access token/,
      /^takes no session from the address: sent the ids/,
      /^knows no session that it did not begin: answered 200/,
      /^ends the old session with a new connection: still knows/,
      /^ends the session: still knows/,
    ],
  },
  {
    fault: 'begins the session before Monerium has answered',
    parts: {
      tellNobody: ({ headers }) =>
        readCookie(headers, 'begun') ? Response.json({}) : new Response(null, { status: 204 }),
      ended: () =>
        new Response(null, { status: 204, headers: { 'set-cookie': `begun=1; ${FLAGS}` } }),
    },
    // Its other cookie outlives the session.
    found: [
      /^connects nobody whose code Monerium refused: answered 200/,
      /^ends the session: still knows the session after DELETE/,
    ],
  },
  {
    fault: 'returns a page to a visitor without a session',
    parts: { tellNobody: () => new Response('<p>') },
    // If visitors look like connected customers, each clause that asks finds a fault.
    found: [
      /^returns that nobody is connected: answered 200, not 204/,
      /^connects nobody whose code Monerium refused: answered 200/,
      /^knows no session that it did not begin: answered 200/,
      /^ends the old session with a new connection: still knows/,
      /^ends the session: still knows the session/,
    ],
  },
  {
    fault: 'redirects a visitor without a session to a login',
    parts: {
      tellNobody: () => new Response(null, { status: 302, headers: { location: '/login' } }),
    },
    found: [
      /^returns that nobody is connected: answered 302, not 204/,
      /^connects nobody whose code Monerium refused: answered 302/,
      /^ends the session: answered 302/,
    ],
  },
  {
    fault: 'returns other ids',
    parts: { tell: () => Response.json({ profile: 'a', userId: 'b' }) },
    // The check stops there, because the other clauses need the ids.
    found: [/^returns who is connected: answered with other ids/],
  },
  {
    fault: 'lets caches keep the ids',
    parts: { caching: 'max-age=60' },
    found: [/^keeps the session out of every cache: answered 200 with .*max-age=60/],
  },
  {
    fault: 'deletes the cookie only',
    parts: { end: () => undefined },
    found: [/^ends the session: still knows the session after DELETE/],
  },
  {
    fault: 'fails at the second DELETE',
    parts: { ended: (session) => new Response(null, { status: session ? 204 : 503 }) },
    found: [/^accepts a second DELETE: answered 503/],
  },
  {
    fault: 'asks Monerium who it is',
    parts: (apiUrl) => ({
      async tell({ profile, userId }) {
        const { status } = await fetch(`${apiUrl}/auth/context`);
        return Response.json({ profile, userId }, { status: status === 404 ? 503 : 200 });
      },
    }),
    found: [/^returns who is connected while Monerium is down: answered 503/],
  },
  {
    fault: 'allows no DELETE from another origin',
    parts: { preflight: 'GET, POST' },
    found: [/^lets a page of another origin ask and end: allows the methods GET, POST/],
  },
  {
    fault: 'allows its own origin at a post only',
    parts: {
      allow: (asked) => (['GET', 'DELETE'].includes(asked.method) ? '' : originOf(asked)),
    },
    found: [
      /^lets a page of another origin ask and end: answered GET with the allowed origin none/,
    ],
  },
];

/** Every clause that some broken backend broke. */
const brokenClauses = new Set<string>();

describe('#225 the kit finds a backend for `stay-connected` that', { concurrency: 2 }, () => {
  for (const { fault, found, parts } of broken) {
    it(`#225 ${fault}`, async () => {
      const findings = await findAll(parts);
      for (const { name, seen } of findings) if (seen !== undefined) brokenClauses.add(name);
      const faults = faultsOf(findings);
      for (const pattern of found) {
        const isNamed = faults.some((line) => pattern.test(line));
        assert.ok(isNamed, `${pattern} is not in\n${faults.join('\n')}`);
      }
      assert.equal(faults.length, found.length, faults.join('\n'));
    });
  }

  it('#225 demands an Origin that a page of its own origin does not send', async () => {
    const find: Parts['find'] = (id, asked) =>
      originOf(asked) === ORIGIN ? asked.kept.get(id) : undefined;
    const faults = faultsOf(await findAll({ find }, { cors: false }));
    assert.deepEqual(faults, ['returns who is connected: answered 204']);
  });
});

const secret = 'a secret of the site';
const sign = (text: string) =>
  `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;

/** What the contract leaves to a backend. */
const sound: Record<string, [parts: Partial<Parts>, options?: Options]> = {
  'is as simple as can be': [{}],
  'is on the origin of the pages': [{}, { cors: false }],
  'returns 401 to a visitor without a session': [
    { tellNobody: () => Response.json({ error: 'access_denied' }, { status: 401 }) },
  ],
  'returns 404 to a visitor without a session': [
    { tellNobody: () => new Response(null, { status: 404 }) },
  ],
  ...Object.fromEntries(
    [202, 410].map((status): [string, [Partial<Parts>]] => [
      `answers DELETE with ${status}`,
      [{ ended: () => new Response(null, { status }) }],
    ]),
  ),
  'answers a second DELETE with 404': [
    { ended: (session) => new Response(null, { status: session ? 204 : 404 }) },
  ],
  'has cookies for pages of another site': [
    { give: (id) => cookie(id, 'Path=/; Secure; HttpOnly; SameSite=None; Partitioned') },
  ],
  'is on loopback, without Secure': [
    { give: (id) => `__Host-session=${id}; Path=/; HttpOnly; SameSite=Lax` },
    { origin: 'http://localhost:5173' },
  ],
  'reads the session from a bearer token': [
    {
      give: () => '',
      newId: () => 'token-of-the-site',
      readId: ({ headers }) => headers.get('authorization')?.replace('Bearer ', '') ?? '',
    },
    { headers: { authorization: 'Bearer token-of-the-site' } },
  ],
  'binds the connection to the session that the site has': [
    {
      give: () => '',
      newId: () => 'login-1',
      readId: ({ headers }) => readCookie(headers, 'login'),
    },
    { headers: { cookie: 'theme=dark; login=login-1' } },
  ],
  'renews the session that the site has': [
    {
      give: (id) => `login=${id}; ${FLAGS}`,
      readId: ({ headers }) => readCookie(headers, 'login'),
      begin(id, session, { kept, headers }) {
        kept.delete(readCookie(headers, 'login'));
        kept.set(id, session);
      },
      ended: () => new Response(null, { status: 204 }),
    },
    { headers: { cookie: 'login=login-1' } },
  ],
  'gives scripts a token against forged requests': [
    {
      tell: ({ profile, userId }) =>
        withHeaders(Response.json({ profile, userId, csrf: 'c'.repeat(32) }), {
          'set-cookie': `XSRF-TOKEN=${'c'.repeat(32)}; Path=/; Secure; SameSite=Lax`,
        }),
    },
  ],
  'renews the session id at each GET': [
    {
      tell({ profile, userId, tokens }, old, { kept }): Response {
        const id = crypto.randomUUID();
        kept.delete(old);
        kept.set(id, { profile, userId, tokens });
        const headers = { 'set-cookie': cookie(id) };
        return withHeaders(Response.json({ profile, userId }), headers);
      },
    },
  ],
  'lets browsers keep other origins from reading': [{ allow: () => ORIGIN }],
  'tells the time and fields of its own': [
    {
      tell: ({ profile, userId }) =>
        Response.json({ defaultProfile: profile, userId, refresh_at: 1, access_token_age: 2 }),
    },
  ],
  'has one session for each customer': [
    {
      begin(id, session, { kept }) {
        for (const [key, { userId }] of kept) if (userId === session.userId) kept.delete(key);
        kept.set(id, session);
      },
      end(id, { kept }) {
        const ended = kept.get(id);
        for (const [key, { userId }] of kept) if (userId === ended?.userId) kept.delete(key);
      },
    },
  ],
  'has the time in a random id': [
    { newId: () => `${Date.now()}-${crypto.randomUUID().replaceAll('-', '')}` },
  ],
  'signs a counter': [
    {
      newId: () => sign(String((counted += 1))),
      find: (id, { kept }) => (id === sign(id.split('.')[0] ?? '') ? kept.get(id) : undefined),
    },
  ],
  'signs what the cookie says': [
    {
      newId: ({ profile, userId }) => sign(encode({ profile, userId, at: (counted += 1) })),
      find: (id, { kept }) => (id === sign(id.split('.')[0] ?? '') ? kept.get(id) : undefined),
    },
  ],
  'says in a second cookie that somebody is there': [
    {
      tell: ({ profile, userId }) =>
        withHeaders(Response.json({ profile, userId }), { 'set-cookie': `seen=1; ${FLAGS}` }),
    },
  ],
};

describe('#226 the kit blames no sound backend for `stay-connected`', { concurrency: 2 }, () => {
  for (const [what, [parts, options = {}]] of Object.entries(sound)) {
    it(`#226 one that ${what}`, async () => {
      assert.deepEqual(faultsOf(await findAll(parts, options)), []);
    });
  }

  it('#226 one that limits the rate, and says how long', async () => {
    let left = 10;
    const limited = (handle: Handler) => (request: Request) => {
      left -= 1;
      if (left >= 0) return handle(request);
      left = 10;
      return new Response(null, { status: 429, headers: { 'retry-after': '0' } });
    };
    assert.deepEqual(faultsOf(await findAll({}, {}, limited)), []);
  });

  it('#226 but says so where the limit does not end', async () => {
    const limited = () => () =>
      new Response(null, { status: 429, headers: { 'retry-after': '3600' } });
    assert.deepEqual(faultsOf(await findAll({}, {}, limited)), [
      'returns who is connected: answered 429: raise its limit of requests while you check it',
    ]);
  });
});

describe('the contract of `stay-connected`', () => {
  it('has no clause that cannot fail', () => {
    const unbroken = sessions.map(({ name }) => name).filter((name) => !brokenClauses.has(name));
    assert.deepEqual(unbroken, []);
  });
});

describe('a finding', () => {
  it('#227 says what was sent and answered, by names, and where the reason is', async () => {
    const tell: Parts['tell'] = ({ tokens, ...ids }) => Response.json({ ...ids, ...tokens });
    const findings = await findAll({ tell });
    const [failed] = findings.filter(({ seen }) => seen !== undefined);
    assert.equal(failed?.seen, 'sent the access token to the browser');
    assert.deepEqual(failed.trace?.at(-1), {
      sent: `GET, origin: ${ORIGIN}, cookie: __Host-session`,
      answered:
        '200 application/json {profile, userId, accessToken, refreshToken, expiresAt}, ' +
        `cache-control: no-store, access-control-allow-origin: ${ORIGIN}, ` +
        'access-control-allow-methods: GET, POST, DELETE',
    });
    assert.match(failed.link ?? '', /docs\/check-backend\.md#what-reaches-the-browser$/);
    assert.doesNotMatch(JSON.stringify(findings), /(access|refresh|code)_[\w-]{20}/);
  });
});
