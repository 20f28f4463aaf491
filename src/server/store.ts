import type { Tokens } from '../core/oauth/exchange.js';
import type { Identity } from '../core/oauth/identity.js';

/**
 * A claim on the refresh token of a connection. Times are in milliseconds since the epoch, by the
 * clock of the store if it returns its time.
 */
export interface Renewal {
  /** The attempt that sends the refresh token. Absent: the last attempt failed, nobody sends it. */
  readonly by?: string | undefined;
  /** Before this time nobody else sends it. */
  readonly until: number;
  /** The answer to an earlier refresh may have been lost, and with it the only valid tokens. */
  readonly inDoubt: boolean;
}

/** What a site keeps of a connection. Plain JSON: `createSeal()` encrypts it. */
export interface Connection extends Identity {
  /** The client that the tokens were issued to. */
  readonly clientId: string;
  readonly tokens: Tokens;
  /** From this time on the tokens are refreshed. In milliseconds since the epoch. */
  readonly refreshAt: number;
  readonly renewal?: Renewal | undefined;
  /** Random: differs from that of another connection under the same id. A refresh keeps it. */
  readonly mark?: string | undefined;
  /** Monerium has refused the refresh token: the customer has to connect again. */
  readonly ended?:
    | {
        /** Milliseconds since the epoch. */
        readonly at: number;
        readonly inDoubt: boolean;
      }
    | undefined;
}

export interface StoredConnection {
  readonly connection: Connection;
  /** An integer from 1. */
  readonly version: number;
  /**
   * The store's own clock at this reading, in milliseconds since the epoch. With it, the clocks of
   * the processes may differ. Without it, they may differ by `leaseMs / 2 - timeoutMs` at most.
   */
  readonly now?: number | undefined;
}

/**
 * Where a site keeps connections: two operations, each on one row. An `id` is a text of 1 to 512
 * characters.
 */
export interface ConnectionStore {
  /** The newest committed state, never a replica's or a cache's. `undefined` when there is none. */
  read(id: string, signal: AbortSignal): Promise<StoredConnection | undefined>;
  /**
   * Compare and swap: if the row still has `version` (0: there is no row), writes `next`, or
   * deletes the row on `undefined`. Returns whether it did. Each write makes the version one
   * higher. A new row begins with a version that this id never had, such as a large random number.
   * Resolves only when the write is durable: there is no other copy of the tokens.
   */
  replace(
    id: string,
    version: number,
    next: Connection | undefined,
    signal: AbortSignal,
  ): Promise<boolean>;
}

/** Decides which request was first with a code, over all processes that share it. */
export interface CodeStore {
  /**
   * `true` for the first call with this key within `ttlMs`, over all processes; `false` for every
   * other. Rejects when it cannot know: then nothing is sent, and the page gets `503`.
   * @param key 1 to 128 printable ASCII characters without a space
   * @param signal fires at the deadline of the request
   */
  claim(key: string, ttlMs: number, signal: AbortSignal): Promise<boolean>;
  /**
   * Forgets a claim, so that made-up codes do not fill the store. It is called by the holder of the
   * claim, after Monerium has refused the code. Without it a claim stays until it runs out.
   */
  release?(key: string, signal: AbortSignal): Promise<void>;
}

/** What each shipped store is: for the codes of a handler, and for connections. */
export interface Store extends CodeStore, ConnectionStore {}
