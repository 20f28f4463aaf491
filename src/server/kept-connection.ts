import { ConnectError } from '../errors.js';
import type { Tokens } from '../protocol/exchange.js';
import type { Connection, ConnectionStore, StoredConnection } from './connection-store.js';
import { raceSignal, withDeadline } from './deadline.js';
import { own } from './own.js';

/** A token with less life than this is not given out. In milliseconds. */
const MIN_LIFE_MS = 10_000;

/** RFC 6749 section 5.2: these are no word about the refresh token. */
const CLIENT_FAULTS = ['invalid_client', 'unauthorized_client', 'unsupported_grant_type'];

/** The customer has to connect again: there is no connection, or Monerium has ended it. */
export class ConnectionEnded extends ConnectError {
  /** The tokens may have been lost in a crash: the answer to an earlier refresh was not stored. */
  readonly inDoubt: boolean;

  constructor(inDoubt: boolean) {
    super('exchange_rejected', { phase: 'token', hint: 'the customer has to connect again' });
    this.name = 'ConnectionEnded';
    this.inDoubt = inDoubt;
  }
}

/**
 * Whether Monerium refused the refresh token itself. A 403 or 404 is a proxy or a wrong address,
 * and some codes mean a client that is set up wrongly: those must not end the connection of every
 * customer.
 */
export function isRefusal({ code, status, oauthError }: ConnectError): boolean {
  if (code !== 'exchange_rejected' || CLIENT_FAULTS.includes(oauthError ?? '')) return false;
  return status === 400 || status === 401;
}

/** @throws ConnectionEnded */
export function requireOpen(row: StoredConnection | undefined): StoredConnection {
  if (!row || row.connection.ended)
    throw new ConnectionEnded(row?.connection.ended?.inDoubt ?? false);
  return row;
}

/** Whether the tokens are to be refreshed. `refused` is a token that Monerium answered with 401. */
export function isDue({ tokens, refreshAt }: Connection, refused: string | undefined): boolean {
  return tokens.accessToken === refused || refreshAt <= Date.now();
}

/** Whether the access token still works for a while. */
export function isUsable({ accessToken, expiresAt }: Tokens, refused: string | undefined): boolean {
  return accessToken !== refused && expiresAt - Date.now() > MIN_LIFE_MS;
}

/** 0 to 1, evenly spread. */
export function randomShare(): number {
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1));
  return number / 2 ** 32;
}

/**
 * The tokens as a store keeps them, and when to refresh them: `aheadMs` before they expire, less up
 * to a fifth of that, so that many customers do not come at once. A token with a short life is
 * refreshed at half of it.
 */
export function planRefresh(
  { expiresAt, ...tokens }: Tokens,
  aheadMs: number,
): Pick<Connection, 'tokens' | 'refreshAt'> {
  const end = Math.min(expiresAt, Number.MAX_SAFE_INTEGER);
  const ahead = Math.min(aheadMs * (1 - randomShare() / 5), (end - Date.now()) / 2);
  return { tokens: { ...tokens, expiresAt: end }, refreshAt: Math.round(end - ahead) };
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
  const copy = own(value);
  for (const [name, field] of Object.entries(copy)) Reflect.set(copy, name, ownJson(field));
  return copy;
}

/** The site's store, with a deadline for each call. Every failure is a `server_unavailable`. */
export class Rows {
  readonly #store: ConnectionStore;
  readonly #timeoutMs: number;

  constructor(store: ConnectionStore, timeoutMs: number) {
    this.#store = store;
    this.#timeoutMs = timeoutMs;
  }

  async read(id: string): Promise<StoredConnection | undefined> {
    return ownJson(await this.#call((signal) => this.#store.read(id, signal)));
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
