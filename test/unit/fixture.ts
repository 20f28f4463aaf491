import type * as Entry from '../../src/index.js';
import type { Connection } from '../../src/core/connection.js';
import type { Transaction } from '../../src/core/browser/transaction.js';
import { closeWindows, openWindow, until, type View, type WindowOptions } from './windows.js';

export { until, type View };

type MoneriumConnect = Entry.MoneriumConnect;
type Attributes = Readonly<Record<string, string>>;
type Spoken = { readonly level: Level; readonly text: string };

const LEVELS = ['debug', 'error', 'info', 'log', 'warn'] as const;
type Level = (typeof LEVELS)[number];

const EVENTS = [
  'monerium-before-connect',
  'monerium-connected',
  'monerium-error',
  'monerium-disconnected',
  'monerium-status',
] as const;

export const CLIENT_ID = '6b6f4a0e-5b0c-4d0e-9a6e-0d6f6f1c2a3b';
export const BACKEND_URL = 'https://backend.example/exchange';
export const IDENTITY = { profile: 'profile-1', userId: 'user-1' };
export const RECORD_PREFIX = 'monerium-connect:';

/** What the element is, as far as a response has to fit it: a backend exchange. */
export const ATTRIBUTES = { 'client-id': CLIENT_ID, 'backend-url': BACKEND_URL };

/** One request that the element made. */
export interface Sent {
  readonly url: string;
  readonly init: RequestInit;
  readonly body: string;
}

/** An event of the element, in the order in which it reached the document. */
export interface Heard {
  readonly type: string;
  readonly detail: object;
  readonly target: EventTarget | null;
}

/** A promise and its two ends. */
export function defer<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((...ends) => ([resolve, reject] = ends));
  return { promise, resolve, reject };
}

/** Waits until the page has nothing left to do that does not wait for something else. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) {
    // Web Crypto works on another thread, and in WebKit the body of a response takes a while as
    // well: what was asked of them before is done with these.
    await crypto.subtle.digest('SHA-256', new Uint8Array(1));
    await new Response('{}').body?.pipeTo(new WritableStream());
    await new Promise<void>((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        setTimeout(resolve);
      };
      port2.postMessage(0);
    });
  }
}

/** Waits as well for what a page does when the browser is idle, after a frame. */
export async function settleIdle(view: Window = window): Promise<void> {
  await settle();
  const { requestIdleCallback } = view as Partial<Window>;
  // A window that is behind another one may have no frame, and may never be idle.
  await new Promise((resolve) => {
    view.requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, 500);
  });
  // Callbacks run in the order of their requests. Safari has none: there it is a timer.
  if (requestIdleCallback) {
    await new Promise((resolve) => requestIdleCallback.call(view, resolve, { timeout: 500 }));
  }
  await settle();
}

/** Lets messages arrive while the timers stand still. */
export async function deliver(): Promise<void> {
  const line = createState();
  const [from, to] = [new BroadcastChannel(line), new BroadcastChannel(line)];
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise((resolve) => {
      to.onmessage = resolve;
      from.postMessage('');
    });
    await new Promise((resolve) => {
      addEventListener('message', resolve, { once: true });
      window.postMessage('', location.origin);
    });
  }
  from.close();
  to.close();
}

/** Takes over a console: nothing is printed, everything can be asked for. */
export function listenToConsole(view: { console: Console }) {
  const original = view.console;
  const spoken: Spoken[] = [];
  const stub = Object.create(original) as Console;
  for (const level of LEVELS) {
    stub[level] = (...words: unknown[]) => {
      const text = words.map(String).join(' ');
      if (!text.startsWith('Lit is in dev mode')) spoken.push({ level, text });
    };
  }
  Object.defineProperty(view, 'console', { value: stub, configurable: true, writable: true });
  return {
    spoken,
    /** What was said at these levels. */
    list: (...levels: Level[]) =>
      spoken.filter(({ level }) => levels.includes(level)).map(({ text }) => text),
    restore: () => Object.defineProperty(view, 'console', { value: original }),
  };
}

/** The states of a `monerium-status` by their names: what belongs to them is tested by itself. */
function nameStates(detail: object): object {
  const { connection, previous } = detail as { connection?: Connection; previous?: Connection };
  if (!connection || !previous) return detail;
  return Object.freeze({ status: connection.status, previous: previous.status });
}

export function listenToEvents(target: EventTarget): Heard[] {
  const heard: Heard[] = [];
  for (const type of EVENTS) {
    target.addEventListener(type, (event) => {
      const { detail: told } = event as CustomEvent<object>;
      const detail = nameStates(told);
      const target = event.composedPath()[0] ?? null;
      // Not enumerable: a failing comparison would print the whole window with it.
      heard.push(Object.defineProperty({ type, detail, target }, 'target', { enumerable: false }));
    });
  }
  return heard;
}

/** Replaces the timers and the clock of a window. Nothing is due before `advance()`. */
export function stopClock(view: View) {
  let now = view.Date.now();
  let count = 0;
  const timers = new Map<number, { at: number; every?: number; callback: () => void }>();
  const set = (callback: () => void, delay = 0, every?: number) => {
    timers.set((count += 1), { at: now + delay, callback, ...(every && { every }) });
    return count;
  };
  const stubs = {
    setTimeout: (callback: () => void, delay?: number) => set(callback, delay),
    setInterval: (callback: () => void, delay: number) => set(callback, delay, delay),
    clearTimeout: (id: number) => timers.delete(id),
    clearInterval: (id: number) => timers.delete(id),
  };
  Object.assign(view, stubs);
  view.AbortSignal.timeout = (ms) => {
    const deadline = new view.AbortController();
    set(() => deadline.abort(new view.DOMException('', 'TimeoutError')), ms);
    return deadline.signal;
  };
  view.Date.now = () => now;
  const advance = async (ms: number) => {
    const end = now + ms;
    await settle();
    for (;;) {
      const [next] = [...timers]
        .filter(([, { at }]) => at <= end)
        .sort(([, a], [, b]) => a.at - b.at);
      if (!next) break;
      const [id, { at, every, callback }] = next;
      now = Math.max(now, at);
      if (every) timers.set(id, { at: at + every, every, callback });
      else timers.delete(id);
      callback();
      await settle();
    }
    now = end;
  };
  /**
   * Lets everything happen that needs no time, until a condition holds, and up to `ms` pass for a
   * timer that is due by then. Else the clock stands: what comes late on a slow machine must not
   * use up a deadline.
   */
  const reach = async (condition: () => unknown, ms = 0) => {
    while (!condition()) {
      const isDue = [...timers.values()].some(({ at }) => at <= now + ms);
      await advance(isDue ? ms : 0);
    }
  };
  return { timers, advance, reach };
}

type NavigateEvent = Event & { readonly destination: { url: string; sameDocument: boolean } };

/**
 * Keeps a page where it is, and tells where it was about to go. Nothing is left to stop then, and
 * Firefox would close the socket on which the test runner listens.
 */
export function holdNavigations(view: Window = window) {
  const urls: string[] = [];
  const { stop } = view;
  view.stop = () => {};
  const { navigation } = view as unknown as { navigation: EventTarget };
  const hold = (event: Event) => {
    const { url, sameDocument } = (event as NavigateEvent).destination;
    if (sameDocument) return;
    urls.push(url);
    event.preventDefault();
  };
  navigation.addEventListener('navigate', hold);
  const release = () => {
    navigation.removeEventListener('navigate', hold);
    view.stop = stop;
  };
  return { urls, release };
}

interface PageOptions extends WindowOptions {
  /** Query and fragment of the page. `STATE` stands for the state of the record. */
  readonly search?: string;
  /** The pending flow that is in storage: changes to one that fits `attributes`. */
  readonly record?: Partial<Transaction> | false;
  /** Attributes of the first element; `false`: there is none yet. */
  readonly attributes?: Attributes | false;
  readonly properties?: Partial<MoneriumConnect>;
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Called when the window is there, before the script is. */
  readonly prepare?: (view: View) => void;
}

/** An element on the test's own page: see `holdNavigations()`. */
export async function addHere(
  attributes: Attributes = {},
  properties: Partial<MoneriumConnect> = {},
): Promise<MoneriumConnect> {
  const element = document.createElement('monerium-connect');
  for (const [name, value] of Object.entries({ ...ATTRIBUTES, ...attributes })) {
    element.setAttribute(name, value);
  }
  Object.assign(element, properties);
  document.body.append(element);
  await settleIdle();
  return element;
}

export interface Page extends ReturnType<typeof listenToConsole> {
  readonly view: View;
  readonly document: Document;
  readonly entry: typeof Entry;
  /** The first element. */
  readonly element: MoneriumConnect;
  readonly state: string;
  readonly heard: Heard[];
  readonly sent: Sent[];
  /** Where the page was about to go. It stays where it is. */
  readonly urls: string[];
  readonly add: (attributes?: Attributes, properties?: Partial<MoneriumConnect>) => MoneriumConnect;
  /** What was heard, by type. */
  readonly types: () => string[];
  /** The record or tombstone of the flow. */
  readonly stored: () => Record<string, unknown> | null;
}

export const RESPONSE = '?code=the-code&state=STATE';

/**
 * In WebKitGTK about one test of ten thousand hangs, each time another one, and for no cause that
 * was found. It runs a second time there, and the log says so. One that fails does not.
 */
if (/AppleWebKit(?!.*Chrome)/.test(navigator.userAgent)) {
  beforeEach(function () {
    const test = this.currentTest as Mocha.Test & { currentRetry(): number };
    if (test.currentRetry() > 0) console.warn(`hung, and runs a second time: ${test.title}`);
    const started = performance.now();
    const hasHung = () => performance.now() - started >= test.timeout();
    Object.assign(test, { retries: () => Number(hasHung()) });
  });
}
/** Ends what `holdNavigations()` does in the pages that are open. */
const held: (() => void)[] = [];

/** Ends the elements and the pages of a test, and removes what they have stored. */
export async function closePages(): Promise<void> {
  for (const element of document.querySelectorAll('monerium-connect')) {
    element.cancel();
    element.remove();
  }
  for (const release of held.splice(0)) release();
  await closeWindows();
  localStorage.clear();
  sessionStorage.clear();
}

export function answer(body: unknown, status = 200, headers: HeadersInit = {}): Response {
  return new Response(JSON.stringify(body), { status, headers });
}

/** The body of a request of the element: JSON or a form. */
export function readBody({ body }: RequestInit): string {
  return String((body ?? '') as string | URLSearchParams);
}

export function createState(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `mc1.${btoa(String.fromCharCode(...bytes))
    .replace(/\W/g, '_')
    .slice(0, 43)}`;
}

/** Makes this tab, or that of another page, the one in which a flow was begun. */
export function nameTab(state: string, view: Window = window): void {
  view.sessionStorage.setItem(`${RECORD_PREFIX}tab`, state);
}

/** The pending flow of an element with these attributes, as its start would have stored it. */
export function createRecord(attributes: Attributes, changes: Partial<Transaction>): Transaction {
  const page = new URL('/test/unit/page.html', location.href).href;
  const record: Transaction = {
    v: 1,
    codeVerifier: 'the-verifier-the-verifier-the-verifier-the-v',
    clientId: CLIENT_ID,
    apiUrl: attributes['api-url'] ?? 'https://api.monerium.dev',
    redirectUri: attributes['redirect-uri'] ?? page,
    exchange: attributes['backend-url'] ?? 'direct',
    mode: 'redirect',
    startUrl: `${page}?from=start`,
    id: '',
    at: Date.now(),
  };
  return { ...record, ...changes };
}

/** Opens a page in a window of its own, or in a frame, and runs the script there. */
export async function openPage(options: PageOptions = {}): Promise<Page> {
  const { search = '', attributes = ATTRIBUTES, properties, prepare } = options;
  const state = createState();
  if (options.record !== false && search) {
    const custom = properties?.exchange && { exchange: 'custom' };
    const record = createRecord(attributes || ATTRIBUTES, { ...custom, ...options.record });
    localStorage.setItem(RECORD_PREFIX + state, JSON.stringify(record));
  }
  const path = `/test/unit/page.html${search.replaceAll('STATE', state)}`;
  const view = await openWindow(path, options);
  const { urls, release } = holdNavigations(view);
  held.push(release);
  const sent: Sent[] = [];
  const send = (url: string, init: RequestInit) => {
    sent.push({ url, init, body: readBody(init) });
    return options.fetch?.(url, init) ?? Promise.resolve(answer(IDENTITY));
  };
  Object.assign(view, { fetch: send });
  const console = listenToConsole(view);
  const heard = listenToEvents(view.document);
  const add = (names: Attributes = ATTRIBUTES, values: Partial<MoneriumConnect> = {}) => {
    const element = view.document.createElement('monerium-connect');
    for (const [name, value] of Object.entries(names)) element.setAttribute(name, value);
    Object.assign(element, values);
    view.document.body.append(element);
    return element;
  };
  prepare?.(view);
  const element = attributes ? add(attributes, properties) : undefined;
  const entry = await view.load('/src/index.ts');
  return {
    ...console,
    view,
    entry,
    state,
    heard,
    sent,
    urls,
    add,
    document: view.document,
    element: element as MoneriumConnect,
    types: () => heard.map(({ type }) => type),
    stored: () => JSON.parse(localStorage.getItem(RECORD_PREFIX + state) ?? 'null'),
  };
}

/** The one element in the shadow root of `host` that answers a selector. */
export function find(host: Element, selector: string): HTMLElement | null {
  return host.shadowRoot?.querySelector<HTMLElement>(selector) ?? null;
}

/** The text of the shadow root, as a customer reads it. */
export function read(host: Element, selector = '[part="status"]'): string {
  return find(host, selector)?.textContent?.trim().replace(/\s+/g, ' ') ?? '';
}

/** What of a part can be seen: its text without what is hidden. */
export function readShown(host: Element, selector: string): string {
  return find(host, selector)?.innerText.trim().replace(/\s+/g, ' ') ?? '';
}
