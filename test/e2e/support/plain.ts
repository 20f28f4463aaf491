// A browser of a customer who has switched JavaScript off. Nothing here needs a script in a page:
// what is done to an element is done by the browser's own input.
import puppeteer from 'puppeteer-core';
import {
  chromiumArgs,
  findFirefox,
  findHeadless,
  firefoxPreferences,
} from '../../../scripts/setup/browsers.mjs';
import { skipWithout } from '../../../scripts/setup/folders.mjs';
import { engine } from './browser.js';

export interface PlainPage {
  goto(url: string): Promise<void>;
  reload(): Promise<void>;
  url(): Promise<string>;
  /** Of the document, with its markup. */
  text(): Promise<string>;
  click(selector: string): Promise<void>;
  type(selector: string, text: string): Promise<void>;
  /** Ends the browser. */
  close(): Promise<void>;
}

async function openPuppeteer(): Promise<PlainPage> {
  const firefox = { ...firefoxPreferences, 'javascript.enabled': false };
  const options =
    engine === 'firefox'
      ? ({ browser: 'firefox', extraPrefsFirefox: firefox } as const)
      : { args: chromiumArgs };
  const executablePath = engine === 'firefox' ? findFirefox() : findHeadless();
  if (!executablePath) throw new Error(`No ${engine} found: run \`npm run setup -- --all\`.`);
  const browser = await puppeteer.launch({ headless: true, executablePath, ...options });
  const page = await browser.newPage();
  // Firefox has done so by its preference.
  if (engine === 'chromium') await page.setJavaScriptEnabled(false);
  // puppeteer's own click waits for what only a script of the page can say.
  const find = (selector: string) =>
    page.evaluate(
      `(({ x, y, width, height }) => [x + width / 2, y + height / 2, document.readyState])
        (document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect())`,
    ) as Promise<[x: number, y: number, state: string]>;
  /** A page that is still being laid out may move it away from under the mouse. */
  const click = async (selector: string): Promise<void> => {
    let [x, y, state] = await find(selector);
    for (let isStill = false; !isStill || state !== 'complete';) {
      const next = await find(selector);
      isStill = next[0] === x && next[1] === y;
      [x, y, state] = next;
    }
    await page.mouse.click(x, y);
  };
  return {
    goto: (url) => page.goto(url).then(() => undefined),
    reload: () => page.reload().then(() => undefined),
    url: () => Promise.resolve(page.url()),
    text: () => page.content(),
    click,
    async type(selector, text) {
      await click(selector);
      await page.keyboard.type(text);
    },
    close: () => browser.close(),
  };
}

export async function openPlain(): Promise<PlainPage> {
  if (engine !== 'webkit') return openPuppeteer();
  const missing = skipWithout('test/webkit');
  if (missing) throw new Error(missing);
  const own = await import(new URL('../../webkit/plain.ts', import.meta.url).href);
  return own.openPlainWebKit();
}
