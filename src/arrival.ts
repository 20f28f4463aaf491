import { readAddress, rewriteAddress } from './browser.js';
import { ConnectError } from './errors.js';
import {
  readAuthorizationResponse,
  stripAuthorizationResponse,
  toAuthorizationError,
  type AuthorizationCode,
  type AuthorizationResponse,
} from './oauth.js';
import {
  findStateOfTab,
  findTombstone,
  findTransaction,
  isExpired,
  type Transaction,
} from './transaction.js';

/** The authorization response that the page was opened with. It waits here to be claimed. */
export interface Arrival {
  readonly response: AuthorizationResponse;
  readonly state: string;
  /** The query it came in. */
  readonly query: string;
  /** Absent when this browser does not know the flow. */
  readonly transaction: Transaction | undefined;
}

/** Storage and `redirect-uri` are bound to the origin already. */
function isSamePath(redirectUri: string, href: string): boolean {
  return URL.canParse(redirectUri) && new URL(redirectUri).pathname === new URL(href).pathname;
}

/**
 * Recognises a response of ours in the address and cuts it out of there, in one go: until then
 * every request of the page could carry it in its `Referer`. A stranger's response is left alone.
 */
export function takeArrival(): Arrival | undefined {
  const href = readAddress();
  const query = new URL(href).search;
  const response = readAuthorizationResponse(query);
  const state = response?.state ?? findStateOfTab();
  if (!response || !state) return undefined;
  const transaction = findTransaction(state);
  if (transaction ? !isSamePath(transaction.redirectUri, href) : !response.state) return undefined;
  rewriteAddress(stripAuthorizationResponse(href));
  return findTombstone(state) ? undefined : { response, state, query, transaction };
}

/**
 * The code of a response that is fit to be exchanged.
 * @throws ConnectError of the phase `authorize`
 */
export function readCode(
  { code, oauthError }: AuthorizationResponse,
  transaction: Transaction,
): AuthorizationCode {
  if (isExpired(transaction)) throw new ConnectError('transaction_expired', { phase: 'authorize' });
  if (oauthError) throw toAuthorizationError(oauthError);
  if (code) return code;
  throw new ConnectError('response_invalid', { phase: 'authorize' });
}
