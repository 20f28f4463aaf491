import { ConnectError, tryTo } from '../errors.js';
import { findPopupName, keepPopupName } from './transaction.js';
import { isFramed } from './window.js';

/** COOP makes `closed` true at once. Closed within 3 s of opening means severed, not closed. */
const SEVERED_MS = 3000;
/** How long a response may still be on its way from a window that has been closed. */
const GRACE_MS = 1500;

const BLOCKED =
  'the browser blocked the window; call connect() synchronously in a click handler; ' +
  'a sandbox needs allow-popups';

/** The window that shows Monerium, as its opener knows it. */
export interface PopupWindow {
  /** Navigates the window. One that was opened at this address is on its way there. */
  go(href: string): void;
  /** Brings the window to the front, or opens it once more at its address. */
  show(): void;
  close(): void;
  /** Whether the customer has closed it. To be called again and again. */
  isClosed(): boolean;
  isSource(source: unknown): boolean;
}

const NAME_PREFIX = 'monerium-connect-';

/** A name for a popup's window. It is random, so that no other page can give itself that name. */
export function createPopupName(): string {
  return NAME_PREFIX + crypto.randomUUID();
}

/** The name that this window was opened with, when it is a popup of ours, else an empty string. */
export function readPopupName(): string {
  return window.name.startsWith(NAME_PREFIX) ? window.name : findPopupName();
}

/** Closes this window when it is a popup of ours that has nothing left to do. */
export function closeOwnPopup(): void {
  if (readPopupName()) window.close();
}

function openSmallWindow(href: string, name: string): Window | undefined {
  // What a sandbox forbids is an exception in Firefox.
  const popup = tryTo(() => open(href, name, 'popup,width=480,height=760'));
  return popup && !popup.closed ? popup : undefined;
}

/**
 * Cuts the way back to this page, which the other site could navigate by it. The popup then
 * responds over a channel. In a frame of another site its storage and channels are separate: there
 * `opener` is the only way.
 */
function disown(popup: Window): void {
  if (!isFramed() && typeof BroadcastChannel === 'function') popup.opener = null;
}

/**
 * Opens a window; in the task of the customer's click, else it is blocked. A page may sever itself
 * from its opener (COOP) and then looks closed too, but it does so at once, or keeps the focus.
 * @param address where it is known by then. In WebKit an empty window that was navigated at once
 *   was seen to stay empty, rarely.
 * @throws ConnectError `popup_blocked`
 * @see HTML, cross-origin opener policies
 */
export function openPopup(name: string, address = 'about:blank'): PopupWindow {
  let popup: Window | undefined;
  let openedAt = 0;
  let closedAt = 0;
  let isSevered = false;

  const openWindow = () => {
    const opened = openSmallWindow(address, name);
    if (!opened) return false;
    keepPopupName(opened, name);
    disown(opened);
    popup = opened;
    openedAt = Date.now();
    isSevered = false;
    return true;
  };

  if (!openWindow()) throw new ConnectError('popup_blocked', { phase: 'start', hint: BLOCKED });
  return {
    go(href) {
      if (href === address) return;
      address = href;
      popup?.location.replace(href);
    },
    show() {
      if (popup?.closed) openWindow();
      popup?.focus();
    },
    close: () => popup?.close(),
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
