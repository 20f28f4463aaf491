import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { Store } from '../../../src/server/index.js';

/** How many requests of one client are let through. */
export interface Limit {
  /** Keeps the counts of several limits apart: letters only. */
  readonly name: string;
  readonly points: number;
  readonly seconds: number;
}

/** The database of the backend. Any number of processes may use one at the same time. */
export interface Engine {
  /** A store of the package: connections, and claims on codes. */
  readonly store: Store;
  /** Counts in the database, over all processes. */
  createLimiter(limit: Limit): RateLimiterAbstract;
  /** Deletes what has ended before `now`, in milliseconds since the epoch. */
  sweep(now: number): Promise<void>;
  /** The clock of the database, in milliseconds since the epoch. */
  now(): Promise<number>;
  close(): Promise<void>;
}

/** For a limiter of the package `rate-limiter-flexible`. */
export function limiterOptions({ name, points, seconds }: Limit) {
  return { keyPrefix: name, points, duration: seconds };
}
