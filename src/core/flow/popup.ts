import { ConnectError } from '../errors.js';
import { listenForResponse } from '../browser/popup-channel.js';
import type { PopupWindow } from '../browser/popup-window.js';
import { findUsedTransaction, findTransaction } from '../browser/transaction.js';
import { every, isFramed, type Effect, type Resource } from '../browser/window.js';
import { readAuthorizationResponse } from '../oauth/oauth.js';
import type { FlowControl } from './flow-control.js';
import type { Attempt } from './state.js';

const POLL_MS = 500;
const POPUP_MS = 1_800_000;

/** Listens for the response of a popup, and gives it to the flow. */
export function listenToPopup(flow: FlowControl, popup: PopupWindow, oauthState: string): Resource {
  return listenForResponse(oauthState, popup.isSource, (query) => {
    const response = readAuthorizationResponse(query);
    const transaction = findTransaction(oauthState);
    if (!response || !transaction) return false;
    if (response.state !== undefined && response.state !== oauthState) return false;
    return flow.take({ response, oauthState, query, transaction });
  });
}

/**
 * Looks twice a second at what has become of a popup. The clock is read, because timers do not run
 * in a frozen page.
 */
export function pollPopup(
  flow: FlowControl,
  attempt: Attempt,
  popup: PopupWindow,
  oauthState: string,
): Effect {
  const deadline = Date.now() + POPUP_MS;
  const lose = (code: 'embedding_blocked' | 'popup_timeout' | 'popup_closed') =>
    flow.fail(attempt, new ConnectError(code, { phase: 'authorize' }), 'lose');
  return every(POLL_MS, () => {
    // A popup that got no confirmation exchanges its code by itself.
    const outcome = findUsedTransaction(oauthState)?.outcome;
    if (outcome) flow.finish(attempt, outcome);
    // In a frame of another site the popup reaches nobody when Monerium has severed it.
    else if (Date.now() > deadline) lose(isFramed() ? 'embedding_blocked' : 'popup_timeout');
    else if (popup.isClosed()) lose('popup_closed');
  });
}

/** Sends a popup to Monerium, and waits for its response or its end. */
export function waitForPopup(
  flow: FlowControl,
  attempt: Attempt,
  popup: PopupWindow,
  oauthState: string,
  href: string,
): void {
  popup.go(href, oauthState);
  // `openUrl` of the page may have cancelled: the flow ignores the event then, and ends all of it.
  const listener = listenToPopup(flow, popup, oauthState);
  const timer = pollPopup(flow, attempt, popup, oauthState);
  flow.send({ type: 'wait', attempt, oauthState, popup, listener, timer });
}
