// The pages and scripts that the documents show, in a browser.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { findSnippet, IN_PAGE, snippets, type Snippet } from '../helpers/snippets.js';
import {
  buttonOf,
  clickConnect,
  pageWith,
  skipIn,
  useWorld,
  waitForStatus,
  walkPortal,
  type Page,
  type Visitor,
} from './support.js';

const DIST = new URL('../../dist/', import.meta.url);
const CDN = /https:\/\/cdn\.jsdelivr\.net\/npm\/monerium-connect@[^/]+\/dist\//g;
const isBuilt = existsSync(new URL('monerium-connect.min.js', DIST));
const once = 'documents are the same in every engine';
const { skip } = isBuilt
  ? skipIn({ firefox: once, webkit: once })
  : { skip: 'dist/ is missing: run `npm run build` first' };
const SCRIPTS = [
  'monerium-connect',
  'monerium-connect.iife',
  'monerium-connect.wallet',
  'monerium-connect.doctor',
  'monerium-connect.notes',
];
const ALIAS = {
  '@monerium/sdk': resolve('node_modules/@monerium/sdk'),
  'monerium-connect/testing': resolve('src/testing/browser.ts'),
  'monerium-connect/wallet': resolve('src/wallet/wallet.ts'),
  'monerium-connect/element': resolve('src/element/monerium-connect.ts'),
  'monerium-connect': resolve('src/index.ts'),
};

const world = useWorld();
const { test } = world;

/** What an author has on the page besides the script. */
const PRELUDE = `
  const provider = { request: async () => [] };
  const modal = { subscribeProviders: (listen) => listen({ eip155: provider }) };
  const connector = { getProvider: async () => provider };
  const connection = { accounts: ['0x0000000000000000000000000000000000000001'], chainId: 1, connector };
  const state = { current: 'one', status: 'connected', connections: new Map([['one', connection]]) };
  const config = { state, chains: [{ id: 1 }] };
  const button = document.body.appendChild(document.createElement('button'));
  Object.assign(globalThis, { provider, modal, config, button });
  globalThis.element ??= document.querySelector('monerium-connect');`;

function serveScripts(): void {
  const headers = { 'content-type': 'text/javascript' };
  for (const name of SCRIPTS) {
    const body = readFileSync(new URL(`${name}.min.js`, DIST), 'utf8');
    world.site.serve(`/${name}.min.js`, { headers, body });
  }
}

/** The block as a page of this site, with the emulator and the backend of this test. */
function pageOf({ code }: Snippet): string {
  const imports = { imports: { 'monerium-connect': '/monerium-connect.min.js' } };
  const map = `<script type="importmap">${JSON.stringify(imports)}</script>`;
  const html = code
    .replaceAll(CDN, '/')
    .replaceAll('http://127.0.0.1:4010', world.emulator.url)
    .replaceAll('backend-url="/api/monerium"', 'backend-url="/backend"');
  return /<!doctype html>/.test(html) ? html.replace('<title>', `${map}<title>`) : map + html;
}

function noiseOf({ console: lines, errors }: Visitor): string[] {
  return [...errors, ...lines.filter((line) => /^(warn|error)/.test(line))];
}

async function openSnippet(snippet: Snippet): Promise<{ visitor: Visitor; page: Page }> {
  serveScripts();
  world.site.serve('/', { headers: { 'content-type': 'text/html' }, body: pageOf(snippet) });
  const visitor = await world.visit();
  return { visitor, page: await world.open(visitor, '/') };
}

/** Secrets are made right after the notes for the developer. */
function waitUntilIntroduced(page: Page): Promise<void> {
  return page.waitForFunction(() => {
    const registry = window as unknown as Record<symbol, { secrets?: unknown } | undefined>;
    return typeof registry[Symbol.for('monerium-connect')]?.secrets === 'object';
  });
}

for (const snippet of snippets.filter(({ language }) => language === 'html')) {
  test(`a page shows the button: ${snippet.name}`, { skip }, async () => {
    const { visitor, page } = await openSnippet(snippet);
    await page.waitForFunction(() => {
      if (document.querySelector('script[src]') === null) {
        const script = document.createElement('script');
        Object.assign(script, { type: 'module', src: '/monerium-connect.min.js' });
        document.head.append(script);
      }
      if (document.querySelector('monerium-connect') === null) {
        const element = document.createElement('monerium-connect');
        element.setAttribute('client-id', 'client');
        document.body.append(element);
      }
      return customElements.get('monerium-connect') !== undefined;
    });
    await page.waitForSelector(buttonOf());
    await waitUntilIntroduced(page);
    // The doctor, and the session of a server, look for a backend that this page does not have.
    if (!/ debug\b| start-url=/.test(snippet.code)) assert.deepEqual(noiseOf(visitor), []);
  });
}

test('the two pages connect: README.md', { skip }, async () => {
  const start = snippets.find((one) => one.file === 'site/index.html');
  assert.ok(start, 'the snippet is missing');
  const headers = { 'content-type': 'text/html' };
  world.site.serve('/connect.html', { headers, body: pageOf(start) });
  const { visitor, page } = await openSnippet(start);
  world.register(`${world.site.origin}/connect.html`);
  await clickConnect(page);
  world.site.backend.session = { profile: 'profile', userId: 'user' };
  await walkPortal(page, { email: 'customer@shop.example' });
  await page.waitForFunction(() => location.pathname === '/');
  await waitForStatus(page, 'connected');
  assert.equal(world.site.posts().length, 1);
  assert.deepEqual(noiseOf(visitor), []);
});

for (const [document, text] of IN_PAGE) {
  test(`a script runs in a page: ${document}: ${text}`, { skip }, async () => {
    const { code } = findSnippet(document, text);
    const { outputFiles } = await build({
      stdin: { contents: code, resolveDir: resolve('.'), loader: 'ts' },
      bundle: true,
      format: 'esm',
      write: false,
      alias: ALIAS,
    });
    const headers = { 'content-type': 'text/javascript' };
    const [{ text: body } = { text: '' }] = outputFiles;
    world.site.serve('/snippet.js', { headers, body: `${body}\nglobalThis.hasRun = true;` });
    const script =
      `<script type="module">${PRELUDE}</script>` +
      '<script type="module" src="/snippet.js"></script>';
    world.site.serve('/', pageWith({ body: world.element() + script }));
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    await page.waitForFunction(() => 'hasRun' in globalThis);
    assert.deepEqual(visitor.errors, []);
    if (!/walletProvider/.test(code)) return;
    const isGiven = await page.$eval(
      'monerium-connect',
      ({ walletProvider }) => walletProvider === Reflect.get(globalThis, 'provider'),
    );
    assert.equal(isGiven, true);
  });
}

for (const { code, name } of snippets.filter(({ language }) => language === 'css')) {
  test(`a browser understands each declaration: ${name}`, { skip }, async () => {
    world.servePage('/');
    const page = await world.open(await world.visit(), '/');
    const rules = await page.evaluate((text) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      return [...sheet.cssRules].map((rule) => (rule as CSSStyleRule).style.length);
    }, code);
    assert.equal(rules.length, code.match(/\{/g)?.length);
    const declarations = rules.reduce((sum, length) => sum + length, 0);
    assert.equal(declarations, code.match(/;/g)?.length);
  });
}
