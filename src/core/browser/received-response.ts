import { createError, isErrorCode, tryTo, type ErrorCode } from '../errors.js';
import {
  readAuthorizationResponse,
  stripAuthorizationResponse,
  toAuthorizationError,
  type AuthorizationCode,
  type AuthorizationResponse,
} from '../oauth/oauth.js';
import {
  findStateOfPopup,
  findUsedTransaction,
  findTransaction,
  isExpired,
  listPendingOfTab,
  type Transaction,
} from './transaction.js';
import { closeWindow } from './popup-window.js';
import { isFramed } from './window.js';

/** An authorization response that has come to this page. It waits here to be claimed. */
export interface ReceivedResponse {
  readonly response: AuthorizationResponse;
  readonly oauthState: string;
  /** The query it came in. */
  readonly query: string;
  /** The address it came to, without it. Absent when another window has handed it over. */
  readonly rest?: string;
  /** Absent when this browser does not know the flow. */
  readonly transaction: Transaction | undefined;
}

/** How a flow ended that the site's server has started. */
export type Result = 'connected' | ErrorCode;

/** Whether this browser knows the flow by its `state`. Anybody can make any other response. */
export function isProven({ response, transaction }: ReceivedResponse): boolean {
  return transaction !== undefined && response.state !== undefined;
}

/** Storage and `redirect-uri` are bound to the origin already. */
export function isSamePath(redirectUri: string, href: string): boolean {
  return tryTo(() => new URL(redirectUri).pathname) === new URL(href).pathname;
}

/**
 * The flow that an error without `state` belongs to: the one that this popup was opened for, or the
 * only pending one that was begun in this tab by a redirect.
 */
function guessOAuthState(): string | undefined {
  const ofPopup = findStateOfPopup();
  if (findTransaction(ofPopup)) return ofPopup;
  const [only, ...others] = listPendingOfTab();
  return others.length === 0 && only?.transaction.mode === 'redirect' ? only.state : undefined;
}

/**
 * Recognises a response of our flow in an address of this origin. A response for another OAuth
 * client stays untouched. A frame takes no response: an attacker's page can frame the page of the
 * redirect URI with a response of its own making.
 * @param clean called with the rest of the address for every response of our flow, also a used one
 * @param guess finds the flow of a response without `state`
 */
export function receiveResponse(
  href: string,
  clean: (rest: string) => void,
  guess = guessOAuthState,
): ReceivedResponse | undefined {
  if (isFramed()) return undefined;
  const query = new URL(href).search;
  const response = readAuthorizationResponse(query);
  const oauthState = response && (response.state ?? guess());
  if (!oauthState) return undefined;
  const transaction = findTransaction(oauthState);
  if (transaction && !isSamePath(transaction.redirectUri, href)) return undefined;
  const rest = stripAuthorizationResponse(href);
  clean(rest);
  if (!findUsedTransaction(oauthState)) return { response, oauthState, query, rest, transaction };
  // The flow has ended in another window, or was cancelled there: its popup has nothing left to do.
  if (oauthState === findStateOfPopup()) closeWindow();
  return undefined;
}

/**
 * Reads `monerium_result`, the result of a flow that the site's server started, and removes it from
 * the address. Anyone can write this parameter: it proves nothing. A value that the server never
 * writes belongs to the site, and stays.
 */
export function takeResult(href: string, clean: (rest: string) => void): Result | undefined {
  const name = 'monerium_result';
  const result = new URL(href).searchParams.get(name);
  if (result !== 'connected' && !isErrorCode(result)) return undefined;
  clean(stripAuthorizationResponse(href, (other) => other === name));
  return result;
}

/**
 * The code of a response that is fit to be exchanged.
 * @throws ConnectError of the phase `authorize`
 */
export function readCode(
  { code, oauthError }: AuthorizationResponse,
  transaction: Transaction,
): AuthorizationCode {
  if (isExpired(transaction)) throw createError('transaction_expired');
  if (oauthError) throw toAuthorizationError(oauthError);
  if (code) return code;
  throw createError('response_invalid');
}
