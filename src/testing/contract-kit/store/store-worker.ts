import { pathToFileURL } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import {
  type ConnectError,
  type Connection,
  ConnectionEndedError,
  createConnections,
  type NewConnection,
  type Store,
} from '../../../server/index.js';

export type StoreTask =
  | { readonly kind: 'claim'; readonly key: string; readonly ttlMs: number }
  | { readonly kind: 'read'; readonly id: string }
  | {
      readonly kind: 'replace';
      readonly id: string;
      readonly version: number;
      readonly next?: Connection | undefined;
    }
  | { readonly kind: 'connect'; readonly id: string; readonly details: NewConnection }
  | { readonly kind: 'token'; readonly id: string; readonly refused?: string | undefined }
  /** The codes of the refreshes that have failed in this process so far. */
  | { readonly kind: 'failures' };

export interface StoreOutcome {
  readonly value?: unknown;
  /** What was thrown, or `ended` when the customer has to connect again. */
  readonly error?: string;
  readonly inDoubt?: boolean;
}

/** What the module of the site exports. */
interface StoreModule {
  readonly store: Store;
  readonly close?: () => unknown;
}

/** The lease is four times as long: so long a process that was killed is taken for alive. */
const TIMEOUT_MS = 5000;
/** How long a task may take on a busy machine. */
const TASK_MS = 30_000;

/** An error and its causes, such as that of a failed connection. */
function describeError(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? String(error) : `${String(error)} (${describeError(cause)})`;
}

/** Whether to ask again: a busy machine is not the fault of a store. */
function isPassing({ code, cause }: ConnectError): boolean {
  return code === 'token_unavailable' || (cause as Partial<Error>)?.name === 'AbortError';
}

async function importStore(file: string): Promise<StoreModule> {
  const module = (await import(pathToFileURL(file).href)) as Partial<StoreModule>;
  const { store, close } = module;
  const missing = (['read', 'replace', 'claim'] as const).filter(
    (name) => typeof store?.[name] !== 'function',
  );
  if (!store || missing.length > 0) {
    throw new Error(`${file} has to export \`store\`; it has no ${missing.join(', no ')}`);
  }
  return { store, ...(close && { close }) };
}

/** Runs in a process of its own, and does the tasks of its messages until SIGTERM. */
export async function runStoreWorker(file: string, apiUrl: string): Promise<void> {
  const { store, close } = await importStore(file);
  const failures: string[] = [];
  const connections = createConnections({
    store,
    apiUrl,
    timeoutMs: TIMEOUT_MS,
    leaseMs: 4 * TIMEOUT_MS,
    observe: (event) => {
      if (event.type === 'refresh-failed') failures.push(event.code);
    },
  });

  const closing = new AbortController();

  /** Asks again while the error says to try later, as a site does. */
  const getToken = async (id: string, refused?: string): Promise<string> => {
    const deadline = performance.now() + TASK_MS;
    for (;;) {
      try {
        return await connections.getAccessToken(id, { refused });
      } catch (error) {
        const isOver = closing.signal.aborted || performance.now() > deadline;
        if (isOver || !isPassing(error as ConnectError)) throw error;
        const { retryAfterMs = 1000 } = error as ConnectError;
        // Over at once when the process is to end.
        await wait(retryAfterMs, undefined, closing).catch(() => undefined);
      }
    }
  };

  const work = (task: StoreTask): Promise<unknown> => {
    const signal = AbortSignal.timeout(TASK_MS);
    if (task.kind === 'claim') return store.claim(task.key, task.ttlMs, signal);
    if (task.kind === 'read') return store.read(task.id, signal);
    if (task.kind === 'replace') return store.replace(task.id, task.version, task.next, signal);
    if (task.kind === 'failures') return Promise.resolve(failures);
    if (task.kind === 'connect') return connections.connect(task.id, task.details, signal);
    return getToken(task.id, task.refused);
  };

  const tryTo = async (task: StoreTask): Promise<StoreOutcome> => {
    try {
      return { value: await work(task) };
    } catch (error) {
      if (error instanceof ConnectionEndedError) return { error: 'ended', inDoubt: error.inDoubt };
      return { error: describeError(error) };
    }
  };

  const underWay = new Set<Promise<void>>();
  process.on('message', ({ number, task }: { number: number; task: StoreTask }) => {
    const done = tryTo(task).then((outcome) => void process.send?.({ number, outcome }));
    underWay.add(done);
    void done.finally(() => underWay.delete(done));
  });
  process.once('SIGTERM', () => {
    const stop = async () => {
      closing.abort();
      await connections.close();
      while (underWay.size > 0) await Promise.allSettled(underWay);
      await close?.();
      process.exit();
    };
    void stop();
  });
  process.send?.('ready');
}
