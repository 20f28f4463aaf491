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

/** The attributes that a response has to match: an exchange by a backend. */
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

/** A promise with its `resolve` and `reject`. */
export function defer<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((...ends) => ([resolve, reject] = ends));
  return { promise, resolve, reject };
}

/** Waits until the page has finished all work that is already queued. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) {
    // Web Crypto works on another thread, and in WebKit the body of a response takes a while as
    // well. All that was started earlier has finished when these two calls have.
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

/** Waits also for the work that a page does after a frame, when the browser is idle. */
export async function settleIdle(view: Window = window): Promise<void> {
  await settle();
  const { requestIdleCallback } = view as Partial<Window>;
  // A window behind another one may render no frame, and may never be idle.
  await new Promise((resolve) => {
    view.requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, 500);
  });
  // Idle callbacks run in the order of their requests. Safari has none and uses a timer.
  if (requestIdleCallback) {
    await new Promise((resolve) => requestIdleCallback.call(view, resolve, { timeout: 500 }));
  }
  await settle();
}

/** Lets messages arrive while the timers are stopped. */
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

/** Replaces a console: it prints nothing, and a test can read every line. */
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
    /** The lines that were logged at these levels. */
    list: (...levels: Level[]) =>
      spoken.filter(({ level }) => levels.includes(level)).map(({ text }) => text),
    restore: () => Object.defineProperty(view, 'console', { value: original }),
  };
}

/** Keeps only the names of the states in a `monerium-status`: other tests check the rest. */
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
      // Not enumerable, because a failing comparison would print the whole window.
      heard.push(Object.defineProperty({ type, detail, target }, 'target', { enumerable: false }));
    });
  }
  return heard;
}

/** Replaces the timers and the clock of a window. Timers run only in `advance()`. */
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
   * Runs queued work until a condition holds. The clock advances by `ms` only when a timer is due
   * by then. Otherwise it is stopped, so that a slow machine does not use up a deadline.
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
 * Cancels the navigations of a page, and records their URLs. `stop()` does nothing meanwhile: in
 * Firefox it would close the socket of the test runner.
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
  /** Query and fragment of the page. `STATE` is replaced by the state of the record. */
  readonly search?: string;
  /** The pending flow in storage, as changes to one that matches `attributes`. */
  readonly record?: Partial<Transaction> | false;
  /** Attributes of the first element. `false`: the page has no element yet. */
  readonly attributes?: Attributes | false;
  readonly properties?: Partial<MoneriumConnect>;
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Called in the new window, before the script runs. */
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
  /** The URLs of the navigations, all of which were cancelled. */
  readonly urls: string[];
  readonly add: (attributes?: Attributes, properties?: Partial<MoneriumConnect>) => MoneriumConnect;
  /** The types of the events. */
  readonly types: () => string[];
  /** The record or tombstone of the flow. */
  readonly stored: () => Record<string, unknown> | null;
}

export const RESPONSE = '?code=the-code&state=STATE';

/**
 * In WebKitGTK about one test in ten thousand hangs, for an unknown reason and each time another
 * one. It runs a second time, and the log says so. A test that fails does not run again.
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
/** Undo `holdNavigations()` in the open pages. */
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

/** Marks this tab, or the tab of another page, as the one that has started a flow. */
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

/** Opens a page in a new window or in a frame, and runs the script there. */
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

/** The element in the shadow root of `host` that matches a selector. */
export function find(host: Element, selector: string): HTMLElement | null {
  return host.shadowRoot?.querySelector<HTMLElement>(selector) ?? null;
}

/** The text of the shadow root, as a customer reads it. */
export function read(host: Element, selector = '[part="status"]'): string {
  return find(host, selector)?.textContent?.trim().replace(/\s+/g, ' ') ?? '';
}

/** The visible text of a part. */
export function readShown(host: Element, selector: string): string {
  return find(host, selector)?.innerText.trim().replace(/\s+/g, ' ') ?? '';
}
