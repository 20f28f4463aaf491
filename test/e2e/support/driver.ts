// What a test may ask of a browser, whichever engine it has. All that can be done by a script in
// the page is done here, once; what an engine does its own way is left to `puppeteer.ts` (Chromium
// and Firefox) and `webdriver.ts` (WebKit).

type Script<A extends unknown[], R> = string | ((...args: A) => R);
type Found<S extends string> = S extends keyof HTMLElementTagNameMap
  ? HTMLElementTagNameMap[S]
  : S extends `${string}input${string}`
    ? HTMLInputElement
    : HTMLElement;

export interface WaitOptions {
  /** Milliseconds between two looks. */
  polling?: number;
  /** Milliseconds until the wait is given up. */
  timeout?: number;
}

/** Finds an element; `>>>` goes on in the shadow root of what was found. Runs in the page. */
export const FIND = `((selector) => selector.split('>>>').reduce((root, part, at) =>
  (at ? root?.shadowRoot : root)?.querySelector(part.trim()) ?? null, document))`;

/** The compiler of the tests marks functions with `__name`, also those that run in a page. */
function toExpression<A extends unknown[]>(script: Script<A, unknown>, args: A): string {
  if (typeof script === 'string') return script;
  return `(globalThis.__name ??= (target) => target,
    (${script.toString()})(...${JSON.stringify(args)}))`;
}

/** The browser answers nothing any more. */
export class BrowserEnded extends Error {}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What a wait that has failed says of its document. Runs in the page. */
function describeDocument(): string {
  const { readyState, visibilityState, documentElement } = document;
  const markup = documentElement.outerHTML.slice(0, 300);
  return `${location.href} ${readyState} ${visibilityState} ${markup}`;
}

/** A document that is shown: of a tab, or of a frame in it. */
export abstract class Frame {
  /** Milliseconds until a wait is given up. */
  timeout = 15_000;

  /** A click of the mouse, which the page is told of as one of a person. */
  abstract click(selector: string, options?: { count?: number }): Promise<void>;
  /** Evaluates an expression in the document. A promise is waited for. */
  protected abstract run(expression: string): Promise<unknown>;

  url(): Promise<string> {
    return this.evaluate('location.href');
  }

  async evaluate<A extends unknown[], R>(script: Script<A, R>, ...args: A): Promise<Awaited<R>> {
    return (await this.run(toExpression(script, args))) as Awaited<R>;
  }

  /** Calls a function with the element that answers the selector. */
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

  /** Asks until the answer is true, in whichever document is shown by then. */
  async waitForFunction<A extends unknown[]>(
    script: Script<A, unknown>,
    { polling = 20, timeout = this.timeout }: WaitOptions = {},
    ...args: A
  ): Promise<void> {
    const end = Date.now() + timeout;
    let last = 'it was never true';
    while (Date.now() < end) {
      // A question is lost when the document goes away under it.
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
  /** A page behind another one draws nothing, and cannot be clicked. */
  abstract bringToFront(): Promise<void>;
  abstract close(): Promise<void>;
  abstract frame(selector: string): Promise<Frame>;
  /** Begins to go back in the history. What comes then is to be waited for. */
  abstract goBack(): Promise<void>;
  abstract goForward(): Promise<void>;
}

/** Something that was seen in a page, and is gone by the time when a test looks. */
export interface Sighting {
  /** Of the document. */
  readonly origin: string;
  readonly place: 'console' | 'error' | 'event' | 'message' | 'channel' | 'page' | 'request';
  /** The name of a channel, the origin of a message, the part of a page, the URL of a request. */
  readonly name: string;
  readonly text: string;
  /** Of one that may come more than once. */
  readonly id?: string;
}

/** A customer with a browser profile of their own. */
export abstract class Visitor {
  /** What all pages have logged. */
  readonly console: string[] = [];
  /** Errors that nobody caught. */
  readonly errors: string[] = [];
  readonly sightings: Sighting[] = [];
  readonly #known = new Set<string>();

  abstract newPage(): Promise<Page>;
  /** The tabs and windows that are open. */
  abstract pages(): Promise<Page[]>;
  /** The window that an action opens. */
  abstract opened(action: () => Promise<unknown>): Promise<Page>;
  abstract close(): Promise<void>;

  /** Asks a page that may be left or close meanwhile. One that is gone has no answer. */
  async askUnlessGone<T>(page: Page, question: () => Promise<T>): Promise<T | undefined> {
    for (const end = Date.now() + page.timeout; ;) {
      try {
        return await question();
      } catch (error) {
        if (!(await this.pages()).includes(page)) return undefined;
        if (Date.now() > end) throw error;
      }
      await wait(20);
    }
  }

  /** Whether the browser has ended by itself, and no question has an answer any more. */
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
  /** Keeps pages alive after leaving them, as browsers of customers do. Off: Back loads anew. */
  backForwardCache?: boolean;
  /** Lets a page open a window only when the customer has just done something. */
  popupBlocker?: boolean;
  /** Names that lead to this machine. */
  hosts?: string[];
}

export interface Browser {
  visit(): Promise<Visitor>;
  close(): Promise<void>;
}
