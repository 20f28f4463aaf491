// `npm run bench:scale`: what an exchange and a refresh cost over each database, with claims and
// without, and the memory over 100,000 of them. `-- --quick` makes a short run. Writes
// test/bench/results/scale.md. Databases that are not installed are left out.
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createClient } from '@libsql/client';
import pg from 'pg';
import { format } from 'prettier';
import { SQL_SCHEMA } from '../../src/server/sql.js';
import {
  makeFolder,
  skipPostgres,
  skipValkey,
  startPostgres,
  startValkey,
} from '../helpers/engines.js';
import type { ScaleResult, ScaleTask } from './scale-process.js';

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
/** Over a database, and in memory. */
const [COUNT, MEMORY_COUNT] = values.quick ? [500, 5000] : [2000, 100_000];

interface Row extends ScaleTask, ScaleResult {
  readonly engine: string;
}

async function measure(engine: string, task: ScaleTask): Promise<Row> {
  const file = fileURLToPath(new URL('scale-process.ts', import.meta.url));
  const execArgv = ['--import=tsx', '--expose-gc'];
  const child = fork(file, [JSON.stringify(task)], { execArgv });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${task.work} over ${engine} has failed`);
  });
  ended.catch(() => undefined);
  const [result] = (await Promise.race([once(child, 'message'), ended])) as [ScaleResult];
  return { engine, ...task, ...result };
}

async function measureEngine(engine: string, url: string): Promise<Row[]> {
  const task = { url, claims: 'store', count: COUNT } as const;
  return [
    await measure(engine, { ...task, work: 'exchange' }),
    await measure(engine, { ...task, work: 'refresh' }),
  ];
}

async function measurePostgres(): Promise<Row[]> {
  const { url, stop } = await startPostgres();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(SQL_SCHEMA);
  await client.end();
  try {
    return await measureEngine('PostgreSQL', url);
  } finally {
    stop();
  }
}

async function measureValkey(): Promise<Row[]> {
  const { url, stop } = await startValkey();
  try {
    return await measureEngine('Valkey', url);
  } finally {
    stop();
  }
}

async function measureSqlite(): Promise<Row[]> {
  const { folder, remove } = makeFolder();
  const url = `file:${join(folder, 'site.db')}`;
  const client = createClient({ url });
  await client.executeMultiple(SQL_SCHEMA);
  client.close();
  try {
    return await measureEngine('SQLite', url);
  } finally {
    remove();
  }
}

const MIB = 1024 * 1024;
const CLAIMS = { store: 'in the store', memory: 'in memory', none: 'none' };

function costTable(rows: readonly Row[]): string {
  const lines = rows.map(({ engine, work, claims, count, queries, cpuMs, p50, p99 }) => {
    const asked = engine === 'memory' ? '–' : queries.toFixed(2);
    const times = [cpuMs, p50, p99].map((ms) => ms.toFixed(2));
    const shown = work === 'exchange' ? CLAIMS[claims] : '–';
    return `| ${[work, engine, shown, count.toLocaleString('en'), asked, ...times].join(' | ')} |`;
  });
  const head = 'work | store | claims | times | queries | CPU ms | p50 ms | p99 ms';
  return [`| ${head} |`, `|${' --- |'.repeat(8)}`, ...lines].join('\n');
}

function memoryTable(rows: readonly Row[]): string {
  const lines = rows.map(({ work, claims, count, heap }) => {
    const sizes = heap.map((bytes) => (bytes / MIB).toFixed(1)).join(' → ');
    return `| ${work}, claims ${CLAIMS[claims]} | ${count.toLocaleString('en')} | ${sizes} |`;
  });
  return ['| work | times | heap in MiB |', '| --- | --- | --- |', ...lines].join('\n');
}

const versionOf = (program: string) =>
  /\d+\.\d+(\.\d+)?/.exec(spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout)?.[0];

function describeRun(rows: readonly Row[]): string {
  const [cpu] = cpus();
  const when = new Date().toISOString().slice(0, 16).replace('T', ' ');
  const memory = rows.filter(({ engine }) => engine === 'memory');
  const exchangeCost = (claims: Row['claims']) =>
    memory.find((row) => row.work === 'exchange' && row.claims === claims)?.cpuMs ?? NaN;
  const postgres = skipPostgres
    ? 'no PostgreSQL'
    : `PostgreSQL ${versionOf('/usr/lib/postgresql/17/bin/postgres')}`;
  const valkey = skipValkey ? 'no Valkey' : `Valkey ${versionOf('valkey-server')}`;
  return `# The backend half over its stores

Written by \`npm run bench:scale\` on ${when} UTC: Node ${process.versions.node}, ${postgres}, ${valkey}, libsql, ${cpus().length} × ${cpu?.model.trim()}, a
load average of ${loadBefore} before and ${loadavg()[0]?.toFixed(1)} after. Monerium is inside the measured process, 16 requests are
under way, and the databases share these cores: the queries are exact, the times are rough.

${costTable(rows)}

With claims in memory, an exchange takes ${(exchangeCost('memory') / exchangeCost('none')).toFixed(2)} times the CPU of one without.

## Memory

After a warm-up, after half of the work, and after all of it. The store keeps the same rows throughout.

${memoryTable(memory)}
`;
}

const loadBefore = loadavg()[0]?.toFixed(1);
const inMemory = { url: 'memory', count: MEMORY_COUNT } as const;
const rows = [
  await measure('memory', { ...inMemory, work: 'exchange', claims: 'none' }),
  await measure('memory', { ...inMemory, work: 'exchange', claims: 'memory' }),
  await measure('memory', { ...inMemory, work: 'refresh', claims: 'none' }),
  ...(await measureSqlite()),
  ...(skipPostgres ? [] : await measurePostgres()),
  ...(skipValkey ? [] : await measureValkey()),
];
const report = await format(describeRun(rows), { parser: 'markdown' });
if (!values.quick) writeFileSync(new URL('results/scale.md', import.meta.url), report);
console.log(report);

// Twenty bytes kept of each would be seen; below a megabyte it is noise.
for (const { engine, work, count, heap } of rows) {
  const grown = (heap[2] ?? 0) - (heap[1] ?? 0);
  if (engine !== 'memory' || grown <= Math.max(MIB, count * 10)) continue;
  console.error(`The heap still grows over ${work}s: ${(grown / MIB).toFixed(1)} MiB.`);
  process.exitCode = 1;
}
