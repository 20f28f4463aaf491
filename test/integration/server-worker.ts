// One process of a site, for the tests with several: the handler and the connections over a shared
// store. It receives its tasks as messages, and finishes them on SIGTERM before it ends.
import { openStore as openLibsql } from '../../examples/stores/libsql.js';
import { openStore as openValkey } from '../../examples/stores/iovalkey.js';
import { openStore as openPostgres } from '../../examples/stores/pg.js';
import {
  ConnectionEndedError,
  createConnections,
  createExchangeHandler,
  type Store,
} from '../../src/server/index.js';
import { CLIENT_ID, post, REDIRECT_URI, type PostBody } from '../helpers/site.js';

export interface WorkerOptions {
  readonly url: string;
  readonly apiUrl: string;
  readonly timeoutMs: number;
  /** How far the clock of this process is ahead, in milliseconds. */
  readonly skewMs?: number;
  /** Whether `read` of the store does not return the time of the database. */
  readonly isTimeless?: boolean;
  /** Whether each process keeps its own claims, as in a site without a shared store. */
  readonly hasOwnClaims?: boolean;
}

export type Task =
  | { readonly kind: 'post'; readonly id: string; readonly body: PostBody }
  | { readonly kind: 'token'; readonly id: string; readonly refused?: string };

export interface Outcome {
  readonly status?: number;
  readonly token?: string;
  readonly error?: string;
  readonly inDoubt?: boolean;
}

function open(url: string) {
  if (url.startsWith('postgres:')) return openPostgres(url);
  return url.startsWith('redis:') ? openValkey(url) : openLibsql(url);
}

function withoutTime(store: Store): Store {
  return {
    replace: store.replace,
    claim: store.claim,
    async read(id, signal) {
      const row = await store.read(id, signal);
      return row && { connection: row.connection, version: row.version };
    },
  };
}

const options = JSON.parse(process.argv[2] ?? '') as WorkerOptions;
const { url, apiUrl, timeoutMs, skewMs = 0 } = options;
const { now } = Date;
Date.now = () => now() + skewMs;
const { store: engine, close } = await open(url);
const store = options.isTimeless ? withoutTime(engine) : engine;
const connections = createConnections({ store, apiUrl, timeoutMs, leaseMs: 4 * timeoutMs });
const handle = createExchangeHandler<string>({
  clientId: CLIENT_ID,
  redirectUris: [REDIRECT_URI],
  apiUrl,
  timeoutMs,
  ...(!options.hasOwnClaims && { store }),
  onConnected: (details) => connections.connect(details.context, details),
  onError: () => undefined,
});

async function work(task: Task): Promise<Outcome> {
  if (task.kind === 'post') return { status: (await handle(post(task.body), task.id)).status };
  try {
    return { token: await connections.getAccessToken(task.id, { refused: task.refused }) };
  } catch (error) {
    const { code = 'unknown' } = error as { code?: string };
    if (!(error instanceof ConnectionEndedError)) return { error: code };
    return { error: 'ended', inDoubt: error.inDoubt };
  }
}

const underWay = new Set<Promise<void>>();
let isClosing = false;

process.on('message', ({ number, task }: { number: number; task: Task }) => {
  if (isClosing) return void process.send?.({ number, outcome: { error: 'closing' } });
  const done = work(task).then((outcome) => void process.send?.({ number, outcome }));
  underWay.add(done);
  void done.finally(() => underWay.delete(done));
});

process.on('SIGTERM', () => void stop());

async function stop(): Promise<void> {
  isClosing = true;
  while (underWay.size > 0) await Promise.allSettled(underWay);
  await connections.close();
  await close();
  process.disconnect();
}

process.send?.('ready');
