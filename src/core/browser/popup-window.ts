import { createError, tryTo } from '../errors.js';
import { markPopup } from './transaction.js';
import type { Resource } from './window.js';

/** COOP makes `closed` true at once. Closed within 3 s of opening means severed, not closed. */
const SEVERED_MS = 3000;
/** How long a response may still be on its way from a window that has been closed. */
const GRACE_MS = 1500;

/** The window that shows Monerium, as its opener knows it. `end()` closes it. */
export interface PopupWindow extends Resource {
  /** Navigates the window. Does nothing if it was opened at this address. */
  go(href: string, oauthState: string): void;
  /** Brings the window to the front, or opens it once more at its address. */
  show(): void;
  /** Whether the customer has closed it. To be called again and again. */
  isClosed(): boolean;
  isSource(source: unknown): boolean;
}

/** In the middle of the window of this page. */
function openSmallWindow(href: string): Window | undefined {
  const left = screenX + (outerWidth - 480) / 2;
  const top = screenY + (outerHeight - 760) / 2;
  const features = `popup,width=480,height=760,left=${left},top=${top}`;
  // What a sandbox forbids is an exception in Firefox.
  const popup = tryTo(() => open(href, '_blank', features));
  return popup && !popup.closed ? popup : undefined;
}

/**
 * Opens a window. Outside the task of the customer's click it is blocked. It keeps its `opener`:
 * a page cannot close a window of another site that has none. A page may sever itself from its
 * opener (COOP) and then looks closed too, but it does so at once, or keeps the focus.
 * @param address where it is known by then. In WebKit, a window that was opened empty and navigated
 * at once has stayed empty at times.
 * @throws ConnectError `popup_blocked`
 * @see HTML, cross-origin opener policies; `window.close()`
 */
export function openPopup(address = 'about:blank', oauthState = ''): PopupWindow {
  let popup: Window | undefined;
  let openedAt = 0;
  let closedAt = 0;
  let isSevered = false;

  const openWindow = () => {
    const opened = openSmallWindow(address);
    if (!opened) return false;
    markPopup(opened, oauthState);
    popup = opened;
    openedAt = Date.now();
    isSevered = false;
    return true;
  };

  if (!openWindow()) throw createError('popup_blocked');
  return {
    go(href, state) {
      if (!popup || href === address) return;
      address = href;
      oauthState = state;
      markPopup(popup, state);
      popup.location.replace(href);
    },
    show() {
      if (popup?.closed) openWindow();
      popup?.focus();
    },
    end: () => popup?.close(),
    isClosed() {
      if (!popup?.closed) closedAt = 0;
      else closedAt ||= Date.now();
      if (!closedAt || Date.now() < closedAt + GRACE_MS) return false;
      isSevered ||= closedAt < openedAt + SEVERED_MS || !document.hasFocus();
      return !isSevered;
    },
    isSource: (source) => source === popup,
  };
}

/** Closes this window. Works where a script has opened it, even when it was severed since. */
export function closeWindow(): void {
  window.close();
}
