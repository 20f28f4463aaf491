import type { Authorize, Binding, ConnectorOptions, Mode } from '../../../src/core/options.js';
import type { ExchangeFunction } from '../../../src/core/oauth/exchange.js';
import type { Environment } from './browser.js';

export const REDIRECT_URI = 'https://shop.example/callback';
/** How long a page with the response of a popup waits for the popup's opener. */
export const HAND_OVER_MS = 1000;
/** Another one than the deadline of an offline page, so that the two can be distinguished. */
export const TIMEOUT_MS = 15_000;

const CLIENT_ID = 'client';
const BACKEND_URL = 'https://shop.example/api/monerium';

/** The options of the connectors, and the browser that they are in. */
export interface Setting extends Environment {
  readonly mode: Mode | 'auto';
  readonly exchange: 'backend' | 'direct' | 'custom';
  readonly hasWallet: boolean;
}

export function isRedirect({ mode, isFramed }: Setting): boolean {
  return mode === 'redirect' || (mode === 'auto' && !isFramed);
}

/**
 * @param run the exchange function of the page
 * @param authorize asks the wallet
 */
export function createOptions(
  { mode, exchange, hasWallet }: Setting,
  run: ExchangeFunction,
  authorize: Authorize,
): ConnectorOptions {
  return {
    clientId: CLIENT_ID,
    redirectUri: REDIRECT_URI,
    mode,
    timeout: TIMEOUT_MS,
    backendUrl: exchange === 'backend' ? BACKEND_URL : null,
    exchange: exchange === 'custom' ? run : null,
    authorize: hasWallet ? authorize : null,
  };
}

/** What a flow of these options is bound to. */
export function createBinding({ exchange }: Setting): Binding {
  return {
    clientId: CLIENT_ID,
    apiUrl: 'https://api.monerium.dev',
    redirectUri: REDIRECT_URI,
    exchange: exchange === 'backend' ? BACKEND_URL : exchange,
  };
}
