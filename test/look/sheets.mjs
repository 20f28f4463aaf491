// Opens contact sheets of the built package in Chromium: a page for each colour scheme and
// language. The font is a package, so that a sheet looks the same on every machine.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { resolve } from 'node:path';
import { buildSync } from 'esbuild';
import * as puppeteer from 'puppeteer-core';
import { chromiumArgs, findChromium } from '../../scripts/setup/browsers.mjs';

/** @typedef {import('./sheet.ts').Cell} Cell */
/** @typedef {keyof typeof THEMES} Theme */
/** @typedef {keyof typeof LANGUAGES} Language */

/** Background and text of the page, and what it says about itself. */
export const THEMES = {
  light: 'color-scheme: light; background: #fff; color: #1c1c1c',
  dark: 'color-scheme: dark; background: #14161a; color: #eee',
  'dark-unsaid': 'background: #14161a; color: #eee',
  forced: 'color-scheme: light dark; background: Canvas; color: CanvasText',
};
export const LANGUAGES = { en: 'ltr', de: 'ltr', ar: 'rtl' };

const FONTS = {
  'noto-sans': 'noto-sans-latin-wght-normal',
  'noto-sans-arabic': 'noto-sans-arabic-arabic-wght-normal',
};
// Cells have a fixed size: what grows in one moves no other.
const STYLE = `
  @font-face { font-family: Sheet; font-weight: 100 900; src: url(/fonts/noto-sans); }
  @font-face { font-family: Sheet; font-weight: 100 900; src: url(/fonts/noto-sans-arabic);
    unicode-range: U+0600-06FF; }
  body { margin: 0; padding: 16px; font: 16px/1.4 Sheet; }
  body:has(> div) { display: grid; grid-template-columns: repeat(9, 312px) 64px; padding: 8px;
    grid-template-rows: repeat(9, 120px) 240px; width: max-content; }
  body:has(> div) > div { padding: 8px; }`;

/** @param {string} path */
function answer(path) {
  if (path === '/sheet.js') {
    const options = { entryPoints: ['test/look/sheet.ts'], bundle: true, write: false };
    return buildSync({ ...options, format: 'esm' }).outputFiles?.[0]?.text ?? '';
  }
  const [, font = ''] = /^\/fonts\/([\w-]+)$/.exec(path) ?? [];
  if (font) {
    const name = FONTS[/** @type {keyof typeof FONTS} */ (font)];
    return readFileSync(`node_modules/@fontsource-variable/${font}/files/${name}.woff2`);
  }
  if (/^\/dist\/[\w./-]+$/.test(path)) return readFileSync(path.slice(1));
  const query = new URL(path, 'http://localhost').searchParams;
  const { theme = 'light', lang = 'en' } = Object.fromEntries(query);
  const dir = LANGUAGES[/** @type {Language} */ (lang)];
  return `<!doctype html><html lang="${lang}" dir="${dir}"><meta charset="utf-8"><title>Sheet</title>
    <style>html { ${THEMES[/** @type {Theme} */ (theme)]} } ${STYLE}</style>
    <script type="module" src="/dist/monerium-connect.min.js"></script><body></body></html>`;
}

/**
 * A server of the sheets, and a browser that draws text in the same way everywhere.
 * @param {{ isShaded?: boolean }} [options] `isShaded`: text has smooth edges, as customers see it
 */
export async function startSheets({ isShaded = false } = {}) {
  const server = createServer(({ url = '' }, response) => {
    const type = url.endsWith('.js') ? 'text/javascript' : 'text/html';
    response.setHeader('content-type', `${type}; charset=utf-8`);
    try {
      response.end(answer(url));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, () => resolve(undefined)));
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  const browser = await puppeteer.launch({
    executablePath: findChromium() ?? '',
    args: [
      ...chromiumArgs,
      '--font-render-hinting=none',
      '--disable-lcd-text',
      '--force-color-profile=srgb',
    ],
    env: {
      ...process.env,
      ...(!isShaded && { FONTCONFIG_FILE: resolve('test/look/fonts.conf') }),
    },
    defaultViewport: { width: 2888, height: 900 },
  });
  const close = async () => {
    await browser.close();
    server.close();
  };
  return { origin: `http://localhost:${address.port}`, browser, close };
}

/**
 * Two columns show what only a pointer and a keyboard bring about.
 * @param {puppeteer.CDPSession} cdp
 * @param {Cell[]} cells
 */
async function forceStates(cdp, cells) {
  await cdp.send('DOM.enable');
  await cdp.send('CSS.enable');
  const { root } = await cdp.send('DOM.getDocument');
  /** @type {Record<string, string[]>} */
  const classes = { hover: ['hover'], focus: ['focus', 'focus-visible'] };
  const { nodeIds } = await cdp.send('DOM.querySelectorAll', {
    nodeId: root.nodeId,
    selector: 'monerium-connect',
  });
  for (const [index, { state }] of cells.entries()) {
    const forcedPseudoClasses = classes[state];
    if (!forcedPseudoClasses) continue;
    const { node } = await cdp.send('DOM.describeNode', {
      nodeId: nodeIds[index] ?? 0,
      depth: -1,
      pierce: true,
    });
    const button = findButton(node.shadowRoots?.[0]);
    const {
      nodeIds: [nodeId = 0],
    } = await cdp.send('DOM.pushNodesByBackendIdsToFrontend', {
      backendNodeIds: [button],
    });
    await cdp.send('CSS.forcePseudoState', { nodeId, forcedPseudoClasses });
  }
}

/**
 * @param {import('devtools-protocol').Protocol.DOM.Node | undefined} node
 * @returns {number} the id of the first button in it
 */
function findButton(node) {
  if (node?.localName === 'button') return node.backendNodeId;
  for (const child of node?.children ?? []) {
    const found = findButton(child);
    if (found) return found;
  }
  return 0;
}

/**
 * @param {Awaited<ReturnType<typeof startSheets>>} sheets
 * @param {Theme} theme
 * @param {Language} lang
 */
export async function openSheet({ browser, origin }, theme, lang) {
  const page = await browser.newPage();
  const cdp = await page.createCDPSession();
  const features = [
    { name: 'forced-colors', value: theme === 'forced' ? 'active' : 'none' },
    // A spinner that stands still.
    { name: 'prefers-reduced-motion', value: 'reduce' },
  ];
  await cdp.send('Emulation.setEmulatedMedia', { features });
  await page.goto(`${origin}/?theme=${theme}&lang=${lang}`);
  /** @type {Cell[]} */
  const cells = await page.evaluate(async () => {
    const module = '/sheet.js';
    return (await import(module)).addSheet();
  });
  await forceStates(cdp, cells);
  return { page, cells };
}
