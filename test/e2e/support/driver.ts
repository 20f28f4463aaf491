// The commands that a test can give to any browser. This file has what a script in the page can
// do. What differs between browsers is in `puppeteer.ts` (Chromium and Firefox) and `webdriver.ts`
// (WebKit).

type Script<A extends unknown[], R> = string | ((...args: A) => R);
type Found<S extends string> = S extends keyof HTMLElementTagNameMap
  ? HTMLElementTagNameMap[S]
  : S extends `${string}input${string}`
    ? HTMLInputElement
    : HTMLElement;

export interface WaitOptions {
  /** Milliseconds between two checks. */
  polling?: number;
  /** Milliseconds until the wait fails. */
  timeout?: number;
}

/** Finds an element. `>>>` continues in the shadow root of the found one. Runs in the page. */
export const FIND = `((selector) => selector.split('>>>').reduce((root, part, at) =>
  (at ? root?.shadowRoot : root)?.querySelector(part.trim()) ?? null, document))`;

/** The compiler of the tests adds calls of `__name` to functions, also those that run in a page. */
function toExpression<A extends unknown[]>(script: Script<A, unknown>, args: A): string {
  if (typeof script === 'string') return script;
  return `(globalThis.__name ??= (target) => target,
    (${script.toString()})(...${JSON.stringify(args)}))`;
}

/** The browser no longer responds. */
export class BrowserEnded extends Error {}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Describes the document in the error of a failed wait. Runs in the page. */
function describeDocument(): string {
  const { readyState, visibilityState, documentElement } = document;
  const markup = documentElement.outerHTML.slice(0, 300);
  return `${location.href} ${readyState} ${visibilityState} ${markup}`;
}

/** The document that a tab, or a frame in a tab, shows. */
export abstract class Frame {
  /** Milliseconds until a wait fails. */
  timeout = 15_000;

  /** Clicks with the mouse. The page receives a trusted event, as from a person. */
  abstract click(selector: string, options?: { count?: number }): Promise<void>;
  /** Evaluates an expression in the document, and awaits a promise. */
  protected abstract run(expression: string): Promise<unknown>;

  url(): Promise<string> {
    return this.evaluate('location.href');
  }

  async evaluate<A extends unknown[], R>(script: Script<A, R>, ...args: A): Promise<Awaited<R>> {
    return (await this.run(toExpression(script, args))) as Awaited<R>;
  }

  /** Calls a function with the element that matches the selector. */
  async $eval<S extends string, A extends unknown[], R>(
    selector: S,
    script: (element: Found<S>, ...args: A) => R,
    ...args: A
  ): Promise<Awaited<R>> {
    const where = JSON.stringify(selector);
    const call = `(globalThis.__name ??= (target) => target, ((element) => {
      if (!element) throw new Error('No element answers ' + ${where});
      return (${script.toString()})(element, ...${JSON.stringify(args)});
    })(${FIND}(${where})))`;
    return (await this.run(call)) as Awaited<R>;
  }

  /** Evaluates a script until it returns a truthy value, also when the document changes. */
  async waitForFunction<A extends unknown[]>(
    script: Script<A, unknown>,
    { polling = 20, timeout = this.timeout }: WaitOptions = {},
    ...args: A
  ): Promise<void> {
    const end = performance.now() + timeout;
    let last = 'it was never true';
    while (performance.now() < end) {
      // The evaluation fails when the document is replaced meanwhile.
      const isTrue = await this.evaluate(script, ...args).catch((error: unknown) => {
        if (error instanceof BrowserEnded) throw error;
        last = String(error);
      });
      if (isTrue) return;
      await wait(polling);
    }
    const shown = await this.evaluate(describeDocument).catch(String);
    throw new Error(`Waited ${timeout} ms for ${script.toString()}: ${last}. Shown: ${shown}`);
  }

  waitForSelector(selector: string): Promise<void> {
    return this.waitForFunction(`${FIND}(${JSON.stringify(selector)}) !== null`);
  }
}

/** A tab or a window. */
export abstract class Page extends Frame {
  /** Resolves when the page is loaded. */
  abstract goto(url: string): Promise<void>;
  abstract reload(): Promise<void>;
  /** Types into a field. */
  abstract type(selector: string, text: string): Promise<void>;
  /** Presses a key: a character, or `Enter`, `Tab`, `Escape`. */
  abstract press(key: string): Promise<void>;
  /** A page behind another one is not drawn, and cannot be clicked. */
  abstract bringToFront(): Promise<void>;
  abstract close(): Promise<void>;
  abstract frame(selector: string): Promise<Frame>;
  /** Starts to go back in the history. The caller waits for the page that opens. */
  abstract goBack(): Promise<void>;
  abstract goForward(): Promise<void>;
}

/** A record of something in a page that a test cannot read later. */
export interface Sighting {
  /** Of the document. */
  readonly origin: string;
  readonly place: 'console' | 'error' | 'event' | 'message' | 'channel' | 'page' | 'request';
  /** The name of a channel, the origin of a message, the part of a page, the URL of a request. */
  readonly name: string;
  readonly text: string;
  /** Set if the same sighting may be reported more than once. */
  readonly id?: string;
}

/** A customer with a separate browser profile. */
export abstract class Visitor {
  /** The console lines of all pages. */
  readonly console: string[] = [];
  /** Uncaught errors. */
  readonly errors: string[] = [];
  readonly sightings: Sighting[] = [];
  readonly #known = new Set<string>();

  abstract newPage(): Promise<Page>;
  /** The tabs and windows that are open. */
  abstract pages(): Promise<Page[]>;
  /** The window that an action opens. */
  abstract opened(action: () => Promise<unknown>): Promise<Page>;
  abstract close(): Promise<void>;

  /** Queries a page that may navigate or close meanwhile. Returns nothing for a closed page. */
  async askUnlessGone<T>(page: Page, question: () => Promise<T>): Promise<T | undefined> {
    for (const end = performance.now() + page.timeout; ;) {
      try {
        return await question();
      } catch (error) {
        if (!(await this.pages()).includes(page)) return undefined;
        if (performance.now() > end) throw error;
      }
      await wait(20);
    }
  }

  /** Whether the browser has crashed and no longer responds. */
  hasEnded(): Promise<boolean> {
    return Promise.resolve(false);
  }

  see(...sightings: Sighting[]): void {
    for (const sighting of sightings) {
      if (sighting.id && this.#known.has(sighting.id)) continue;
      if (sighting.id) this.#known.add(sighting.id);
      this.sightings.push(sighting);
      if (sighting.place === 'console') this.console.push(sighting.text);
      if (sighting.place === 'error') this.errors.push(sighting.text);
    }
  }
}

export interface BrowserOptions {
  /** Enables the back-forward cache, as in browsers of customers. Without it, Back loads a page. */
  backForwardCache?: boolean;
  /** Lets a page open a window only when the customer has just done something. */
  popupBlocker?: boolean;
  /** Host names that resolve to this machine. */
  hosts?: string[];
}

export interface Browser {
  visit(): Promise<Visitor>;
  close(): Promise<void>;
}
