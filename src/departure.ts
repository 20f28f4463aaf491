import { isFramed, readAddress } from './browser.js';
import type { Configuration, Mode } from './configuration.js';
import { ConnectError } from './errors.js';
import {
  buildAuthorizationUrl,
  readAuthorizationResponse,
  stripAuthorizationResponse,
  type Secrets,
} from './oauth.js';
import { saveTransaction } from './transaction.js';

/** @throws ConnectError `embedding_blocked`: Monerium is never shown in a frame */
export function chooseMode({ mode }: Configuration): Mode {
  if (mode === 'popup' || (mode === 'auto' && isFramed())) return 'popup';
  if (!isFramed()) return 'redirect';
  throw new ConnectError('embedding_blocked', {
    phase: 'start',
    hint: 'in a frame set mode="auto"',
  });
}

/** The page's address. A response of ours that a host has left in it stays out of the record. */
function readStartUrl(): string {
  const href = readAddress();
  const isOurs = readAuthorizationResponse(new URL(href).search)?.state;
  return isOurs ? stripAuthorizationResponse(href) : href;
}

/**
 * Keeps a flow that is about to leave, and answers the address at Monerium to go to.
 * @throws ConnectError `storage_unavailable`
 * @see RFC 6749 section 4.1.1, RFC 7636 section 4.3, Monerium's `GET /auth`
 */
export function prepareDeparture(
  { clientId, apiUrl, redirectUri, exchange, authorization }: Configuration,
  { state, codeVerifier, codeChallenge }: Secrets,
  mode: Mode,
  id: string,
): string {
  saveTransaction(state, {
    v: 1,
    ...{ codeVerifier, clientId, apiUrl, redirectUri, exchange },
    mode,
    startUrl: readStartUrl(),
    id,
    at: Date.now(),
  });
  return buildAuthorizationUrl(apiUrl, {
    ...authorization,
    client_id: clientId,
    code_challenge: codeChallenge,
    code_challenge_method: 'S256',
    redirect_uri: redirectUri,
    response_type: 'code',
    state,
  });
}
