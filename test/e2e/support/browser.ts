import puppeteer, { type Browser, type BrowserContext, type Page } from 'puppeteer-core';
import { chromiumArgs, findChromium } from '../../../scripts/browsers.mjs';

export interface BrowserOptions {
  /** Keeps pages alive after leaving them, as browsers of customers do. Off: Back loads anew. */
  backForwardCache?: boolean;
  args?: string[];
}

export function launchBrowser({
  backForwardCache = false,
  args = [],
}: BrowserOptions = {}): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath)
    throw new Error('No Chromium found: run `node scripts/setup.mjs --browser`.');
  const cache = backForwardCache ? [] : ['--disable-back-forward-cache'];
  return puppeteer.launch({
    executablePath,
    headless: true,
    // A command that gets no answer fails its test, and not the whole run.
    protocolTimeout: 30_000,
    args: [...chromiumArgs, ...cache, ...args],
  });
}

/**
 * The compiler of the tests marks functions with `__name`, also those that run in a page. And what
 * is logged is written out: of an object, the browser tells no more than its first level.
 */
const PREPARATION = `if (!globalThis.__name) {
  globalThis.__name = (target) => target;
  const writeOut = (part) => {
    if (part instanceof Error) return part.stack + JSON.stringify(part);
    try {
      return typeof part === 'object' ? JSON.stringify(part) : part;
    } catch {
      return String(part);
    }
  };
  for (const level of ['debug', 'log', 'info', 'warn', 'error']) {
    const write = console[level];
    console[level] = (...parts) => write.apply(console, parts.map(writeOut));
  }
}`;

/** A customer with a browser profile of their own. */
export class Visitor {
  /** What all pages have logged. */
  readonly console: string[] = [];
  /** Errors that nobody caught. */
  readonly errors: string[] = [];
  readonly context: BrowserContext;

  constructor(context: BrowserContext) {
    this.context = context;
  }

  async newPage(): Promise<Page> {
    return this.adopt(await this.context.newPage());
  }

  /** Takes in a tab that a page has opened. */
  async adopt(page: Page): Promise<Page> {
    page.setDefaultTimeout(15_000);
    page.on('console', (message) => this.console.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => this.errors.push(String(error)));
    await page.evaluateOnNewDocument(PREPARATION);
    await page.evaluate(PREPARATION);
    return page;
  }

  close(): Promise<void> {
    return this.context.close();
  }
}

export interface Journey {
  email: string;
  decision?: 'allow' | 'refuse' | 'fail';
}

/** Goes through the portal to its end, and answers which steps were shown. */
export async function walkPortal(
  page: Page,
  { email, decision = 'allow' }: Journey,
): Promise<string[]> {
  await page.bringToFront();
  const steps: string[] = [];
  for (;;) {
    await page.waitForSelector('body[data-step]');
    const step = await page.$eval('body', ({ dataset }) => dataset['step'] ?? '');
    steps.push(step);
    if (step === 'login' || step === 'signup') await fill(page, 'email', email);
    if (step === 'kyc') {
      await fill(page, 'name', 'Ada Canary');
      await fill(page, 'birthday', '1990-12-31');
      await page.click('input[name=terms]');
    }
    const button = step === 'consent' ? `#${decision}` : '#continue';
    await Promise.all([page.waitForNavigation({ waitUntil: 'load' }), page.click(button)]);
    if (step === 'consent') return steps;
  }
}

async function fill(page: Page, name: string, value: string): Promise<void> {
  await page.$eval(`input[name=${name}]`, (input) => (input.value = ''));
  await page.type(`input[name=${name}]`, value);
}

/** The button in the shadow root, once it is there. */
export function buttonOf(selector = 'monerium-connect'): string {
  return `${selector} >>> button`;
}

export async function clickConnect(page: Page, selector?: string): Promise<void> {
  // A page behind another one draws nothing, and cannot be clicked.
  await page.bringToFront();
  await page.waitForSelector(buttonOf(selector));
  await page.click(buttonOf(selector));
}
