import { ConnectError } from './errors.js';

/** How long an opener has to answer before the popup goes on by itself. */
const ANSWER_MS = 1000;
/** A window that seems closed this soon has been cut off by the page it shows, not closed. */
const SEVERED_MS = 3000;
/** How long a result may still be on its way from a window that has been closed. */
const GRACE_MS = 1500;
const ANSWER = 'monerium-connect';

/** @throws ConnectError `insecure_context` without Web Crypto or an address to come back to */
export function assertSecure(): void {
  // Plain http: has no `subtle`, whatever the types say.
  const { subtle } = crypto as Partial<Crypto>;
  if (!subtle || !location.protocol.startsWith('http')) {
    throw new ConnectError('insecure_context', {
      phase: 'start',
      hint: 'use https: or localhost, no file: and no preview',
    });
  }
}

export function isFramed(): boolean {
  return window.top !== window;
}

export function readAddress(): string {
  return location.href;
}

/** Puts another address into the bar: same history entry, same history state, no navigation. */
export function rewriteAddress(href: string): void {
  try {
    history.replaceState(history.state, '', href);
  } catch {
    // Some embedders forbid it. The response is spent all the same, and a reload stays silent.
  }
}

export function navigate(href: string): void {
  location.assign(href);
}

/** Takes back a navigation that has not left yet. */
export function stay(): void {
  window.stop();
}

/** Goes to where the flow began, unless that differs from here by its fragment only. */
export function returnTo(href: string): void {
  if (href.split('#')[0] !== location.href.split('#')[0]) location.replace(href);
}

/** The URL itself when it is on this page's origin, else the address of this page. */
export function keepOnOrigin(href: string): string {
  return href.startsWith(`${location.origin}/`) ? href : location.href;
}

/**
 * Resolves when the page is shown: one that is only prerendered may never be. An
 * `<img name="prerendering">` takes the place of the document's own, and is neither true nor false.
 */
export function whenShown(): Promise<unknown> {
  return new Promise((resolve) => {
    if ((document as { prerendering?: boolean }).prerendering !== true) resolve(undefined);
    document.addEventListener('prerenderingchange', resolve, { once: true });
  });
}

/** Resolves after `DOMContentLoaded`. `readyState` cannot tell: `interactive` is on both sides. */
export function whenParsed(): Promise<unknown> {
  const [timing] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return new Promise((resolve) => {
    if (timing?.domContentLoadedEventEnd || document.readyState === 'complete') resolve(undefined);
    // A listener that is added while the event is told is not called: then `load` is.
    for (const type of ['DOMContentLoaded', 'load']) {
      addEventListener(type, resolve, { once: true });
    }
  });
}

/** Calls back `delay` milliseconds after the page has loaded. */
export function afterLoad(delay: number, callback: () => void): void {
  const wait = () => setTimeout(callback, delay);
  if (document.readyState === 'complete') wait();
  else addEventListener('load', wait, { once: true });
}

export function isOnline(): boolean {
  return navigator.onLine;
}

/** Resolves when there is a network again; never, when the signal comes first. */
export function whenOnline(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    addEventListener('online', resolve, { once: true, signal });
  });
}

/**
 * Calls back every `delay` milliseconds, and when the page comes back from the back-forward cache,
 * where timers stand still. Answers a function that ends this.
 */
export function watch(delay: number, callback: (isRestored: boolean) => void): () => void {
  const watching = new AbortController();
  const { signal } = watching;
  addEventListener('pageshow', ({ persisted }) => persisted && callback(true), { signal });
  const timer = setInterval(() => callback(false), delay);
  return () => {
    watching.abort();
    clearInterval(timer);
  };
}

export function isVisible(): boolean {
  return document.visibilityState === 'visible';
}

// The popup, and the line between it and its opener

/** The window that shows Monerium, as its opener knows it. */
export interface Popup {
  /** Gives the window its address. */
  go(href: string): void;
  /** Brings the window to the front, or opens it once more at its address. */
  show(): void;
  close(): void;
  /** Whether the customer has closed it. To be asked again and again. */
  isClosed(): boolean;
  isSource(source: unknown): boolean;
}

/**
 * Opens a window; in the task of the customer's click, else it is blocked. A page may cut itself
 * off from its opener and then looks closed too, but it does so at once, or keeps the focus.
 * @throws ConnectError `popup_blocked`
 * @see HTML, cross-origin opener policies
 */
export function openPopup(href: string): Popup {
  let address = href;
  let popup: Window | null;
  let openedAt: number;
  let closedAt = 0;
  let isSevered = false;
  const openWindow = () => {
    try {
      popup = open(address, crypto.randomUUID(), 'popup,width=480,height=760');
    } catch {
      // What a sandbox forbids is an exception in Firefox.
      popup = null;
    }
    openedAt = Date.now();
    isSevered = false;
    return popup && !popup.closed;
  };
  if (!openWindow()) throw new ConnectError('popup_blocked', { phase: 'start' });
  return {
    go(target) {
      address = target;
      popup?.location.replace(target);
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

/** Who can be told something. A channel needs no origin: it has only one. */
interface Peer {
  postMessage(message: string, targetOrigin: string): void;
}

interface Line {
  /** Absent in an old engine, or under a blocker. */
  readonly channel: (Peer & BroadcastChannel) | undefined;
  hangUp(): void;
}

/** Listens on the channel of this name, and to what windows of this origin send to this one. */
function openLine(name: string, hear: (event: MessageEvent<unknown>) => void): Line {
  const listening = new AbortController();
  const { signal } = listening;
  const listener = (event: MessageEvent<unknown>) => {
    if (event.origin === location.origin) hear(event);
  };
  let channel: BroadcastChannel | undefined;
  try {
    channel = new BroadcastChannel(name);
    channel.onmessage = listener;
  } catch {
    // Then the popup asks its opener, or goes on by itself.
  }
  addEventListener('message', listener, { signal });
  return {
    channel,
    hangUp() {
      listening.abort();
      channel?.close();
    },
  };
}

/**
 * Hears the response that a popup hands over, and tells the popup when `accept` has work to do with
 * it. What anybody else says is not for us. Answers a function that ends the listening.
 */
export function hearPopup(
  name: string,
  isSource: (source: unknown) => boolean,
  accept: (query: string) => (() => void) | false | undefined,
): () => void {
  const { channel, hangUp } = openLine(name, ({ data, source }) => {
    const isTheirs = typeof data === 'string' && (!source || isSource(source));
    const work = isTheirs && accept(data);
    if (!work) return;
    ((source ?? channel) as Peer).postMessage(ANSWER, location.origin);
    hangUp();
    work();
  });
  return hangUp;
}

/**
 * Hands a response over to the page that has opened this window, once: over the channel of this
 * name, or, where there is none or nobody could be on it, to the opener itself if it is of this
 * origin. Answers whether it was taken within a second.
 */
export async function tellOpener(query: string, name: string, isKnown: boolean): Promise<boolean> {
  const opener = window.opener as (Peer & Window) | null;
  let hear: (isTaken: boolean) => void;
  const { channel, hangUp } = openLine(name, ({ data, source }) => {
    if (data === ANSWER && (!source || source === opener)) hear(true);
  });
  const peer: Peer | null = (isKnown && channel) || opener;
  const isTaken = await new Promise<boolean>((resolve) => {
    hear = resolve;
    setTimeout(resolve, peer ? ANSWER_MS : 0, false);
    peer?.postMessage(query, location.origin);
  });
  hangUp();
  return isTaken;
}

/** Works where a script has opened the window, even when it was cut off since. */
export function closeWindow(): void {
  window.close();
}
