import { createHash } from 'node:crypto';
import { ScriptedClock } from './clock.js';
import { ScriptedLocks } from './locks.js';
import { createTimeoutSignal, ScriptedNetwork } from './network.js';
import { ScriptedWallet } from './wallet.js';
import { ScriptedWindows } from './windows.js';

const KEY_PREFIX = 'monerium-connect:';
export const START_URL = 'https://shop.example/cart';

/** What differs between browsers and between the places of a page. */
export interface Environment {
  readonly isFramed: boolean;
  readonly hasChannels: boolean;
  readonly hasLocks: boolean;
}

interface Entry {
  readonly at: number;
  readonly codeVerifier?: string;
  readonly mode?: string;
}

/** The navigation timing of this page: the customer has followed a link or a redirect to it. */
const TIMING = { type: 'navigate', domContentLoadedEventEnd: 1 };

/** The keys of a storage are its own enumerable properties, as in a browser. */
class ScriptedStorage {
  [key: string]: unknown;

  static isFull = false;

  getItem(key: string): string | null {
    return Object.hasOwn(this, key) ? (this[key] as string) : null;
  }

  setItem(key: string, value: string): void {
    if (ScriptedStorage.isFull) throw new DOMException('full', 'QuotaExceededError');
    this[key] = value;
  }

  removeItem(key: string): void {
    delete this[key];
  }
}

/** A browser with one visible tab, in which every wait ends by a step. */
export class ScriptedBrowser {
  readonly clock = new ScriptedClock();
  readonly locks = new ScriptedLocks();
  readonly network = new ScriptedNetwork();
  readonly wallet = new ScriptedWallet();
  readonly windows: ScriptedWindows;
  readonly localStorage = new ScriptedStorage();
  readonly logs: string[] = [];
  readonly navigator: { onLine: boolean; locks?: ScriptedLocks };
  readonly document = {
    visibilityState: 'visible',
    readyState: 'complete',
    hasFocus: () => this.hasFocus,
  };
  hasFocus = true;
  href = START_URL;
  readonly #environment: Environment;
  #digests: (() => void)[] = [];
  #restore: () => void = () => {};

  constructor(environment: Environment) {
    this.#environment = environment;
    this.windows = new ScriptedWindows(environment.isFramed, environment.hasChannels);
    this.navigator = { onLine: true, ...(environment.hasLocks && { locks: this.locks }) };
  }

  set isStorageFull(isFull: boolean) {
    ScriptedStorage.isFull = isFull;
  }

  /** How many digests are not ready. */
  get digests(): number {
    return this.#digests.length;
  }

  /** The verifiers of the flows that nobody has claimed, by their state. The newest is the last. */
  findPending(): Map<string, string> {
    return this.#listPending(({ codeVerifier = '' }) => codeVerifier);
  }

  /** The modes of the flows that nobody has claimed, by their state. */
  findModes(): Map<string, string> {
    return this.#listPending(({ mode = '' }) => mode);
  }

  #listPending(read: (entry: Entry) => string): Map<string, string> {
    const pending = Object.keys(this.localStorage).flatMap((key) => {
      const entry = JSON.parse(this.localStorage.getItem(key) ?? '{}') as Entry;
      return entry.codeVerifier === undefined ? [] : [{ key, entry }];
    });
    pending.sort((a, b) => a.entry.at - b.entry.at);
    return new Map(pending.map(({ key, entry }) => [key.slice(KEY_PREFIX.length), read(entry)]));
  }

  install(): void {
    const { clock, windows, navigator, document, localStorage } = this;
    this.isStorageFull = false;
    this.#restore = replaceGlobals({
      ...clock.globals,
      navigator,
      document,
      localStorage,
      performance: createPerformance(),
      Window: class {},
      Node: this.#createNodeClass(),
      screenX: 0,
      screenY: 0,
      outerWidth: 1280,
      outerHeight: 960,
      window: this.#createWindow(),
      open: windows.open,
      fetch: this.network.fetch,
      location: this.#createLocation(),
      history: this.#createHistory(),
      crypto: this.#createCrypto(),
      BroadcastChannel: windows.createChannelClass(),
      // After the frame a task follows: the frame itself takes no time.
      requestAnimationFrame: (callback: () => void) => queueMicrotask(callback),
      addEventListener: windows.listen,
      console: { ...console, warn: this.#log, error: this.#log, info: this.#log },
    });
    const restoreTimeout = replace(AbortSignal, 'timeout', (delay: number) =>
      createTimeoutSignal(clock, delay),
    );
    const restoreGlobals = this.#restore;
    this.#restore = () => [restoreTimeout, restoreGlobals].forEach((restore) => restore());
    this.openTab();
    this.openPage(START_URL);
  }

  uninstall(): void {
    this.#restore();
    forgetPage();
  }

  /** The pages from now on are in another tab, which has begun no flow. */
  openTab(): void {
    const values = { sessionStorage: new ScriptedStorage() };
    const restoreOthers = this.#restore;
    const restore = replaceGlobals(values);
    this.#restore = () => [restore, restoreOthers].forEach((each) => each());
  }

  /** Leaves the page and opens another one in the same tab. */
  openPage(href: string): void {
    this.clock.clear();
    this.locks.clear();
    this.network.clear();
    this.wallet.clear();
    this.windows.clear();
    this.#digests = [];
    this.href = href;
    forgetPage();
  }

  dispatch(type: string, fields: object = {}): void {
    this.windows.events.dispatchEvent(Object.assign(new Event(type), fields));
  }

  finishDigests(): void {
    for (const finish of this.#digests.splice(0)) finish();
  }

  readonly #log = (text: string) => {
    this.logs.push(text);
  };

  #createWindow(): object {
    const window = { name: '', opener: null, stop() {}, close() {}, top: {} };
    return this.#environment.isFramed ? window : Object.assign(window, { top: window });
  }

  #createNodeClass(): object {
    const readHref = () => this.href;
    return class {
      get baseURI(): string {
        return readHref();
      }
    };
  }

  #createLocation(): object {
    const location = Object.assign(new URL(START_URL), { assign() {} });
    return Object.defineProperty(location, 'href', { get: () => this.href });
  }

  #createHistory(): object {
    const replaceState = (_state: unknown, _title: string, href: string) => {
      this.href = href;
    };
    return { state: null, replaceState, go() {} };
  }

  /** The digest is the real one; when it is ready is a step. */
  #createCrypto(): object {
    const { crypto } = globalThis;
    const digest = (_name: string, bytes: Uint8Array) =>
      new Promise((resolve) => {
        const hash = createHash('sha256').update(bytes).digest();
        this.#digests.push(() => resolve(new Uint8Array(hash).buffer));
      });
    return {
      getRandomValues: crypto.getRandomValues.bind(crypto),
      randomUUID: () => crypto.randomUUID(),
      subtle: { digest },
    };
  }
}

function createPerformance(): object {
  return { now: () => Date.now(), mark() {}, getEntriesByType: () => [TIMING] };
}

/** What all copies of the script on a page share. */
function forgetPage(): void {
  Reflect.deleteProperty(globalThis, Symbol.for('monerium-connect'));
}

function replace(target: object, name: string, value: unknown): () => void {
  const original = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
  return () => {
    if (original) Object.defineProperty(target, name, original);
    else Reflect.deleteProperty(target, name);
  };
}

function replaceGlobals(values: Readonly<Record<string, unknown>>): () => void {
  const restores = Object.entries(values).map(([name, value]) => replace(globalThis, name, value));
  return () => restores.forEach((restore) => restore());
}
