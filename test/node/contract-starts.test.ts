// The clauses of the flow that the server starts: each finds the fault of a backend that breaks its
// rule, and the shipped handler breaks none.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { starts } from '../../src/testing/contract-kit/starts.js';
import {
  createConnectHandler,
  createConnections,
  createMemoryStore,
} from '../../src/server/index.js';
import { check, faultsOf, openEmulator, serveInHere, type Handler } from '../helpers/backends.js';
import { CLIENT_ID, ORIGIN } from '../helpers/site.js';

const BASE = `${ORIGIN}/monerium`;
const SECRET = 'a secret of the shop, 32 bytes or more';
const FLAGS = 'Path=/; Secure; HttpOnly; SameSite=Lax';
const FLOW = /^__Host-monerium-flow-/;

type Options = Partial<Parameters<typeof createConnectHandler>[0]>;

/** A sound backend, with some of it changed. */
function createBackend(apiUrl: string, options: Options = {}, baseUrl = BASE): Handler {
  const store = createMemoryStore();
  const connections = createConnections({ store, apiUrl });
  const isSecure = baseUrl.startsWith('https:');
  const [name, flags] = isSecure
    ? ['__Host-session', FLAGS]
    : ['session', 'Path=/; HttpOnly; SameSite=Lax'];
  const readId = ({ headers }: Request) =>
    /session=([\w-]{36})/.exec(headers.get('cookie') ?? '')?.[1] ?? 'none';
  const handle = createConnectHandler({
    clientId: CLIENT_ID,
    baseUrl,
    secret: SECRET,
    store,
    apiUrl,
    async onConnected({ request, ...details }) {
      const id = crypto.randomUUID();
      await connections.connect(id, details);
      await connections.disconnect(readId(request));
      return { 'set-cookie': `${name}=${id}; ${flags}` };
    },
    onSession: ({ request }) => connections.find(readId(request)),
    async onDisconnect({ request }) {
      await connections.disconnect(readId(request));
      return { 'set-cookie': `${name}=; ${flags}; Max-Age=0` };
    },
    onError: () => undefined,
    ...options,
  });
  return (request) => handle(request);
}

async function findAll(
  wrap: Broken['wrap'],
  baseUrl = BASE,
  headers: Record<string, string> = {},
): Promise<string[]> {
  const emulator = await openEmulator();
  const backend = (options?: Options) => createBackend(emulator.url, options, baseUrl);
  const url = serveInHere(wrap(backend(), backend, emulator.url));
  const { origin } = new URL(baseUrl);
  const options = { origin, redirectUri: `${baseUrl}/callback`, headers, start: true };
  return faultsOf(await check(emulator, `${url}/monerium`, 20_000, starts, options));
}

interface Broken {
  fault: string;
  wrap: (sound: Handler, create: (options?: Options) => Handler, apiUrl: string) => Handler;
  /** The clauses that have to fail, and no others: the beginning of each finding. */
  found: RegExp[];
}

const pathOf = ({ url }: Request) => new URL(url).pathname.replace('/monerium', '');
const isFlow = (line: string) => FLOW.test(line);
const isEnd = (line: string) => line.includes('Max-Age=0');

/** The response with other cookies. */
function withCookies(response: Response, change: (lines: string[]) => string[]): Response {
  const lines = change(response.headers.getSetCookie());
  response.headers.delete('set-cookie');
  for (const line of lines) response.headers.append('set-cookie', line);
  return response;
}

/** The response with another address. */
function withPlace(response: Response, change: (place: URL) => void): Response {
  const location = response.headers.get('location');
  if (location === null) return response;
  const place = new URL(location);
  change(place);
  response.headers.set('location', place.href);
  return response;
}

function withHeader(request: Request, name: string, value: string): Request {
  const headers = new Headers(request.headers);
  headers.set(name, value);
  if (value === '') headers.delete(name);
  return new Request(request.url, { method: request.method, headers });
}

/** Changes the responses of a path. */
const onPath =
  (path: string, change: (response: Response, request: Request) => Response): Broken['wrap'] =>
  (sound) =>
  async (request) => {
    const response = await sound(request);
    return pathOf(request) === path ? change(response, request) : response;
  };

/** Sees what goes to Monerium and what comes back. */
function spyOn(create: (options?: Options) => Handler) {
  const seen = { verifier: '', token: '' };
  const backend = create({
    async fetch(url, init) {
      const body = String(init?.body as unknown);
      const verifier = new URLSearchParams(body).get('code_verifier');
      const response = await fetch(url, init);
      const text = await response.clone().text();
      if (verifier) seen.verifier = verifier;
      seen.token = /access_[\w-]{43}/.exec(text)?.[0] ?? seen.token;
      return response;
    },
  });
  return { seen, backend };
}

const showing =
  (what: 'verifier' | 'token'): Broken['wrap'] =>
  (_sound, create) => {
    const { seen, backend } = spyOn(create);
    return async (request) => {
      const response = await backend(request);
      if (pathOf(request) === '/callback') response.headers.set('x-seen', seen[what]);
      return response;
    };
  };

/** Knows the cookies of all flows, as a server that keeps them itself. */
const knowingFlows =
  (cookieOf: (all: ReadonlyMap<string, string>, request: Request) => string): Broken['wrap'] =>
  (sound) => {
    const all = new Map<string, string>();
    return async (request) => {
      const isCallback = pathOf(request) === '/callback';
      const own = isCallback ? withHeader(request, 'cookie', cookieOf(all, request)) : request;
      const response = await sound(own);
      for (const line of response.headers
        .getSetCookie()
        .filter((one) => isFlow(one) && !isEnd(one))) {
        const [pair = ''] = line.split(';');
        all.set(pair.replace(/=.*/, ''), pair);
      }
      return response;
    };
  };

const cookiesIn = ({ headers }: Request) => (headers.get('cookie') ?? '').split('; ');

const broken: Broken[] = [
  {
    fault: 'sends no method of the challenge',
    wrap: onPath('/start', (response) =>
      withPlace(response, ({ searchParams }) => searchParams.delete('code_challenge_method')),
    ),
    found: [/^leads to Monerium: sent code_challenge_method missing/],
  },
  {
    fault: 'begins with a page of its own',
    wrap: onPath('/start', () => new Response('Click here')),
    found: [/^leads to Monerium: answered start with 200/],
  },
  {
    fault: 'forgets where the customer was',
    wrap: (sound) => (request) =>
      sound(new Request(request.url.replace('return_to', 'x'), request)),
    found: [/^connects a customer and leads back: led to \/, not to return_to/],
  },
  {
    fault: 'begins all flows with one state',
    wrap(sound) {
      let first: Promise<Response> | undefined;
      return async (request) => {
        if (pathOf(request) !== '/start' || request.method !== 'GET') return sound(request);
        if (/prefetch|foreign|signup/.test(request.url + request.headers.get('sec-purpose'))) {
          return sound(request);
        }
        first ??= Promise.resolve(sound(request));
        return (await first).clone();
      };
    },
    found: [
      /^begins each flow with new secrets: sent the same state/,
      /^keeps four flows at most/,
      /^takes no response of another browser/,
    ],
  },
  {
    fault: 'passes on what it does not know',
    wrap: onPath('/start', (response, { url }) =>
      withPlace(response, ({ searchParams }) => {
        const { searchParams: asked } = new URL(url);
        if (asked.has('skip_kyc')) searchParams.set('skip_kyc', 'true');
      }),
    ),
    found: [/^passes on email and auth_mode, and nothing else: passed skip_kyc on/],
  },
  {
    fault: 'passes nothing on',
    wrap: onPath('/start', (response) =>
      withPlace(response, ({ searchParams }) => searchParams.delete('email')),
    ),
    found: [/^passes on email and auth_mode, and nothing else: did not pass email on/],
  },
  ...(
    [
      ['lets scripts read the cookie', '; HttpOnly', '', /without httponly$/],
      ['sends the cookie to http', '; Secure', '', /without secure$/],
      ['keeps the cookie for a week', '=86400', '=604800', /for 604800 seconds$/],
    ] as const
  ).map(([fault, text, other, seen]): Broken => ({
    fault,
    wrap: onPath('/start', (response) =>
      withCookies(response, (lines) => lines.map((line) => line.replace(text, other))),
    ),
    found: [new RegExp(`^keeps a flow in a cookie that nobody else gets: .*${seen.source}`)],
  })),
  {
    fault: 'shows the verifier',
    wrap: showing('verifier'),
    found: [/^shows the verifier to nobody: sent the verifier/],
  },
  {
    fault: 'keeps every flow',
    wrap: onPath('/start', (response) =>
      withCookies(response, (lines) => lines.filter((line) => !isEnd(line))),
    ),
    found: [/^keeps four flows at most, and drops the oldest: .* 111111$/],
  },
  {
    fault: 'leads wherever it is told to',
    wrap(sound) {
      let wanted = '';
      return async (request) => {
        const { searchParams } = new URL(request.url);
        if (pathOf(request) === '/start') wanted = searchParams.get('return_to') ?? '';
        const response = await sound(request);
        const isForeign = pathOf(request) === '/callback' && wanted.startsWith('https://foreign');
        if (isForeign) response.headers.set('location', `${wanted}?monerium_result=connected`);
        return response;
      };
    },
    found: [/^leads to no other origin: led to https:\/\/foreign.example for return_to=/],
  },
  {
    fault: 'begins with HEAD',
    wrap: (sound) => (request) =>
      sound(
        request.method === 'HEAD'
          ? new Request(request.url, { headers: request.headers })
          : request,
      ),
    found: [/^begins nothing for HEAD and other methods: answered 303 to HEAD \/start/],
  },
  {
    fault: 'takes a prefetch for a visit',
    wrap: (sound) => (request) => sound(withHeader(request, 'sec-purpose', '')),
    found: [/^begins nothing for a prefetch: answered 303 to a prefetch of \/start/],
  },
  {
    fault: 'lets a cache keep what it refuses',
    wrap: (sound) => async (request) => {
      const response = await sound(request);
      if (response.status === 405) response.headers.set('cache-control', 'max-age=60');
      return response;
    },
    found: [/^keeps every response out of caches: answered HEAD start with Cache-Control: max-age/],
  },
  {
    fault: 'says nothing of the Referer after the callback',
    wrap: onPath('/callback', (response) => {
      response.headers.delete('referrer-policy');
      return response;
    }),
    found: [
      /^keeps the code out of every Referer: answered a callback with Referrer-Policy: nothing/,
    ],
  },
  {
    fault: 'takes the flow of any browser',
    wrap: knowingFlows((all, request) => [...cookiesIn(request), ...all.values()].join('; ')),
    found: [
      /^keeps four flows at most/,
      /^takes no response of another browser/,
      /^takes no cookie that was changed/,
    ],
  },
  {
    fault: 'looks at the name of a cookie alone',
    wrap: knowingFlows((all, request) =>
      cookiesIn(request)
        .map((pair) => all.get(pair.replace(/=.*/, '')) ?? pair)
        .join('; '),
    ),
    found: [/^takes no cookie that was changed: said monerium_result=connected/],
  },
  {
    fault: 'sends a code as often as it comes',
    wrap: (_sound, create) => create({ store: { claim: async () => true } }),
    found: [/^sends a code of two callbacks at once to Monerium once: sent 3 token requests/],
  },
  {
    fault: 'tells a connected customer of a failure',
    wrap: onPath('/callback', (response, request) =>
      cookiesIn(request).some(isFlow)
        ? response
        : withPlace(response, ({ searchParams }) =>
            searchParams.set('monerium_result', 'transaction_not_found'),
          ),
    ),
    found: [
      /^redirects a connected customer who opens the callback again: said .*transaction_not_found/,
    ],
  },
  {
    fault: 'leaves the cookie of a flow that has ended',
    wrap: onPath('/callback', (response) =>
      withCookies(response, (lines) => lines.filter((line) => !isFlow(line))),
    ),
    found: [/^ends the flow with its response: left the cookie __Host-monerium-flow/],
  },
  {
    fault: 'keeps the session from before',
    wrap(_sound, create) {
      const sessions = new Map<string, { profile: string; userId: string }>();
      const idOf = ({ headers }: Request) =>
        /session=(\w{4,})/.exec(headers.get('cookie') ?? '')?.[1];
      return create({
        onConnected({ request, profile, userId }) {
          const id = idOf(request) ?? crypto.randomUUID().replaceAll('-', '');
          sessions.set(id, { profile, userId });
          return { 'set-cookie': `__Host-session=${id}; ${FLAGS}` };
        },
        onSession: ({ request }) => sessions.get(idOf(request) ?? ''),
        onDisconnect: ({ request }) => void sessions.delete(idOf(request) ?? ''),
      });
    },
    found: [/^begins a new session with a connection: still knows the session from before/],
  },
  ...[
    'access_denied',
    'authorization_unavailable',
    'exchange_rejected',
    'rate_limited',
    'server_unavailable',
  ].map((code): Broken => ({
    fault: `has another word for ${code}`,
    wrap: onPath('/callback', (response) =>
      withPlace(response, ({ searchParams }) => {
        const result = searchParams.get('monerium_result');
        if (result === code) searchParams.set('monerium_result', 'failed');
      }),
    ),
    found: [new RegExp(`^leads back with ${code} when .*said monerium_result=failed`)],
  })),
  {
    fault: 'shows the token',
    wrap: showing('token'),
    found: [/^keeps tokens, code and state to itself: sent the access token/],
  },
  {
    fault: 'ends a session for anybody',
    wrap: (sound) => (request) =>
      sound(request.method === 'DELETE' ? withHeader(request, 'origin', ORIGIN) : request),
    found: [/^says who is connected to its own pages alone: ended the session for a foreign/],
  },
  {
    fault: 'lets anybody read who is connected',
    wrap: onPath('/session', (response) => {
      response.headers.set('access-control-allow-origin', '*');
      return response;
    }),
    found: [/^says who is connected to its own pages alone: lets a foreign origin read/],
  },
];

describe('#260 a backend that', { concurrency: 4 }, () => {
  for (const { fault, wrap, found } of broken) {
    it(`#260 ${fault} breaks its rule, and no other`, async () => {
      const findings = await findAll(wrap);
      const unseen = found.filter((pattern) => !findings.some((line) => pattern.test(line)));
      const further = findings.filter((line) => !found.some((pattern) => pattern.test(line)));
      assert.deepEqual({ unseen, further }, { unseen: [], further: [] });
    });
  }

  it('#260 breaks each rule once at least', () => {
    const patterns = broken.flatMap(({ found }) => found.map(({ source }) => source));
    const unbroken = starts.filter(({ name }) => {
      const isNamed = (source: string) => source.startsWith(`^${name.slice(0, 20)}`);
      return !patterns.some(isNamed);
    });
    assert.deepEqual(
      unbroken.map(({ name }) => name),
      [],
    );
  });
});

describe('#261 a sound backend', () => {
  it('#261 is the shipped handler', async () => {
    assert.deepEqual(await findAll((sound) => sound), []);
  });

  it('#261 is the shipped handler on http, for this machine', async () => {
    assert.deepEqual(await findAll((sound) => sound, 'http://localhost:3000/monerium'), []);
  });

  it('#261 keeps the connection with a login of the site, by --header', async () => {
    const kept = new Map<string, { profile: string; userId: string }>();
    const userOf = ({ headers }: Request) =>
      /login=(\w+)/.exec(headers.get('cookie') ?? '')?.[1] ?? 'nobody';
    const options: Options = {
      onConnected: ({ request, profile, userId }) =>
        void kept.set(userOf(request), { profile, userId }),
      onSession: ({ request }) => kept.get(userOf(request)),
      onDisconnect: ({ request }) => void kept.delete(userOf(request)),
    };
    const headers = { cookie: 'login=ada' };
    assert.deepEqual(await findAll((_, create) => create(options), BASE, headers), []);
  });
});
