// Invalid values of the site, and a polluted Object.prototype in its process.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it, mock } from 'node:test';
import type { Connection, StoredConnection } from '../../src/server/store.js';
import { createConnections, type ServerEvent } from '../../src/server/index.js';
import { createSqlStore, type RunSql } from '../../src/server/sql.js';
import { createValkeyStore } from '../../src/server/valkey.js';
import { BASE, openConnectSite, SHOP } from '../helpers/connect-site.js';
import { withPolluted } from '../helpers/pollute.js';
import { ask, openSite, post, type Site } from '../helpers/site.js';

const { signal } = new AbortController();
const HOUR = 3_600_000;

let site: Site;

before(async () => {
  site = await openSite();
});

afterEach(() => {
  mock.restoreAll();
  site.reset();
});

after(() => site.close());

function connectionOf(accessToken: string, leftMs = HOUR): Connection {
  const tokens = { accessToken, refreshToken: 'refresh', expiresAt: Date.now() + leftMs };
  return { profile: 'p', userId: 'u', clientId: 'c', tokens, refreshAt: Date.now() + leftMs };
}

/** Rows as JSON, as in a database. */
function openRows(first: Record<string, Connection>) {
  const rows = new Map<string, StoredConnection>();
  for (const [id, connection] of Object.entries(first)) rows.set(id, { connection, version: 1 });
  const parse = (row: StoredConnection | undefined) =>
    row && (JSON.parse(JSON.stringify(row)) as StoredConnection);
  const store = {
    read: async (id: string) => parse(rows.get(id)),
    async replace(id: string, version: number, next: Connection | undefined) {
      if ((rows.get(id)?.version ?? 0) !== version) return false;
      if (next) rows.set(id, { connection: next, version: version + 1 });
      else rows.delete(id);
      return true;
    },
  };
  return { rows, store };
}

describe('a polluted Object.prototype', () => {
  const token = { access_token: 'fresh', token_type: 'Bearer', expires_in: 3600 };
  const answerTokens = async () => Response.json({ ...token, refresh_token: 'next' });

  it('#217 neither ends nor changes a flow that the server starts', async () => {
    const own = await openConnectSite();
    let sent = 0;
    const fetch = async () => {
      sent++;
      return Response.json({ ...token, profile: 'p', userId: 'u' });
    };
    const flow = { returnTo: '//evil.example/', end: 'evil=1', isExpired: true };
    const fields = { ...flow, code: 'evil', oauthError: 'access_denied', successUrl: '/evil' };
    const handle = async (request: Request) => {
      let answer = Response.error();
      await withPolluted(fields, async () => {
        answer = await own.handlerWith({ fetch })(request);
      });
      return answer;
    };
    try {
      const visitor = own.visitor(handle);
      const { url } = await visitor.go(`${BASE}/start`);
      assert.equal(url, `${SHOP}/?monerium_result=connected`);
      const { url: second } = await own.visitor(handle).go(`${BASE}/callback?error=no`);
      assert.equal(second, `${SHOP}/?monerium_result=transaction_not_found`);
      const auth = await visitor.ask(`${BASE}/start`);
      const state = new URL(auth.headers.get('location') ?? '').searchParams.get('state');
      const { url: third } = await visitor.go(`${BASE}/callback?state=${state}`);
      assert.equal(third, `${SHOP}/?monerium_result=response_invalid`);
      assert.deepEqual([...visitor.cookies.keys()], ['__Host-session']);
      assert.equal(sent, 1);
    } finally {
      await own.close();
    }
  });

  it('#217 neither ends a stored connection, nor blocks or aborts its refresh', async () => {
    const { rows, store } = openRows({ good: connectionOf('good'), old: connectionOf('old', -1) });
    const connections = createConnections({ store, fetch: answerTokens, timeoutMs: 1000 });
    const lease = { by: 'somebody', until: Date.now() + HOUR, inDoubt: true };
    const options = { refused: 'good', signal: AbortSignal.abort(new Error('polluted')) };
    await withPolluted({ ended: lease, renewal: lease, ...options }, async () => {
      assert.equal(await connections.getAccessToken('good'), 'good');
      assert.equal(await connections.getAccessToken('good', {}), 'good');
      assert.equal(await connections.getAccessToken('old'), 'fresh');
      assert.equal(await connections.getAccessToken('old'), 'fresh');
    });
    assert.equal(rows.get('old')?.connection.tokens.refreshToken, 'next');
  });

  it('#217 holds no lease, and ends no connection in doubt', async () => {
    const rests = { ...connectionOf('old', -1), renewal: { until: 1, inDoubt: false } };
    const { store } = openRows({ rests });
    const types: string[] = [];
    const observe = ({ type }: ServerEvent) => void types.push(type);
    const options = { store, observe, fetch: answerTokens, timeoutMs: 1000 };
    const connections = createConnections(options);
    await withPolluted({ by: 'somebody' }, async () => {
      assert.equal(await connections.getAccessToken('rests'), 'fresh');
    });
    assert.deepEqual(types, ['refreshed']);
  });

  it('#217 adds no refresh token to a connection', async () => {
    const handle = site.handlerWith({ fetch: async () => Response.json({ ...token, ...IDS }) });
    await withPolluted({ refresh_token: 'evil', refreshToken: 'evil' }, async () => {
      assert.equal((await handle(post(site.createPost()))).status, 200);
    });
    assert.equal(site.connected[0]?.tokens.refreshToken, undefined);
  });

  it('#217 does not set options of the store for Valkey', async () => {
    const commands: string[][] = [];
    const send = async (args: string[]) => {
      commands.push(args);
      return args[0] === 'WAITAOF' ? [1, 0] : 'OK';
    };
    const open = () => JSON.stringify(connectionOf('evil'));
    const polluted = { prefix: 'evil:', durable: false, seal: () => 'evil', open };
    await withPolluted(polluted, async () => {
      for (const store of [createValkeyStore(send), createValkeyStore(send, {})]) {
        await store.replace('anna', 0, connectionOf('secret'), signal);
      }
    });
    const [swap = [], wait = [], ...others] = commands;
    assert.deepEqual([swap[3], wait[0]], ['monerium:connection:anna', 'WAITAOF']);
    assert.match(swap[6] ?? '', /"accessToken":"secret"/);
    assert.deepEqual(
      others.map(([name]) => name),
      ['EVAL', 'WAITAOF'],
    );
  });

  it('#217 does not set options of the store for SQL', async () => {
    const kept: (string | number)[] = [];
    const run: RunSql = async (text, values) => {
      if (text.startsWith('INSERT')) kept.push(...values);
      return { rows: [{ version: 1, connection: kept[2] }], changed: 1 };
    };
    const open = () => JSON.stringify(connectionOf('evil'));
    await withPolluted({ seal: () => 'evil', open }, async () => {
      const store = createSqlStore(run, {});
      await store.replace('anna', 0, connectionOf('secret'), signal);
      const row = await store.read('anna', signal);
      assert.equal(row?.connection.tokens.accessToken, 'secret');
    });
  });

  it('#217 does not change the response to a failed post', async () => {
    const handle = site.handlerWith({
      fetch: async () => Response.json({ message: 'no' }, { status: 400 }),
    });
    const polluted = { oauthError: 'invalid_client', retryAfterMs: 5000 };
    await withPolluted(polluted, async () => {
      const response = await handle(post(site.createPost()));
      assert.equal(response.headers.get('retry-after'), null);
      assert.equal(((await response.json()) as { error: string }).error, 'invalid_grant');
    });
  });
});

const IDS = { profile: 'p', userId: 'u' };

describe('an id that is not a valid string', () => {
  const wrong: unknown[] = [undefined, null, '', {}, [], 7, ['a'], 'x'.repeat(513)];
  const refused = (error: unknown) =>
    error instanceof TypeError &&
    /^an id is a text of 1 to 512 characters, not /.test(error.message);

  it('#220 is refused by each method of the connections, before the store is called', async () => {
    let calls = 0;
    const store = {
      read: async () => {
        calls++;
        return undefined;
      },
      replace: async () => calls++ < 0,
    };
    const connections = createConnections({ store, timeoutMs: 100 });
    const { tokens, ...ids } = connectionOf('a');
    for (const id of wrong as string[]) {
      await assert.rejects(connections.connect(id, { ...ids, tokens }), refused);
      await assert.rejects(connections.getAccessToken(id), refused);
      await assert.rejects(connections.disconnect(id), refused);
    }
    assert.equal(calls, 0);
  });

  it('#220 is refused by each operation of the stores, before the database is called', async () => {
    const sent: unknown[] = [];
    const stores = [
      createValkeyStore(async (args) => void sent.push(args)),
      createSqlStore(async (text) => {
        sent.push(text);
        return { rows: [], changed: 0 };
      }),
    ];
    for (const store of stores) {
      for (const id of wrong as string[]) {
        await assert.rejects(store.read(id, signal), refused);
        await assert.rejects(store.replace(id, 0, connectionOf('a'), signal), refused);
        await assert.rejects(store.claim(id, 1000, signal), refused);
      }
    }
    assert.deepEqual(sent, []);
  });

  it('#220 is not repeated in the error, and 512 characters are accepted', async () => {
    const { store } = openRows({});
    const connections = createConnections({ store });
    const secret = 'secret'.repeat(100);
    const reason = await connections.disconnect(secret).catch((error: unknown) => error);
    assert.equal(refused(reason), true);
    assert.doesNotMatch(String(reason), /secret/);
    await connections.disconnect('x'.repeat(512));
    await connections.disconnect('x');
  });
});

describe('a value of the site that throws when it is read', () => {
  const cannotBeRead = (name: string, thrown: unknown) =>
    Object.defineProperty({ ...IDS }, name, {
      enumerable: true,
      get() {
        throw thrown;
      },
    });

  for (const thrown of [null, undefined, 'text', new Error('secret')]) {
    it(`#221 ids that throw when they are read end in a response: ${String(thrown)}`, async () => {
      const onSession = () => cannotBeRead('profile', thrown);
      const response = await site.handlerWith({ onSession })(ask('GET'));
      assert.equal(response.status, 503);
      assert.doesNotMatch(await response.text(), /secret/);
      assert.match(site.failures[0]?.message ?? '', /onSession threw/);
    });
  }

  it('#221 an error that throws when it is read ends in a response', async () => {
    for (const name of ['code', 'retryAfterMs']) {
      const onSession = () => {
        throw Object(cannotBeRead(name, null));
      };
      assert.equal((await site.handlerWith({ onSession })(ask('GET'))).status, 503);
      const onConnected = onSession;
      assert.equal((await site.handlerWith({ onConnected })(post(site.createPost()))).status, 500);
    }
  });

  it('#221 a response to `fetch` that cannot be read ends in a response', async () => {
    const fetch = async () =>
      ({ ...new Response('{}'), clone: () => new Response('{}'), headers: null }) as never;
    const response = await site.handlerWith({ fetch })(post(site.createPost()));
    assert.equal(response.status, 502);
    assert.match(site.failures[0]?.message ?? '', /^502 server_error: TypeError$/);
  });
});
