import type { Send } from '../core/oauth/http.js';
import { check, checkRange } from './option-checks.js';

const HOSTS = { sandbox: 'https://api.monerium.dev', production: 'https://api.monerium.app' };
/**
 * Tokens travel to this address, so plain `http:` is for this machine only. Unlike a browser, a
 * server asks the network for names such as `api.localhost`.
 */
const SAFE_URL =
  /^(https:\/\/[^/?#@\s]|http:\/\/(localhost|127(\.\d+){3}|\[::1])(?=[:/]|$))[^?#@\s]*$/i;

/** Whether an address can be trusted with tokens. It has neither query nor fragment. */
export function isSafeUrl(url: string): boolean {
  return SAFE_URL.test(url);
}

/** Where Monerium is, and how long to wait for it. */
export interface MoneriumOptions {
  /** Picks the API host. Default: `sandbox`. */
  readonly environment?: 'sandbox' | 'production' | undefined;
  /**
   * Another API host: an emulator, a proxy. It wins over `environment`. It is `https:`, or `http:`
   * on a loopback host, without query and fragment.
   */
  readonly apiUrl?: string | undefined;
  /**
   * How long an exchange, a refresh or a call of a store may take: in milliseconds, 1 to 120,000.
   * Default: 15,000, less than the element's own 20,000.
   */
  readonly timeoutMs?: number | undefined;
  /** Takes the place of the global `fetch`. It has to honour `signal`: it is the deadline. */
  readonly fetch?: typeof fetch | undefined;
}

export const MONERIUM_OPTIONS = {
  environment: 'string',
  apiUrl: 'string',
  timeoutMs: 'number',
  fetch: 'function',
};

/** @throws ConnectError `invalid_config` */
export function readApi(options: MoneriumOptions): { apiUrl: string; timeoutMs: number } {
  const { environment = 'sandbox', apiUrl, timeoutMs = 15_000 } = options;
  check(Object.hasOwn(HOSTS, environment), 'environment', 'sandbox or production');
  const url = apiUrl ?? HOSTS[environment];
  check(isSafeUrl(url), 'apiUrl', 'https: without query, or http: on loopback');
  checkRange('timeoutMs', timeoutMs, 1, 120_000);
  return { apiUrl: url.replace(/\/+$/, ''), timeoutMs };
}

/**
 * `fetch` as the exchange uses it, bound to a deadline. Workers refuse `redirect: 'error'`, and
 * some `cache`; a redirect that is not followed counts as no response either.
 */
export function serverSend(
  { fetch: send = globalThis.fetch }: MoneriumOptions,
  signal: AbortSignal,
): Send {
  return (url, { cache: _, credentials: _c, referrerPolicy: _r, ...init }) =>
    send(url, { ...init, redirect: 'manual', signal });
}
