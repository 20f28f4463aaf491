import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Connection, StoredConnection } from '../../../server/store.js';
import { assertThat } from '../clause.js';
import { Violation } from '../harness.js';
import type { StoreProcess } from './store-process.js';
import type { StoreTask } from './store-worker.js';

/** The processes that share the store. A clause may end the last of them. */
export interface StoreSite {
  readonly processes: readonly StoreProcess[];
  readonly rounds: number;
}

export interface StoreClause {
  readonly name: string;
  /** How to fix a store that violates it. */
  readonly hint: string;
  /** @throws Violation with what the store did instead */
  check(site: StoreSite): Promise<void>;
}

const ONE_STATEMENT =
  'The store reads before it writes. Decide in one statement, such as an INSERT that may conflict.';
const COMPARE =
  'Write only WHERE the version is the one that was given, and return whether it did.';
const AT_ONCE = 8;
/** How far the clock of the store may differ from this one. In milliseconds. */
const MAX_SKEW_MS = 10_000;

export function processAt({ processes }: StoreSite, index: number): StoreProcess {
  const found = processes[index % processes.length];
  if (!found) throw new Error('there is no process');
  return found;
}

/** The process that a clause may end. */
export function lastOf(site: StoreSite): StoreProcess {
  return processAt(site, site.processes.length - 1);
}

/** Waits until it is so, or until nothing is under way that could change it. */
export async function waitFor(isSo: () => boolean, work: readonly Promise<unknown>[]) {
  let isOver = false;
  void Promise.allSettled(work).then(() => (isOver = true));
  while (!isSo() && !isOver) await wait(5);
}

/** @throws Violation when the store throws */
export async function run(process: StoreProcess, task: StoreTask): Promise<unknown> {
  const { value, error } = await process.run(task);
  if (error !== undefined) throw new Violation(`${task.kind} failed: ${error}`);
  return value;
}

async function read(site: StoreSite, index: number, id: string) {
  return (await run(processAt(site, index), { kind: 'read', id })) as StoredConnection | undefined;
}

export function connectionOf(mark: string): Connection {
  const tokens = { accessToken: mark, refreshToken: 'r', expiresAt: Number.MAX_SAFE_INTEGER };
  return { profile: 'p', userId: 'u', clientId: 'c', tokens, refreshAt: 1 };
}

/** How many of a number of calls at once, over all processes, returned that they have won. */
async function countWinners(site: StoreSite, taskOf: (index: number) => StoreTask) {
  const calls = Array.from({ length: AT_ONCE }, (_, index) =>
    run(processAt(site, index), taskOf(index)),
  );
  return (await Promise.all(calls)).filter((value) => value === true).length;
}

async function create(site: StoreSite): Promise<{ id: string; version: number }> {
  const id = randomUUID();
  const isNew = await run(processAt(site, 0), {
    kind: 'replace',
    id,
    version: 0,
    next: connectionOf('first'),
  });
  assertThat(isNew === true, 'wrote no row where there was none');
  const version = (await read(site, 1, id))?.version;
  assertThat(version !== undefined, 'another process does not find the row');
  return { id, version };
}

/** The key of a claim, as the handler makes it. */
const newKey = () => createHash('sha256').update(randomBytes(32)).digest('base64');

export const storeClauses: StoreClause[] = [
  {
    name: 'gives a claim to one of eight at once',
    hint: ONE_STATEMENT,
    async check(site) {
      for (let round = 0; round < site.rounds; round++) {
        const key = newKey();
        const winners = await countWinners(site, () => ({ kind: 'claim', key, ttlMs: 60_000 }));
        assertThat(winners === 1, `${winners} winners in round ${round + 1}`);
      }
    },
  },
  {
    name: 'gives a claim again when its time is over, and not before',
    hint: 'Keep the end of each claim, and let a later one take its place.',
    async check(site) {
      const key = newKey();
      const claim = (index: number, ttlMs: number) =>
        run(processAt(site, index), { kind: 'claim', key, ttlMs });
      assertThat((await claim(0, 2000)) === true, 'refused the first claim');
      assertThat((await claim(1, 2000)) === false, 'gave it again at once');
      const started = performance.now();
      while (!(await claim(2, 60_000))) {
        assertThat(performance.now() - started < 8000, 'still refuses it 6 s after its end');
        await wait(100);
      }
      assertThat((await claim(3, 60_000)) === false, 'gave it twice after its end');
    },
  },
  {
    name: 'reads what another process has written',
    hint: 'Read from the primary database, without a cache, and return the JSON as it was.',
    async check(site) {
      const { id, version } = await create(site);
      const next = { ...connectionOf('second'), ended: { at: 5, inDoubt: true } };
      const isDone = await run(processAt(site, 2), { kind: 'replace', id, version, next });
      assertThat(isDone === true, 'refused a write with the right version');
      for (let index = 0; index < site.processes.length; index++) {
        const row = await read(site, index, id);
        assertThat(JSON.stringify(row?.connection) === JSON.stringify(next), 'read something else');
        assertThat(row?.version === version + 1, `counted ${version} up to ${row?.version}`);
      }
    },
  },
  {
    name: 'takes one of eight swaps at once',
    hint: COMPARE,
    async check(site) {
      for (let round = 0; round < site.rounds; round++) {
        const { id, version } = await create(site);
        const winners = await countWinners(site, (index) => ({
          kind: 'replace',
          id,
          version,
          next: connectionOf(String(index)),
        }));
        assertThat(winners === 1, `${winners} winners in round ${round + 1}`);
      }
    },
  },
  {
    name: 'refuses every other version',
    hint: COMPARE,
    async check(site) {
      const { id, version } = await create(site);
      const next = connectionOf('wrong');
      const tries = [
        { version: 0, next },
        { version: version + 1, next },
        { version: version + 1 },
      ];
      for (const one of tries) {
        const isDone = await run(processAt(site, 3), { kind: 'replace', id, ...one });
        const verb = one.next ? 'write' : 'deletion';
        assertThat(isDone === false, `took a ${verb} with ${one.version} where ${version} was`);
      }
      const row = await read(site, 0, id);
      assertThat(row?.connection.tokens.accessToken === 'first', 'wrote all the same');
    },
  },
  {
    name: 'deletes, and gives a new row a version that it never had',
    hint: 'Begin each row with a large random number, so that a late write cannot meet a new row.',
    async check(site) {
      const { id, version } = await create(site);
      const isDone = await run(processAt(site, 1), { kind: 'replace', id, version });
      assertThat(isDone === true, 'refused to delete the row');
      assertThat((await read(site, 2, id)) === undefined, 'still finds the row');
      await run(processAt(site, 3), { kind: 'replace', id, version: 0, next: connectionOf('new') });
      const again = (await read(site, 0, id))?.version ?? 0;
      assertThat(again !== version, `began with the version ${version} again`);
    },
  },
  {
    name: 'returns the time of this machine, if it returns one',
    hint: 'Set both clocks by NTP. `now` is the clock of the store, in ms since the epoch.',
    async check(site) {
      const { id } = await create(site);
      for (let index = 0; index < site.processes.length; index++) {
        const { now = Date.now() } = (await read(site, index, id)) ?? {};
        const ahead = Math.round(now - Date.now());
        assertThat(Math.abs(ahead) < MAX_SKEW_MS, `its clock is ${ahead} ms ahead of this one`);
      }
    },
  },
  {
    name: 'keeps through kill -9 what it has confirmed',
    hint: 'Resolve when the write is durable: the tokens have no other copy.',
    async check(site) {
      const last = lastOf(site);
      const kept: string[] = [];
      const writes = Array.from({ length: 200 }, async () => {
        const id = randomUUID();
        const task = { kind: 'replace', id, version: 0, next: connectionOf(id) } as const;
        if ((await last.run(task)).value === true) kept.push(id);
      });
      await waitFor(() => kept.length >= 20, writes);
      await last.end('SIGKILL');
      await Promise.all(writes);
      let lost = 0;
      for (const id of kept) if (!(await read(site, 0, id))) lost++;
      assertThat(lost === 0, `lost ${lost} of ${kept.length} rows that were confirmed`);
    },
  },
];
