import type { Arrival } from './arrival.js';
import { hearPopup, isFramed, watch, type Popup } from './browser.js';
import { ConnectError } from './errors.js';
import type { Identity } from './exchange.js';
import { readAuthorizationResponse, toAuthorizationError } from './oauth.js';
import { findOutcome, findTransaction } from './transaction.js';

const CHECK_MS = 500;
const POPUP_MS = 1_800_000;

/** What became of a popup: its response, or the end that it came to without its opener. */
export type PopupNews = Arrival | Identity | ConnectError;

/** The ends of two ways to hear of a popup. */
export interface PopupWatch {
  /** No failure is told any more. */
  stop(): void;
  /** No response is taken any more. */
  hangUp(): void;
}

/**
 * Follows a popup from its opener. A popup that hears no answer exchanges its code by itself: then
 * the outcome is found in storage. The clock is asked, because timers stand still in a frozen page.
 */
export function followPopup(
  popup: Popup,
  state: string,
  tell: (news: PopupNews) => void,
): PopupWatch {
  const end = Date.now() + POPUP_MS;
  const hangUp = hearPopup(state, popup.isSource, (query) => {
    const response = readAuthorizationResponse(query);
    const transaction = findTransaction(state);
    const isOurs = response && transaction && (response.state ?? state) === state;
    return isOurs && (() => tell({ response, state, query, transaction }));
  });
  const fail = (code: 'embedding_blocked' | 'popup_timeout' | 'popup_closed') =>
    tell(new ConnectError(code, { phase: 'authorize' }));
  const stop = watch(CHECK_MS, () => {
    const outcome = findOutcome(state);
    if (outcome === 'access_denied') tell(toAuthorizationError(outcome));
    else if (outcome) tell(typeof outcome === 'string' ? new ConnectError(outcome) : outcome);
    // Out of another site's frame the popup reaches nobody when Monerium has cut it off.
    else if (Date.now() > end) fail(isFramed() ? 'embedding_blocked' : 'popup_timeout');
    else if (popup.isClosed()) fail('popup_closed');
  });
  return { stop, hangUp };
}
