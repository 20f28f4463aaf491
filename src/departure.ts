import { readAddress } from './browser.js';
import type { Configuration } from './configuration.js';
import {
  buildAuthorizationUrl,
  readAuthorizationResponse,
  stripAuthorizationResponse,
  type Secrets,
} from './oauth.js';
import { saveTransaction } from './transaction.js';

/** The page's address. A response of ours that a host has left in it stays out of the record. */
function readStartUrl(): string {
  const { href } = readAddress();
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
  elementId: string,
): string {
  saveTransaction(state, {
    v: 1,
    ...{ codeVerifier, clientId, apiUrl, redirectUri, exchange },
    mode: 'redirect',
    startUrl: readStartUrl(),
    elementId,
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
