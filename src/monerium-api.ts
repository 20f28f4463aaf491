import { ConnectError, isConnectError } from './errors.js';
import { refreshTokens as requestTokens, type Send, type Tokens } from './exchange.js';

const HOSTS = { sandbox: 'https://api.monerium.dev', production: 'https://api.monerium.app' };
/** How long a refreshed token still leads to its successor, in milliseconds. */
const SUCCESSOR_MS = 60_000;

export const HTTP_URL = /^https?:\/\//i;

/** Where Monerium is, and how long to wait for it. */
export interface MoneriumOptions {
  /** Picks the API host. Default: `sandbox`. */
  readonly environment?: 'sandbox' | 'production' | undefined;
  /** Another API host: an emulator, a proxy. It wins over `environment`. */
  readonly apiUrl?: string | undefined;
  /** In milliseconds, 1 to 120,000. Default: 15,000, less than the element's own 20,000. */
  readonly timeoutMs?: number | undefined;
  /** Takes the place of the global `fetch`. It has to honour `signal`: it is the deadline. */
  readonly fetch?: typeof fetch | undefined;
}

/** @throws ConnectError `invalid_config` that names the option and what it needs */
export function check(isValid: boolean, option: string, need: string): asserts isValid {
  if (!isValid) {
    throw new ConnectError('invalid_config', { phase: 'start', hint: `${option} needs ${need}` });
  }
}

export function readApi({ environment = 'sandbox', apiUrl, timeoutMs = 15_000 }: MoneriumOptions) {
  check(Object.hasOwn(HOSTS, environment), 'environment', 'sandbox or production');
  const url = apiUrl ?? HOSTS[environment];
  check(HTTP_URL.test(url), 'apiUrl', 'an absolute URL');
  check(timeoutMs > 0 && timeoutMs <= 120_000, 'timeoutMs', '1 to 120000');
  return { apiUrl: url.replace(/\/+$/, ''), timeoutMs };
}

/**
 * `fetch` as the exchange uses it, bound to a deadline. Workers refuse `redirect: 'error'`, and
 * some `cache`; a redirect that is not followed is no answer of Monerium either.
 */
export function bindFetch(
  { fetch: send = globalThis.fetch }: MoneriumOptions,
  signal: AbortSignal,
): Send {
  return (url, { cache: _, credentials: _c, referrerPolicy: _r, ...init }) =>
    send(url, { ...init, redirect: 'manual', signal });
}

/** Gives the work a signal that fires at the deadline; a failure from then on is a timeout. */
export async function withDeadline<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), ms);
  try {
    return await work(controller.signal);
  } catch (reason) {
    const isLate = controller.signal.aborted && isConnectError(reason);
    throw isLate ? new ConnectError('exchange_timeout') : reason;
  } finally {
    clearTimeout(timer);
  }
}

/** What {@link refreshTokens} needs. */
export interface RefreshOptions extends MoneriumOptions {
  /** The client that the tokens were given to. */
  readonly clientId: string;
  readonly refreshToken: string;
}

interface Refresh {
  readonly tokens: Promise<Tokens>;
  /** Milliseconds since the epoch. */
  until: number;
}

const refreshes = new Map<string, Refresh>();

/**
 * Trades a kept refresh token for new tokens, once: the old one is dead afterwards, so keep the new
 * ones in its place. Within a process, calls with the same token share one refresh, and for a
 * minute more they get the same new tokens: for a caller that read the old one just before it was
 * replaced, and for a write that has to be tried again.
 * @throws ConnectError `exchange_rejected` when the customer has to connect again; with any other
 * code the old token may still be good
 * @see RFC 6749 section 6, RFC 9700 section 4.14.2
 */
export async function refreshTokens(options: RefreshOptions): Promise<Tokens> {
  const { clientId, refreshToken } = options;
  const { apiUrl, timeoutMs } = readApi(options);
  for (const [key, { until }] of refreshes) if (until < Date.now()) refreshes.delete(key);
  const key = [apiUrl, clientId, refreshToken].join(' ');
  const known = refreshes.get(key);
  if (known) return known.tokens;
  const tokens = withDeadline(timeoutMs, (signal) =>
    requestTokens(bindFetch(options, signal), { apiUrl, clientId }, refreshToken),
  );
  const refresh: Refresh = { tokens, until: Infinity };
  refreshes.set(key, refresh);
  try {
    return await tokens;
  } catch (reason) {
    refreshes.delete(key);
    throw reason;
  } finally {
    refresh.until = Date.now() + SUCCESSOR_MS;
  }
}
