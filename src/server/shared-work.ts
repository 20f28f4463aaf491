interface Running<T> {
  readonly work: Promise<T>;
  readonly left: AbortController;
  callers: number;
}

/** Work that callers share by a key. */
export class SharedWork<T> {
  readonly #running = new Map<string, Running<T>>();

  has(key: string): boolean {
    return this.#running.has(key);
  }

  /**
   * Begins the work, or joins what is under way, and waits as the caller does.
   * @param begin its signal fires when every caller has gone
   * @param wait settles as the work does, or earlier: then this caller has gone
   */
  async join(
    key: string,
    begin: (left: AbortSignal) => Promise<T>,
    wait: (work: Promise<T>) => Promise<T>,
  ): Promise<T> {
    const running = this.#running.get(key) ?? this.#begin(key, begin);
    running.callers++;
    try {
      return await wait(running.work);
    } finally {
      // The next caller starts new work: this one has no caller left, and may stop.
      if (--running.callers === 0) {
        this.#running.delete(key);
        running.left.abort();
      }
    }
  }

  #begin(key: string, begin: (left: AbortSignal) => Promise<T>): Running<T> {
    const left = new AbortController();
    const running = { work: begin(left.signal), left, callers: 0 };
    this.#running.set(key, running);
    return running;
  }
}
