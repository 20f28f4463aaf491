import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import {
  ConnectionEndedError,
  type ConnectionsOptions,
  createConnections,
  createMemoryStore,
  type ServerEvent,
  type Tokens,
} from '../../src/server/index.js';
import { catchConnectError } from '../helpers/connect-error.js';
import { MemoryStore } from '../helpers/memory-store.js';
import { CLIENT_ID, openSite, post, type Site } from '../helpers/site.js';

const HOUR = 3_600_000;

let site: Site;

before(async () => {
  site = await openSite();
});

afterEach(() => site.reset());

after(() => site.close());

const away = () => Promise.reject(new Error('the store is away'));
const hanging = () => new Promise<never>(() => undefined);

function open(options: Partial<ConnectionsOptions> = {}, store = new MemoryStore()) {
  const events: ServerEvent[] = [];
  const observe = (event: ServerEvent) => void events.push(event);
  const common = { store, apiUrl: site.emulator.url, observe, timeoutMs: 2000 };
  const connections = createConnections({ ...common, ...options });
  return { store, connections, events, types: () => events.map(({ type }) => type) };
}

/** Stores the tokens of a customer of the emulator as `anna`. */
async function connect(options: Partial<ConnectionsOptions> = {}) {
  const opened = open(options);
  await site.handle(post(site.createPost()));
  const details = site.connected.at(-1) ?? assert.fail('nobody was connected');
  await opened.connections.connect('anna', details);
  opened.store.calls = 0;
  return { ...opened, details };
}

describe('find', () => {
  it('#241 returns only the two ids of a connection, with one call of the store', async () => {
    const { store, connections, details } = await connect();
    const { profile, userId } = details;
    assert.deepEqual(await connections.find('anna'), { profile, userId });
    assert.equal(store.calls, 1);
  });

  it('#241 returns undefined for an unknown id, and when Monerium has ended the connection', async () => {
    const { store, connections } = await connect();
    assert.equal(await connections.find('nobody'), undefined);
    store.change({ ended: { at: Date.now(), inDoubt: false } });
    assert.equal(await connections.find('anna'), undefined);
  });

  it('#241 rejects when the store is unavailable, instead of finding nobody', async () => {
    const { store, connections } = await connect();
    store.faults.push(away);
    const error = await catchConnectError(() => connections.find('anna'));
    assert.equal(error.code, 'server_unavailable');
    await assert.rejects(connections.find(''), TypeError);
  });

  it('#241 refreshes nothing, also when the token is due', async () => {
    const { store, connections } = await connect();
    store.age(-1000);
    assert.notEqual(await connections.find('anna'), undefined);
    assert.equal(site.emulator.refreshRequests().length, 0);
  });
});

describe('a store in memory', () => {
  it('#80 refreshes a token once for fifty callers, and follows the rotation', async () => {
    site.emulator.configure({ expiresIn: 20 });
    const store = createMemoryStore();
    const connections = createConnections({ store, apiUrl: site.emulator.url });
    const handle = site.handlerWith({
      store,
      onConnected: (all) => connections.connect('id', all),
    });
    assert.equal((await handle(post(site.createPost()))).status, 200);
    let former = await connections.getAccessToken('id');
    for (let round = 1; round <= 3; round++) {
      const options = { refused: former };
      const all = Array.from({ length: 50 }, () => connections.getAccessToken('id', options));
      const tokens = new Set(await Promise.all(all));
      assert.equal(tokens.size, 1);
      assert.equal(tokens.has(former), false);
      assert.equal(site.emulator.refreshRequests().length, round);
      [former = ''] = tokens;
    }
    await connections.disconnect('id');
    await assert.rejects(connections.getAccessToken('id'), ConnectionEndedError);
  });
});

describe('a new connection', () => {
  it('is stored with the data for a refresh, and returns its token without one', async () => {
    const { store, connections, details } = await connect();
    const { profile, userId, tokens } = details;
    assert.equal(await connections.getAccessToken('anna'), tokens.accessToken);
    assert.equal(store.calls, 1);
    const { refreshAt, mark: _, ...kept } = store.kept;
    assert.deepEqual(kept, { profile, userId, clientId: CLIENT_ID, tokens });
    const ahead = (tokens.expiresAt ?? NaN) - refreshAt;
    assert.ok(ahead >= 240_000 && ahead <= 300_000, `${ahead}`);
  });

  it('replaces an earlier connection of the same id', async () => {
    const { store, connections, details } = await connect();
    const tokens = { ...details.tokens, accessToken: 'another' };
    await connections.connect('anna', { ...details, tokens });
    assert.equal(store.kept.tokens.accessToken, 'another');
  });

  it('has an expiry that JSON can store when Monerium sends none', async () => {
    site.emulator.configure({ expiresIn: null });
    const { store, connections, details } = await connect();
    assert.equal(details.tokens.expiresAt, undefined);
    assert.deepEqual(JSON.parse(JSON.stringify(store.kept)), store.kept);
    assert.equal(await connections.getAccessToken('anna'), details.tokens.accessToken);
  });

  it('is refreshed after half of a short lifetime', async () => {
    site.emulator.configure({ expiresIn: 60 });
    const { store } = await connect();
    const left = store.kept.refreshAt - Date.now();
    assert.ok(left > 25_000 && left <= 30_000, `${left}`);
  });

  it('is written again when the store fails, and found when only its response was lost', async () => {
    const { store, connections, events } = open();
    await site.handle(post(site.createPost()));
    const details = site.connected.at(-1) ?? assert.fail();
    const { replace } = store;
    let isFirst = true;
    store.replace = async (...args) => {
      const isDone = await replace.apply(store, args);
      if (isFirst) return ((isFirst = false), away());
      return isDone;
    };
    await connections.connect('anna', details);
    assert.deepEqual(events, [{ type: 'write-retried', attempt: 1 }]);
    assert.equal(store.kept.tokens.accessToken, details.tokens.accessToken);
  });

  it('is not written over newer tokens when only its response was lost', async () => {
    const { store, connections } = open();
    await site.handle(post(site.createPost()));
    const details = site.connected.at(-1) ?? assert.fail();
    const { replace } = store;
    store.replace = async (...args) => {
      await replace.apply(store, args);
      store.replace = replace;
      // As if another process refreshed the token immediately.
      store.change({ tokens: { ...details.tokens, accessToken: 'newer' } });
      return away();
    };
    await connections.connect('anna', details);
    assert.equal(store.kept.tokens.accessToken, 'newer');
  });

  it('fails with the error of the store when the signal fires', async () => {
    const { store, connections } = open();
    store.faults.push(away, away, away, away);
    await site.handle(post(site.createPost()));
    const details = site.connected.at(-1) ?? assert.fail();
    const signal = AbortSignal.timeout(30);
    const error = await catchConnectError(() => connections.connect('anna', details, signal));
    assert.equal(error.code, 'server_unavailable');
    assert.equal((error.cause as Error).message, 'the store is away');
  });

  it('fails when the row changes before each write', async () => {
    const store = new MemoryStore();
    store.replace = async () => false;
    const { connections } = open({ timeoutMs: 50 }, store);
    await site.handle(post(site.createPost()));
    const details = site.connected.at(-1) ?? assert.fail();
    const error = await catchConnectError(() => connections.connect('anna', details));
    assert.match(String(error.cause), /the row has changed each time/);
  });
});

describe('a token that is due', () => {
  it('is refreshed with three calls of the store, and stored before it is returned', async () => {
    const { store, connections, details, types } = await connect();
    store.age(60_000);
    const token = await connections.getAccessToken('anna');
    assert.notEqual(token, details.tokens.accessToken);
    assert.equal(store.calls, 3);
    assert.equal(store.kept.tokens.accessToken, token);
    assert.equal(store.kept.renewal, undefined);
    assert.deepEqual(types(), ['refreshed']);
    const [request] = site.emulator.refreshRequests();
    const form = new URLSearchParams(request?.body);
    assert.equal(form.get('refresh_token'), details.tokens.refreshToken);
    assert.equal(form.get('client_id'), CLIENT_ID);
  });

  it('#80 is refreshed once for a hundred callers of two processes', async () => {
    site.emulator.configure({ delayMs: 50 });
    const { store, connections, types } = await connect();
    const other = open({}, store);
    store.age(-1);
    const all = Array.from({ length: 100 }, (_, n) =>
      (n % 2 === 0 ? connections : other.connections).getAccessToken('anna'),
    );
    assert.equal(new Set(await Promise.all(all)).size, 1);
    assert.equal(site.emulator.refreshRequests().length, 1);
    const shared = [...types(), ...other.types()];
    assert.equal(shared.filter((type) => type === 'refreshed').length, 1);
    assert.equal(shared.filter((type) => type === 'refresh-shared').length, 99);
  });

  it('is returned while another process refreshes it', async () => {
    const { store, connections, details } = await connect();
    store.age(60_000);
    store.change({ renewal: { by: 'another', until: Date.now() + HOUR, inDoubt: false } });
    assert.equal(await connections.getAccessToken('anna'), details.tokens.accessToken);
    assert.deepEqual(site.emulator.refreshRequests(), []);
  });

  it('is not returned after its expiry: the caller waits for the other process', async () => {
    const { store, connections } = await connect();
    store.age(-1);
    store.change({ renewal: { by: 'another', until: Date.now() + HOUR, inDoubt: false } });
    const waiting = connections.getAccessToken('anna');
    while (store.calls < 3) await new Promise(setImmediate);
    const tokens: Tokens = { accessToken: 'new', refreshToken: 'r', expiresAt: Date.now() + HOUR };
    store.change({ tokens, refreshAt: Date.now() + HOUR, renewal: undefined });
    assert.equal(await waiting, 'new');
  });

  it('is refreshed by the next process when the lease has run out, with an event', async () => {
    const { store, connections, types } = await connect();
    store.age(-1);
    store.change({ renewal: { by: 'dead', until: Date.now() - 1, inDoubt: false } });
    await connections.getAccessToken('anna');
    assert.deepEqual(types(), ['lease-taken-over', 'refreshed']);
  });

  it('is read again when the row changes between the read and the lease', async () => {
    const { store, connections } = await connect();
    store.age(-1);
    store.changeAfterFirstRead({ profile: 'moved' });
    await connections.getAccessToken('anna');
    assert.equal(store.kept.profile, 'moved');
    assert.equal(site.emulator.refreshRequests().length, 1);
  });

  it('is refreshed although the store rejects after the lease was written', async () => {
    const { store, connections, details } = await connect();
    store.age(-1);
    const { replace } = store;
    let isFirst = true;
    store.replace = async (...args) => {
      const isDone = await replace.apply(store, args);
      if (isFirst) return ((isFirst = false), away());
      return isDone;
    };
    assert.notEqual(await connections.getAccessToken('anna'), details.tokens.accessToken);
  });

  it('is written until the store accepts it, because no other process has it', async () => {
    const { store, connections, types } = await connect();
    store.age(-1);
    store.faults.push(undefined, undefined, away, away, away);
    const token = await connections.getAccessToken('anna');
    assert.equal(store.kept.tokens.accessToken, token);
    assert.equal(types().filter((type) => type === 'write-retried').length, 3);
  });

  it('is returned although the store rejects after the new token was written', async () => {
    const { store, connections } = await connect();
    store.age(-1);
    const { replace } = store;
    let calls = 0;
    store.replace = async (...args) => {
      const isDone = await replace.apply(store, args);
      return ++calls === 2 ? away() : isDone;
    };
    const token = await connections.getAccessToken('anna');
    assert.equal(store.kept.tokens.accessToken, token);
    assert.equal(site.emulator.refreshRequests().length, 1);
  });

  it('is used until its expiry when there is no refresh token, and then the connection ends', async () => {
    const { store, connections, details } = await connect();
    const { refreshToken: _, ...tokens } = details.tokens;
    store.change({ tokens: { ...tokens, refreshToken: undefined } });
    store.age(60_000);
    assert.equal(await connections.getAccessToken('anna'), tokens.accessToken);
    store.age(-1);
    await assert.rejects(connections.getAccessToken('anna'), ConnectionEndedError);
  });
});

describe('a token that Monerium refused', () => {
  it('is refreshed when it is the stored one', async () => {
    const { connections, details } = await connect();
    const refused = details.tokens.accessToken;
    const token = await connections.getAccessToken('anna', { refused });
    assert.notEqual(token, refused);
    assert.equal(await connections.getAccessToken('anna', { refused }), token);
    assert.equal(site.emulator.refreshRequests().length, 1);
  });
});

describe('a connection ends', () => {
  it('when Monerium refuses its refresh token', async () => {
    const { store, connections, details, events } = await connect();
    store.change({ tokens: { ...details.tokens, refreshToken: 'unknown' } });
    store.age(-1);
    const error = await catchConnectError(() => connections.getAccessToken('anna'));
    assert.ok(error instanceof ConnectionEndedError, `${error}`);
    assert.equal(error.code, 'exchange_rejected');
    assert.equal(error.inDoubt, false);
    assert.equal(store.kept.ended?.inDoubt, false);
    assert.deepEqual(events.at(-1), { type: 'ended', inDoubt: false });
    await assert.rejects(connections.getAccessToken('anna'), ConnectionEndedError);
    assert.equal(site.emulator.refreshRequests().length, 1);
  });

  it('in doubt when the process that refreshed before has died', async () => {
    const { store, connections, details } = await connect();
    store.change({ tokens: { ...details.tokens, refreshToken: 'used' } });
    store.age(-1);
    store.change({ renewal: { by: 'dead', until: Date.now() - 1, inDoubt: false } });
    const error = await catchConnectError(() => connections.getAccessToken('anna'));
    assert.equal(error instanceof ConnectionEndedError && error.inDoubt, true);
  });

  it('in doubt when the response to an earlier refresh was lost', async () => {
    const { store, connections, details } = await connect();
    store.change({ tokens: { ...details.tokens, refreshToken: 'used' } });
    store.age(-1);
    for (const inDoubt of [false, true]) {
      const { ended: _, ...open } = store.kept;
      const until = Date.now() - 1;
      store.rows.set('anna', { connection: { ...open, renewal: { until, inDoubt } }, version: 9 });
      const error = await catchConnectError(() => connections.getAccessToken('anna'));
      assert.equal(error instanceof ConnectionEndedError && error.inDoubt, inDoubt);
    }
  });

  it('for an id that is not in the store', async () => {
    await assert.rejects(open().connections.getAccessToken('nobody'), ConnectionEndedError);
  });

  it('for good, also after a late refresh', async () => {
    const { store, connections, details } = await connect();
    store.age(-1);
    const { replace } = store;
    let calls = 0;
    store.replace = async (...args) => {
      // As if another process had taken over the lease, and Monerium had refused its refresh.
      if (++calls === 2) store.change({ ended: { at: Date.now(), inDoubt: true } });
      return replace.apply(store, args);
    };
    await assert.rejects(connections.getAccessToken('anna'), ConnectionEndedError);
    assert.equal(store.kept.tokens.accessToken, details.tokens.accessToken);
  });

  it('not when the row has new tokens meanwhile', async () => {
    const { store, connections, details } = await connect();
    store.change({ tokens: { ...details.tokens, refreshToken: 'unknown' } });
    store.age(-1);
    const { read } = store;
    let reads = 0;
    store.read = async (id) => {
      if (++reads === 2) {
        const tokens = { ...details.tokens, expiresAt: Date.now() + HOUR };
        store.change({ tokens, refreshAt: Date.now() + HOUR, renewal: undefined });
      }
      return read.call(store, id);
    };
    assert.equal(await connections.getAccessToken('anna'), details.tokens.accessToken);
    assert.equal(store.kept.ended, undefined);
  });

  for (const token of [
    'not-found',
    'rate-limit',
    'unavailable',
    'server-error',
    'reset',
  ] as const) {
    it(`not when Monerium fails by ${token}`, async () => {
      const { store, connections } = await connect();
      site.emulator.configure({ token, retryAfter: '' });
      store.age(-1);
      const error = await catchConnectError(() => connections.getAccessToken('anna'));
      assert.equal(error instanceof ConnectionEndedError, false);
      assert.equal(store.kept.ended, undefined);
      assert.equal(store.kept.renewal?.by, undefined);
      const isHarmless = /not-found|rate-limit/.test(token);
      assert.equal(store.kept.renewal?.inDoubt, !isHarmless);
    });
  }

  it('not when the client ID is wrong', async () => {
    const { store, connections } = await connect({
      fetch: async () => Response.json({ error: 'invalid_client' }, { status: 401 }),
    });
    store.age(-1);
    const error = await catchConnectError(() => connections.getAccessToken('anna'));
    assert.equal(error instanceof ConnectionEndedError, false);
  });
});

describe('a Monerium that fails', () => {
  it('does not affect a token that is still valid', async () => {
    const { store, connections, details, types } = await connect();
    site.emulator.configure({ token: 'unavailable' });
    store.age(60_000);
    assert.equal(await connections.getAccessToken('anna'), details.tokens.accessToken);
    assert.deepEqual(types(), ['refresh-failed']);
  });

  it('lets no caller wait in the queue whose token is still valid', async () => {
    const released: ((response: Response) => void)[] = [];
    const { store, connections, details } = await connect({
      concurrency: 1,
      fetch: () => new Promise((resolve) => released.push(resolve)),
    });
    store.age(60_000);
    const { connection } = store.rows.get('anna') ?? assert.fail('there is no row');
    store.rows.set('bert', { connection, version: 1 });
    store.rows.set('cara', {
      connection: { ...connection, tokens: { ...connection.tokens, expiresAt: Date.now() } },
      version: 1,
    });
    const first = connections.getAccessToken('anna');
    const last = connections.getAccessToken('cara');
    assert.equal(await connections.getAccessToken('bert'), details.tokens.accessToken);
    const answer = (token: string) =>
      Response.json({ access_token: token, token_type: 'Bearer', refresh_token: 'r' });
    while (released.length < 1) await new Promise(setImmediate);
    released[0]?.(answer('first'));
    assert.equal(await first, 'first');
    while (released.length < 2) await new Promise(setImmediate);
    released[1]?.(answer('last'));
    assert.equal(await last, 'last');
  });

  it('gets the next request after a minute, also when its maintenance page asks for an hour', async () => {
    const { store, connections } = await connect();
    site.emulator.configure({ token: 'unavailable', retryAfter: '3600' });
    store.age(-1);
    await catchConnectError(() => connections.getAccessToken('anna'));
    const { until = 0 } = store.kept.renewal ?? {};
    assert.equal(until > Date.now() + 50_000 && until <= Date.now() + 60_000, true);
    store.change({ renewal: undefined });
    const error = await catchConnectError(() => connections.getAccessToken('anna'));
    assert.match(error.message, /Monerium has asked to wait/);
    assert.equal((error.retryAfterMs ?? NaN) <= 60_000, true);
  });

  it('gets no request before the time of Retry-After, from this process or another', async () => {
    const { store, connections } = await connect();
    site.emulator.configure({ token: 'rate-limit', retryAfter: '60' });
    store.age(-1);
    await catchConnectError(() => connections.getAccessToken('anna'));
    const others = [connections, open({}, store).connections];
    for (const { getAccessToken } of others.map((other) => ({
      getAccessToken: () => other.getAccessToken('anna'),
    }))) {
      const { code, retryAfterMs = 0 } = await catchConnectError(getAccessToken);
      assert.equal(code, 'token_unavailable');
      assert.equal(retryAfterMs > 50_000 && retryAfterMs <= 60_000, true);
    }
    assert.equal(site.emulator.refreshRequests().length, 1);
    store.change({ renewal: undefined });
    const { message } = await catchConnectError(() => connections.getAccessToken('anna'));
    assert.match(message, /Monerium has asked to wait/);
    assert.equal(site.emulator.refreshRequests().length, 1);
  });

  it('causes exchange_timeout when it hangs, and leaves the refresh in doubt', async () => {
    const { store, connections } = await connect({ timeoutMs: 60, leaseMs: 1000 });
    site.emulator.configure({ token: 'hang' });
    store.age(-1);
    const { code } = await catchConnectError(() => connections.getAccessToken('anna'));
    assert.equal(code, 'exchange_timeout');
    assert.equal(store.kept.renewal?.inDoubt, true);
  });

  it('is reported without the message of a fetch that throws', async () => {
    const { store, connections } = await connect({
      fetch: () => {
        throw new Error('secret');
      },
    });
    store.age(-1);
    const { message } = await catchConnectError(() => connections.getAccessToken('anna'));
    assert.doesNotMatch(message, /secret/);
  });
});

describe('a store that fails', () => {
  for (const [what, fault] of Object.entries({ rejects: away, hangs: hanging })) {
    it(`causes server_unavailable within the deadline when it ${what}`, async () => {
      const { store, connections } = await connect({ timeoutMs: 60, leaseMs: 1000 });
      store.faults.push(fault);
      const { code } = await catchConnectError(() => connections.getAccessToken('anna'));
      assert.equal(code, 'server_unavailable');
    });
  }

  it('causes no refresh when the lease cannot be taken', async () => {
    const { store, connections } = await connect();
    store.age(-1);
    store.faults.push(undefined, away);
    const { code } = await catchConnectError(() => connections.getAccessToken('anna'));
    assert.equal(code, 'server_unavailable');
    assert.deepEqual(site.emulator.refreshRequests(), []);
  });

  it('causes no refresh when the row is deleted while the lease is taken', async () => {
    const { store, connections } = await connect();
    store.age(-1);
    const fault = () => {
      store.rows.clear();
      return away();
    };
    store.faults.push(undefined, fault);
    const { code } = await catchConnectError(() => connections.getAccessToken('anna'));
    assert.equal(code, 'server_unavailable');
    assert.deepEqual(site.emulator.refreshRequests(), []);
  });

  it('lets the lease expire when it cannot write the end of it', async () => {
    const { store, connections } = await connect();
    site.emulator.configure({ token: 'unavailable' });
    store.age(-1);
    store.faults.push(undefined, undefined, away);
    const { code } = await catchConnectError(() => connections.getAccessToken('anna'));
    assert.equal(code, 'server_unavailable');
    assert.notEqual(store.kept.renewal?.by, undefined);
  });
});

describe('a lease that is too old before the request is sent', () => {
  it('is released, and nothing is sent', async () => {
    const { store, connections } = await connect({ timeoutMs: 400, leaseMs: 1600 });
    store.age(-1);
    const { replace } = store;
    let isFirst = true;
    store.replace = async (...args) => {
      const isDone = await replace.apply(store, args);
      // As if the process was suspended for more than half of the lease.
      const end = Date.now() + (isFirst ? 900 : 0);
      isFirst = false;
      while (Date.now() < end);
      return isDone;
    };
    const { code, message } = await catchConnectError(() => connections.getAccessToken('anna'));
    assert.equal(code, 'token_unavailable');
    assert.match(message, /lease/);
    assert.deepEqual(site.emulator.refreshRequests(), []);
  });
});

describe('the signal of a caller', () => {
  it('ends the wait, and not the refresh that was sent', async () => {
    site.emulator.configure({ delayMs: 100 });
    const { store, connections, details } = await connect();
    store.age(-1);
    const controller = new AbortController();
    const waiting = connections.getAccessToken('anna', { signal: controller.signal });
    while (site.emulator.refreshRequests().length === 0) await new Promise(setImmediate);
    controller.abort(new Error('the customer has left'));
    await assert.rejects(waiting, /the customer has left/);
    await assert.rejects(
      connections.getAccessToken('anna', { signal: controller.signal }),
      /the customer has left/,
    );
    await connections.close();
    assert.notEqual(store.kept.tokens.accessToken, details.tokens.accessToken);
    assert.equal(site.emulator.refreshRequests().length, 1);
  });
});

describe('disconnect', () => {
  it('deletes the connection, also when it has changed meanwhile', async () => {
    const { store, connections } = await connect();
    store.changeAfterFirstRead({ profile: 'moved' });
    await connections.disconnect('anna');
    assert.equal(store.rows.size, 0);
    await connections.disconnect('anna');
  });

  it('is not undone by a refresh that finishes later', async () => {
    site.emulator.configure({ delayMs: 100 });
    const { store, connections } = await connect();
    store.age(-1);
    const late = connections.getAccessToken('anna');
    const ended = assert.rejects(late, ConnectionEndedError);
    while (site.emulator.refreshRequests().length === 0) await new Promise(setImmediate);
    await connections.disconnect('anna');
    await ended;
    assert.equal(store.rows.size, 0);
  });

  it('rejects when the store fails', async () => {
    const { store, connections } = await connect({ timeoutMs: 60, leaseMs: 1000 });
    store.read = away;
    const { code } = await catchConnectError(() => connections.disconnect('anna'));
    assert.equal(code, 'server_unavailable');
  });
});

describe('close', () => {
  it('waits for running refreshes, and begins no new one', async () => {
    site.emulator.configure({ delayMs: 100 });
    const { store, connections, details } = await connect();
    store.age(-1);
    const late = connections.getAccessToken('anna');
    while (site.emulator.refreshRequests().length === 0) await new Promise(setImmediate);
    await connections.close();
    assert.equal(store.kept.tokens.accessToken, await late);
    store.age(60_000);
    assert.equal(await connections.getAccessToken('anna'), store.kept.tokens.accessToken);
    store.age(-1);
    const { code, message } = await catchConnectError(() => connections.getAccessToken('anna'));
    assert.equal(code, 'token_unavailable');
    assert.match(message, /closing/);
    await connections.connect('anna', details);
  });
});

describe('many connections', () => {
  it('are refreshed by at most 16 simultaneous requests', async () => {
    let running = 0;
    let most = 0;
    const fetch = async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      const answer = { access_token: 'new', refresh_token: 'n', expires_in: 3600 };
      return Response.json({ ...answer, token_type: 'Bearer' });
    };
    const { store, connections } = await connect({ fetch });
    store.age(-1);
    const row = store.rows.get('anna') ?? assert.fail();
    for (let number = 0; number < 100; number++) store.rows.set(`${number}`, structuredClone(row));
    const ids = Array.from({ length: 100 }, (_, number) => `${number}`);
    await Promise.all(ids.map((id) => connections.getAccessToken(id)));
    assert.equal(most, 16);
  });
});

describe('the options', () => {
  const wrong: [string, object][] = [
    ['store', { store: undefined }],
    ['store', { store: {} }],
    ['store', { store: { read: () => undefined } }],
    ['refreshAheadMs', { refreshAheadMs: -1 }],
    ['leaseMs', { leaseMs: 3999, timeoutMs: 1000 }],
    ['concurrency', { concurrency: 0 }],
    ['observe', { observe: {} }],
    ['lease', { lease: 1 }],
    ['apiUrl', { apiUrl: 'http://monerium.example' }],
  ];
  for (const [option, change] of wrong) {
    it(`throw invalid_config at once: ${JSON.stringify(change)}`, async () => {
      const error = await catchConnectError(() => open(change));
      assert.equal(error.code, 'invalid_config');
      assert.match(error.message, new RegExp(`^invalid_config: ${option} needs `));
    });
  }
});
