import { skipWithout } from '../../../scripts/setup/folders.mjs';
import type { Browser, BrowserOptions, Page } from './driver.js';
import { launchPuppeteer } from './puppeteer.js';

export type Engine = 'chromium' | 'firefox' | 'webkit';

/** The engine of this run: the environment variable BROWSERS names it. */
export const engine = (process.env['BROWSERS'] ?? 'chromium') as Engine;

/** TypeScript knows the types of its driver only with the packages of test/webkit. */
async function launchWebKit(options: BrowserOptions): Promise<Browser> {
  const missing = skipWithout('test/webkit');
  if (missing) throw new Error(missing);
  const driver = await import(new URL('../../webkit/webdriver.ts', import.meta.url).href);
  return driver.launchWebKit(options);
}

export function launchBrowser(options: BrowserOptions): Promise<Browser> {
  return engine === 'webkit' ? launchWebKit(options) : launchPuppeteer(engine, options);
}

/**
 * Options for a test that some engines cannot show. The reasons stand beside the test, and the run
 * counts and prints them.
 */
export function skipIn(reasons: Partial<Record<Engine, string>>): { skip: string | false } {
  const reason = reasons[engine];
  return { skip: reason ? `${engine}: ${reason}` : false };
}

/** For a test that stands between a page and the network. */
export const needsInterception = skipIn({
  firefox: 'a page does not load while BiDi stands between it and the network',
  webkit: 'its WebDriver cannot stand between a page and the network',
});

export interface Journey {
  email: string;
  decision?: 'approve' | 'refuse' | 'fail';
}

/** Goes through the portal to its end, and answers which steps were shown. */
export async function walkPortal(
  page: Page,
  { email, decision = 'approve' }: Journey,
): Promise<string[]> {
  await page.bringToFront();
  const steps: string[] = [];
  for (;;) {
    // A page that is still being laid out may move its button away from under the mouse.
    await page.waitForFunction(
      () => document.readyState === 'complete' && document.body.dataset['step'] !== undefined,
    );
    const step = await page.$eval('body', ({ dataset }) => dataset['step'] ?? '');
    steps.push(step);
    if (step === 'login' || step === 'signup') await fill(page, 'email', email);
    if (step === 'kyc') {
      await fill(page, 'name', 'Ada Canary');
      await fill(page, 'birthday', '1990-12-31');
      await page.click('input[name=terms]');
    }
    await leaveBy(page, step === 'consent' ? `#${decision}` : '#continue');
    if (step === 'consent') return steps;
  }
}

/** Clicks, and waits until the next document is loaded. */
async function leaveBy(page: Page, selector: string): Promise<void> {
  await page.$eval('body', (body) => (body.dataset['isLeft'] = ''));
  await page.click(selector);
  await page.waitForFunction(
    () => document.readyState === 'complete' && !('isLeft' in document.body.dataset),
  );
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
  await page.bringToFront();
  await page.waitForSelector(buttonOf(selector));
  await page.click(buttonOf(selector));
}
