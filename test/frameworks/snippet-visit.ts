// A customer on the pages of the snippets: each element is as it was configured, and connects.
import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import type { HTTPRequest } from 'puppeteer-core';
import { attributes } from '../../demo/site/manifest.js';
import type { Configuration } from '../../demo/site/snippets.js';
import { buttonOf, clickConnect } from '../e2e/support/browser.js';
import { bundleScript } from '../e2e/support/bundle.js';
import type { Browser, Page, Visitor } from '../e2e/support/driver.js';
import { endingsOf, waitForStatus } from '../e2e/support/facts.js';
import { toPuppeteer } from '../e2e/support/puppeteer.js';
import { SETTINGS, SETTING_NAMES, WRONG, type Setting } from './snippets.js';
import type { Site } from './site.js';

const API = 'https://api.monerium.dev';
const WALLET = 'monerium-connect >>> [part=wallet]';
/** A browser says so by itself: `stay-connected` and `debug` ask for what is not there. */
const RESOURCE = /^error: Failed to load resource/;

/** What a customer does on the page of a setting. */
const ACTS: Record<Setting, (page: Page, site: Site) => Promise<void>> = {
  async default(page, site) {
    await clickConnect(page);
    await assertConnected(page, site);
    assert.match(await page.url(), /\/default\/?$/);
    assert.deepEqual(site.posts, [], 'this page has exchanged the code');
  },
  async popup(page, site) {
    await clickConnect(page);
    await page.waitForFunction(() => location.pathname === '/thanks');
    assert.deepEqual(site.posts, [{ path: '/api/monerium', csrfToken: undefined }]);
  },
  async wallet(page, site) {
    await page.waitForFunction(() =>
      document.querySelector('monerium-connect')?.shadowRoot?.textContent?.includes('verbinden'),
    );
    await clickConnect(page);
    await page.waitForSelector(WALLET);
    await page.click(WALLET);
    await assertConnected(page, site);
    const query = site.emulator.requests.find(({ path }) => path === '/auth')?.query;
    assert.equal(query?.['authentication_method'], 'siwe');
  },
  async server(page) {
    await waitForStatus(page, 'idle');
    await clickConnect(page);
    await page.waitForFunction(() => location.pathname === '/thanks');
    assert.match(await page.url(), /\?return_to=%2Fserver%2F?$/);
  },
  connected: (page) => waitForStatus(page, 'connected'),
  async everything(page) {
    await page.waitForSelector('[data-monerium-doctor] >>> .toggle');
    assert.equal(await page.$eval(buttonOf(), (button) => button.matches(':disabled')), true);
  },
};

async function assertConnected(page: Page, { emulator }: Site): Promise<void> {
  await waitForStatus(page, 'connected');
  const endings = await endingsOf(page);
  assert.deepEqual(
    endings.map(({ type }) => type),
    ['monerium-connected'],
  );
  assert.equal(emulator.tokenRequests().length, 1, 'one token request');
}

/** The element as a page sees it, and as it was configured. */
interface Seen {
  readonly attributes: Record<string, string>;
  readonly slots: Record<string, string>;
  readonly styles: Record<string, string>;
  readonly properties: Record<string, string>;
}

const fieldOf = (name: string) =>
  attributes.find((one) => one.name === name)?.fieldName ?? `no attribute ${name}`;

/** A function is only known to be one. */
const describe = (value: unknown) =>
  typeof value === 'function' ? 'function' : JSON.stringify(value);

function expect({ lang, ...configuration }: Configuration): Seen {
  const entries = Object.entries(configuration.attributes);
  const properties = Object.entries(configuration.properties).map(([name, code]) => {
    const value: unknown = runInNewContext(`(${code})`);
    return [name, name === 'walletProvider' ? '{}' : describe(value)];
  });
  return {
    attributes: {
      ...Object.fromEntries(entries.map(([name, value]) => [fieldOf(name), String(value)])),
      ...(lang && { lang }),
    },
    slots: configuration.slots,
    styles: configuration.styles,
    properties: Object.fromEntries(properties) as Record<string, string>,
  };
}

/** Runs in the page. */
function see(names: { [Part in keyof Seen]: string[] }): Seen | undefined {
  const element = document.querySelector('monerium-connect');
  if (!element?.shadowRoot?.hasChildNodes()) return undefined;
  const fields = element as unknown as Record<string, unknown>;
  const style = getComputedStyle(element);
  const nodes = [...element.childNodes];
  const slotOf = (node: Node) => (node instanceof Element ? node.slot : '');
  const textOf = (slot: string) =>
    nodes
      .filter((node) => slotOf(node) === slot)
      .map(({ textContent }) => textContent)
      .join('')
      .trim();
  const all = (keys: string[], read: (key: string) => string) =>
    Object.fromEntries(keys.map((key) => [key, read(key)]));
  return {
    attributes: all(names.attributes, (key) => String(fields[key])),
    slots: all(names.slots, textOf),
    styles: all(names.styles, (key) => style.getPropertyValue(key).trim()),
    properties: all(names.properties, (key) =>
      typeof fields[key] === 'function' ? 'function' : JSON.stringify(fields[key]),
    ),
  };
}

async function assertConfigured(page: Page, configuration: Configuration): Promise<void> {
  const expected = expect(configuration);
  const names = Object.fromEntries(
    Object.entries(expected).map(([part, values]) => [part, Object.keys(values as object)]),
  ) as { [Part in keyof Seen]: string[] };
  let seen: Seen | undefined;
  const end = performance.now() + page.timeout;
  // A framework sets attributes and properties when it is ready.
  do seen = await page.evaluate(see, names);
  while (JSON.stringify(seen) !== JSON.stringify(expected) && performance.now() < end);
  assert.deepEqual(seen, expected);
}

/** Monerium's sandbox is the emulator of the site. */
async function answerForApi(request: HTTPRequest, { emulator }: Site): Promise<void> {
  const { origin, pathname, search } = new URL(request.url());
  if (origin !== API) return request.continue();
  const url = emulator.url + pathname + search;
  if (request.isNavigationRequest()) {
    return request.respond({ status: 302, headers: { location: url } });
  }
  const body = request.postData() ?? null;
  const init = { method: request.method(), headers: request.headers(), body };
  const response = await fetch(url, init);
  return request.respond({
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  });
}

async function open(visitor: Visitor, site: Site, name: string): Promise<Page> {
  const page = await visitor.newPage();
  const native = toPuppeteer(page);
  await native.evaluateOnNewDocument(await bundleScript('test wallet'));
  await native.setRequestInterception(true);
  native.on('request', (request) => void answerForApi(request, site));
  await page.goto(`${site.origin}/${name}/`);
  return page;
}

async function visitOne(browser: Browser, site: Site, name: Setting): Promise<void> {
  site.reset();
  site.emulator.configure({ decision: 'approve' });
  const visitor = await browser.visit();
  try {
    const page = await open(visitor, site, name);
    await assertConfigured(page, SETTINGS[name]);
    await ACTS[name](page, site);
    const noise = visitor.console.filter((line) => /^(warn|error)/.test(line));
    assert.deepEqual(
      noise.filter((line) => !RESOURCE.test(line)),
      [],
    );
    assert.deepEqual(visitor.errors, []);
  } catch (error) {
    const said = [...visitor.console, ...visitor.errors].join('\n');
    throw new Error(`${name}: the console said ${said || 'nothing'}`, { cause: error });
  } finally {
    await visitor.close();
  }
}

/** A customer goes through each setting. */
export async function visitSnippets(browser: Browser, site: Site): Promise<void> {
  for (const name of SETTING_NAMES) await visitOne(browser, site, name);
}

/** The browser refuses the script whose `integrity` is that of another file. */
export async function visitWrong(browser: Browser, site: Site): Promise<void> {
  const visitor = await browser.visit();
  const page = await open(visitor, site, WRONG);
  assert.equal(await page.evaluate("customElements.get('monerium-connect')"), undefined);
  assert.match(visitor.console.join('\n'), /integrity/);
  await visitor.close();
}
