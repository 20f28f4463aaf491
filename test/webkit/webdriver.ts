// WebKitGTK, driven by its own WebDriver. A driver has one session with one browser profile, so
// every visitor needs a separate driver.
import { setTimeout as wait } from 'node:timers/promises';
import { remote } from 'webdriverio';
import { startWebKitDriver } from '../../scripts/setup/webkit.mjs';
import {
  BrowserEnded,
  FIND,
  Frame,
  Page,
  Visitor,
  type Browser,
  type BrowserOptions,
  type Sighting,
} from '../e2e/support/driver.js';
import { RECORDER } from '../e2e/support/recorder.js';

type Client = Awaited<ReturnType<typeof remote>>;
type Reference = Record<string, string>;

const KEYS: Record<string, string> = { Enter: '\uE007', Tab: '\uE004', Escape: '\uE00C' };
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';
const EMPTY = 'about:blank';
const OPENING_MS = 15_000;
/** Longer than a command may take within the timeouts of the driver. */
const ANSWER_MS = 15_000;
const STARTS = 3;
/** Between two queries. */
const ASKING_MS = 50;
/** How long a page may take to load. After it, the test continues with the page as it is. */
const LOADING_MS = 10_000;
/** How long a script may take. After it, a query is repeated: its page may have been left. */
const SCRIPT_MS = 10_000;
/** How long a test waits for a condition: two queries may time out. */
const WAIT_MS = 30_000;

/** Runs the commands of a session one after the other, because it has one current window. */
class Session {
  readonly client: Client;
  readonly #stop: () => void;
  #queue: Promise<unknown> = Promise.resolve();
  #window = '';
  #ended: BrowserEnded | undefined;

  constructor(client: Client, stop: () => void) {
    this.client = client;
    this.#stop = stop;
  }

  /** Runs commands in a window, and in a frame of it. */
  do<T>(window: string, frame: string | undefined, commands: () => Promise<T>): Promise<T> {
    return this.ask(async () => {
      if (this.#window !== window) await this.client.switchToWindow(window);
      this.#window = window;
      if (!frame) return commands();
      await this.client.switchToFrame(await this.find(frame));
      return commands().finally(() => this.client.switchToFrame(null));
    });
  }

  /**
   * Sends a command to the driver. If a page goes into the cache during a command, the command
   * times out, and the driver no longer responds to any command.
   */
  ask<T>(commands: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(() => {
      if (this.#ended) throw this.#ended;
      return commands().catch((error: unknown) => {
        if (!/Request timed out|HEADERS_TIMEOUT/.test(String(error))) throw error;
        this.#stop();
        throw (this.#ended = new BrowserEnded(String(error)));
      });
    });
    this.#queue = turn.catch(() => {});
    return turn;
  }

  async find(selector: string): Promise<Reference> {
    const script = `return ${FIND}(${JSON.stringify(selector)})`;
    const found = (await this.client.executeScript(script, [])) as Reference | null;
    if (!found) throw new Error(`No element answers ${selector}`);
    return found;
  }

  leaveWindow(): void {
    this.#window = '';
  }

  async close(): Promise<void> {
    await this.ask(() => this.client.deleteSession()).catch(() => {});
    this.#stop();
  }
}

/** Whether a command failed because its window has been closed. */
const isGone = (error: unknown) => /no such window|invalid session/.test(String(error));

interface Answer {
  value?: unknown;
  error?: string;
  sightings: Sighting[];
}

/** The commands that a tab and a frame share. */
class Target {
  readonly session: Session;
  readonly #visitor: Visitor;
  readonly #window: string;
  readonly #frame: string | undefined;

  constructor(session: Session, visitor: Visitor, window: string, frame?: string) {
    this.session = session;
    this.#visitor = visitor;
    this.#window = window;
    this.#frame = frame;
  }

  inside(frame: string): Target {
    return new Target(this.session, this.#visitor, this.#window, frame);
  }

  do<T>(commands: (client: Client) => Promise<T>): Promise<T> {
    return this.session.do(this.#window, this.#frame, () => commands(this.session.client));
  }

  /** Waits for the page here, and not in the driver: a page that redirects may never be loaded. */
  async load(command: (client: Client) => Promise<unknown>, url?: string): Promise<void> {
    await this.#askUntilTrue('globalThis.__isLeft = true');
    await this.do(command);
    // A new window may replace its first empty document by another one.
    const isElsewhere = url === EMPTY ? 'true' : `location.href !== '${EMPTY}'`;
    await this.#askUntilTrue(
      `!globalThis.__isLeft && ${isElsewhere} && document.readyState === 'complete'`,
    );
  }

  /** Repeats a query that fails because its page was left. Ends when the window is closed. */
  async #askUntilTrue(expression: string): Promise<void> {
    for (const end = performance.now() + LOADING_MS; performance.now() < end;) {
      if (await this.run(expression).catch(isGone)) return;
      await wait(ASKING_MS);
    }
  }

  async run(expression: string): Promise<unknown> {
    const script = `const done = arguments[0];
      const answer = (outcome) => done(JSON.stringify(
        { ...outcome, sightings: window.__listSightings?.() ?? [] }));
      Promise.resolve().then(() => (${expression})).then(
        (value) => answer({ value }), (error) => answer({ error: String(error) }));`;
    const text = await this.do((client) => client.executeAsyncScript(script, []));
    const { value, error, sightings } = JSON.parse(String(text)) as Answer;
    this.#visitor.see(...sightings);
    if (error) throw new Error(error);
    return value;
  }

  async click(selector: string, count: number): Promise<void> {
    await this.do(async (client) => {
      const found = await this.session.find(selector);
      if (count === 1) return client.elementClick(found[ELEMENT]!);
      const press = [
        { type: 'pointerDown', button: 0 },
        { type: 'pointerUp', button: 0 },
      ];
      const move = { type: 'pointerMove', origin: found, x: 0, y: 0, duration: 0 };
      const actions = [move, ...Array.from({ length: count }, () => press).flat()];
      await client.performActions([{ type: 'pointer', id: 'mouse', actions }]);
    });
  }
}

class WebKitFrame extends Frame {
  override timeout = WAIT_MS;
  readonly #target: Target;

  constructor(target: Target) {
    super();
    this.#target = target;
  }

  click(selector: string): Promise<void> {
    return this.#target.click(selector, 1);
  }

  protected run(expression: string): Promise<unknown> {
    return this.#target.run(expression);
  }
}

class WebKitPage extends Page {
  override timeout = WAIT_MS;
  readonly #target: Target;

  constructor(target: Target) {
    super();
    this.#target = target;
  }

  goto(url: string): Promise<void> {
    return this.#target.load((client) => client.navigateTo(url), url);
  }

  reload(): Promise<void> {
    return this.#target.load((client) => client.refresh());
  }

  click(selector: string, { count = 1 } = {}): Promise<void> {
    return this.#target.click(selector, count);
  }

  type(selector: string, text: string): Promise<void> {
    return this.#target.do(async (client) => {
      const found = await this.#target.session.find(selector);
      await client.elementSendKeys(found[ELEMENT]!, text);
    });
  }

  press(key: string): Promise<void> {
    const value = KEYS[key] ?? key;
    const actions = ['keyDown', 'keyUp'].map((type) => ({ type, value }));
    return this.#target.do((client) =>
      client.performActions([{ type: 'key', id: 'keyboard', actions }]),
    );
  }

  async bringToFront(): Promise<void> {
    await this.#target.do(async () => {});
  }

  close(): Promise<void> {
    return this.#target.do(async (client) => {
      await client.closeWindow();
      this.#target.session.leaveWindow();
    });
  }

  // Not with a script in the page: the driver hangs if a page from the cache is shown before the
  // script returns.
  goBack(): Promise<void> {
    return this.#target.do((client) => client.back());
  }

  goForward(): Promise<void> {
    return this.#target.do((client) => client.forward());
  }

  async frame(selector: string): Promise<Frame> {
    await this.waitForSelector(selector);
    return new WebKitFrame(this.#target.inside(selector));
  }

  protected run(expression: string): Promise<unknown> {
    return this.#target.run(expression);
  }
}

class WebKitVisitor extends Visitor {
  readonly #session: Session;
  readonly #pages = new Map<string, WebKitPage>();
  #unused: string | undefined;

  /** A browser starts with one window. The first `newPage()` returns it. */
  constructor(session: Session, window: string) {
    super();
    this.#session = session;
    this.#unused = window;
  }

  async newPage(): Promise<Page> {
    const first = this.#unused;
    this.#unused = undefined;
    const { client } = this.#session;
    const [other = ''] = this.#pages.keys();
    const handle =
      first ?? (await this.#session.do(other, undefined, () => client.createWindow('tab'))).handle;
    const page = this.#adopt(handle);
    // If the document is replaced meanwhile, the next one is of the site and has the recorder.
    await page.evaluate(RECORDER).catch(() => {});
    return page;
  }

  async pages(): Promise<Page[]> {
    return (await this.#handles()).map((handle) => this.#adopt(handle));
  }

  async opened(action: () => Promise<unknown>): Promise<Page> {
    const before = await this.#handles();
    await action();
    for (const end = performance.now() + OPENING_MS; performance.now() < end;) {
      const [opened] = (await this.#handles()).filter((handle) => !before.includes(handle));
      if (opened) return this.#adopt(opened);
      // Fewer queries leave the browser time to open the window.
      await wait(ASKING_MS);
    }
    throw new Error(`No window came in ${OPENING_MS} ms.`);
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  override hasEnded(): Promise<boolean> {
    return this.#handles().then(
      () => false,
      () => true,
    );
  }

  async #handles(): Promise<string[]> {
    const all = await this.#session.ask(() => this.#session.client.getWindowHandles());
    return all.filter((handle) => handle !== this.#unused);
  }

  #adopt(handle: string): WebKitPage {
    const page = this.#pages.get(handle) ?? new WebKitPage(new Target(this.#session, this, handle));
    this.#pages.set(handle, page);
    return page;
  }
}

/** Tries again: on a busy machine the browser sometimes does not start, and its driver hangs. */
async function visit(browser: BrowserOptions, starts = STARTS): Promise<Visitor> {
  const { options, stop } = await startWebKitDriver(browser);
  try {
    const client = await remote({ ...options, connectionRetryTimeout: ANSWER_MS });
    await client.setTimeouts(undefined, undefined, SCRIPT_MS);
    return new WebKitVisitor(new Session(client, stop), await client.getWindowHandle());
  } catch (error) {
    stop();
    if (starts === 1) throw error;
    return visit(browser, starts - 1);
  }
}

export async function launchWebKit(options: BrowserOptions): Promise<Browser> {
  return { visit: () => visit(options), close: async () => {} };
}
