import type { ConnectError } from '../core/errors.js';
import type { Tokens } from '../core/oauth/exchange.js';
import type { Renewal, StoredConnection } from './store.js';
import { pause } from './deadline.js';
import { Gate } from './gate.js';
import {
  ConnectionEndedError,
  isDue,
  isUsable,
  planRefresh,
  randomShare,
  requireOpen,
  toStoreFailure,
  tryLater,
  type StoreWithDeadline,
} from './kept-connection.js';
import { MAX_PAUSE_MS, Pauses, REST_MS, restAfter } from './pauses.js';
import { isRefusal } from './request-refresh.js';
import type { Observer } from './server-event.js';

/** How often a swap may fail before the store counts as broken. The pauses are 8 s together. */
const MAX_SWAPS = 10;
/** Failures after which the refresh token was certainly not used. */
const HARMLESS = ['rate_limited', 'token_unavailable', 'exchange_rejected'];

export interface RenewalOptions {
  readonly rows: StoreWithDeadline;
  /** Sends a refresh token to Monerium, once, within its deadline. */
  readonly refresh: (clientId: string, refreshToken: string) => Promise<Tokens>;
  readonly leaseMs: number;
  readonly refreshAheadMs: number;
  readonly concurrency: number;
  readonly notify: Observer;
}

/** What one call wants to do: send the refresh token of the row that it has read. */
interface Attempt {
  readonly id: string;
  readonly by: string;
  readonly refreshToken: string;
  /** Fires when every caller has gone. */
  readonly left: AbortSignal;
}

/** A row whose lease this process holds for the attempt. */
interface Leased extends Attempt, StoredConnection {
  readonly lease: Renewal;
}

/** The error for the callers when Monerium's response says nothing of the refresh token. */
function toCallerError(error: ConnectError): ConnectError {
  if (error.code !== 'exchange_rejected') return error;
  const why = error.oauthError
    ? 'the client or the request is refused, not the refresh token: check the client ID'
    : 'this says nothing of the refresh token: is it the answer of a proxy?';
  return tryLater(`${error.hint}; ${why}`, REST_MS, error);
}

/**
 * Refreshes tokens, at most once over all processes that share a store. A lease in the row says who
 * may send the refresh token. Taking the lease, keeping the tokens and ending a connection are each
 * one compare-and-swap on the row.
 */
export class Renewals {
  /** No further refresh begins. */
  isClosing = false;
  readonly #options: RenewalOptions;
  readonly #gate: Gate;
  readonly #pauses = new Pauses();

  constructor(options: RenewalOptions) {
    this.#options = options;
    this.#gate = new Gate(options.concurrency);
  }

  /**
   * Returns tokens that are not due, refreshed by this process or another one, or the present ones
   * while another process refreshes them.
   * @param first what the caller has just read
   * @param left fires when every caller has gone: then nothing is sent any more
   * @throws ConnectionEndedError, or ConnectError
   */
  async renew(
    id: string,
    first: StoredConnection,
    refused: string | undefined,
    left: AbortSignal,
  ): Promise<Tokens> {
    const { rows } = this.#options;
    const by = crypto.randomUUID();
    const started = Date.now();
    let row = first;
    for (let [waits, swaps] = [0, 0]; ;) {
      left.throwIfAborted();
      const { tokens, renewal } = row.connection;
      if (!isDue(row.connection, refused, rows.now())) return this.#share(tokens, started);
      const isTaken = renewal && renewal.by !== by && this.#msLeft(renewal) > 0;
      if (isTaken || tokens.refreshToken === undefined) {
        if (isUsable(tokens, refused, rows.now())) return tokens;
        this.#requireLease(renewal);
        await pause(20 + 20 * randomShare(), Math.min(waits++, 4));
      } else {
        // If all requests are in use, a token that is still valid is returned instead.
        if (this.#gate.isFull && isUsable(tokens, refused, rows.now())) return tokens;
        const current = row;
        const attempt = { id, by, refreshToken: tokens.refreshToken, left };
        const fresh = await this.#gate.run(left, () => this.#refreshOnce(current, attempt));
        if (fresh) return fresh;
        if (++swaps === MAX_SWAPS) throw toStoreFailure('the row has changed each time');
        await pause(20, swaps);
      }
      row = requireOpen(await rows.read(id));
    }
  }

  #share(tokens: Tokens, started: number): Tokens {
    this.#options.notify({ type: 'refresh-shared', within: 'store', ms: Date.now() - started });
    return tokens;
  }

  /** A pause over the maximum was written by another clock: it counts as over. */
  #msLeft({ by, until }: Renewal): number {
    const left = until - this.#options.rows.now();
    return by === undefined && left > MAX_PAUSE_MS ? 0 : left;
  }

  /** @throws ConnectionEndedError without a refresh token, ConnectError while nobody refreshes */
  #requireLease(renewal: Renewal | undefined): void {
    if (!renewal) throw new ConnectionEndedError(false);
    if (renewal.by === undefined) throw tryLater('the last refresh failed', this.#msLeft(renewal));
  }

  /** Returns `undefined` when the row has changed: read it again. */
  async #refreshOnce(row: StoredConnection, attempt: Attempt): Promise<Tokens | undefined> {
    if (this.isClosing) throw tryLater('this process is closing', REST_MS);
    this.#pauses.check(row.connection.clientId);
    const leased = await this.#takeLease(row, attempt);
    if (!leased) return undefined;
    let fresh: Tokens;
    try {
      fresh = await this.#send(leased);
    } catch (reason) {
      // A refresh throws nothing else.
      const error = reason as ConnectError;
      if (isRefusal(error)) return this.#end(leased);
      await this.#release(leased, error);
      throw toCallerError(error);
    }
    return this.#keep(leased, fresh);
  }

  /** The refresh token is that of the very version which the swap compares with. */
  async #takeLease(
    { connection, version }: StoredConnection,
    attempt: Attempt,
  ): Promise<Leased | undefined> {
    const { id, by } = attempt;
    const { rows, leaseMs, notify } = this.#options;
    const { renewal } = connection;
    const isTakenOver = renewal?.by !== undefined;
    const inDoubt = isTakenOver || renewal?.inDoubt === true;
    const lease = { by, until: rows.now() + leaseMs, inDoubt };
    const next = { ...connection, renewal: lease };
    let leased: StoredConnection | undefined;
    try {
      const isTaken = await rows.replace(id, version, next);
      if (isTaken) leased = { connection: next, version: version + 1 };
    } catch (reason) {
      // The store's response was lost. The write may have worked.
      leased = await rows.read(id);
      if (leased?.connection.renewal?.by !== by) throw reason;
    }
    if (!leased) return undefined;
    if (isTakenOver) notify({ type: 'lease-taken-over' });
    return { ...leased, ...attempt, lease };
  }

  async #send({ connection, lease, refreshToken, left }: Leased): Promise<Tokens> {
    const { rows, leaseMs, refresh, notify } = this.#options;
    const { clientId } = connection;
    const started = Date.now();
    try {
      if (left.aborted) throw tryLater('nobody waits for it any more', REST_MS);
      // After a long pause of this process the lease could end before the response arrives.
      if (lease.until - rows.now() < leaseMs / 2) throw tryLater('the lease is too old', REST_MS);
      const tokens = await this.#pauses.run(clientId, () => refresh(clientId, refreshToken));
      notify({ type: 'refreshed', ms: Date.now() - started });
      return tokens;
    } catch (reason) {
      const { code, status, oauthError } = reason as ConnectError;
      notify({ type: 'refresh-failed', code, status, oauthError, ms: Date.now() - started });
      throw reason;
    }
  }

  /**
   * Writes the new tokens, and retries until the store accepts them: there is no other copy. Drops
   * them if the connection was replaced or ended meanwhile.
   * @throws ConnectError `server_unavailable` when the store responds but never takes them
   */
  async #keep({ id, ...leased }: Leased, fresh: Tokens): Promise<Tokens | undefined> {
    const { rows, refreshAheadMs, notify } = this.#options;
    const { accessToken } = leased.connection.tokens;
    const planned = planRefresh(fresh, refreshAheadMs, rows.clockAheadMs);
    let row: StoredConnection = leased;
    for (let [attempt, swaps] = [1, 0]; ; attempt++) {
      try {
        const next = { ...row.connection, ...planned, renewal: undefined };
        if (await rows.replace(id, row.version, next)) return planned.tokens;
        swaps++;
        const moved = await rows.read(id);
        if (!moved || moved.connection.ended) return undefined;
        if (moved.connection.tokens.accessToken !== accessToken) return undefined;
        row = moved;
      } catch {
        // Nobody else has the tokens: tried as long as the store is away.
      }
      if (swaps === MAX_SWAPS) throw toStoreFailure('the row has changed each time');
      notify({ type: 'write-retried', attempt });
      await pause(20, attempt);
    }
  }

  /** Ends the connection while its row holds this lease, and so the token that was refused. */
  async #end({ id, lease }: Leased): Promise<undefined> {
    const { rows, notify } = this.#options;
    const { inDoubt } = lease;
    const row = await rows.read(id);
    if (!row || row.connection.renewal?.by !== lease.by) return;
    const ended = { at: rows.now(), inDoubt };
    const next = { ...row.connection, renewal: undefined, ended };
    if (await rows.replace(id, row.version, next)) notify({ type: 'ended', inDoubt });
  }

  /** Lets others try after a while: the refresh token may still be good. */
  async #release({ id, connection, version, lease }: Leased, error: ConnectError): Promise<void> {
    const { rows } = this.#options;
    const inDoubt = lease.inDoubt || !HARMLESS.includes(error.code);
    const renewal = { until: rows.now() + restAfter(error), inDoubt };
    // When the store does not take it, the lease runs out by itself.
    await rows.replace(id, version, { ...connection, renewal }).catch(() => undefined);
  }
}
