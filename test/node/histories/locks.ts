type Work = (lock: object | null) => unknown;

interface LockRequest {
  readonly name: string;
  readonly ifAvailable: boolean;
  readonly run: (lock: object | null) => void;
}

/** The locks of an origin. A request is granted or refused in a step of its own. */
export class ScriptedLocks {
  #held = new Set<string>();
  /** Those that another tab holds. */
  readonly heldElsewhere = new Set<string>();
  #requests: LockRequest[] = [];

  get held(): number {
    return this.#held.size;
  }

  get requested(): readonly string[] {
    return this.#requests.map(({ name }) => name);
  }

  isFree(name: string): boolean {
    return !this.#held.has(name) && !this.heldElsewhere.has(name);
  }

  readonly request = (name: string, { ifAvailable = false }, work: Work): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const run = (lock: object | null) => {
        if (lock) this.#held.add(name);
        // A page that was left holds nothing; what it still runs must not release another's lock.
        const held = this.#held;
        const release = () => lock && held === this.#held && held.delete(name);
        Promise.resolve(work(lock)).finally(release).then(resolve, reject);
      };
      this.#requests.push({ name, ifAvailable, run });
    });

  /** Grants or refuses the oldest request that need not wait; returns whether there was one. */
  settleNext(): boolean {
    const next = this.#requests.find(({ name, ifAvailable }) => ifAvailable || this.isFree(name));
    if (!next) return false;
    this.#requests = this.#requests.filter((request) => request !== next);
    const isFree = this.isFree(next.name);
    next.run(isFree ? { name: next.name } : null);
    return true;
  }

  /** The page is left. */
  clear(): void {
    this.#held = new Set();
    this.#requests = [];
  }
}
