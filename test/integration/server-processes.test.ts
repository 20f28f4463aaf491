// Real processes over real databases: races for one code, many refreshes at once, SIGTERM, kill -9,
// and a database that crashes. `DEEP=1` runs 100 rounds of the race, and `CUSTOMERS=10000` sets how
// many customers are refreshed at once.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { createClient } from '@libsql/client';
import pg from 'pg';
import { startEmulator, type Emulator } from '../../src/testing/emulator/emulator.js';
import { SQL_SCHEMA } from '../../src/server/sql.js';
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
import { CLIENT_ID, createPost, REDIRECT_URI } from '../helpers/site.js';
import { startWorkers, type Worker } from '../helpers/workers.js';

const ROUNDS = process.env.DEEP ? 100 : 5;
const CUSTOMERS = Number(process.env.CUSTOMERS ?? 100);

const engines: Record<string, Engine> = {};
const { folder, remove } = makeFolder();
const sqliteUrl = `file:${join(folder, 'site.db')}`;

before(async () => {
  if (!skipPostgres) {
    const postgres = await startPostgres();
    engines.postgres = postgres;
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    await client.query(SQL_SCHEMA);
    await client.end();
    if (!skipPgBouncer) engines.pgbouncer = await startPgBouncer(postgres);
  }
  if (!skipValkey) engines.valkey = await startValkey();
  const sqlite = createClient({ url: sqliteUrl });
  await sqlite.executeMultiple(SQL_SCHEMA);
  sqlite.close();
});

after(() => {
  for (const name of ['pgbouncer', 'postgres', 'valkey']) engines[name]?.stop();
  remove();
});

const kinds: [string, string | false, () => string][] = [
  ['PostgreSQL', skipPostgres, () => engines.postgres?.url ?? ''],
  ['PostgreSQL through PgBouncer', skipPgBouncer, () => engines.pgbouncer?.url ?? ''],
  ['Valkey', skipValkey, () => engines.valkey?.url ?? ''],
  ['SQLite', false, () => sqliteUrl],
];

interface Setup {
  readonly emulator: Emulator;
  readonly workers: Worker[];
  /** How many customers connect at the same time. SQLite allows one writer at a time. */
  readonly clients: number;
}

interface SetupOptions {
  readonly count: number;
  /** How far the clock of each process is ahead, in milliseconds. */
  readonly skews?: readonly number[];
  readonly isTimeless?: boolean;
  readonly timeoutMs?: number;
  readonly hasOwnClaims?: boolean;
}

async function open(url: string, options: SetupOptions): Promise<Setup> {
  const emulator = await startEmulator({
    clients: [{ clientId: CLIENT_ID, name: 'Test shop', redirectUris: [REDIRECT_URI] }],
  });
  const { count, skews = [], ...others } = options;
  const common = { url, apiUrl: emulator.url, timeoutMs: 15_000, ...others };
  const clients = url.startsWith('file:') ? 1 : 20;
  const each = Array.from({ length: count }, (_, index) => ({
    ...common,
    skewMs: skews[index] ?? 0,
  }));
  return { emulator, clients, workers: await startWorkers(each) };
}

async function close({ emulator, workers }: Setup): Promise<void> {
  await Promise.all(workers.map((worker) => worker.end('SIGKILL')));
  await emulator.close();
}

async function withWorkers(
  url: string,
  options: SetupOptions,
  use: (setup: Setup) => Promise<void>,
): Promise<void> {
  const setup = await open(url, options);
  try {
    await use(setup);
  } finally {
    await close(setup);
  }
}

const at = <T>(list: readonly T[], index: number): T => list[index] ?? assert.fail('none');

/** Posts one code to all processes at once. Returns how often it was sent to Monerium. */
async function raceForCode({ emulator, workers }: Setup, id: string) {
  emulator.reset();
  const body = createPost(emulator);
  const outcomes = await Promise.all(workers.map((w) => w.run({ kind: 'post', id, body })));
  const statuses = outcomes.map(({ status }) => status).sort();
  return { sent: emulator.tokenRequests().length, statuses };
}

/** Requests a token that has to be refreshed from all processes at once. */
async function raceForToken({ emulator, workers }: Setup, id: string) {
  const { token: refused = '' } = await at(workers, 0).run({ kind: 'token', id });
  // Long enough for the other processes to read the lease, and to see whether it ends too early.
  emulator.configure({ delayMs: 50 });
  const task = { kind: 'token', id, refused } as const;
  const outcomes = await Promise.all(workers.map((worker) => worker.run(task)));
  emulator.configure({ delayMs: 0 });
  const tokens = new Set(outcomes.map(({ token }) => token));
  return { sent: emulator.refreshRequests().length, tokens: [...tokens], outcomes };
}

async function isAlive({ emulator }: Setup, token: string): Promise<boolean> {
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'application/vnd.monerium.api-v2+json',
  };
  return (await fetch(`${emulator.url}/auth/context`, { headers })).status === 200;
}

for (const [name, skip, urlOf] of kinds) {
  describe(`the processes of a site over ${name}`, { skip }, () => {
    let setup: Setup;

    before(async () => {
      setup = await open(urlOf(), { count: 4 });
    });

    after(() => close(setup));

    for (const count of [2, 4]) {
      it(`send each code and each refresh token once: ${count} processes, ${ROUNDS} rounds`, async () => {
        const some = { ...setup, workers: setup.workers.slice(0, count) };
        for (let round = 0; round < ROUNDS; round++) {
          const id = randomUUID();
          const { sent, statuses } = await raceForCode(some, id);
          assert.equal(sent, 1);
          assert.deepEqual(statuses, [200, ...Array<number>(count - 1).fill(400)]);
          const race = await raceForToken(some, id);
          assert.equal(race.sent, 1);
          assert.equal(race.tokens.length, 1, JSON.stringify(race.outcomes));
          assert.equal(await isAlive(setup, race.tokens[0] ?? ''), true);
        }
      });
    }

    it(`refresh ${CUSTOMERS} customers once each when every process gets all requests`, async (test) => {
      const { emulator, workers } = setup;
      const known = await connectAll(setup, CUSTOMERS);
      const started = performance.now();
      const tasks = [...known].flatMap(([id, refused]) =>
        workers.map((worker) => () => worker.run({ kind: 'token', id, refused })),
      );
      const outcomes = await runAll(tasks);
      assert.deepEqual(new Set(outcomes.map(({ error }) => error)), new Set([undefined]));
      const sent = emulator.refreshRequests().map(({ body }) => body);
      assert.deepEqual([new Set(sent).size, sent.length], [CUSTOMERS, CUSTOMERS]);
      test.diagnostic(
        `${tasks.length} requests in ${Math.round(performance.now() - started)} ms, 0 lost`,
      );
    });

    it('lose no token on SIGTERM during their refreshes', async () => {
      const { emulator, workers } = setup;
      const known = await connectAll(setup, 30);
      emulator.configure({ delayMs: 100 });
      const tasks = [...known].map(([id, refused], index) =>
        at(workers, index % 2).run({ kind: 'token', id, refused }),
      );
      while (emulator.refreshRequests().length === 0) await wait(2);
      await Promise.all(workers.slice(0, 2).map((worker) => worker.end('SIGTERM')));
      await Promise.all(tasks);
      for (const id of known.keys()) {
        const { token = '' } = await at(workers, 2).run({ kind: 'token', id });
        assert.equal(await isAlive(setup, token), true);
      }
    });
  });
}

describe('#210 #212 a Monerium behind a broken proxy, and one that does not respond', () => {
  it('end no connection of four processes, and delay no request for long', (test) =>
    // Long enough for a busy machine: a response after the deadline has used up the refresh token.
    withWorkers(sqliteUrl, { count: 4, timeoutMs: 8000 }, async (setup) => {
      const { emulator, workers } = setup;
      const all: [string, string][] = [];
      const askAll = (known: readonly [string, string][]) =>
        runAll(
          known.map(([id, refused], index) => async () => {
            const started = performance.now();
            const outcome = await at(workers, index % 4).run({ kind: 'token', id, refused });
            return { ...outcome, ms: Math.round(performance.now() - started) };
          }),
          known.length,
        );
      for (const token of ['unauthorized', 'hang'] as const) {
        emulator.configure({ token: 'none' });
        const known = [...(await connectAll(setup, CUSTOMERS))];
        all.push(...known);
        emulator.configure({ token });
        const outcomes = await askAll(known);
        const longest = Math.max(...outcomes.map(({ ms }) => ms));
        const ended = outcomes.filter(({ error }) => error === 'ended').length;
        assert.deepEqual([ended, longest < 21_000], [0, true], `${longest} ms`);
        assert.equal(
          outcomes.every(({ token: fresh }) => fresh === undefined),
          true,
        );
        test.diagnostic(`${token}: ${ended} of ${CUSTOMERS} ended, the longest wait ${longest} ms`);
      }
      emulator.configure({ token: 'none' });
      // Waits for the pause of ten seconds, and for the lease of the last request.
      for (let open = all.length; open > 0;) {
        const outcomes = await askAll(all);
        open = outcomes.filter(({ token }) => token === undefined).length;
        assert.equal(
          outcomes.every(({ error }) => error !== 'ended'),
          true,
        );
        if (open > 0) await wait(500);
      }
    }));
});

/** How far the clocks of four processes are ahead, in milliseconds. */
const CLOCKS: readonly [string, readonly number[]][] = process.env.DEEP
  ? [
      ['61 s', [0, 61_000, -61_000, 0]],
      ['10 minutes', [0, 600_000, -600_000, 0]],
      ['an hour', [0, 3_600_000, -3_600_000, 0]],
    ]
  : [['61 s to an hour', [0, 61_000, -600_000, 3_600_000]]];

/** Each process requests a token of each customer. Returns how many refreshes were sent twice. */
async function stormWith(setup: Setup, test: TestContext): Promise<number> {
  const { emulator, workers } = setup;
  const known = await connectAll(setup, CUSTOMERS);
  // Long enough for the other processes to find a lease that seems to have ended.
  emulator.configure({ delayMs: 200 });
  const tasks = [...known].flatMap(([id, refused]) =>
    workers.map((worker) => () => worker.run({ kind: 'token', id, refused })),
  );
  const outcomes = await runAll(tasks);
  const sent = emulator.refreshRequests().map(({ body }) => body);
  const twice = sent.length - new Set(sent).size;
  const lost = outcomes.filter(({ error }) => error === 'ended').length;
  test.diagnostic(`${CUSTOMERS} refreshes, ${twice} sent twice, ${lost} of ${tasks.length} lost`);
  if (twice === 0) assert.deepEqual(new Set(outcomes.map(({ error }) => error)).size, 1);
  return twice;
}

for (const [name, skip, urlOf] of kinds) {
  describe(`#211 four processes over ${name} whose clocks differ`, { skip }, () => {
    for (const [apart, skews] of CLOCKS) {
      it(`#211 send no refresh token twice: ${apart} apart`, (test) =>
        withWorkers(urlOf(), { count: 4, skews }, async (setup) => {
          assert.equal(await stormWith(setup, test), 0);
        }));
    }
  });
}

describe('four processes whose clocks differ, over a store that does not return its time', () => {
  it('send refresh tokens twice, which proves that the test above can fail', (test) =>
    withWorkers(
      sqliteUrl,
      { count: 4, skews: CLOCKS[0]?.[1] ?? [], isTimeless: true },
      async (setup) => {
        assert.equal((await stormWith(setup, test)) > 0, true);
      },
    ));
});

/** Each database waits until a lease ends, so a short run tests only the first one. */
for (const [name, skip, urlOf] of process.env.DEEP ? kinds : kinds.slice(0, 1)) {
  describe(`the processes of a site over ${name} that are killed`, { skip }, () => {
    it('send a token again only when its sender was killed, and report each lost one', (test) =>
      withWorkers(urlOf(), { count: 2, timeoutMs: 2000 }, async (setup) => {
        const { emulator, workers } = setup;
        const known = await connectAll(setup, 20);
        emulator.configure({ delayMs: 150 });
        const ask = (worker: Worker) =>
          [...known].map(([id, refused]) => worker.run({ kind: 'token', id, refused }));
        const killed = ask(at(workers, 0));
        while (emulator.refreshRequests().length < 5) await wait(2);
        await at(workers, 0).end('SIGKILL');
        await Promise.all(killed);
        // Reaches the emulator after all requests of the killed process.
        await fetch(emulator.url);
        const atKill = emulator.refreshRequests().length;
        const outcomes = await Promise.all(ask(at(workers, 1)));
        let lost = 0;
        for (const { token, error, inDoubt } of outcomes) {
          if (token) assert.equal(await isAlive(setup, token), true);
          else assert.deepEqual([error, inDoubt], ['ended', true]);
          if (!token) lost++;
        }
        assert.ok(lost <= atKill, `${lost} of ${atKill} under way`);
        const sent = emulator.refreshRequests().map(({ body }) => body);
        const twice = sent.length - new Set(sent).size;
        assert.ok(twice <= atKill, 'sent twice');
        test.diagnostic(`${atKill} of 20 under way, ${twice} sent twice, ${lost} lost`);
      }));
  });
}

/** How many requests are sent at the same time. */
const IN_FLIGHT = 400;

async function runAll<T>(tasks: (() => Promise<T>)[], clients = IN_FLIGHT): Promise<T[]> {
  const waiting = tasks.values();
  const results: T[] = [];
  const client = async () => {
    for (const task of waiting) results.push(await task());
  };
  await Promise.all(Array.from({ length: clients }, client));
  return results;
}

/** Connects new customers, and returns the token of each by id. */
async function connectAll(setup: Setup, count: number): Promise<Map<string, string>> {
  const { emulator, workers, clients } = setup;
  const known = new Map<string, string>();
  const tasks = Array.from({ length: count }, (_, index) => async () => {
    const id = randomUUID();
    const worker = at(workers, index % workers.length);
    const { status } = await worker.run({ kind: 'post', id, body: createPost(emulator) });
    assert.equal(status, 200);
    const { token = '' } = await worker.run({ kind: 'token', id });
    known.set(id, token);
  });
  await runAll(tasks, clients);
  emulator.requests.length = 0;
  return known;
}

describe('a PostgreSQL that crashes and starts again', { skip: skipPostgres }, () => {
  it('loses no tokens while the processes run', () =>
    withWorkers(engines.postgres?.url ?? '', { count: 2 }, async (setup) => {
      const { emulator, workers } = setup;
      const known = await connectAll(setup, 10);
      emulator.configure({ delayMs: 200 });
      const tasks = [...known].map(([id, refused], index) =>
        at(workers, index % 2).run({ kind: 'token', id, refused }),
      );
      while (emulator.refreshRequests().length < 5) await wait(2);
      engines.postgres?.crash();
      await wait(1000);
      engines.postgres?.start();
      const sent = (await Promise.all(tasks)).filter(({ token }) => token);
      assert.ok(sent.length > 0, 'nothing was under way');
      for (const id of known.keys()) {
        const { token = '' } = await at(workers, 0).run({ kind: 'token', id });
        assert.equal(await isAlive(setup, token), true);
      }
      const bodies = emulator.refreshRequests().map(({ body }) => body);
      assert.equal(new Set(bodies).size, bodies.length);
    }));
});

describe('the race without shared claims', () => {
  it('sends codes twice, which proves that the race test can fail', () =>
    withWorkers(sqliteUrl, { count: 2, hasOwnClaims: true }, async (setup) => {
      let twice = 0;
      for (let round = 0; round < 5; round++) {
        const { sent } = await raceForCode(setup, randomUUID());
        if (sent > 1) twice++;
      }
      assert.ok(twice > 0, `${twice}`);
    }));
});
