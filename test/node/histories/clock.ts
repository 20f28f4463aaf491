import { createClock } from '@sinonjs/fake-timers';
import { setImmediate } from 'node:timers';

const START = Date.UTC(2030, 0, 1);
/** When a timer without delay is due. */
export const TASK_MS = 1;

interface Timer {
  readonly delay: number;
  readonly isRepeated: boolean;
  due: number;
}

/** Resolves when every promise that can settle has settled. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The time of a page, and the timers that are alive in it. */
export class ScriptedClock {
  readonly #clock = createClock(START);
  readonly #timers = new Map<unknown, Timer>();

  /** What takes the place of the browser's own. */
  readonly globals = {
    Date: this.#clock.Date,
    setTimeout: (callback: (...args: unknown[]) => void, delay = 0, ...args: unknown[]) => {
      const id = this.#clock.setTimeout(() => {
        this.#timers.delete(id);
        callback(...args);
      }, delay || TASK_MS);
      return this.#add(id, delay, false);
    },
    setInterval: (callback: () => void, delay = 0) => {
      const timer: Timer = { delay, isRepeated: true, due: this.#clock.now + delay };
      const id = this.#clock.setInterval(() => {
        timer.due += delay;
        callback();
      }, delay);
      this.#timers.set(id, timer);
      return id;
    },
    clearTimeout: (id: never) => this.#clear(id),
    clearInterval: (id: never) => this.#clear(id),
  };

  get now(): number {
    return this.#clock.now;
  }

  /** The delays of the live timers of one kind, in milliseconds. */
  delays(isRepeated: boolean): number[] {
    const timers = [...this.#timers.values()];
    return timers.filter((timer) => timer.isRepeated === isRepeated).map(({ delay }) => delay);
  }

  /** Calls back once. No part of the page, so it is not counted. */
  after(delay: number, callback: () => void): void {
    this.#clock.setTimeout(callback, delay);
  }

  /** Time passes in a running page: what a timer does settles before the next one. */
  async pass(duration: number): Promise<void> {
    const end = this.#clock.now + duration;
    for (;;) {
      const due = Math.min(...[...this.#timers.values()].map((timer) => timer.due));
      if (due > end) break;
      this.#clock.tick(Math.max(due - this.#clock.now, 0));
      await settled();
    }
    this.#clock.tick(end - this.#clock.now);
    await settled();
  }

  /** Time passes in a frozen page: no timer runs. */
  freeze(duration: number): void {
    this.#clock.setSystemTime(this.#clock.now + duration);
    for (const timer of this.#timers.values()) timer.due += duration;
  }

  /** The page is left. */
  clear(): void {
    for (const id of [...this.#timers.keys()]) this.#clear(id as never);
  }

  #add(id: unknown, delay: number, isRepeated: boolean): unknown {
    this.#timers.set(id, { delay, isRepeated, due: this.#clock.now + (delay || TASK_MS) });
    return id;
  }

  #clear(id: never): void {
    this.#clock.clearTimeout(id);
    this.#timers.delete(id);
  }
}
