// One measured process of `npm run bench:scale`: exchanges or refreshes over one store, with
// Monerium inside the process, so that what is measured is the package and its store.
import { setTimeout as wait } from 'node:timers/promises';
import { openStore as openValkey } from '../../examples/stores/iovalkey.js';
import { openStore as openLibsql } from '../../examples/stores/libsql.js';
import { openStore as openPostgres } from '../../examples/stores/pg.js';
import {
  type CodeStore,
  createConnections,
  createExchangeHandler,
  type Store,
} from '../../src/server/index.js';
import type { StoredConnection } from '../../src/server/store.js';
import { CLIENT_ID, post, REDIRECT_URI } from '../helpers/site.js';

export interface ScaleTask {
  readonly work: 'exchange' | 'refresh';
  /** `memory` keeps rows in this process and claims nothing. */
  readonly url: string;
  readonly claims: 'store' | 'memory' | 'none';
  readonly count: number;
}

export interface ScaleResult {
  readonly cpuMs: number;
  readonly queries: number;
  readonly p50: number;
  readonly p99: number;
  /** Bytes in use after the warm-up, after half of the work, and after all of it. */
  readonly heap: readonly number[];
}

const CONCURRENT = 16;
/** Refreshed again and again: a row for each refresh would be what grows. */
const CUSTOMERS = 1000;
/** More than a process remembers codes. */
const WARM_UP = 12_000;
const identity = { profile: '139e7d62-0afb-11ed', userId: '1447d261-0afb-11ed' };

let numbers = 0;
const instantMonerium = async () =>
  Response.json({
    access_token: `access-${++numbers}`,
    refresh_token: `refresh-${numbers}`,
    token_type: 'Bearer',
    expires_in: 3600,
    ...identity,
  });

function openMemory() {
  const rows = new Map<string, StoredConnection>();
  const store = {
    read: async (id: string) => rows.get(id),
    async replace(id: string, version: number, next: StoredConnection['connection'] | undefined) {
      if ((rows.get(id)?.version ?? 0) !== version) return false;
      if (next) rows.set(id, { connection: next, version: version + 1 });
      else rows.delete(id);
      return true;
    },
    claim: async () => true,
  };
  return { store, close: () => undefined };
}

interface Opened {
  readonly store: Store;
  readonly close: () => unknown;
}

async function open(url: string): Promise<Opened> {
  if (url === 'memory') return openMemory();
  if (url.startsWith('postgres:')) return openPostgres(url);
  return url.startsWith('redis:') ? openValkey(url) : openLibsql(url);
}

const task = JSON.parse(process.argv[2] ?? '') as ScaleTask;
const { store, close } = await open(task.url);
/** Each operation of a store is one statement. */
let queries = 0;
function counted<Args extends unknown[], T>(operation: (...args: Args) => T) {
  return (...args: Args): T => {
    queries += 1;
    return operation(...args);
  };
}

const apiUrl = 'http://127.0.0.1:1';
const connections = createConnections({
  apiUrl,
  fetch: instantMonerium,
  concurrency: CONCURRENT,
  store: {
    read: counted((...args) => store.read(...args)),
    replace: counted((...args) => store.replace(...args)),
  },
});
const nothing: CodeStore = { claim: async () => true };
const storeClaims: CodeStore = { claim: counted((...args) => store.claim(...args)) };
const codeStore = { store: storeClaims, memory: undefined, none: nothing }[task.claims];
const handle = createExchangeHandler<string>({
  clientId: CLIENT_ID,
  redirectUris: [REDIRECT_URI],
  apiUrl,
  fetch: instantMonerium,
  store: codeStore,
  onConnected: (details) => connections.connect(details.context, details),
});

const run = process.pid.toString(36);
const verifier = 'v'.repeat(43);

async function exchange(index: number): Promise<void> {
  const code = `${run}-${index}`;
  const fields = { code, code_verifier: verifier, redirect_uri: REDIRECT_URI };
  // Memory would keep a row for each customer.
  const id = task.url === 'memory' ? 'one' : `${run}-${index}`;
  if (id === 'one') await connections.disconnect(id);
  const { status } = await handle(post({ ...fields, client_id: CLIENT_ID }), id);
  if (status !== 200) throw new Error(`a post was answered with ${status}`);
}

/** The token that each customer has. */
const tokens = new Map<string, string>();

async function refresh(index: number): Promise<void> {
  const id = `${run}-${index % CUSTOMERS}`;
  const refused = tokens.get(id);
  tokens.set(id, await connections.getAccessToken(id, { refused }));
}

async function connectAll(): Promise<void> {
  for (let index = 0; index < CUSTOMERS; index++) await exchangeInto(`${run}-${index}`);
}

async function exchangeInto(id: string): Promise<void> {
  const details = { ...identity, clientId: CLIENT_ID };
  const first = { accessToken: `${id}-0`, refreshToken: `${id}-0`, expiresAt: Date.now() + 36e5 };
  await connections.connect(id, { ...details, tokens: first });
  tokens.set(id, first.accessToken);
}

async function work(from: number, to: number): Promise<number[]> {
  const once = task.work === 'exchange' ? exchange : refresh;
  const times: number[] = [];
  let next = from;
  const client = async (): Promise<void> => {
    while (next < to) {
      const index = next++;
      const begun = performance.now();
      await once(index);
      times.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT }, client));
  return times;
}

async function heapInUse(): Promise<number> {
  for (let turn = 0; turn < 3; turn++) {
    globalThis.gc?.();
    await wait(50);
  }
  return process.memoryUsage().heapUsed;
}

if (task.work === 'refresh') await connectAll();
const warmUp = Math.min(WARM_UP, task.count);
await work(0, warmUp);
const heap = [await heapInUse()];
queries = 0;
const begun = process.cpuUsage();
const half = Math.floor(task.count / 2);
const times = await work(warmUp, warmUp + half);
const middle = process.cpuUsage(begun);
heap.push(await heapInUse());
const again = process.cpuUsage();
times.push(...(await work(warmUp + half, warmUp + task.count)));
const end = process.cpuUsage(again);
const asked = queries;
times.sort((a, b) => a - b);
const quantile = (part: number) => times[Math.floor((times.length - 1) * part)] ?? NaN;
const [p50, p99] = [quantile(0.5), quantile(0.99)];
times.length = 0;
heap.push(await heapInUse());
const cpu = middle.user + middle.system + end.user + end.system;
const result: ScaleResult = {
  cpuMs: cpu / 1000 / task.count,
  queries: asked / task.count,
  p50,
  p99,
  heap,
};
process.send?.(result);
await connections.close();
await close();
process.disconnect();
