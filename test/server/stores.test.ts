// Each database client of the examples, against its real engine.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'iovalkey';
import * as iovalkey from '../../examples/stores/iovalkey.js';
import * as libsql from '../../examples/stores/libsql.js';
import * as pg from '../../examples/stores/pg.js';
import { skipWithout } from '../../scripts/setup/folders.mjs';
import { createMemoryStore } from '../../src/server/memory-store.js';
import { createSeal } from '../../src/server/seal.js';
import type { Connection, Store } from '../../src/server/store.js';
import { createSqlStore, SQL_SCHEMA, type RunSql } from '../../src/server/sql.js';
import { createValkeyStore, type SendCommand } from '../../src/server/valkey.js';
import { importExample } from '../helpers/examples.js';
import {
  makeFolder,
  skipPgBouncer,
  skipPostgres,
  skipValkey,
  startPgBouncer,
  startPostgres,
  startValkey,
  type Engine,
} from '../helpers/engines.js';

type Opened = { store: Store; close: () => unknown };

const { signal } = new AbortController();
/** Some stores are opened with it, and others keep plain JSON. */
const seal = createSeal('a secret of the site, 32 bytes or more');
const engines: Record<string, Engine> = {};
const { folder, remove } = makeFolder();

function connectionOf(accessToken: string): Connection {
  const tokens = { accessToken, refreshToken: 'r', expiresAt: Number.MAX_SAFE_INTEGER };
  return { profile: 'p', userId: 'u', clientId: 'c', tokens, refreshAt: 1 };
}

before(async () => {
  if (!skipPostgres) engines.postgres = await startPostgres();
  if (!skipPgBouncer && engines.postgres)
    engines.pgbouncer = await startPgBouncer(engines.postgres);
  if (!skipValkey) engines.valkey = await startValkey();
  if (engines.postgres) {
    const { default: client } = await import('pg');
    const pool = new client.Pool({ connectionString: engines.postgres.url });
    await pool.query(SQL_SCHEMA);
    await pool.end();
  }
  const { createClient } = await import('@libsql/client');
  const sqlite = createClient({ url: `file:${join(folder, 'site.db')}` });
  await sqlite.executeMultiple(SQL_SCHEMA);
  sqlite.close();
});

after(() => {
  for (const name of ['pgbouncer', 'postgres', 'valkey']) engines[name]?.stop();
  remove();
});

const urlOf = (name: string) => engines[name]?.url ?? assert.fail(`${name} is not running`);

const skipApart = skipWithout('examples');

/** Opens a store by a client that only the examples install. */
async function openApart(client: string, engine: string): Promise<Opened> {
  return (await importExample(`stores/${client}.ts`)).openStore(urlOf(engine));
}

const clients: [string, string | false, () => Opened | Promise<Opened>][] = [
  ['pg', skipPostgres, () => pg.openStore(urlOf('postgres'), seal)],
  ['pg through PgBouncer', skipPgBouncer, () => pg.openStore(urlOf('pgbouncer'))],
  ['postgres', skipPostgres || skipApart, () => openApart('postgres', 'postgres')],
  [
    'postgres through PgBouncer',
    skipPgBouncer || skipApart,
    () => openApart('postgres', 'pgbouncer'),
  ],
  ['createMemoryStore()', false, () => ({ store: createMemoryStore(), close: () => undefined })],
  ['@libsql/client', false, () => libsql.openStore(`file:${join(folder, 'site.db')}`, seal)],
  ['iovalkey', skipValkey, () => iovalkey.openStore(urlOf('valkey'), seal)],
  ['ioredis', skipValkey || skipApart, () => openApart('ioredis', 'valkey')],
  ['redis', skipValkey || skipApart, () => openApart('redis', 'valkey')],
];

for (const [name, skip, open] of clients) {
  describe(`a store by ${name}`, { skip }, () => {
    let opened: Opened;
    let store: Store;
    before(async () => {
      opened = await open();
      store = opened.store;
    });
    after(() => opened.close());

    it('returns nothing for a connection that is not there', async () => {
      assert.equal(await store.read(randomUUID(), signal), undefined);
    });

    it('keeps, replaces and deletes by the version', async () => {
      const id = randomUUID();
      assert.equal(await store.replace(id, 0, connectionOf('a'), signal), true);
      assert.equal(await store.replace(id, 0, connectionOf('b'), signal), false);
      const { version = 0, connection } = (await store.read(id, signal)) ?? {};
      assert.deepEqual(connection, connectionOf('a'));
      assert.equal(await store.replace(id, version + 1, connectionOf('b'), signal), false);
      assert.equal(await store.replace(id, version, connectionOf('c'), signal), true);
      const { now: _, ...next } = (await store.read(id, signal)) ?? {};
      assert.deepEqual(next, { connection: connectionOf('c'), version: version + 1 });
      assert.equal(await store.replace(id, version, undefined, signal), false);
      assert.equal(await store.replace(id, version + 1, undefined, signal), true);
      assert.equal(await store.read(id, signal), undefined);
      assert.equal(await store.replace(id, version + 1, undefined, signal), false);
    });

    // A store in memory uses the clock of its process, and returns no time.
    const hasServer = name !== 'createMemoryStore()';
    const title = `#211 returns ${hasServer ? 'the time of the server' : 'no time'} with a row`;
    it(title, async () => {
      const id = randomUUID();
      await store.replace(id, 0, connectionOf('a'), signal);
      const before = Date.now();
      const { now } = (await store.read(id, signal)) ?? {};
      assert.equal(now !== undefined, hasServer);
      if (now === undefined) return;
      // SQLite returns whole seconds.
      assert.ok(now > before - 1001 && now <= Date.now(), `${now - before} ms`);
    });

    it('gives a row that is created again a version that it never had', async () => {
      const id = randomUUID();
      const versions = new Set<number>();
      for (let round = 0; round < 5; round++) {
        await store.replace(id, 0, connectionOf('a'), signal);
        const { version = 0 } = (await store.read(id, signal)) ?? {};
        assert.equal(await store.replace(id, version, undefined, signal), true);
        versions.add(version);
      }
      assert.equal(versions.size, 5);
    });

    it('accepts one of ten simultaneous writes', async () => {
      const id = randomUUID();
      await store.replace(id, 0, connectionOf('a'), signal);
      const { version = 0 } = (await store.read(id, signal)) ?? {};
      const swaps = Array.from({ length: 10 }, (_, number) =>
        store.replace(id, version, connectionOf(`b${number}`), signal),
      );
      const winners = (await Promise.all(swaps)).filter(Boolean);
      assert.equal(winners.length, 1);
    });

    it('accepts one of ten simultaneous claims, and another after it has expired', async () => {
      const key = randomUUID();
      const claims = Array.from({ length: 10 }, () => store.claim(key, 300, signal));
      assert.equal((await Promise.all(claims)).filter(Boolean).length, 1);
      while (!(await store.claim(key, 60_000, signal))) await wait(20);
      assert.equal(await store.claim(key, 60_000, signal), false);
    });

    it('#218 releases a claim, and no other', async () => {
      const [key, other] = [randomUUID(), randomUUID()];
      for (const one of [key, other]) await store.claim(one, 60_000, signal);
      await store.release?.(key, signal);
      await store.release?.(randomUUID(), signal);
      assert.equal(await store.claim(other, 60_000, signal), false);
      assert.equal(await store.claim(key, 60_000, signal), true);
    });
  });
}

describe('a store in memory', () => {
  it('keeps no object that its caller can change', async () => {
    const store = createMemoryStore();
    const connection = connectionOf('a');
    await store.replace('id', 0, connection, signal);
    Object.assign(connection, { profile: 'changed' });
    const read = await store.read('id', signal);
    Object.assign(read?.connection ?? {}, { profile: 'changed' });
    assert.equal((await store.read('id', signal))?.connection.profile, 'p');
  });

  it('drops the oldest claim over 10,000, so that its memory is limited', async () => {
    const store = createMemoryStore();
    for (let key = 0; key <= 10_000; key++) await store.claim(`key-${key}`, 60_000, signal);
    assert.equal(await store.claim('key-10000', 60_000, signal), false);
    assert.equal(await store.claim('key-1', 60_000, signal), false);
    assert.equal(await store.claim('key-0', 60_000, signal), true);
  });

  it('#220 refuses an id that is not a valid string', async () => {
    const store = createMemoryStore();
    for (const id of [undefined, '', 7, {}] as string[]) {
      await assert.rejects(store.read(id, signal), TypeError);
      await assert.rejects(store.replace(id, 0, connectionOf('a'), signal), TypeError);
    }
  });
});

describe('a Valkey that writes nothing to the disk', { skip: skipValkey }, () => {
  it('is refused by the check at the start, and by each write', async () => {
    const engine = await startValkey({ durable: false });
    const { store, close } = iovalkey.openStore(engine.url);
    try {
      await assert.rejects(store.check(), /appendonly/);
      await assert.rejects(store.claim('a', 1000, signal), /appendonly/);
    } finally {
      await close();
      engine.stop();
    }
  });

  it('is accepted with durable: false', async () => {
    const commands: string[][] = [];
    const send: SendCommand = async (args) => {
      commands.push(args);
      return args[0] === 'INFO' ? 'maxmemory_policy:noeviction\r\n' : null;
    };
    const store = createValkeyStore(send, { durable: false, prefix: 'shop:' });
    assert.equal(await store.claim('a', 1000, signal), false);
    await store.check();
    assert.deepEqual(commands, [
      ['SET', 'shop:claim:a', '1', 'NX', 'PX', '1000'],
      ['INFO', 'memory'],
    ]);
  });
});

describe('a Valkey that may evict rows', { skip: skipValkey }, () => {
  it('#219 is refused by the check at the start, for every way to evict rows', async () => {
    const engine = await startValkey();
    const { store, close } = iovalkey.openStore(engine.url);
    const client = new Redis(engine.url);
    try {
      await store.check();
      for (const policy of ['allkeys-lru', 'allkeys-random', 'volatile-lru', 'volatile-ttl']) {
        await client.config('SET', 'maxmemory-policy', policy);
        await assert.rejects(store.check(), new RegExp(`maxmemory-policy.*noeviction.*${policy}`));
      }
      await client.config('SET', 'maxmemory-policy', 'noeviction');
      await store.check();
    } finally {
      client.disconnect();
      await close();
      engine.stop();
    }
  });
});

describe('the store for Valkey', () => {
  const memory = 'maxmemory:0\r\nmaxmemory_policy:noeviction\r\n';

  it('checks that a write is on the disk', async () => {
    for (const reply of [[0, 0], null, 1]) {
      const store = createValkeyStore(async ([name]) => (name === 'WAITAOF' ? reply : memory));
      await assert.rejects(store.check(signal), /needs `appendonly yes`/);
    }
    await createValkeyStore(async ([name]) => (name === 'WAITAOF' ? [1, 0] : memory)).check();
  });

  it('#219 refuses a server that evicts or reports no policy, also with durable: false', async () => {
    for (const reply of ['maxmemory_policy:allkeys-lru\r\n', '', null]) {
      const store = createValkeyStore(async () => reply, { durable: false });
      await assert.rejects(store.check(), /maxmemory-policy noeviction/);
    }
  });

  it('throws when the client returns no strings', async () => {
    for (const reply of [[Buffer.from('1 {}'), '1', '2'], '1 {}', null]) {
      const store = createValkeyStore(async () => reply);
      await assert.rejects(store.read('a', signal), /strings/);
    }
  });

  it('throws for a value that it has not written', async () => {
    const store = createValkeyStore(async () => ['something', '1', '2']);
    await assert.rejects(store.read('a', signal), SyntaxError);
  });
});

describe('sealing', () => {
  const seal = (json: string, id: string) => `${id}:${Buffer.from(json).toString('base64')}`;
  const open = async (sealed: string, id: string) => {
    if (!sealed.startsWith(`${id}:`)) throw new Error('sealed for another');
    return Buffer.from(sealed.slice(id.length + 1), 'base64').toString();
  };

  it('encrypts the rows in SQL, bound to the id', async () => {
    let kept = '';
    const run: RunSql = async (text, values) => {
      if (text.startsWith('SELECT'))
        return { rows: [{ version: '7', connection: kept }], changed: 0 };
      kept = String(values.find((value) => String(value).startsWith('anna:')));
      return { rows: [], changed: 1 };
    };
    const store = createSqlStore(run, { seal, open });
    await store.replace('anna', 0, connectionOf('secret'), signal);
    assert.doesNotMatch(kept, /secret/);
    const row = await store.read('anna', signal);
    assert.deepEqual(row, { connection: connectionOf('secret'), version: 7, now: undefined });
    await assert.rejects(store.read('ben', signal), /sealed for another/);
  });

  it('encrypts the rows in Valkey, bound to the id', async () => {
    let kept = '';
    const send: SendCommand = async (args) => {
      if (args[1]?.includes('TIME')) return [kept, '1796113222', '88999'];
      if (args[0] === 'EVAL') kept = `${args[5]} ${args[6]}`;
      return args[0] === 'WAITAOF' ? [1, 0] : 1;
    };
    const store = createValkeyStore(send, { seal, open });
    assert.equal(await store.replace('anna', 6, connectionOf('secret'), signal), true);
    assert.doesNotMatch(kept, /secret/);
    const row = await store.read('anna', signal);
    const now = 1_796_113_222_088;
    assert.deepEqual(row, { connection: connectionOf('secret'), version: 7, now });
    await assert.rejects(store.read('ben', signal), /sealed for another/);
  });
});

describe('#211 the time of a database', () => {
  const connection = JSON.stringify(connectionOf('a'));
  const times: [string | null, string | undefined][] = [
    ['2026-12-01 07:50:11', '2026-12-01T07:50:11.000Z'],
    ['2026-12-01 07:50:11.123456+00', '2026-12-01T07:50:11.123Z'],
    ['2026-12-01 13:20:11.1+05:30', '2026-12-01T07:50:11.100Z'],
    ['2026-12-01 04:50:11-03', '2026-12-01T07:50:11.000Z'],
    ['Tue Dec  1 07:50:11 2026', undefined],
    [null, undefined],
  ];
  for (const [text, time] of times) {
    it(`is read in any time zone, and ignored in another format: ${text}`, async () => {
      const rows = [{ version: 1, connection, now: text }];
      const row = await createSqlStore(async () => ({ rows, changed: 0 })).read('a', signal);
      assert.equal(row?.now, time && Date.parse(time));
    });
  }
});
