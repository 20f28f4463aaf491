// Many stored connections during outages: a proxy, a silent or busy Monerium, callers that abort,
// and a store that refuses every write. The clock is simulated. `CUSTOMERS=1000` sets their number.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import sinon from 'sinon';
import type { Connection } from '../../src/server/store.js';
import {
  type ConnectError,
  ConnectionEndedError,
  type ConnectionsOptions,
  createConnections,
  type ServerEvent,
} from '../../src/server/index.js';
import { MemoryStore } from '../helpers/memory-store.js';

const CUSTOMERS = Number(process.env.CUSTOMERS ?? 100);
const API = 'https://api.monerium.test';
const SECOND = 1000;
const MINUTE = 60_000;

let clock: sinon.SinonFakeTimers;

beforeEach(() => {
  clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
});

afterEach(() => clock.restore());

/** Responds to the refresh of the customer with this id. */
type Answer = (id: string, signal: AbortSignal) => Response | Promise<Response>;

function granted(): Response {
  const tokens = { access_token: 'new', refresh_token: 'next', expires_in: 3600 };
  return Response.json({ ...tokens, token_type: 'Bearer' });
}

/** No response, until the signal fires. */
function silence(_id: string, signal: AbortSignal): Promise<Response> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
}

function connectionOf(id: string, clientId = 'client'): Connection {
  const tokens = { accessToken: `old-${id}`, refreshToken: id, expiresAt: Date.now() - 1 };
  return { profile: 'p', userId: 'u', clientId, tokens, refreshAt: Date.now() - 1 };
}

interface Site {
  readonly store: MemoryStore;
  readonly connections: ReturnType<typeof createConnections>;
  readonly events: ServerEvent[];
  /** The ids of the customers whose refresh tokens were sent. */
  readonly sent: string[];
  /** How Monerium responds. */
  answer: Answer;
}

/** A process of a site whose customers' tokens have all expired. */
function open(ids: readonly string[], options: Partial<ConnectionsOptions> = {}): Site {
  const store = new MemoryStore();
  for (const id of ids) store.rows.set(id, { connection: connectionOf(id), version: 1 });
  const events: ServerEvent[] = [];
  const sent: string[] = [];
  const connections = createConnections({
    store,
    apiUrl: API,
    observe: (event) => void events.push(event),
    fetch: async (_url, init) => {
      const id = (init?.body as URLSearchParams).get('refresh_token') ?? '';
      sent.push(id);
      return site.answer(id, init?.signal ?? assert.fail('there is no deadline'));
    },
    ...options,
  });
  const site: Site = { store, connections, events, sent, answer: granted };
  return site;
}

const idsOf = (count: number) => Array.from({ length: count }, (_, number) => `${number}`);

interface Outcome {
  readonly id: string;
  readonly token?: string;
  readonly error?: ConnectError;
  readonly ms: number;
}

/** Calls `getAccessToken()` for each id, and runs the clock until all calls have settled. */
async function askAll(site: Site, ids: readonly string[]): Promise<Outcome[]> {
  const outcomes = Promise.all(ids.map((id) => ask(site, id)));
  return runTo(outcomes);
}

async function ask({ connections }: Site, id: string, signal?: AbortSignal): Promise<Outcome> {
  const started = Date.now();
  try {
    const token = await connections.getAccessToken(id, { signal });
    return { id, token, ms: Date.now() - started };
  } catch (error) {
    return { id, error: error as ConnectError, ms: Date.now() - started };
  }
}

/** Advances the clock when nothing else happens. */
async function runTo<T>(work: Promise<T>): Promise<T> {
  let isOver = false;
  void work.then(
    () => (isOver = true),
    () => (isOver = true),
  );
  for (let idle = 0; !isOver; idle++) {
    await turnOfTheLoop();
    if (idle % 5 === 4) await clock.nextAsync();
  }
  return work;
}

const longest = (outcomes: readonly Outcome[]) => Math.max(...outcomes.map(({ ms }) => ms));
const endedIn = ({ store }: Site) =>
  [...store.rows.values()].filter(({ connection }) => connection.ended).length;

describe('a response that says nothing of the refresh token', () => {
  const html = '<!doctype html><title>Blocked</title>';
  const type = { 'content-type': 'text/html' };
  const moneriums = { code: 400, status: 'Bad Request' };
  const answers: [string, () => Response][] = [
    ['400 with a page', () => new Response(html, { status: 400, headers: type })],
    ['401 with a page', () => new Response(html, { status: 401, headers: type })],
    ['400 without a body', () => new Response(null, { status: 400 })],
    ['401 without a body', () => new Response('', { status: 401 })],
    ['403 of a proxy', () => Response.json({ error: 'invalid_grant' }, { status: 403 })],
    ['400 with other JSON', () => Response.json({ message: 'Forbidden' }, { status: 400 })],
    ['400 with a list', () => Response.json(['invalid_grant'], { status: 400 })],
    ['400 that is long', () => new Response(html.repeat(1000), { status: 400 })],
    ['invalid_request', () => Response.json({ error: 'invalid_request' }, { status: 400 })],
    ['invalid_client', () => Response.json({ error: 'invalid_client' }, { status: 401 })],
    [
      'another client, in the format of Monerium',
      () => {
        const message = 'Client id must be the same from previous token.';
        return Response.json({ ...moneriums, message }, { status: 400 });
      },
    ],
    [
      'a request without its body, in the format of Monerium',
      () => {
        const errors = { grant_type: 'missing', client_id: 'missing', refresh_token: 'missing' };
        return Response.json({ ...moneriums, message: 'Invalid', errors }, { status: 400 });
      },
    ],
  ];
  for (const [name, answer] of answers) {
    it(`#210 ends none of ${CUSTOMERS} connections: ${name}`, async () => {
      const ids = idsOf(CUSTOMERS);
      const site = open(ids);
      site.answer = answer;
      const { status } = answer();
      for (const { error } of await askAll(site, ids)) {
        assert.deepEqual([error?.code, error?.status], ['token_unavailable', status]);
      }
      assert.equal(endedIn(site), 0);
      const [event] = site.events;
      assert.ok(event?.type === 'refresh-failed', event?.type);
      assert.deepEqual([event.code, event.status], ['exchange_rejected', status]);

      site.answer = granted;
      await clock.tickAsync(2 * SECOND);
      const mended = await askAll(site, ids);
      assert.deepEqual(new Set(mended.map(({ token }) => token)), new Set(['new']));
    });
  }

  it('#210 is reported: the fault of the client by its code, that of a proxy by its status', async () => {
    const site = open(['anna', 'ben']);
    site.answer = () => Response.json({ error: 'invalid_client' }, { status: 401 });
    const [anna] = await askAll(site, ['anna']);
    assert.match(
      anna?.error?.message ?? '',
      /answered 401 application\/json.*check the client ID$/,
    );
    assert.equal(anna?.error?.oauthError, 'invalid_client');
    site.answer = () => new Response(html, { status: 401, headers: type });
    const [ben] = await askAll(site, ['ben']);
    assert.match(ben?.error?.message ?? '', /answered 401 text\/html; .*a proxy\?$/);
    const told = site.events.map((event) => 'oauthError' in event && event.oauthError);
    assert.deepEqual(told, ['invalid_client', undefined]);
  });

  const refusals: [string, object][] = [
    ['in the format of RFC 6749', { error: 'invalid_grant', error_description: 'It is dead.' }],
    ['by the field', { ...moneriums, message: 'x', errors: { refresh_token: 'It is not known' } }],
    ['by the message', { ...moneriums, message: 'The refresh token has expired.' }],
  ];
  for (const [name, body] of refusals) {
    it(`#210 differs from a refusal, which ends the connection: ${name}`, async () => {
      const site = open(['anna']);
      site.answer = () => Response.json(body, { status: 400 });
      const [{ error } = assert.fail()] = await askAll(site, ['anna']);
      assert.equal(error instanceof ConnectionEndedError, true);
      assert.equal(endedIn(site), 1);
    });
  }
});

describe('a Monerium that is silent', () => {
  it(`#212 delays none of ${CUSTOMERS} callers by more than 20 s, and then gets no request`, async (test) => {
    const ids = idsOf(CUSTOMERS);
    const site = open(ids);
    site.answer = silence;
    const outcomes = await askAll(site, ids);
    assert.ok(longest(outcomes) <= 20 * SECOND, `${longest(outcomes)} ms`);
    // Two more from the queue before the third timeout in a row.
    assert.equal(site.sent.length, 18);
    const codes = outcomes.map(({ error }) => error?.code);
    const counts = [codes.filter((code) => code === 'exchange_timeout').length, codes.length];
    assert.deepEqual(counts, [16, CUSTOMERS]);

    // No caller waits during the pause.
    const during = await askAll(site, ids.slice(20));
    assert.equal(longest(during), 0);
    assert.match(during[0]?.error?.message ?? '', /Monerium does not answer/);
    assert.equal(site.sent.length, 18);
    test.diagnostic(`the longest wait of ${CUSTOMERS}: ${longest(outcomes)} ms`);
  });

  it('#212 gets one request after the pause, and all others when that one succeeds', async () => {
    const ids = idsOf(100);
    const site = open(ids);
    site.answer = silence;
    await askAll(site, ids);
    await clock.tickAsync(20 * SECOND);
    site.sent.length = 0;
    const again = await askAll(site, ids);
    assert.equal(site.sent.length, 1);
    assert.equal(again.filter(({ ms }) => ms > 0).length, 1);

    await clock.tickAsync(10 * SECOND);
    site.answer = granted;
    const [first] = await askAll(site, ids.slice(50, 51));
    assert.equal(first?.token, 'new');
    const all = await askAll(site, ids);
    assert.deepEqual(new Set(all.map(({ token }) => token)), new Set(['new']));
  });

  it('#212 gets every request when it responds between its timeouts', async () => {
    const ids = idsOf(40);
    const site = open(ids, { concurrency: 1 });
    for (const [index, id] of ids.entries()) {
      site.answer = index % 3 < 2 ? silence : granted;
      await askAll(site, [id]);
    }
    assert.deepEqual(site.sent, ids);
  });

  it('#212 leaves a valid token in use, and lets no caller wait in the queue', async () => {
    const ids = idsOf(100);
    const site = open(ids);
    site.answer = silence;
    for (const { connection } of site.store.rows.values()) {
      Object.assign(connection.tokens, { expiresAt: Date.now() + MINUTE });
    }
    const outcomes = await askAll(site, ids);
    assert.equal(
      outcomes.every(({ id, token }) => token === `old-${id}`),
      true,
    );
    assert.equal(outcomes.filter(({ ms }) => ms > 0).length, 16);
  });
});

describe('a Monerium that is slow', () => {
  it(`#213 gets no refresh for one of ${CUSTOMERS} callers that has given up`, async (test) => {
    const ids = idsOf(CUSTOMERS);
    const site = open(ids);
    const waiting = new Set(ids);
    let forNobody = 0;
    site.answer = async (id) => {
      if (!waiting.has(id)) forNobody++;
      await new Promise((resolve) => setTimeout(resolve, 9 * SECOND));
      return granted();
    };
    const asked = ids.map(async (id) => {
      const outcome = await ask(site, id);
      waiting.delete(id);
      return outcome;
    });
    const outcomes = await runTo(Promise.all(asked));
    await runTo(site.connections.close());
    assert.ok(longest(outcomes) <= 20 * SECOND, `${longest(outcomes)} ms`);
    const served = outcomes.filter(({ token }) => token).length;
    const late = outcomes.filter(({ error }) => error?.code === 'token_unavailable').length;
    assert.deepEqual([served, late], [32, CUSTOMERS - 32]);
    assert.deepEqual([site.sent.length, forNobody], [48, 0]);
    test.diagnostic(`longest ${longest(outcomes)} ms, sent for nobody ${forNobody}`);
  });

  it('#213 gets no request from a queue that every caller has left', async () => {
    const ids = idsOf(100);
    const site = open(ids);
    site.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5 * SECOND));
      return granted();
    };
    const callers = ids.map(() => new AbortController());
    const asked = ids.map((id, index) => ask(site, id, callers[index]?.signal));
    await clock.tickAsync(SECOND);
    // One refresh in the queue has a second caller, who does not abort.
    const stays = ask(site, '50');
    await clock.tickAsync(SECOND);
    for (const caller of callers) caller.abort(new Error('gone'));
    await runTo(Promise.all(asked));
    assert.equal((await runTo(stays)).token, 'new');
    await runTo(site.connections.close());
    assert.deepEqual(site.sent, [...ids.slice(0, 16), '50']);
  });

  it('#213 gets no refresh when the caller aborts while the lease is taken', async () => {
    const site = open(['anna']);
    const caller = new AbortController();
    const { replace } = site.store;
    site.store.replace = (...args) => {
      caller.abort(new Error('gone'));
      return replace.apply(site.store, args);
    };
    await runTo(ask(site, 'anna', caller.signal));
    await runTo(site.connections.close());
    assert.deepEqual(site.sent, []);
    assert.equal(site.store.kept.renewal?.by, undefined);
  });
});

describe('the wait for another process', () => {
  it('#213 ends after 20 s for each caller, also when a second one joins', async () => {
    const site = open(['anna']);
    const renewal = { by: 'another', until: Date.now() + 2 * MINUTE, inDoubt: false };
    site.store.change({ renewal });
    const first = ask(site, 'anna');
    await clock.tickAsync(15 * SECOND);
    const [one, other] = await runTo(Promise.all([first, ask(site, 'anna')]));
    assert.deepEqual([one.ms, other.ms], [20 * SECOND, 20 * SECOND]);
    assert.equal(one.error?.code, 'token_unavailable');
  });
});

describe('a store that returns its time', () => {
  it('#211 decides when a lease ends, and when a token is due', async () => {
    const site = open(['anna']);
    const ahead = 60 * MINUTE;
    const { read } = site.store;
    site.store.read = async (id) => {
      const row = await read.call(site.store, id);
      return row && { ...row, now: Date.now() + ahead };
    };
    assert.equal((await runTo(ask(site, 'anna'))).token, 'new');
    const { tokens, refreshAt } = site.store.kept;
    assert.equal(tokens.expiresAt, Date.now() + ahead + 60 * MINUTE);
    assert.equal(refreshAt > Date.now() + ahead + 50 * MINUTE, true);
    assert.equal((await runTo(ask(site, 'anna'))).token, 'new');
    assert.equal(site.sent.length, 1);
  });

  it('#211 is ignored after this process was paused: the time is old', async () => {
    const site = open(['anna']);
    const { read } = site.store;
    site.store.read = async (id) => {
      const row = await read.call(site.store, id);
      const now = Date.now();
      clock.setSystemTime(now + 61 * SECOND);
      return row && { ...row, now };
    };
    const { error } = await runTo(ask(site, 'anna'));
    assert.equal(error?.code, 'server_unavailable');
    assert.deepEqual(site.sent, []);
  });
});

describe('a store that refuses every write', () => {
  /** Writes are accepted after this many calls, so that an endless loop fails the test. */
  const GIVES_IN = 2000;

  /** Responds in the same task, and returns `false` for the writes that `isRefused` selects. */
  function refusing(site: Site, isRefused: (next: Connection | undefined) => boolean) {
    const { store } = site;
    const { replace } = store;
    let calls = 0;
    store.replace = async (id, version, next) => {
      if (++calls > GIVES_IN || !isRefused(next)) return replace.call(store, id, version, next);
      return false;
    };
    return () => calls;
  }

  const cases: [string, (next: Connection | undefined) => boolean, sent: number][] = [
    ['the lease', () => true, 0],
    ['the new tokens', (next) => next?.renewal === undefined, 1],
  ];
  for (const [what, isRefused, sent] of cases) {
    it(`#214 causes server_unavailable after a few pauses: ${what}`, async () => {
      const site = open(['anna']);
      const callsOf = refusing(site, isRefused);
      const { error, ms } = await runTo(ask(site, 'anna'));
      assert.equal(error?.code, 'server_unavailable');
      assert.match(String(error?.cause), /the row has changed each time/);
      assert.ok(callsOf() <= 12, `${callsOf()} calls`);
      assert.ok(ms > SECOND && ms < 20 * SECOND, `${ms} ms`);
      assert.equal(site.sent.length, sent);
      await site.connections.close();
    });
  }

  it('#214 causes server_unavailable when it writes and returns false', async () => {
    const site = open(['anna']);
    const { replace } = site.store;
    let calls = 0;
    site.store.replace = async (...args) => {
      const isDone = await replace.apply(site.store, args);
      return ++calls > GIVES_IN && isDone;
    };
    const { error } = await runTo(ask(site, 'anna'));
    assert.equal(error?.code, 'server_unavailable');
    assert.ok(calls <= 12, `${calls} calls`);
    assert.deepEqual(site.sent, []);
  });
});

describe('a process that was paused', () => {
  it('ignores a late response of the store, as after the deadline', async () => {
    const site = open(['anna']);
    const { read } = site.store;
    site.store.read = async (id) => {
      clock.setSystemTime(Date.now() + MINUTE);
      const row = await read.call(site.store, id);
      return row && { ...row, now: Date.now() };
    };
    const { error } = await runTo(ask(site, 'anna'));
    assert.equal(error?.code, 'server_unavailable');
    assert.equal((error?.cause as Error).name, 'AbortError');
    assert.deepEqual(site.sent, []);
  });
});

describe('a client that has to wait', () => {
  const busy = () => Response.json({}, { status: 429, headers: { 'retry-after': '3600' } });

  it('#215 does not delay another client', async () => {
    const ids = idsOf(CUSTOMERS);
    const site = open(ids);
    // Every second customer belongs to the busy client.
    for (const [index, row] of [...site.store.rows.values()].entries()) {
      Object.assign(row.connection, { clientId: index % 2 === 0 ? 'busy' : 'client' });
    }
    site.answer = (id) => (Number(id) % 2 === 0 ? busy() : granted());
    const outcomes = await askAll(site, ids);
    const served = outcomes.filter(({ token }) => token).map(({ id }) => Number(id) % 2);
    assert.deepEqual([new Set(served), served.length], [new Set([1]), CUSTOMERS / 2]);
    const sentForBusy = site.sent.filter((id) => Number(id) % 2 === 0).length;
    assert.ok(sentForBusy <= 16, `${sentForBusy}`);
  });

  it('#215 is tried by one request after five minutes, also after a longer Retry-After', async () => {
    const ids = idsOf(100);
    const site = open(ids);
    site.answer = busy;
    await askAll(site, ids.slice(0, 1));
    await clock.tickAsync(4 * MINUTE);
    const [{ error } = assert.fail()] = await askAll(site, ids.slice(1, 2));
    assert.match(error?.message ?? '', /Monerium has asked to wait/);
    assert.equal((error?.retryAfterMs ?? NaN) <= MINUTE, true);
    assert.equal(site.sent.length, 1);

    await clock.tickAsync(MINUTE);
    await askAll(site, ids);
    assert.equal(site.sent.length, 2);

    await clock.tickAsync(5 * MINUTE);
    site.answer = granted;
    await askAll(site, ids.slice(0, 1));
    const all = await askAll(site, ids);
    assert.deepEqual(new Set(all.map(({ token }) => token)), new Set(['new']));
  });

  it('#215 stays paused when a response to an earlier request arrives late', async () => {
    const site = open(['anna', 'ben', 'cara']);
    site.answer = async (id) => {
      if (id === 'ben') return busy();
      await new Promise((resolve) => setTimeout(resolve, SECOND));
      return granted();
    };
    const [anna, ben] = await askAll(site, ['anna', 'ben']);
    assert.deepEqual([anna?.token, ben?.error?.code], ['new', 'rate_limited']);
    await askAll(site, ['cara']);
    assert.deepEqual(site.sent, ['anna', 'ben']);
  });

  it('#215 ignores a longer pause in a row that another clock has written', async () => {
    const site = open(['anna']);
    site.store.change({ renewal: { until: Date.now() + 60 * MINUTE, inDoubt: false } });
    assert.equal((await runTo(ask(site, 'anna'))).token, 'new');
  });
});

describe('tokens without a lifetime', () => {
  for (const seconds of [0, -5, '0']) {
    it(`#216 are not refreshed at each call: expires_in ${JSON.stringify(seconds)}`, async () => {
      const site = open(['anna']);
      const answer = { access_token: 'new', refresh_token: 'next', expires_in: seconds };
      site.answer = () => Response.json({ ...answer, token_type: 'Bearer' });
      for (let call = 0; call < 100; call++) {
        assert.equal((await runTo(ask(site, 'anna'))).token, 'new');
      }
      assert.equal(site.sent.length, 1);
      await clock.tickAsync(10 * SECOND);
      await runTo(ask(site, 'anna'));
      assert.equal(site.sent.length, 2);
    });
  }
});
