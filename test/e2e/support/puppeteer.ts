// Chromium over CDP and Firefox over WebDriver BiDi, driven by puppeteer.
import puppeteer, { TimeoutError } from 'puppeteer-core';
import type * as native from 'puppeteer-core';
import {
  chromiumArgs,
  findChromium,
  findFirefox,
  findHeadless,
  firefoxPreferences,
} from '../../../scripts/setup/browsers.mjs';
import {
  Frame,
  Page,
  Visitor,
  type Browser,
  type BrowserOptions,
  type Sighting,
} from './driver.js';
import { RECORDER, SIGHTING } from './recorder.js';

/** After this time without an event of the driver, a reload is checked in the page itself. */
const RELOAD_MS = 5000;
// A command without a response fails its test, and not the whole run.
const COMMON = { headless: true, protocolTimeout: 30_000 } as const;

function launchOptions(name: 'chromium' | 'firefox', options: BrowserOptions) {
  const { backForwardCache = false, popupBlocker = false, hosts = [] } = options;
  if (name === 'chromium') {
    const cache = backForwardCache ? [] : ['--disable-back-forward-cache'];
    const rules = hosts.map((host) => `--host-resolver-rules=MAP ${host} 127.0.0.1`);
    const args = [...chromiumArgs, ...cache, ...rules];
    const ignoreDefaultArgs = popupBlocker ? ['--disable-popup-blocking'] : [];
    const needsWindows = backForwardCache || popupBlocker;
    const executablePath = needsWindows ? findChromium() : findHeadless();
    return { ...COMMON, executablePath, args, ignoreDefaultArgs };
  }
  const preferences = {
    ...firefoxPreferences,
    ...(!backForwardCache && { 'browser.sessionhistory.max_total_viewers': 0 }),
    ...(popupBlocker && { 'dom.disable_open_during_load': true }),
    ...(hosts.length > 0 && { 'network.dns.localDomains': hosts.join() }),
  };
  const firefox = { browser: 'firefox', extraPrefsFirefox: preferences } as const;
  return { ...COMMON, executablePath: findFirefox(), ...firefox };
}

class PuppeteerFrame extends Frame {
  readonly #frame: native.Frame;

  constructor(frame: native.Frame) {
    super();
    this.#frame = frame;
  }

  /** A frame of another site receives mouse events only after the browser has drawn it. */
  async click(selector: string): Promise<void> {
    await this.evaluate(() => {
      const note = () => Object.assign(window, { hasMouse: true });
      addEventListener('mousemove', note, { capture: true, once: true });
    });
    for (const end = performance.now() + this.timeout; performance.now() < end;) {
      await this.#frame.hover(selector);
      if (await this.evaluate('window.hasMouse')) break;
    }
    await this.#frame.click(selector);
  }

  protected run(expression: string): Promise<unknown> {
    return this.#frame.evaluate(expression);
  }
}

export class PuppeteerPage extends Page {
  readonly native: native.Page;

  constructor(page: native.Page) {
    super();
    this.native = page;
    page.setDefaultTimeout(this.timeout);
  }

  async goto(url: string): Promise<void> {
    await this.native.goto(url);
  }

  async reload(): Promise<void> {
    await this.evaluate('globalThis.__isBeforeReload = true');
    await this.native.reload({ timeout: RELOAD_MS }).catch(async (error: unknown) => {
      // Firefox does not report the reload of a page from its cache, so the page itself is checked.
      if (!(error instanceof TimeoutError)) throw error;
      await this.waitForFunction(
        `!globalThis.__isBeforeReload && document.readyState === 'complete'`,
      );
    });
  }

  click(selector: string, options: { count?: number } = {}): Promise<void> {
    return this.native.click(selector, options);
  }

  type(selector: string, text: string): Promise<void> {
    return this.native.type(selector, text);
  }

  press(key: string): Promise<void> {
    return this.native.keyboard.press(key as native.KeyInput);
  }

  bringToFront(): Promise<void> {
    return this.native.bringToFront();
  }

  close(): Promise<void> {
    return this.native.close();
  }

  // Puppeteer's `goBack()` waits for a load event, which a page from the cache does not fire.
  // The timer lets the evaluation return before the page is left.
  goBack(): Promise<void> {
    return this.evaluate('void setTimeout(() => history.back())');
  }

  goForward(): Promise<void> {
    return this.evaluate('void setTimeout(() => history.forward())');
  }

  async frame(selector: string): Promise<Frame> {
    const element = await this.native.waitForSelector(selector);
    return new PuppeteerFrame((await element!.contentFrame())!);
  }

  protected run(expression: string): Promise<unknown> {
    return this.native.evaluate(expression);
  }
}

/** BiDi does not report bodies. The servers of the tests record them in any case. */
function bodyOf(request: native.HTTPRequest): string | undefined {
  try {
    return request.postData();
  } catch {
    return undefined;
  }
}

class PuppeteerVisitor extends Visitor {
  readonly #context: native.BrowserContext;
  readonly #pages = new Map<native.Page, Promise<PuppeteerPage>>();

  constructor(context: native.BrowserContext) {
    super();
    this.#context = context;
    context.on('targetcreated', async (target) => {
      // A window can be closed before it is registered.
      const page = await this.#pageOf(target).catch(() => null);
      if (page) await this.#adopt(page).catch(() => {});
    });
  }

  async newPage(): Promise<Page> {
    return this.#adopt(await this.#context.newPage());
  }

  async pages(): Promise<Page[]> {
    const open = await this.#context.pages();
    const adopted = open.map((page) => this.#adopt(page).catch(() => undefined));
    // A window can be closed before it is registered.
    return (await Promise.all(adopted)).filter((page) => page !== undefined);
  }

  async opened(action: () => Promise<unknown>): Promise<Page> {
    const before = new Set(await this.#context.pages());
    await action();
    const target = await this.#context.waitForTarget(async (found) => {
      const page = await this.#pageOf(found);
      return page !== null && !before.has(page);
    });
    return this.#adopt((await target.page())!);
  }

  close(): Promise<void> {
    return this.#context.close();
  }

  /** BiDi also reports a frame as a page, but does not list it in `pages()`. */
  async #pageOf(target: native.Target): Promise<native.Page | null> {
    const page = String(target.type()) === 'page' ? await target.page() : null;
    return page && (await this.#context.pages()).includes(page) ? page : null;
  }

  #adopt(page: native.Page): Promise<PuppeteerPage> {
    const adopted = this.#pages.get(page) ?? this.#prepare(page);
    this.#pages.set(page, adopted);
    // A page that was not ready in time may be ready at the next call.
    adopted.catch(() => this.#pages.delete(page));
    return adopted;
  }

  async #prepare(page: native.Page): Promise<PuppeteerPage> {
    page.on('console', (message) => {
      const text = message.text();
      if (text.startsWith(SIGHTING)) this.see(JSON.parse(text.slice(SIGHTING.length)) as Sighting);
      else this.see({ origin: '', place: 'console', name: '', text: `${message.type()}: ${text}` });
    });
    page.on('request', (request) => {
      const text = JSON.stringify([request.url(), request.headers(), bodyOf(request)]);
      this.see({ origin: '', place: 'request', name: request.url(), text });
    });
    await page.evaluateOnNewDocument(RECORDER);
    // If the document is replaced meanwhile, the next one runs the recorder at its start.
    await page.evaluate(RECORDER).catch(() => {});
    return new PuppeteerPage(page);
  }
}

export async function launchPuppeteer(
  name: 'chromium' | 'firefox',
  options: BrowserOptions,
): Promise<Browser> {
  const { executablePath, ...rest } = launchOptions(name, options);
  if (!executablePath) throw new Error(`No ${name} found: run \`npm run setup -- --all\`.`);
  const browser = await puppeteer.launch({ executablePath, ...rest });
  return {
    visit: async () => new PuppeteerVisitor(await browser.createBrowserContext()),
    close: () => browser.close(),
  };
}

/** The page of puppeteer, for tests that are skipped in WebKit. */
export function toPuppeteer(page: Page): native.Page {
  if (page instanceof PuppeteerPage) return page.native;
  throw new Error('This page is not driven by puppeteer.');
}
