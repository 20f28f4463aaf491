// Several processes of one site, as the tests see them.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { buildSync } from 'esbuild';
import type { Outcome, Task, WorkerOptions } from '../integration/server-worker.js';

let compiled: string | undefined;

/** Compiled once: the processes start at the same time, and each would compile it. */
function compileWorker(): string {
  if (compiled !== undefined) return compiled;
  mkdirSync('build', { recursive: true });
  const folder = mkdtempSync('build/workers-');
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  compiled = `${folder}/worker.mjs`;
  buildSync({
    entryPoints: ['test/integration/server-worker.ts'],
    outfile: compiled,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
  });
  return compiled;
}

export class Worker {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (outcome: Outcome) => void>();
  #numbers = 0;

  static async start(options: WorkerOptions): Promise<Worker> {
    const child = fork(compileWorker(), [JSON.stringify(options)], { execArgv: [] });
    await once(child, 'message');
    return new Worker(child);
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', ({ number, outcome }: { number: number; outcome: Outcome }) => {
      this.#waiting.get(number)?.(outcome);
      this.#waiting.delete(number);
    });
    child.once('exit', () => {
      for (const settle of this.#waiting.values()) settle({ error: 'killed' });
      this.#waiting.clear();
    });
  }

  run(task: Task): Promise<Outcome> {
    if (!this.#child.connected) return Promise.resolve({ error: 'killed' });
    const number = ++this.#numbers;
    return new Promise((resolve) => {
      this.#waiting.set(number, resolve);
      this.#child.send({ number, task }, (error) => {
        if (error && this.#waiting.delete(number)) resolve({ error: 'killed' });
      });
    });
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exited;
  }
}

/** One process for each of the options. */
export function startWorkers(options: readonly WorkerOptions[]): Promise<Worker[]> {
  return Promise.all(options.map((each) => Worker.start(each)));
}
