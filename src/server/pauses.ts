import type { ConnectError, ErrorCode } from '../core/errors.js';
import { tryLater } from './kept-connection.js';

/** How long nobody tries after a failure without `Retry-After`. In milliseconds. */
export const REST_MS = 1000;
/** The longest pause, even if `Retry-After` asks for more. Then one request tries again. */
export const MAX_PAUSE_MS = 300_000;
/** The longest `Retry-After` that is obeyed. A 5xx may be a maintenance page of a proxy. */
const HEEDED_MS: Partial<Record<ErrorCode, number>> = {
  rate_limited: MAX_PAUSE_MS,
  server_unavailable: 60_000,
};
/** After so many time-outs in a row Monerium counts as silent. */
const SILENT_AFTER = 3;
/** How long a silent Monerium is not asked. In milliseconds. */
const SILENCE_MS = 10_000;

/** How long a connection is not refreshed after this failure. In milliseconds. */
export function restAfter({ code, retryAfterMs = 0 }: ConnectError): number {
  return Math.max(Math.min(retryAfterMs, HEEDED_MS[code] ?? 0), REST_MS);
}

/** What is known of a client. A change makes a new one. */
interface ClientState {
  /** In a row. */
  readonly timeouts: number;
  /** By `performance.now()`, which no change of the clock moves. 0: there was no pause. */
  readonly until: number;
  /** One request finds out whether the pause is over. */
  readonly isTrying: boolean;
}

const FINE: ClientState = { timeouts: 0, until: 0, isTrying: false };

/**
 * Keeps the requests of a client back after Monerium has asked it to wait, or was silent. When the
 * pause is over, one request goes first, and the others when it was answered.
 */
export class Pauses {
  readonly #clients = new Map<string, ClientState>();

  /** @throws ConnectError `token_unavailable` during a pause */
  check(clientId: string): void {
    const { timeouts, until, isTrying } = this.#stateOf(clientId);
    const left = until - performance.now();
    if (left <= 0 && !isTrying) return;
    const why = timeouts < SILENT_AFTER ? 'has asked to wait' : 'does not answer';
    throw tryLater(`Monerium ${why}`, Math.max(left, REST_MS));
  }

  /** @throws ConnectError of the request, or `token_unavailable` during a pause */
  async run<T>(clientId: string, request: () => Promise<T>): Promise<T> {
    this.check(clientId);
    const state = this.#stateOf(clientId);
    const trial = { ...state, isTrying: true };
    if (state.until > 0) this.#clients.set(clientId, trial);
    try {
      const result = await request();
      this.#noteAnswer(clientId, trial);
      return result;
    } catch (reason) {
      // A refresh throws nothing else.
      this.#noteFailure(clientId, trial, reason as ConnectError);
      throw reason;
    }
  }

  #stateOf(clientId: string): ClientState {
    return this.#clients.get(clientId) ?? FINE;
  }

  /** A pause that has begun since the request was sent stays. */
  #noteAnswer(clientId: string, trial: ClientState): void {
    const state = this.#stateOf(clientId);
    if (state === trial || state.until === 0) this.#clients.delete(clientId);
  }

  #noteFailure(clientId: string, trial: ClientState, error: ConnectError): void {
    const { timeouts, until } = this.#stateOf(clientId);
    if (error.code === 'exchange_timeout') {
      const isSilent = timeouts + 1 >= SILENT_AFTER;
      const next = isSilent ? performance.now() + SILENCE_MS : until;
      this.#clients.set(clientId, { timeouts: timeouts + 1, until: next, isTrying: false });
    } else if (error.retryAfterMs && HEEDED_MS[error.code]) {
      const next = performance.now() + restAfter(error);
      this.#clients.set(clientId, { ...FINE, until: next });
    } else {
      this.#noteAnswer(clientId, trial);
    }
  }
}
