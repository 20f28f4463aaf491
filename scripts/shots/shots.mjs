// Contact sheets of the built package in Chromium, for people to look at: `npm run build`, then
// `npm run shots`. Writes to build/shots, and prints what has too little contrast, or jumps.
// Also draws the pictures of README.md.
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { buildSync } from 'esbuild';
import * as puppeteer from 'puppeteer-core';
import { chromiumArgs, findChromium } from '../setup/browsers.mjs';
import { drawPictures } from './pictures.mjs';

const OUT = 'build/shots';
/** Background and text of the page, and what it says about itself. */
const THEMES = {
  light: 'color-scheme: light; background: #fff; color: #1c1c1c',
  dark: 'color-scheme: dark; background: #14161a; color: #eee',
  'dark-unsaid': 'background: #14161a; color: #eee',
  forced: 'color-scheme: light dark',
};
const LANGUAGES = { en: 'ltr', de: 'ltr', ar: 'rtl' };
const STYLE = `
  body { margin: 0; padding: 16px; font: 16px/1.4 system-ui, sans-serif; }
  .row { display: grid; grid-template-columns: repeat(6, 250px) 60px; gap: 12px; margin-bottom: 20px; }
  .site { display: grid; gap: 12px; width: 320px; }
  .site > button { height: 44px; border: 0; border-radius: 8px; font: 600 16px system-ui; }
  monerium-connect.wide { display: block; }`;

/** @param {string | undefined} path */
function answer(path = '') {
  const [, file = ''] = /^\/(dist\/[\w./-]+|sheet\.js)/.exec(path) ?? [];
  if (file === 'sheet.js') {
    const options = { entryPoints: ['scripts/shots/sheet.ts'], bundle: true, write: false };
    return buildSync({ ...options, format: 'esm' }).outputFiles?.[0]?.text ?? '';
  }
  if (file) return readFileSync(file);
  const query = new URL(path, 'http://localhost').searchParams;
  const { theme = 'light', lang = 'en' } = Object.fromEntries(query);
  const dir = LANGUAGES[/** @type {keyof typeof LANGUAGES} */ (lang)];
  return `<!doctype html><html lang="${lang}" dir="${dir}"><meta charset="utf-8"><title>Shots</title>
    <style>html { ${THEMES[/** @type {keyof typeof THEMES} */ (theme)]} } ${STYLE}</style>
    <script type="module" src="/dist/monerium-connect.min.js"></script><body></body></html>`;
}

const server = createServer(({ url }, response) => {
  const type = url?.endsWith('.js') ? 'text/javascript' : 'text/html';
  response.setHeader('content-type', `${type}; charset=utf-8`);
  try {
    response.end(answer(url));
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => server.listen(0, () => resolve(undefined)));
const address = /** @type {import('node:net').AddressInfo} */ (server.address());
const origin = `http://localhost:${address.port}`;

/** In the page: fills the sheet, and returns what falls short. */
async function fill() {
  const module = '/sheet.js';
  const { addSheet, measure } = await import(module);
  await addSheet();
  // A language comes by a request of its own.
  const { lang } = document.documentElement;
  const [element] = document.querySelectorAll('monerium-connect');
  const isThere = () => lang === 'en' || !element?.shadowRoot?.textContent?.includes('Connect');
  while (!isThere()) await new Promise((resolve) => setTimeout(resolve));
  const page = /\d+, \d+, \d+/.exec(getComputedStyle(document.documentElement).backgroundColor);
  const below = (page?.[0] ?? '').split(', ').map(Number);
  const short = [];
  for (const cell of document.querySelectorAll('[data-cell]')) {
    const name = /** @type {HTMLElement} */ (cell).dataset.cell;
    for (const { what, ratio, least } of measure(cell.firstElementChild, below)) {
      if (ratio < least) short.push(`${name}: ${what} ${ratio.toFixed(2)}`);
    }
  }
  for (const row of document.querySelectorAll('.row')) {
    const widths = [...row.querySelectorAll('monerium-connect')].slice(0, 4);
    const all = new Set(widths.map((one) => one.getBoundingClientRect().width));
    if (all.size > 1) short.push(`widths ${[...all].join(' ')}`);
  }
  return short;
}

const browser = await puppeteer.launch({
  executablePath: findChromium() ?? '',
  args: chromiumArgs,
  defaultViewport: { width: 1700, height: 900 },
});
mkdirSync(OUT, { recursive: true });
for (const theme of Object.keys(THEMES)) {
  for (const lang of Object.keys(LANGUAGES)) {
    const page = await browser.newPage();
    const cdp = await page.createCDPSession();
    const features = [{ name: 'forced-colors', value: theme === 'forced' ? 'active' : 'none' }];
    await cdp.send('Emulation.setEmulatedMedia', { features });
    page.on('pageerror', (reason) => console.error(theme, lang, reason));
    await page.goto(`${origin}/?theme=${theme}&lang=${lang}`);
    const short = theme === 'forced' ? (await page.evaluate(fill), []) : await page.evaluate(fill);
    for (const line of short) console.log(theme, lang, line);
    await page.screenshot({ path: `${OUT}/${theme}-${lang}.png`, fullPage: true });
    await page.close();
  }
}
const page = await browser.newPage();
await page.goto(`${origin}/`);
await page.addStyleTag({ content: 'body { display: flex; gap: 24px; align-items: start; }' });
await page.evaluate(async () => {
  const module = '/sheet.js';
  await (await import(module)).addSites();
});
await page.keyboard.press('Tab');
await page.screenshot({ path: `${OUT}/sites.png`, fullPage: true });
await drawPictures(browser, origin);
await browser.close();
server.close();
