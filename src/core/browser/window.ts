import { createError, tryTo } from '../errors.js';

/** How long a busy page may delay each of the two idle moments, in milliseconds. */
const IDLE_MS = 500;

const USER_INFO = /\/\/[^/?#]*@/;

/** Something that goes on until it is ended. Ending it twice changes nothing. */
export interface Resource {
  /** Absent for what has begun already. */
  start?(): void;
  end(): void;
}

/** Something that does nothing before it is started. It may be ended without that. */
export type Effect = Required<Resource>;

/** Whether this is a server. It may have a document and a location, but no such class. */
export function isServer(): boolean {
  return typeof Window === 'undefined';
}

/** Whether the page has Web Crypto, and an address to come back to. */
export function isSecure(): boolean {
  // Plain http: has no `subtle`, although the types say so.
  const { subtle } = crypto as Partial<Crypto>;
  return subtle !== undefined && location.protocol.startsWith('http');
}

/** @throws ConnectError `insecure_context` */
export function assertSecure(): void {
  if (isSecure()) return;
  throw createError('insecure_context', { hint: 'needs https: or localhost, no file: or preview' });
}

export function isFramed(): boolean {
  return window.top !== window;
}

/** Whether a flow of this mode opens a window of its own. `auto`: when the page is framed. */
export function opensWindow(mode: string): boolean {
  return mode === 'popup' || (mode === 'auto' && isFramed());
}

export function readAddress(): string {
  return location.href;
}

/**
 * The base of the page's relative URLs. By the getter of the prototype: an `<img name="baseURI">`
 * takes the document's place.
 */
export function readBase(): string {
  const base: unknown = Reflect.get(Node.prototype, 'baseURI', document);
  // A page may have been opened with a user name and a password in its address.
  return String(base).replace(USER_INFO, '//');
}

/** Replaces the address: same history entry, same history state, no navigation. */
export function rewriteAddress(href: string): void {
  // Some embedders forbid it. The flow continues, and a reload finds its response used.
  const replace = (url: string) =>
    tryTo(() => {
      history.replaceState(history.state, '', url);
      return true;
    });
  // A page that was opened with user info, which `location` hides, must keep it in its address. A
  // path does that. It comes second: an injected `<base>` leads it to another host.
  if (!replace(href)) replace(href.slice(location.origin.length));
}

function readTiming(): PerformanceNavigationTiming | undefined {
  return performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming | undefined;
}

/** Whether the customer followed a link or a redirect to this page: no reload, no Back. */
export function isFreshNavigation(): boolean {
  return readTiming()?.type === 'navigate';
}

export function navigate(href: string): void {
  location.assign(href);
}

/** Ends a navigation that has not left the page yet. */
export function stopNavigation(): void {
  window.stop();
  // WebKit does not stop a navigation that was asked for in the same task. A step beyond the end of
  // the history cancels it. Other engines ignore such a step.
  history.go(1000);
}

/**
 * Leaves the page of the redirect URI, and replaces its entry in the history. Does nothing if the
 * site has changed the address meanwhile, or if only the fragment differs.
 */
export function leaveReturn(from: string, to: string): void {
  const isSamePage = from.split('#')[0] === to.split('#')[0];
  if (location.href === from && !isSamePage) location.replace(to);
}

export function isOnOrigin(href: string): boolean {
  return href.startsWith(`${location.origin}/`);
}

/** The URL itself when it is on this page's origin, otherwise the address of this page. */
export function keepOnOrigin(href: string): string {
  return isOnOrigin(href) ? href : location.href;
}

/** Resolves with the next event of this type. */
function whenEvent(target: EventTarget, type: string): Promise<unknown> {
  return new Promise((resolve) => {
    target.addEventListener(type, resolve, { once: true });
  });
}

/**
 * Resolves when the page is shown: one that is only prerendered may never be. An
 * `<img name="prerendering">` takes the place of the document's own, and is neither true nor false.
 */
export async function whenShown(): Promise<void> {
  const isHidden = (document as { prerendering?: boolean }).prerendering === true;
  if (isHidden) await whenEvent(document, 'prerenderingchange');
}

/** Resolves when the page has loaded. */
export async function whenLoaded(): Promise<void> {
  if (document.readyState !== 'complete') await whenEvent(window, 'load');
}

/**
 * Resolves at the end of `DOMContentLoaded`, in its task, after all other listeners: one that is
 * added to the window in the phase of capture is called last.
 */
export async function whenParsed(): Promise<void> {
  // It is `interactive` before and after the event.
  if (document.readyState === 'complete' || readTiming()?.domContentLoadedEventEnd) return;
  const parsed = new Promise((resolve) => {
    const addLast = () => addEventListener('DOMContentLoaded', resolve, { once: true });
    addEventListener('DOMContentLoaded', addLast, { once: true, capture: true });
  });
  // A listener that is added while the event is dispatched may not be called: then `load` is.
  await Promise.race([parsed, whenLoaded()]);
}

/**
 * Resolves after the next frame, when the browser has nothing more urgent to do. A hidden page has
 * no frames, and a window behind another one may have none.
 */
export async function whenIdle(): Promise<void> {
  let limit: Resource | undefined;
  await new Promise<void>((resolve) => {
    limit = after(isVisible() ? IDLE_MS : 0, resolve);
    // Safari has no idle callbacks.
    const whenFree = () => {
      if (typeof requestIdleCallback !== 'function') resolve();
      else requestIdleCallback(() => resolve(), { timeout: IDLE_MS });
    };
    requestAnimationFrame(() => setTimeout(whenFree));
  });
  limit?.end();
}

/** Calls back once. */
export function after(delay: number, callback: () => void): Resource {
  const timer = setTimeout(callback, delay);
  return { end: () => clearTimeout(timer) };
}

function whenRestored(callback: (isRestored: boolean) => void, signal: AbortSignal): void {
  addEventListener('pageshow', ({ persisted }) => persisted && callback(true), { signal });
}

/**
 * Calls back every `delay` milliseconds, and when the page comes back from the back-forward cache,
 * where timers do not run.
 */
export function every(delay: number, callback: (isRestored: boolean) => void): Effect {
  const controller = new AbortController();
  const { signal } = controller;
  return {
    start() {
      whenRestored(callback, signal);
      const timer = setInterval(() => callback(false), delay);
      signal.addEventListener('abort', () => clearInterval(timer));
    },
    end: () => controller.abort(),
  };
}

/** Calls back when the page comes back from the back-forward cache, and when it becomes visible. */
export function whenSeenAgain(callback: (isRestored: boolean) => void): Resource {
  const controller = new AbortController();
  const { signal } = controller;
  whenRestored(callback, signal);
  const onChange = () => isVisible() && callback(false);
  document.addEventListener('visibilitychange', onChange, { signal });
  return { end: () => controller.abort() };
}

/** For the site's own monitoring: `monerium-connect:<status>` in the page's timeline. */
export function markTime(status: string): void {
  performance.mark(`monerium-connect:${status}`);
}

/**
 * Whether the first render is that of a server: the element is on one, or Lit takes over what one
 * has rendered. For that, the page has loaded `@lit-labs/ssr-client` before.
 */
export function beginsOnServer(): boolean {
  return isServer() || 'litElementHydrateSupport' in globalThis;
}

/** Gives a shadow root a style sheet of the document that it is in now. */
export function adoptStyleSheet(root: ShadowRoot, cssText: string): void {
  const view = root.ownerDocument.defaultView;
  if (!view) return;
  const sheet = new view.CSSStyleSheet();
  sheet.replaceSync(cssText);
  root.adoptedStyleSheets = [sheet];
}

export function isOnline(): boolean {
  return navigator.onLine;
}

/** Resolves when there is a network again. Never settles when the signal comes first. */
export function whenOnline(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    addEventListener('online', resolve, { once: true, signal });
  });
}

/** Whether a click was so recently that a window may be opened. */
export function hasUserActivation(): boolean {
  return (navigator as Partial<Navigator>).userActivation?.isActive === true;
}

export function isVisible(): boolean {
  return document.visibilityState === 'visible';
}
