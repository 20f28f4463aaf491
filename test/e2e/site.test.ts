// The static site, as `npm run build:site` builds it, in a subfolder of a host.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Server } from 'node:http';
import { after, test } from 'node:test';
import { ERRORS } from '../../src/core/errors.js';
import type { Page, Visitor } from './support/driver.js';
import { waitForDoctor } from './support/doctor.js';
import { toPuppeteer } from './support/puppeteer.js';
import { originOf, serveFolders } from './support/static-site.js';
import {
  CANARY_EMAIL,
  buttonOf,
  clickConnect,
  shareBrowser,
  skipIn,
  waitForStatus,
  walkPortal,
} from './support.js';

const skip = existsSync('build/site/index.html') ? false : 'run `npm run build:site` first';
const onlyChromium = skipIn({
  firefox: 'its driver changes neither the color scheme nor the size',
  webkit: 'its driver changes neither the color scheme nor the size',
});
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** A test that waits for a worker takes longer on a busy machine. */
const timeout = 120_000;

let host: Promise<Server> | undefined;
const visitors: Visitor[] = [];

async function origin(): Promise<string> {
  host ??= serveFolders({
    '/shop/': 'build/site',
    '/dist/': 'dist',
    '/made/': 'build/made',
    '/foreign/': 'build/site',
  });
  return originOf(await host);
}

async function open(path: string, prepare?: (page: Page) => Promise<void>): Promise<Page> {
  const visitor = await (await shareBrowser()).visit();
  visitors.push(visitor);
  const page = await visitor.newPage();
  await prepare?.(page);
  await page.goto(`${await origin()}/${path}`);
  return page;
}

const errorsOf = (page: Visitor | undefined) =>
  (page?.console ?? []).filter((line) => /^(error|warn)/.test(line));

after(async () => {
  const server = await host;
  server?.close();
  server?.closeAllConnections();
});

/** Waits until the service worker controls the page, so that a click can start a flow. */
async function openFlows(changes: Record<string, string> = {}): Promise<Page> {
  const page = await open('shop/flows.html');
  for (const [id, value] of Object.entries(changes)) {
    await page.evaluate(
      (where, wanted) => {
        const select = document.querySelector<HTMLSelectElement>(`#${where}`);
        if (select) select.value = wanted;
        select?.dispatchEvent(new Event('change', { bubbles: true }));
      },
      id,
      value,
    );
  }
  await page.waitForFunction(() => document.querySelector('monerium-connect')?.disabled === false);
  return page;
}

async function plant(page: Page, fault: string): Promise<void> {
  await page.evaluate((name) => {
    const buttons = [...document.querySelectorAll<HTMLButtonElement>('#faults button')];
    buttons.find(({ textContent }) => textContent === name)?.click();
  }, fault);
  // The worker has received the fault when it responds to this later request.
  await page.evaluate(() => fetch('control').then((response) => response.text()));
}

for (const exchange of ['backend', 'direct']) {
  test(`a customer connects by the service worker, ${exchange}`, { skip, timeout }, async () => {
    const page = await openFlows({ exchange });
    await clickConnect(page);
    const steps = await walkPortal(page, { email: CANARY_EMAIL });
    assert.deepEqual(steps, ['signup', 'kyc', 'wallet', 'iban', 'consent']);
    await waitForStatus(page, 'connected');
    assert.equal(await page.url(), `${await origin()}/shop/flows.html`);
    await page.waitForFunction(() =>
      document.querySelector('#requests')?.textContent?.includes('POST /auth/token 200'),
    );
    assert.deepEqual(errorsOf(visitors.at(-1)), []);
  });
}

test('a customer connects in a popup', { skip, timeout }, async () => {
  const page = await openFlows({ mode: 'popup' });
  await plant(page, 'None, no questions');
  await clickConnect(page);
  await waitForStatus(page, 'connected');
});

const CODES = {
  'The customer refuses': 'access_denied',
  'Monerium fails': 'authorization_unavailable',
  'Monerium is down': 'server_unavailable',
  'Too many requests': 'rate_limited',
  'No ids': 'exchange_rejected|profile_unavailable|server_unavailable',
  'The backend is missing': 'exchange_rejected',
  'The backend fails': 'server_unavailable',
  'The backend sends a page': 'exchange_bad_response',
  'The backend is unreachable': 'exchange_network',
};

test('each fault that a click selects leads to its code', { skip, timeout }, async () => {
  const page = await openFlows();
  const planted = await page.evaluate(() =>
    [...document.querySelectorAll('#faults button')].map(({ textContent }) => textContent),
  );
  assert.deepEqual(planted.slice(2), Object.keys(CODES));
  for (const [fault, codes] of Object.entries(CODES)) {
    await plant(page, fault);
    await clickConnect(page);
    await waitForStatus(page, 'failed');
    const code = await page.$eval('monerium-connect', ({ connection }) =>
      connection.status === 'failed' ? connection.error.code : '',
    );
    assert.match(code, new RegExp(`^(${codes})$`), fault);
    await page.waitForFunction(
      () => document.querySelector('monerium-connect')?.disabled === false,
    );
  }
});

test('the doctor finds nothing wrong with the site', { skip, timeout }, async () => {
  const page = await openFlows();
  await page.click('#doctor');
  await waitForDoctor(page);
  await page.waitForSelector('[data-monerium-doctor] >>> .toggle.ok');
});

test('the form of another site does not reach the service worker', { skip, timeout }, async () => {
  const page = await openFlows();
  await plant(page, 'None, no questions');
  await clickConnect(page);
  await waitForStatus(page, 'connected');
  // The first page stays open: without a page, a browser may end the worker and its session.
  const foreign = await visitors.at(-1)!.newPage();
  // A form sends it as text with `=` between name and value. That text is JSON here.
  const control = { backend: 'none', switches: {}, isReset: true, more: '' };
  const [name = '', value = ''] = JSON.stringify(control).split(/(?<="more":")/);
  for (const path of ['control', 'api/monerium']) {
    const action = `${await origin()}/shop/${path}`;
    const form = `<form method="post" enctype="text/plain" action="${action}">`;
    mkdirSync('build/made', { recursive: true });
    writeFileSync('build/made/form.html', `${form}<input name='${name}' value='${value}'></form>`);
    await foreign.goto(`${(await origin()).replace('localhost', '127.0.0.1')}/made/form.html`);
    await foreign.evaluate(() => document.forms[0]?.submit());
    await foreign.waitForFunction((wanted) => location.pathname.endsWith(wanted), {}, path);
    const status = await page.evaluate(() => fetch('api/monerium').then((one) => one.status));
    assert.equal(status, 200, 'the customer is still connected');
  }
});

test('the service worker accepts only JSON', { skip, timeout }, async () => {
  const page = await openFlows();
  const ask = (type: string) =>
    page.evaluate((named) => {
      const headers = { 'content-type': named };
      const body = '{"backend":"none","switches":{}}';
      return fetch('control', { method: 'POST', headers, body }).then(({ status }) => status);
    }, type);
  assert.equal(await ask('text/plain'), 415);
  assert.equal(await ask('application/json'), 200);
});

interface Manifest {
  modules: { declarations: Record<string, { name: string }[]>[] }[];
}

const manifest = JSON.parse(readFileSync('custom-elements.json', 'utf8')) as Manifest;
const element = manifest.modules
  .flatMap(({ declarations }) => declarations)
  .find((one) => one['tagName']);

test('the configurator has a field for all that the manifest names', { skip }, async () => {
  const page = await open('shop/index.html');
  await page.waitForSelector(buttonOf());
  const fields = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLInputElement>('.fields [name]')].map(({ name }) => name),
  );
  const named = (key: string) => element?.[key]?.map(({ name }) => name) ?? [];
  const wanted = [
    'way',
    'backendHeaders',
    'exchange',
    'openUrl',
    'strings',
    'walletProvider',
    ...named('attributes'),
    ...named('cssProperties'),
    ...named('slots').map((name) => `slot-${name || 'label'}`),
  ];
  assert.deepEqual(fields.sort(), wanted.sort());
});

test('the configurator shows each state, and each code', { skip, timeout }, async () => {
  const page = await open('shop/index.html');
  await page.waitForSelector(buttonOf());
  const states = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLOptionElement>('#state option')].map(({ value }) => value),
  );
  assert.equal(states.length > 20, true);
  for (const state of states) {
    await choose(page, 'state', state);
    const wanted = state in ERRORS ? 'failed' : state;
    await waitForStatus(page, wanted);
  }
});

test('the configurator shows idle again after each ending', { skip, timeout }, async () => {
  const page = await open('shop/index.html');
  await page.waitForSelector(buttonOf());
  for (const state of ['connected', 'access_denied', 'exchange_rejected', 'exchanging']) {
    await choose(page, 'state', state);
    await waitForStatus(page, state in ERRORS ? 'failed' : state);
    await choose(page, 'state', 'idle');
    await waitForStatus(page, 'idle');
  }
});

async function choose(page: Page, id: string, value: string): Promise<void> {
  await page.evaluate(
    (where, wanted) => {
      const field = document.querySelector<HTMLInputElement>(`#${where}, [name="${where}"]`);
      if (field) field.value = wanted;
      for (const type of ['input', 'change']) {
        field?.dispatchEvent(new Event(type, { bubbles: true }));
      }
    },
    id,
    value,
  );
}

const codeOf = (page: Page) => page.$eval('#code', ({ textContent }) => textContent ?? '');

test('a setting changes the preview and the code', { skip }, async () => {
  const page = await open('shop/index.html');
  await page.waitForSelector(buttonOf());
  await choose(page, 'lang', 'de');
  await choose(page, 'size', 'large');
  await choose(page, '--monerium-connect-accent', 'rgb(10, 125, 79)');
  await page.waitForFunction(() =>
    document.querySelector('monerium-connect')?.shadowRoot?.textContent?.includes('verbinden'),
  );
  const code = await codeOf(page);
  assert.match(code, /size="large"/);
  assert.match(code, /lang="de"/);
  assert.match(code, /--monerium-connect-accent: rgb\(10, 125, 79\);/);
  const { integrity } = { integrity: JSON.parse(readFileSync('dist/integrity.json', 'utf8')) };
  assert.ok(
    code.includes(integrity['monerium-connect.min.js']),
    'the integrity is that of the file',
  );
});

test('the code is copied, and the page shows when the copy failed', { skip }, async () => {
  const page = await open('shop/index.html');
  await page.waitForSelector(buttonOf());
  for (const [isRefused, text] of [
    [false, 'Copied.'],
    [true, 'The browser refused to copy. The code is selected: copy it by hand.'],
  ] as const) {
    await page.evaluate((fails) => {
      const writeText = () => (fails ? Promise.reject(new Error()) : Promise.resolve());
      Object.defineProperty(navigator, 'clipboard', { value: { writeText }, configurable: true });
    }, isRefused);
    await page.click('#copy');
    await page.waitForFunction(
      (wanted) => document.querySelector('#copied')?.textContent === wanted,
      {},
      text,
    );
  }
  assert.equal(
    await page.evaluate('getSelection().toString().trim()'),
    (await codeOf(page)).trim(),
  );
});

test('a link contains the settings but no code', { skip }, async () => {
  const page = await open('shop/index.html');
  await page.waitForSelector(buttonOf());
  await choose(page, 'way', 'server');
  await choose(page, 'for', 'React');
  await choose(page, 'slot-label', 'Pay & go');
  await choose(page, 'strings', '{}');
  const link = await page.url();
  assert.doesNotMatch(link, /strings/);
  const other = await open(`shop/index.html${new URL(link).hash}&strings=alert(1)`);
  await other.waitForSelector(buttonOf());
  const code = await codeOf(other);
  assert.match(code, /startUrl="\/monerium\/start"\s+backendUrl="\/monerium\/session"/);
  assert.match(code, /\{"Pay & go"\}/);
  assert.doesNotMatch(code, /clientId|alert/);
  await choose(other, 'file', 'Your server');
  assert.match(await codeOf(other), /createConnectHandler/);
  await choose(other, 'way', 'page');
  await choose(other, 'file', 'Redirect page');
  assert.match(await codeOf(other), /Finishing your connection…[^]*client-id="your-client-id"/);
});

test('the settings are grouped, and their help has no backticks', { skip }, async () => {
  const page = await open('shop/index.html');
  await page.waitForSelector(buttonOf());
  const seen = await page.evaluate(() => {
    const languages = [...document.querySelectorAll('#lang option')];
    return {
      groups: [...document.querySelectorAll('legend, summary')].map((one) => one.textContent),
      isOpen: document.querySelector('details')?.open,
      help: document.querySelector('form')?.textContent ?? '',
      code: document.querySelectorAll('.field p code').length > 0,
      languages: languages.map((one) => one.textContent ?? ''),
    };
  });
  assert.deepEqual(seen.groups, ['Start', 'Look', 'After connecting', 'Advanced']);
  assert.equal(seen.isOpen, false);
  assert.ok(!seen.help.includes('`') && seen.code, 'code is marked up');
  assert.deepEqual(
    seen.languages,
    seen.languages.toSorted((one, other) => one.localeCompare(other)),
  );
});

const onPhone = { ...onlyChromium, ...(skip && { skip }) };
test('the preview stays visible on a phone', onPhone, async () => {
  const page = await open('shop/index.html', (blank) =>
    toPuppeteer(blank).setViewport({ width: 390, height: 844 }),
  );
  await page.waitForSelector(buttonOf());
  await page.evaluate(() => document.querySelector('summary')?.scrollIntoView());
  const top = await page.$eval('#stage', (stage) => stage.getBoundingClientRect().bottom);
  assert.ok(top > 0 && top < 300, `the preview ends at ${top} px`);
});

test('a click on the preview starts no flow', { skip }, async () => {
  const page = await open('shop/index.html');
  await clickConnect(page);
  await page.waitForFunction(() =>
    /starts no flow/.test(document.querySelector('#note')?.textContent ?? ''),
  );
  await waitForStatus(page, 'idle');
  assert.equal(await page.url(), `${await origin()}/shop/index.html`);
});

test('the script tag that is copied defines the element', { skip }, async () => {
  const page = await open('shop/index.html');
  await page.waitForSelector(buttonOf());
  await choose(page, 'wallet', 'sign-in');
  const code = await codeOf(page);
  assert.equal(code.match(/integrity="sha384-/g)?.length, 2);
  const local = code.replaceAll(/https:\/\/cdn[^"]*\/dist\//g, `${await origin()}/dist/`);
  mkdirSync('build/made', { recursive: true });
  writeFileSync('build/made/tag.html', `<!doctype html><title>Made</title>${local}`);
  await page.goto(`${await origin()}/made/tag.html`);
  await page.waitForSelector(buttonOf());
  await page.waitForFunction(() => Symbol.for('monerium-connect.wallet.1') in window);
});

const PAGES = ['index.html', 'flows.html', 'recipes.html', 'docs/index.html', 'docs/debug.html'];

for (const path of PAGES) {
  for (const width of [360, 1280]) {
    for (const scheme of ['light', 'dark']) {
      const options = { ...onlyChromium, timeout, ...(skip && { skip }) };
      test(`${path} has no flaws at ${width} px, ${scheme}`, options, async () => {
        const page = await open(`shop/${path}`, async (blank) => {
          const features = [{ name: 'prefers-color-scheme', value: scheme }];
          await toPuppeteer(blank).setViewport({ width, height: 800 });
          await toPuppeteer(blank).emulateMediaFeatures(features);
        });
        const native = toPuppeteer(page);
        if (!/recipes|docs/.test(path)) await page.waitForSelector(buttonOf());
        const { shift, overflow } = await page.evaluate(measure);
        assert.equal(overflow, 0, 'nothing is wider than the page');
        assert.ok(shift < 0.01, `nothing moves: ${shift}`);
        mkdirSync('build/shots', { recursive: true });
        const name = path.replace('/', '-').replace('.html', '');
        const file = `build/shots/site-${name}-${width}-${scheme}.png` as const;
        await native.screenshot({ path: file, fullPage: width === 360 && path === 'flows.html' });
        await page.evaluate(AXE);
        const flaws = await page.evaluate<[], string[]>(`axe.run().then(({ violations }) =>
          violations.map(({ id, nodes }) => id + ' ' + nodes[0].html.slice(0, 200)))`);
        assert.deepEqual(flaws, []);
        const said = errorsOf(visitors.at(-1));
        assert.deepEqual(said, []);
      });
    }
  }
}

/** Runs in the page. */
async function measure() {
  const shifts = await new Promise<number>((resolve) => {
    let sum = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) sum += (entry as unknown as { value: number }).value;
    }).observe({ type: 'layout-shift', buffered: true });
    requestAnimationFrame(() => setTimeout(() => resolve(sum)));
  });
  const { scrollWidth, clientWidth } = document.documentElement;
  return { shift: shifts, overflow: Math.max(0, scrollWidth - clientWidth) };
}

test('every link of the site has a target', { skip }, () => {
  const files = readdirSync('build/site', { recursive: true, encoding: 'utf8' });
  const pages = files.filter((file) => file.endsWith('.html'));
  const broken: string[] = [];
  for (const page of pages) {
    const html = readFileSync(`build/site/${page}`, 'utf8');
    for (const [, href = ''] of html.matchAll(/<a href="([^"]*)"/g)) {
      if (/^[a-z]+:/.test(href)) continue;
      const url = new URL(href, `http://site/${page}`);
      const target = `build/site${url.pathname}`;
      const anchor = decodeURIComponent(url.hash.slice(1));
      const isThere = existsSync(target);
      const isNamed =
        !anchor || (isThere && readFileSync(target, 'utf8').includes(`id="${anchor}"`));
      if (!isThere || !isNamed) broken.push(`${page}: ${href}`);
    }
  }
  assert.deepEqual(broken, []);
});
