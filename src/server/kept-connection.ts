import { ConnectError } from '../core/errors.js';
import type { Tokens } from '../core/oauth/exchange.js';
import { ownFields } from '../core/oauth/identity.js';
import type { Connection, ConnectionStore, StoredConnection } from './store.js';
import { raceSignal, withDeadline } from './deadline.js';

/** A token with less life than this is not given out. In milliseconds. */
const MIN_LIFE_MS = 10_000;
/** Of a token without a lifetime. */
const NEVER = Number.MAX_SAFE_INTEGER;

/** The customer has to connect again: there is no connection, or Monerium has ended it. */
export class ConnectionEndedError extends ConnectError {
  /** The tokens may have been lost in a crash: the answer to an earlier refresh was not stored. */
  readonly inDoubt: boolean;

  constructor(inDoubt: boolean) {
    super('exchange_rejected', { phase: 'token', hint: 'the customer has to connect again' });
    this.name = 'ConnectionEndedError';
    this.inDoubt = inDoubt;
  }
}

/** @throws ConnectionEndedError */
export function requireOpen(row: StoredConnection | undefined): StoredConnection {
  if (!row || row.connection.ended)
    throw new ConnectionEndedError(row?.connection.ended?.inDoubt ?? false);
  return row;
}

/** Whether the tokens are to be refreshed. `refused` is a token that Monerium answered with 401. */
export function isDue(
  { tokens, refreshAt }: Connection,
  refused: string | undefined,
  now: number,
): boolean {
  return tokens.accessToken === refused || refreshAt <= now;
}

/** Whether the access token still works for a while. */
export function isUsable(
  { accessToken, expiresAt = NEVER }: Tokens,
  refused: string | undefined,
  now: number,
): boolean {
  return accessToken !== refused && expiresAt - now > MIN_LIFE_MS;
}

/** 0 to 1, evenly spread. */
export function randomShare(): number {
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1));
  return number / 2 ** 32;
}

/**
 * The tokens as a store keeps them, and when to refresh them: `refreshAheadMs` before they expire,
 * less up to a fifth of that, so that many customers do not come at once. A token with a short
 * lifetime is refreshed at half of it, but not within ten seconds: with an `expires_in` of 0, each
 * call would refresh it.
 * @param clockAheadMs how far the store's clock is ahead of this process
 */
export function planRefresh(
  { expiresAt = NEVER, ...tokens }: Tokens,
  refreshAheadMs: number,
  clockAheadMs: number,
): Pick<Connection, 'tokens' | 'refreshAt'> {
  const now = Date.now() + clockAheadMs;
  const end = Math.min(expiresAt + clockAheadMs, NEVER);
  const ahead = Math.min(refreshAheadMs * (1 - randomShare() / 5), (end - now) / 2);
  const refreshAt = Math.max(Math.round(end - ahead), now + MIN_LIFE_MS);
  return { tokens: { ...tokens, expiresAt: end }, refreshAt };
}

/** Nothing is lost: the caller may ask again. */
export function tryLater(hint: string, retryAfterMs: number, facts?: ConnectError): ConnectError {
  const { status, oauthError } = facts ?? {};
  const options = { phase: 'token', hint, retryAfterMs, status, oauthError } as const;
  return new ConnectError('token_unavailable', options);
}

/** @param cause what the store threw */
export function toStoreFailure(cause: unknown): ConnectError {
  const error = new ConnectError('server_unavailable', {
    phase: 'token',
    hint: 'the store of connections failed',
  });
  return Object.assign(error, { cause });
}

/** A copy of plain JSON whose objects have their own fields alone. */
function ownJson<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  const copy = ownFields(value);
  for (const [name, field] of Object.entries(copy)) Reflect.set(copy, name, ownJson(field));
  return copy;
}

/**
 * The site's store, with a deadline for each call. Every failure is a `server_unavailable`. Its
 * clock decides, so that processes with other clocks agree on the end of a lease.
 */
export class StoreWithDeadline {
  readonly #store: ConnectionStore;
  readonly #timeoutMs: number;
  #clockAheadMs = 0;

  constructor(store: ConnectionStore, timeoutMs: number) {
    this.#store = store;
    this.#timeoutMs = timeoutMs;
  }

  /** How far the store's clock is ahead of this process, by the latest reading that told it. */
  get clockAheadMs(): number {
    return this.#clockAheadMs;
  }

  /** In milliseconds since the epoch. */
  now(): number {
    return Date.now() + this.#clockAheadMs;
  }

  async read(id: string): Promise<StoredConnection | undefined> {
    const started = Date.now();
    const row = ownJson(await this.#call((signal) => this.#store.read(id, signal)));
    if (row?.now === undefined) return row;
    // `now` is as old as the response took: long, if the process was stopped meanwhile.
    if (Date.now() - started > this.#timeoutMs) {
      throw toStoreFailure(new DOMException('The response is too old.', 'AbortError'));
    }
    this.#clockAheadMs = row.now - Date.now();
    return row;
  }

  replace(id: string, version: number, next: Connection | undefined): Promise<boolean> {
    return this.#call((signal) => this.#store.replace(id, version, next, signal));
  }

  async #call<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await withDeadline(this.#timeoutMs, (signal) => raceSignal(signal, ask(signal)));
    } catch (reason) {
      throw toStoreFailure(reason);
    }
  }
}
