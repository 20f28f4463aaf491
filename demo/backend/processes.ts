import cluster from 'node:cluster';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** How long a process that has died is waited for before the next one starts. In milliseconds. */
const RESTART_MS = 1000;

/** Several processes of this program, which share its port. */
export interface Processes {
  readonly port: number;
  /** Resolves when all have ended, each after what it had under way. */
  close(): Promise<void>;
}

/**
 * Starts processes and replaces those that die. Resolves when all of them take requests.
 *
 * @throws {Error} without a message of its own when one of them cannot start: it has said why
 */
export async function startProcesses(count: number): Promise<Processes> {
  let isClosing = false;
  const close = async (): Promise<void> => {
    isClosing = true;
    await Promise.all(
      Object.values(cluster.workers ?? {}).map(async (worker) => {
        worker?.process.kill('SIGTERM');
        if (worker) await once(worker, 'exit');
      }),
    );
  };
  try {
    const ports = await Promise.all(Array.from({ length: count }, startProcess));
    // One that cannot start, while the database is away, ends too: that is the next event.
    cluster.on('exit', () => {
      setTimeout(() => {
        if (!isClosing) startProcess().catch(() => {});
      }, RESTART_MS).unref();
    });
    return { port: ports[0] ?? 0, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Resolves with its port. */
async function startProcess(): Promise<number> {
  const worker = cluster.fork();
  const stopped = new AbortController();
  try {
    return await Promise.race([
      once(worker, 'listening', stopped).then(([address]) => (address as AddressInfo).port),
      once(worker, 'exit', stopped).then(() => {
        throw new Error('a process has not started');
      }),
    ]);
  } finally {
    stopped.abort();
  }
}
