import { ConnectError } from '../errors.js';
import type { Tokens } from '../protocol/exchange.js';
import type { Renewal, StoredConnection } from './connection-store.js';
import { pause } from './deadline.js';
import { Gate } from './gate.js';
import {
  ConnectionEnded,
  isDue,
  isRefusal,
  isUsable,
  planRefresh,
  randomShare,
  requireOpen,
  type Rows,
} from './kept-connection.js';
import type { Observer } from './server-event.js';

/** How long to wait for somebody else's refresh. In milliseconds. */
const MAX_WAIT_MS = 20_000;
/** How long nobody tries after a failure without `Retry-After`. In milliseconds. */
const REST_MS = 1000;
/** The longest `Retry-After` of a 5xx that is heeded: it may be a maintenance page of a proxy. */
const MAX_OUTAGE_MS = 60_000;
/** Failures after which the refresh token was certainly not used. */
const HARMLESS = ['rate_limited', 'token_unavailable', 'exchange_rejected'];

export interface RenewalOptions {
  readonly rows: Rows;
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
}

/** A row whose lease this process holds, and the refresh token that the lease is for. */
interface Leased extends StoredConnection {
  readonly id: string;
  readonly lease: Renewal;
  readonly refreshToken: string;
}

function tryLater(hint: string, retryAfterMs: number): ConnectError {
  return new ConnectError('token_unavailable', { phase: 'token', hint, retryAfterMs });
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
  /** Monerium has asked this process to wait until then. */
  #pausedUntil = 0;

  constructor(options: RenewalOptions) {
    this.#options = options;
    this.#gate = new Gate(options.concurrency);
  }

  /**
   * Returns tokens that are not due any more, whoever has refreshed them, or the present ones while
   * another process refreshes them.
   * @param first what the caller has just read
   * @throws ConnectionEnded, or ConnectError
   */
  async renew(id: string, first: StoredConnection, refused: string | undefined): Promise<Tokens> {
    const by = crypto.randomUUID();
    const started = Date.now();
    let row = first;
    for (let tries = 0; ; tries++) {
      const { tokens, renewal } = row.connection;
      if (!isDue(row.connection, refused)) return this.#share(tokens, started);
      const isTaken = renewal && renewal.by !== by && renewal.until > Date.now();
      if (isTaken || tokens.refreshToken === undefined) {
        if (isUsable(tokens, refused)) return tokens;
        await this.#waitFor(renewal, started, tries);
      } else {
        // While Monerium is slow the line is long. The present token is good for a while.
        if (this.#gate.isFull && isUsable(tokens, refused)) return tokens;
        const current = row;
        const attempt = { id, by, refreshToken: tokens.refreshToken };
        const fresh = await this.#gate.run(() => this.#refreshOnce(current, attempt));
        if (fresh) return fresh;
      }
      row = requireOpen(await this.#options.rows.read(id));
    }
  }

  #share(tokens: Tokens, started: number): Tokens {
    this.#options.notify({ type: 'refresh-shared', within: 'store', ms: Date.now() - started });
    return tokens;
  }

  /** @throws ConnectionEnded without a refresh token, ConnectError when the wait would be long */
  async #waitFor(renewal: Renewal | undefined, started: number, attempt: number): Promise<void> {
    if (!renewal) throw new ConnectionEnded(false);
    const left = renewal.until - Date.now();
    if (renewal.by === undefined) throw tryLater('the last refresh failed', left);
    if (Date.now() - started > MAX_WAIT_MS) throw tryLater('another process is refreshing', left);
    await pause(20 + 20 * randomShare(), Math.min(attempt, 4));
  }

  /** Returns `undefined` when the row has moved: look again. */
  async #refreshOnce(row: StoredConnection, attempt: Attempt): Promise<Tokens | undefined> {
    const pausedMs = this.#pausedUntil - Date.now();
    if (this.isClosing) throw tryLater('this process is closing', REST_MS);
    if (pausedMs > 0) throw tryLater('Monerium has asked to wait', pausedMs);
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
      throw error;
    }
    return this.#keep(leased, fresh);
  }

  /** The refresh token is that of the very version which the swap compares with. */
  async #takeLease(
    { connection, version }: StoredConnection,
    { id, by, refreshToken }: Attempt,
  ): Promise<Leased | undefined> {
    const { rows, leaseMs, notify } = this.#options;
    const { renewal } = connection;
    const isTakenOver = renewal?.by !== undefined;
    const inDoubt = isTakenOver || renewal?.inDoubt === true;
    const lease = { by, until: Date.now() + leaseMs, inDoubt };
    const next = { ...connection, renewal: lease };
    let leased: StoredConnection | undefined;
    try {
      const isTaken = await rows.replace(id, version, next);
      if (isTaken) leased = { connection: next, version: version + 1 };
    } catch (reason) {
      // Its answer was lost. The write may not be.
      leased = await rows.read(id);
      if (leased?.connection.renewal?.by !== by) throw reason;
    }
    if (!leased) return undefined;
    if (isTakenOver) notify({ type: 'lease-taken-over' });
    return { ...leased, id, lease, refreshToken };
  }

  async #send({ connection, lease, refreshToken }: Leased): Promise<Tokens> {
    const { leaseMs, refresh, notify } = this.#options;
    const started = Date.now();
    try {
      // After a long pause of this process the lease could end before the answer is here.
      if (lease.until - started < leaseMs / 2) throw tryLater('the lease is too old', REST_MS);
      const tokens = await refresh(connection.clientId, refreshToken);
      notify({ type: 'refreshed', ms: Date.now() - started });
      return tokens;
    } catch (reason) {
      const { code, status } = reason as ConnectError;
      notify({ type: 'refresh-failed', code, status, ms: Date.now() - started });
      throw reason;
    }
  }

  /**
   * Writes the new tokens, and tries until the store takes them: nobody else has them. A connection
   * that was made anew or ended meanwhile wins.
   */
  async #keep({ id, ...leased }: Leased, fresh: Tokens): Promise<Tokens | undefined> {
    const { rows, refreshAheadMs, notify } = this.#options;
    const { accessToken } = leased.connection.tokens;
    const planned = { ...planRefresh(fresh, refreshAheadMs), renewal: undefined };
    let row: StoredConnection | undefined = leased;
    for (let attempt = 0; row;) {
      try {
        const next = { ...row.connection, ...planned };
        if (await rows.replace(id, row.version, next)) return planned.tokens;
        row = await rows.read(id);
        if (row?.connection.ended || row?.connection.tokens.accessToken !== accessToken) break;
      } catch {
        notify({ type: 'write-retried', attempt: ++attempt });
        await pause(20, attempt);
      }
    }
    return undefined;
  }

  /** Ends the connection while its row holds this lease, and so the token that was refused. */
  async #end({ id, lease }: Leased): Promise<undefined> {
    const { rows, notify } = this.#options;
    const { inDoubt } = lease;
    const row = await rows.read(id);
    if (!row || row.connection.renewal?.by !== lease.by) return;
    const ended = { at: Date.now(), inDoubt };
    const next = { ...row.connection, renewal: undefined, ended };
    if (await rows.replace(id, row.version, next)) notify({ type: 'ended', inDoubt });
  }

  /** Lets others try after a while: the refresh token may still be good. */
  async #release({ id, connection, version, lease }: Leased, error: ConnectError): Promise<void> {
    const { code, retryAfterMs } = error;
    const longest = code === 'server_unavailable' ? MAX_OUTAGE_MS : Infinity;
    const until = Date.now() + Math.min(retryAfterMs ?? REST_MS, longest);
    if (retryAfterMs && code !== 'token_unavailable') this.#pausedUntil = until;
    const renewal = { until, inDoubt: lease.inDoubt || !HARMLESS.includes(code) };
    // When the store does not take it, the lease runs out by itself.
    await this.#options.rows
      .replace(id, version, { ...connection, renewal })
      .catch(() => undefined);
  }
}
