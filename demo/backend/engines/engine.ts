import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { Claims } from '../../../src/server/handler.js';
import type { ConnectionStore } from '../../../src/server/connections.js';

/** How many requests of one client are let through. */
export interface Limit {
  /** Keeps the counts of several limits apart: letters only. */
  readonly name: string;
  readonly points: number;
  readonly seconds: number;
}

/** The database of the backend. Any number of processes may use one at the same time. */
export interface Engine {
  /** With the stores of the package: connections, and claims on codes. */
  readonly store: ConnectionStore & Claims;
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
