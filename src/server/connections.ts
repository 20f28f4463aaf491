import type { Tokens } from '../core/oauth/exchange.js';
import { ownFields, type Identity } from '../core/oauth/identity.js';
import type { Connection, ConnectionStore, StoredConnection } from './store.js';
import { pause, raceSignal, waitAtMost } from './deadline.js';
import {
  ConnectionEndedError,
  isDue,
  isUsable,
  planRefresh,
  requireOpen,
  StoreWithDeadline,
  toStoreFailure,
  tryLater,
} from './kept-connection.js';
import { MONERIUM_OPTIONS, readApi, type MoneriumOptions } from './monerium-api.js';
import { check, checkRange, ownOptions } from './option-checks.js';
import { REST_MS } from './pauses.js';
import { Renewals } from './renewal.js';
import { requestRefresh } from './request-refresh.js';
import { ignoreErrors, type Observer, type ServerEvent } from './server-event.js';
import { requireId } from './stored-row.js';
import { SharedWork } from './shared-work.js';

/** How long a caller waits for new tokens. In milliseconds. */
const MAX_WAIT_MS = 20_000;

export interface ConnectionsOptions extends MoneriumOptions {
  readonly store: ConnectionStore;
  /** Refresh when a token has less to live than this. In milliseconds. Default: 300,000. */
  readonly refreshAheadMs?: number | undefined;
  /**
   * After this a process that refreshes counts as dead. In milliseconds, at least four times
   * `timeoutMs`. Default: 60,000, or four times `timeoutMs` when that is more.
   */
  readonly leaseMs?: number | undefined;
  /** How many refreshes this process sends at once. Default: 16. */
  readonly concurrency?: number | undefined;
  /** Called with what happened, without secrets, for metrics and traces. Its errors are ignored. */
  readonly observe?: ((event: ServerEvent) => void) | undefined;
}

/** What {@link Connections.connect} keeps: the details that `onConnected` gets fit. */
export interface NewConnection extends Identity {
  readonly tokens: Tokens;
  readonly clientId: string;
}

export interface TokenOptions {
  /** A token that Monerium has answered with 401. It is refreshed if it is still the kept one. */
  readonly refused?: string | undefined;
  /** Ends the wait. A refresh goes on when it was sent, and is not sent when nobody waits. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Kept connections. Every `id` is the site's own: of a session or of a customer. It is a text of 1
 * to 512 characters; for anything else each method rejects with a `TypeError`.
 */
export interface Connections {
  /**
   * Keeps a new connection in place of the one before. Made for `onConnected`. When the store
   * fails, it tries again until `signal` fires. Default: a signal that fires after `timeoutMs`.
   * @throws ConnectError `server_unavailable` with the store's error as `cause`
   */
  connect(id: string, details: NewConnection, signal?: AbortSignal): Promise<void>;
  /**
   * An access token with life left. It is refreshed at most once over all processes. Meanwhile the
   * others get the present token if it has 10 s left, or wait for the new one, up to 20 s.
   * Fits `getAccessToken` of `@monerium/sdk`.
   * @throws ConnectionEndedError when the customer has to connect again
   * @throws ConnectError with any other code: try later, after `retryAfterMs` if there is one
   */
  getAccessToken(id: string, options?: TokenOptions): Promise<string>;
  /**
   * Who is connected, or nothing when nobody is or the customer has to connect again. Made for
   * `onSession`. It reads the store and asks Monerium nothing.
   * @throws ConnectError `server_unavailable` when the store fails
   */
  find(id: string): Promise<Identity | undefined>;
  /**
   * Deletes the connection. A refresh that is under way does not bring it back.
   * @throws ConnectError `server_unavailable` when the store fails
   */
  disconnect(id: string): Promise<void>;
  /**
   * Begins no further refresh, and resolves when nothing is under way. For SIGTERM. If the store is
   * down, it waits for the store: the new tokens have no other copy.
   */
  close(): Promise<void>;
}

const TYPES = {
  ...MONERIUM_OPTIONS,
  store: 'object',
  refreshAheadMs: 'number',
  leaseMs: 'number',
  concurrency: 'number',
  observe: 'function',
};

function readOptions(options: ConnectionsOptions) {
  const own = ownOptions(options, TYPES);
  const { timeoutMs, apiUrl } = readApi(own);
  const leaseMs = own.leaseMs ?? Math.max(60_000, 4 * timeoutMs);
  const { store, refreshAheadMs = 300_000, concurrency = 16 } = own;
  const { read, replace } = Object(store) as Partial<ConnectionStore>;
  check(Boolean(read && replace), 'store', 'an object with read() and replace()');
  checkRange('refreshAheadMs', refreshAheadMs, 0, 86_400_000);
  checkRange('leaseMs', leaseMs, 4 * timeoutMs, 86_400_000);
  checkRange('concurrency', concurrency, 1, 1000);
  const rows = new StoreWithDeadline(store, timeoutMs);
  return { own, timeoutMs, apiUrl, leaseMs, rows, refreshAheadMs, concurrency };
}

type Settings = ReturnType<typeof readOptions>;

class KeptConnections implements Connections {
  readonly #settings: Settings;
  readonly #notify: Observer;
  readonly #renewals: Renewals;
  /** What this process has under way, by what was asked for. */
  readonly #shared = new SharedWork<Tokens>();
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(settings: Settings) {
    const { own, ...api } = settings;
    this.#settings = settings;
    this.#notify = ignoreErrors(own.observe);
    this.#renewals = new Renewals({
      ...settings,
      notify: this.#notify,
      refresh: (clientId, refreshToken) => requestRefresh(own, { ...api, clientId }, refreshToken),
    });
  }

  async connect(id: string, details: NewConnection, signal?: AbortSignal): Promise<void> {
    requireId(id);
    const deadline = signal ?? AbortSignal.timeout(this.#settings.timeoutMs);
    return this.#track(this.#write(id, details, deadline));
  }

  async getAccessToken(id: string, options: TokenOptions = {}): Promise<string> {
    requireId(id);
    const { refused, signal } = ownFields(options);
    const { rows } = this.#settings;
    const row = requireOpen(await raceSignal(signal, this.#track(rows.read(id))));
    const { tokens } = row.connection;
    if (!isDue(row.connection, refused, rows.now())) return tokens.accessToken;
    try {
      return (await this.#renew(id, row, refused, signal)).accessToken;
    } catch (reason) {
      const isGone = signal?.aborted || reason instanceof ConnectionEndedError;
      if (isGone || !isUsable(tokens, refused, rows.now())) throw reason;
      return tokens.accessToken;
    }
  }

  async find(id: string): Promise<Identity | undefined> {
    requireId(id);
    const row = await this.#track(this.#settings.rows.read(id));
    if (!row || row.connection.ended) return undefined;
    const { profile, userId } = row.connection;
    return { profile, userId };
  }

  async disconnect(id: string): Promise<void> {
    requireId(id);
    return this.#track(this.#delete(id));
  }

  async close(): Promise<void> {
    this.#renewals.isClosing = true;
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  async #track<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    try {
      return await work;
    } finally {
      this.#underWay.delete(work);
    }
  }

  async #write(id: string, details: NewConnection, signal: AbortSignal): Promise<void> {
    const { rows, refreshAheadMs } = this.#settings;
    const { profile, userId, clientId, tokens } = details;
    const planned = planRefresh(tokens, refreshAheadMs, rows.clockAheadMs);
    const mark = crypto.randomUUID();
    const next: Connection = { profile, userId, clientId, ...planned, mark };
    await this.#retry(signal, async () => {
      if (await rows.replace(id, 0, next)) return true;
      const row = await rows.read(id);
      // An earlier write succeeded, but its response was lost. The tokens may be newer by now.
      if (row?.connection.mark === mark) return true;
      return row !== undefined && rows.replace(id, row.version, next);
    });
  }

  /** Callers of this process that ask for the same wait for the same. */
  async #renew(
    id: string,
    row: StoredConnection,
    refused: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Tokens> {
    const started = Date.now();
    const key = JSON.stringify([id, refused]);
    const isJoining = this.#shared.has(key);
    const late = () => tryLater('there are no new tokens yet', REST_MS);
    const tokens = await this.#shared.join(
      key,
      (left) => this.#track(this.#renewals.renew(id, row, refused, left)),
      (work) => raceSignal(signal, waitAtMost(MAX_WAIT_MS, work, late)),
    );
    const ms = Date.now() - started;
    if (isJoining) this.#notify({ type: 'refresh-shared', within: 'process', ms });
    return tokens;
  }

  async #delete(id: string): Promise<void> {
    const { rows, timeoutMs } = this.#settings;
    await this.#retry(AbortSignal.timeout(timeoutMs), async () => {
      const row = await rows.read(id);
      return !row || rows.replace(id, row.version, undefined);
    });
  }

  /** Tries until it has worked, or the signal fires. */
  async #retry(signal: AbortSignal, write: () => Promise<boolean>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        if (await write()) return;
        if (signal.aborted) throw toStoreFailure('the row has changed each time');
      } catch (reason) {
        if (signal.aborted) throw reason;
      }
      this.#notify({ type: 'write-retried', attempt });
      await pause(20, attempt);
    }
  }
}

/**
 * Keeps connections in the site's store and their tokens fresh, in any number of processes.
 * @throws ConnectError `invalid_config`, whose message names the option and what it needs
 * @see RFC 6749 section 6, RFC 9700 section 4.14.2
 */
export function createConnections(options: ConnectionsOptions): Connections {
  return new KeptConnections(readOptions(options));
}
