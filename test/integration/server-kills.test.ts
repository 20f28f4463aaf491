// Processes that are killed again and again in the middle of exchanges and refreshes, and replaced.
// It takes minutes, so it is for a deep run: `DEEP=1`, and `CUSTOMERS=1000` for the large one.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { startEmulator, type Emulator } from '../../src/testing/emulator/emulator.js';
import { SQL_SCHEMA } from '../../src/server/sql.js';
import { skipPostgres, startPostgres, type Engine } from '../helpers/engines.js';
import { CLIENT_ID, createPost, REDIRECT_URI } from '../helpers/site.js';
import { Worker } from '../helpers/workers.js';
import type { Outcome, Task } from './server-worker.js';

const skip = skipPostgres || (!process.env.DEEP && 'only in a deep run, with DEEP=1');
const CUSTOMERS = Number(process.env.CUSTOMERS ?? 200);
const PROCESSES = 3;
const CLIENTS = 30;
/** How often a process is killed, in milliseconds, and what it may take to answer. */
const KILL_EVERY_MS = 400;
const TIMEOUT_MS = 2000;

let engine: Engine;
let emulator: Emulator;
let workers: Worker[] = [];

const startOne = () =>
  Worker.start({ url: engine.url, apiUrl: emulator.url, timeoutMs: TIMEOUT_MS });

before(async () => {
  if (skip) return;
  engine = await startPostgres();
  const client = new pg.Client({ connectionString: engine.url });
  await client.connect();
  await client.query(SQL_SCHEMA);
  await client.end();
  emulator = await startEmulator({
    clients: [{ clientId: CLIENT_ID, name: 'Test shop', redirectUris: [REDIRECT_URI] }],
  });
  workers = await Promise.all(Array.from({ length: PROCESSES }, startOne));
  emulator.configure({ delayMs: 40 });
});

after(async () => {
  if (skip) return;
  await Promise.all(workers.map((worker) => worker.end('SIGKILL')));
  await emulator.close();
  engine.stop();
});

/** Sends a task to one of the processes that are there. */
function ask(task: Task): Promise<Outcome> {
  const worker = workers[Math.floor(Math.random() * workers.length)];
  return worker ? worker.run(task) : assert.fail('there is no process');
}

/** Kills and replaces one process after the other while `use` runs. Returns how many. */
async function killWhile(use: () => Promise<void>): Promise<number> {
  let isDone = false;
  let kills = 0;
  const done = use().finally(() => (isDone = true));
  while (!isDone) {
    await wait(KILL_EVERY_MS);
    const next = await startOne();
    const [victim] = workers.splice(kills % workers.length, 1, next);
    await victim?.end('SIGKILL');
    kills += 1;
  }
  await done;
  return kills;
}

async function runAll(tasks: (() => Promise<void>)[]): Promise<void> {
  const waiting = tasks.values();
  const client = async () => {
    for (const task of waiting) await task();
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

const twiceOf = (bodies: readonly string[]) => bodies.length - new Set(bodies).size;

async function isAlive(token: string): Promise<boolean> {
  const accept = 'application/vnd.monerium.api-v2+json';
  const headers = { authorization: `Bearer ${token}`, accept };
  return (await fetch(`${emulator.url}/auth/context`, { headers })).status === 200;
}

describe(
  `the processes of a site, one of which is killed every ${KILL_EVERY_MS} ms,`,
  { skip },
  () => {
    const told = new Set<string>();

    it(`send none of ${CUSTOMERS} codes twice, and keep what they have told`, async (test) => {
      const tasks = Array.from({ length: CUSTOMERS }, () => async () => {
        const id = randomUUID();
        const { status } = await ask({ kind: 'post', id, body: createPost(emulator) });
        if (status === 200) told.add(id);
      });
      const kills = await killWhile(() => runAll(tasks));
      assert.equal(twiceOf(emulator.tokenRequests().map(({ body }) => body)), 0);
      let missing = 0;
      for (const id of told) {
        const { token } = await ask({ kind: 'token', id });
        if (!token || !(await isAlive(token))) missing += 1;
      }
      test.diagnostic(`${kills} kills, ${told.size} told, ${missing} told and not kept or dead`);
      assert.equal(missing, 0);
    });

    it('know each lost refresh token by name, and lose only what was under way', async (test) => {
      let lost = 0;
      /** As a customer who comes again until it works, or until they have to connect again. */
      const refresh = (id: string) => async () => {
        const { token: refused = '' } = await ask({ kind: 'token', id });
        for (;;) {
          const outcome = await ask({ kind: 'token', id, refused });
          if (outcome.token) assert.equal(await isAlive(outcome.token), true);
          if (outcome.error === 'ended') assert.equal(outcome.inDoubt, true);
          if (outcome.error === 'ended') lost += 1;
          if (outcome.token || outcome.error === 'ended') return;
          await wait(50);
        }
      };
      const kills = await killWhile(() => runAll([...told].map(refresh)));
      const twice = twiceOf(emulator.refreshRequests().map(({ body }) => body));
      test.diagnostic(`${kills} kills, ${twice} refresh tokens sent twice, ${lost} lost, by name`);
      assert.ok(lost <= twice, `${lost} lost, ${twice} sent twice`);
    });
  },
);
