/** Lets a number of tasks run at once. The others wait in line. */
export class Gate {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(size: number) {
    this.#free = size;
  }

  /** Whether the next task would have to wait. */
  get isFull(): boolean {
    return this.#free === 0;
  }

  /** Rejects with the reason of the signal when it fires in line. A task that runs goes on. */
  async run<T>(signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await this.#waitInLine(signal);
    try {
      return await task();
    } finally {
      const [enter] = this.#waiting;
      if (enter) enter();
      else this.#free++;
    }
  }

  #waitInLine(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => () => {
        this.#waiting.delete(enter);
        signal.removeEventListener('abort', leave);
        settle();
      };
      const enter = end(resolve);
      const leave = end(() => reject(signal.reason));
      this.#waiting.add(enter);
      signal.addEventListener('abort', leave);
    });
  }
}
