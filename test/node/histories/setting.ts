import type { Configuration } from '../../../src/core/options.js';
import type { Exchange, ExchangeFunction } from '../../../src/core/oauth/exchange.js';
import type { Environment } from './browser.js';

export const REDIRECT_URI = 'https://shop.example/callback';
/** Another one than the deadline of an offline page, so that the two can be told apart. */
export const TIMEOUT_MS = 15_000;

/** The attributes of the elements, and the browser that they are in. */
export interface Setting extends Environment {
  readonly mode: Configuration['mode'];
  readonly exchange: 'backend' | 'direct' | 'custom';
}

export function isRedirect({ mode, isFramed }: Setting): boolean {
  return mode === 'redirect' || (mode === 'auto' && !isFramed);
}

/** @param run the exchange function of the page */
export function createConfiguration(
  { mode, exchange: kind }: Setting,
  run: ExchangeFunction,
): Configuration {
  const url = 'https://shop.example/api/monerium';
  const exchanges: Record<Setting['exchange'], Exchange> = {
    backend: { kind: 'backend', url, credentials: 'same-origin', headers: {} },
    direct: { kind: 'direct' },
    custom: { kind: 'custom', run },
  };
  const apiUrl = 'https://api.monerium.dev';
  const exchange = kind === 'backend' ? url : kind;
  const binding = { clientId: 'client', apiUrl, redirectUri: REDIRECT_URI, exchange };
  return { binding, exchange: exchanges[kind], mode, authorization: {}, timeout: TIMEOUT_MS };
}
