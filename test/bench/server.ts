// `npm run bench:server`: the handler under load, beside the bare framework, and its memory over
// 100,000 posts. `SECONDS=3 POSTS=20000` make a short run. Writes test/bench/results/server.md.
import { fork, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { startEmulator, type Emulator } from '../../src/testing/emulator/emulator.js';
import { CLIENT_ID, ORIGIN, REDIRECT_URI } from '../helpers/site.js';

const CONCURRENT = 200;
const SECONDS = Number(process.env.SECONDS ?? 30);
const POSTS = Number(process.env.POSTS ?? 100_000);
/** More than the handler remembers codes, so that its memory has grown to its size. */
const WARM_UP = 12_000;

const emulator = await startEmulator({
  clients: [{ clientId: CLIENT_ID, name: 'Bench shop', redirectUris: [REDIRECT_URI] }],
});

// One pair for all: making fresh ones would be the load's own cost.
const verifier = randomBytes(32).toString('base64url');
const codeChallenge = createHash('sha256').update(verifier).digest('base64url');

function createBody({ issueCode }: Emulator): string {
  const code = issueCode({ clientId: CLIENT_ID, redirectUri: REDIRECT_URI, codeChallenge });
  const fields = { code, code_verifier: verifier, redirect_uri: REDIRECT_URI };
  return JSON.stringify({ ...fields, client_id: CLIENT_ID });
}

let agent = new Agent();

function post(port: number, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      origin: ORIGIN,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const sent = request({ port, host: '127.0.0.1', method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

async function start(kind: string): Promise<{ child: ChildProcess; port: number }> {
  const file = fileURLToPath(new URL('server-process.ts', import.meta.url));
  const execArgv = ['--import=tsx', '--expose-gc'];
  const child = fork(file, [kind, emulator.url], { execArgv });
  const [port] = (await once(child, 'message')) as [number];
  return { child, port };
}

interface Usage {
  memory: NodeJS.MemoryUsage;
  cpu: NodeJS.CpuUsage;
}

async function usageOf(child: ChildProcess): Promise<Usage> {
  child.send('usage');
  const [usage] = (await once(child, 'message')) as [Usage];
  return usage;
}

/** Keeps 200 posts under way while `more` says so; every one has to connect. */
async function load(port: number, more: () => boolean): Promise<number[]> {
  const times: number[] = [];
  agent = new Agent({ keepAlive: true, maxSockets: CONCURRENT });
  const client = async (): Promise<void> => {
    while (more()) {
      const body = createBody(emulator);
      const begun = performance.now();
      const status = await post(port, body);
      times.push(performance.now() - begun);
      if (status !== 200) throw new Error(`a post was answered with ${status}`);
      // The record of a long run would become the largest thing in this process.
      if (emulator.requests.length > 10_000) emulator.requests.length = 0;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT }, client));
  agent.destroy();
  return times.sort((a, b) => a - b);
}

const MIB = 1024 * 1024;
const quantile = (sorted: number[], part: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;

interface Row {
  kind: string;
  perSecond: number;
  p50: number;
  p99: number;
  /** Of the server, in milliseconds for each post: on a busy machine the steadiest figure. */
  cpu: number;
  rss: number;
}

async function measure(kind: string): Promise<Row> {
  const { child, port } = await start(kind);
  const warm = performance.now() + Math.min(3, SECONDS) * 1000;
  await load(port, () => performance.now() < warm);
  const { cpu: from } = await usageOf(child);
  const begun = performance.now();
  const times = await load(port, () => performance.now() < begun + SECONDS * 1000);
  const seconds = (performance.now() - begun) / 1000;
  const { cpu: to, memory } = await usageOf(child);
  child.disconnect();
  await once(child, 'exit');
  emulator.reset();
  const perSecond = times.length / seconds;
  const cpu = (to.user + to.system - from.user - from.system) / 1000 / times.length;
  const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)];
  return { kind, perSecond, p50, p99, cpu, rss: memory.rss };
}

interface Leak {
  kind: string;
  posts: number;
  /** After the warm-up, after half of the posts, and after all of them. */
  memories: NodeJS.MemoryUsage[];
}

async function measureLeak(kind: string, posts: number): Promise<Leak> {
  const { child, port } = await start(kind);
  const send = async (count: number): Promise<void> => {
    let left = count;
    await load(port, () => left-- > 0);
    emulator.reset();
  };
  const memories: NodeJS.MemoryUsage[] = [];
  for (const count of [WARM_UP, posts / 2, posts / 2]) {
    await send(count);
    memories.push((await usageOf(child)).memory);
  }
  child.disconnect();
  await once(child, 'exit');
  return { kind, posts, memories };
}

const NAMES: Record<string, string> = {
  bare: 'the bare framework, answering the same bytes',
  handler: 'the handler, Monerium inside the process',
  naive: 'the bare framework, passing each post on to the emulator',
  whole: 'the handler against the emulator',
};

const head = (...names: string[]) => `| ${names.join(' | ')} |\n|${' --- |'.repeat(names.length)}`;

function timesTable(rows: Row[]): string {
  const [base] = rows;
  if (!base) return '';
  const cell = (row: Row, key: Exclude<keyof Row, 'kind'>, unit: number, digits: number) =>
    `${(row[key] / unit).toFixed(digits)} (×${(row[key] / base[key]).toFixed(2)})`;
  const lines = rows.map((row) => {
    const times = [cell(row, 'perSecond', 1, 0), cell(row, 'p50', 1, 1), cell(row, 'p99', 1, 1)];
    const costs = [cell(row, 'cpu', 1, 2), cell(row, 'rss', MIB, 0)];
    return `| ${[NAMES[row.kind], ...times, ...costs].join(' | ')} |`;
  });
  return [head('server', 'posts/s', 'p50 ms', 'p99 ms', 'CPU ms a post', 'RSS MiB'), ...lines].join(
    '\n',
  );
}

function memoryTable(leaks: Leak[]): string {
  const lines = leaks.map(({ kind, posts, memories }) => {
    const cells = (['heapUsed', 'external', 'rss'] as const).map((name) =>
      memories.map((memory) => (memory[name] / MIB).toFixed(1)).join(' → '),
    );
    return `| ${[NAMES[kind], posts.toLocaleString('en'), ...cells].join(' | ')} |`;
  });
  return [head('server', 'posts', 'heap used', 'external', 'RSS'), ...lines].join('\n');
}

function describe(rows: Row[], leaks: Leak[]): string {
  const [cpu] = cpus();
  const when = new Date().toISOString().slice(0, 16).replace('T', ' ');
  const [inside, outside] = [rows.slice(0, 2), rows.slice(2)];
  return `# The handler under load

Written by \`npm run bench:server\` on ${when} UTC: Node ${process.versions.node}, ${cpus().length} × ${cpu?.model.trim()}, a
load average of ${loadBefore} before and ${loadavg()[0]?.toFixed(1)} after. Load, emulator and server share these cores.

## ${CONCURRENT} concurrent posts for ${SECONDS} s

In brackets: beside the first row of the table. Every post has a code of its own, and every one connects.

What the handler itself costs:

${timesTable(inside)}

What it adds to the one request to Monerium that every backend makes. The emulator takes a new connection for each:

${timesTable(outside)}

## Memory over many posts

In MiB, after a collection: after ${WARM_UP.toLocaleString('en')} posts to warm up, more than a handler remembers codes, then after
half of the posts and after all of them. Node's own caches grow at first; a leak would go on in the second half.

${memoryTable(leaks)}
`;
}

const loadBefore = loadavg()[0]?.toFixed(1);
const rows: Row[] = [];
for (const kind of ['bare', 'handler', 'naive', 'whole']) rows.push(await measure(kind));
const leaks = [
  await measureLeak('bare', POSTS),
  await measureLeak('handler', POSTS),
  // A tenth against the emulator, whose connections take their time.
  await measureLeak('whole', POSTS / 10),
];
await emulator.close();

const report = await format(describe(rows, leaks), { parser: 'markdown' });
writeFileSync(new URL('results/server.md', import.meta.url), report);
console.log(report);

// Twenty bytes kept of each post would be seen; below a megabyte it is noise.
for (const { kind, posts, memories } of leaks) {
  const [, half, all] = memories.map(({ heapUsed }) => heapUsed);
  const grown = (all ?? 0) - (half ?? 0);
  if (grown > Math.max(MIB, posts * 10)) {
    console.error(`The heap of '${kind}' still grows: ${(grown / MIB).toFixed(1)} MiB.`);
    process.exitCode = 1;
  }
}
