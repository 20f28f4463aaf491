import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { StoreOutcome, StoreTask } from './store-worker.js';

/** The first argument of a process that holds a store. */
export const WORKER = 'store-worker';

/** One process of the site, with the store under test. A task that it cannot end fails. */
export class StoreProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (outcome: StoreOutcome) => void>();
  #count = 0;

  /** @throws Error with what the process wrote when it could not begin */
  static async start(file: string, apiUrl: string): Promise<StoreProcess> {
    const [, program = ''] = process.argv;
    const child = fork(program, [WORKER, file, apiUrl], { stdio: ['ignore', 1, 'pipe', 'ipc'] });
    let complaints = '';
    child.stderr?.on('data', (data) => (complaints += String(data)));
    const ended = once(child, 'exit').then(() => {
      throw new Error(`The process with the store has ended:\n${complaints.trim()}`);
    });
    await Promise.race([once(child, 'message'), ended]);
    ended.catch(() => undefined);
    return new StoreProcess(child);
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', ({ number, outcome }: { number: number; outcome: StoreOutcome }) => {
      this.#waiting.get(number)?.(outcome);
      this.#waiting.delete(number);
    });
    child.once('exit', () => {
      for (const settle of this.#waiting.values()) settle({ error: 'the process has ended' });
      this.#waiting.clear();
    });
  }

  run(task: StoreTask): Promise<StoreOutcome> {
    const number = ++this.#count;
    return new Promise((resolve) => {
      if (!this.#child.connected) {
        resolve({ error: 'the process has ended' });
        return;
      }
      this.#waiting.set(number, resolve);
      this.#child.send({ number, task }, (error) => {
        if (error && this.#waiting.delete(number)) resolve({ error: 'the process has ended' });
      });
    });
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (!this.isAlive) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exited;
  }
}
