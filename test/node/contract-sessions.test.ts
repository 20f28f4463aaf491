// The clauses of `stay-connected`: each finds the fault of some broken backend.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sessions } from '../../demo/contract-kit/sessions.js';
import {
  createExchangeHandler,
  type ExchangeHandlerOptions,
  type Identity,
} from '../../src/server/handler.js';
import { check, faultsOf, openEmulator, serve, type Handler } from '../helpers/backends.js';
import { CLIENT_ID, ORIGIN, REDIRECT_URI } from '../helpers/site.js';

interface Broken {
  fault: string;
  /** The clauses that have to fail, and no others: the beginning of each finding. */
  found: RegExp[];
  options?: (kept: Map<string, Identity>) => Partial<ExchangeHandlerOptions>;
  /** What stands between the page and a sound handler. */
  wrap?: (handle: Handler) => Handler;
}

const FLAGS = 'Path=/; Secure; HttpOnly; SameSite=Lax';
const idOf = (request: Request) =>
  /session=([\w-]+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? '';

function soundOptions(kept: Map<string, Identity>) {
  return {
    onConnected({ profile, userId }) {
      const id = crypto.randomUUID();
      kept.set(id, { profile, userId });
      return { 'set-cookie': `session=${id}; ${FLAGS}` };
    },
    onSession: ({ request }) => kept.get(idOf(request)),
    onDisconnect: ({ request }) => void kept.delete(idOf(request)),
  } satisfies Partial<ExchangeHandlerOptions>;
}

/** Changes the answer to requests of one method. */
const answering =
  (method: string, change: (response: Response) => Response) =>
  (handle: Handler): Handler =>
  async (request) => {
    const response = await handle(request);
    return request.method === method ? change(response) : response;
  };

/** A handler that takes another site for its own. */
const trusting =
  (method: string) =>
  (handle: Handler): Handler =>
  (request) => {
    if (request.method !== method) return handle(request);
    const headers = new Headers(request.headers);
    headers.set('origin', ORIGIN);
    return handle(new Request(request.url, { method, headers }));
  };

const broken: Broken[] = [
  {
    fault: 'tells ids of its own',
    options: () => ({ onSession: () => ({ profile: 'a', userId: 'b' }) }),
    found: [
      /^tells who is connected: answered with other ids/,
      /^tells that nobody is connected: answered 200, not 204/,
      /^ends the session: still knows the session/,
    ],
  },
  {
    fault: 'answers a page to strangers',
    wrap: answering('GET', (response) =>
      response.status === 204 ? new Response('<p>', { headers: response.headers }) : response,
    ),
    found: [
      /^tells that nobody is connected: answered 200, not 204/,
      /^ends the session: still knows the session/,
    ],
  },
  {
    fault: 'lets caches keep the ids',
    wrap: answering('GET', (response) => {
      response.headers.set('cache-control', 'max-age=60');
      return response;
    }),
    found: [/^keeps what it tells of a session out of every cache: answered 200 with .*max-age=60/],
  },
  {
    fault: 'tells every site',
    wrap: trusting('GET'),
    found: [/^tells another site nothing of a session: told the ids/],
  },
  {
    fault: 'deletes the cookie only',
    options: () => ({
      onDisconnect: () => ({ 'set-cookie': `session=; Max-Age=0; ${FLAGS}` }),
    }),
    found: [/^ends the session: still knows the session after DELETE/],
  },
  {
    fault: 'fails at the second DELETE',
    options: (kept) => ({
      onDisconnect({ request }) {
        if (!kept.delete(idOf(request))) throw new Error('no session');
      },
    }),
    found: [/^has nothing against a second DELETE: answered 503/],
  },
  {
    fault: 'ends sessions for every site',
    wrap: trusting('DELETE'),
    found: [/^ends no session for another site: ended the session/],
  },
  {
    fault: 'asks Monerium who it is',
    options: (kept) => ({
      async onSession({ request }) {
        const answer = await fetch(`${apiUrl}/auth/context`);
        if (answer.status === 404) throw new Error('away');
        return kept.get(idOf(request));
      },
    }),
    found: [/^tells who is connected while Monerium is away: answered 503/],
  },
  {
    fault: 'allows no DELETE from another origin',
    wrap: answering('OPTIONS', (response) => {
      response.headers.set('access-control-allow-methods', 'GET, POST');
      return response;
    }),
    found: [/^lets a page of another origin ask and end: allows the methods GET, POST/],
  },
];

/** Of the emulator that the backend of the running test asks. */
let apiUrl = '';
/** Every clause that some broken backend broke. */
const brokenClauses = new Set<string>();

async function findFaults({ options, wrap }: Omit<Broken, 'fault' | 'found'>): Promise<string[]> {
  const emulator = await openEmulator();
  apiUrl = emulator.url;
  const kept = new Map<string, Identity>();
  const handle = createExchangeHandler({
    ...{ clientId: CLIENT_ID, redirectUris: [REDIRECT_URI], apiUrl: emulator.url },
    ...soundOptions(kept),
    onError: () => undefined,
    ...options?.(kept),
  });
  const url = await serve(wrap ? wrap(handle) : handle);
  const findings = await check(emulator, url, 4000, sessions);
  for (const { name, seen } of findings) if (seen !== undefined) brokenClauses.add(name);
  return faultsOf(findings);
}

describe('the kit finds a backend for `stay-connected` that', () => {
  for (const { fault, found, ...backend } of broken) {
    it(fault, async () => {
      const faults = await findFaults(backend);
      for (const pattern of found) {
        const isNamed = faults.some((line) => pattern.test(line));
        assert.ok(isNamed, `${pattern} is not in\n${faults.join('\n')}`);
      }
      assert.equal(faults.length, found.length, faults.join('\n'));
    });
  }
});

describe('the contract of `stay-connected`', () => {
  it('holds for a sound backend', async () => {
    assert.deepEqual(await findFaults({}), []);
  });

  it('has no clause that cannot fail', () => {
    const sound = sessions.map(({ name }) => name).filter((name) => !brokenClauses.has(name));
    assert.deepEqual(sound, []);
  });
});
