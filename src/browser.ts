import type { PageAddress } from './configuration.js';
import { ConnectError } from './errors.js';

/** How long a navigation may take before the button is offered again. */
const LEAVING_MS = 10_000;

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

/** @throws ConnectError `embedding_blocked` in a frame: Monerium cannot be shown there */
export function assertUnframed(): void {
  if (window.top !== window) {
    throw new ConnectError('embedding_blocked', {
      phase: 'start',
      hint: 'open the page in its own window, not in a frame',
    });
  }
}

export function readAddress(): PageAddress {
  return { href: location.href, base: document.baseURI };
}

/** Puts another address into the bar: same history entry, same history state, no navigation. */
export function rewriteAddress(href: string): void {
  try {
    history.replaceState(history.state, '', href);
  } catch {
    // Some embedders forbid it. The response is spent all the same, and a reload stays silent.
  }
}

export function leave(href: string): void {
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

/** Resolves after `DOMContentLoaded`. `readyState` cannot tell: `interactive` is on both sides. */
export function whenParsed(): Promise<unknown> {
  const [navigation] = performance.getEntriesByType('navigation');
  const { domContentLoadedEventEnd } = (navigation ?? {}) as Partial<PerformanceNavigationTiming>;
  return new Promise((resolve) => {
    if (domContentLoadedEventEnd || document.readyState === 'complete') resolve(undefined);
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
 * Calls back when a navigation did not leave: the page was restored from the back-forward cache, or
 * is still visible after 10 s. Answers a function that stops watching.
 */
export function watchStaying(callback: (isRestored: boolean) => void): () => void {
  const watching = new AbortController();
  const { signal } = watching;
  addEventListener('pageshow', ({ persisted }) => persisted && callback(true), { signal });
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible') callback(false);
  }, LEAVING_MS);
  return () => {
    watching.abort();
    clearInterval(timer);
  };
}
