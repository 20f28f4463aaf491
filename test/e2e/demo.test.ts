import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { createClient } from '@libsql/client/sqlite3';
import { startDemo, type Demo } from '../../demo/demo.js';
import {
  CANARY_EMAIL,
  buttonOf,
  clickConnect,
  shareBrowser,
  skipIn,
  waitForStatus,
  walkPortal,
  type Page,
  type Visitor,
} from './support.js';
import type { Browser } from './support/driver.js';
import { toPuppeteer } from './support/puppeteer.js';

const BACKEND = '#backend monerium-connect';
const DIRECT = '#direct monerium-connect';

const folder = mkdtempSync(join(tmpdir(), 'monerium-connect-demo-'));
const database = join(folder, 'backend.db');
const log: string[] = [];
let demo: Demo;
let browser: Browser;
let visitor: Visitor;

/** Starts the demo for a suite. Each test has a new customer and an empty database. */
function useDemo(): void {
  before(async () => {
    demo = await startDemo({ BACKEND_DATABASE: database }, (line) => log.push(line));
    browser = await shareBrowser();
  });
  beforeEach(async () => {
    visitor = await browser.visit();
  });
  afterEach(async () => {
    await visitor.close();
    demo.emulator.reset();
    await query('DELETE FROM monerium_connection');
    await query('DELETE FROM rate_limit');
    log.length = 0;
  });
  after(() => demo.close());
}

after(() => rmSync(folder, { recursive: true, force: true }));

/** Queries the database over a separate connection, as another program does. */
async function query(sql: string): Promise<Record<string, unknown>[]> {
  const client = createClient({ url: `file:${database}` });
  try {
    return (await client.execute(sql)).rows;
  } finally {
    client.close();
  }
}

async function open(): Promise<Page> {
  const page = await visitor.newPage();
  await page.goto(demo.origin);
  return page;
}

/** Clicks the button and waits until the portal is shown. */
async function leave(page: Page, selector: string): Promise<void> {
  await clickConnect(page, selector);
  await page.waitForSelector('body[data-step]');
}

async function connect(page: Page): Promise<void> {
  await leave(page, BACKEND);
  await walkPortal(page, { email: CANARY_EMAIL });
  await page.waitForFunction(() => location.pathname === '/');
  await waitForFact(page, '#backend', 'Name', 'Ada Canary');
}

/** Waits until a card shows a fact that contains this text. */
async function waitForFact(page: Page, card: string, name: string, text: string): Promise<void> {
  await page.waitForFunction(
    (where, term, wanted) =>
      [...document.querySelectorAll(`${where} dt`)].some(
        (dt) =>
          dt.textContent === term && dt.nextElementSibling?.textContent?.includes(wanted) === true,
      ),
    {},
    card,
    name,
    text,
  );
}

/** The attributes of the element in the HTML of the server, before any script has run. */
async function rendered(page: Page): Promise<Record<string, string | null>> {
  await page.goto(demo.origin);
  return page.evaluate(async (selector) => {
    const html = await (await fetch('/', { headers: { accept: 'text/html' } })).text();
    const element = new DOMParser().parseFromString(html, 'text/html').querySelector(selector);
    return {
      profile: element?.getAttribute('profile') ?? null,
      userId: element?.getAttribute('user-id') ?? null,
    };
  }, BACKEND);
}

async function waitForEmptyDatabase(): Promise<void> {
  while ((await query('SELECT * FROM monerium_connection')).length > 0) await setTimeout(20);
}

describe('the demo through its backend', () => {
  useDemo();

  it('keeps a customer connected over reloads and restarts, until they disconnect', async () => {
    const page = await open();
    await leave(page, BACKEND);
    await demo.restartBackend();
    await walkPortal(page, { email: CANARY_EMAIL });
    await page.waitForFunction(() => location.pathname === '/');
    await waitForStatus(page, 'connected', BACKEND);
    await waitForFact(page, '#backend', 'Name', 'Ada Canary');
    const ids = await rendered(page);
    assert.match(ids['profile'] ?? '', /^[\w-]{36}$/);
    assert.match(ids['userId'] ?? '', /^[\w-]{36}$/);

    await demo.restartBackend();
    demo.emulator.endAccessTokens();
    assert.deepEqual(await rendered(page), ids);
    await waitForStatus(page, 'connected', BACKEND);
    await waitForFact(page, '#backend', 'Name', 'Ada Canary');
    assert.equal(demo.emulator.refreshRequests().length, 1);
    assert.equal(demo.emulator.tokenRequests().length, 1, 'the code is sent once');

    await page.click('#backend [data-disconnect]');
    await waitForStatus(page, 'idle', BACKEND);
    await waitForEmptyDatabase();
    assert.deepEqual(await rendered(page), { profile: null, userId: null });
    await waitForStatus(page, 'idle', BACKEND);
    assert.deepEqual([visitor.errors, log], [[], []]);
  });

  it('is connected on the popup page too, before and after a reload', async () => {
    const page = await open();
    await connect(page);
    for (let times = 0; times < 2; times += 1) {
      await page.goto(`${demo.origin}/popup.html`);
      await waitForStatus(page, 'connected', '#popup monerium-connect');
    }
    await page.click('#popup [data-disconnect]');
    await waitForStatus(page, 'idle', '#popup monerium-connect');
    await waitForEmptyDatabase();
    assert.deepEqual([visitor.errors, log], [[], []]);
  });

  it('is connected already in the HTML, but only for this customer', async () => {
    const page = await open();
    await connect(page);
    assert.match((await rendered(page))['profile'] ?? '', /^[\w-]{36}$/);
    const other = await browser.visit();
    const stranger = await other.newPage();
    assert.deepEqual(await rendered(stranger), { profile: null, userId: null });
    await other.close();
  });

  it('has no readable token and no customer data in its database', async () => {
    const page = await open();
    await connect(page);
    const { profile } = await rendered(page);
    await demo.restartBackend();
    const bytes = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'));
    for (const secret of ['access_', 'refresh_', CANARY_EMAIL, 'Ada Canary']) {
      assert.ok(!bytes.join().includes(secret), `the file holds ${secret}`);
    }
    assert.ok(profile, 'no profile');
    assert.equal(bytes.join().includes(profile), false);
    assert.equal(await page.evaluate(() => document.cookie), '', 'no script sees the session');
  });

  it('sends no code while the database cannot write, and connects once it can', async () => {
    const page = await open();
    await leave(page, BACKEND);
    const client = createClient({ url: `file:${database}` });
    const lock = await client.transaction('write');
    try {
      await walkPortal(page, { email: CANARY_EMAIL });
      await waitForStatus(page, 'failed', 'monerium-connect');
    } finally {
      await lock.rollback();
      client.close();
    }
    assert.match(log.join(), /The database cannot be written: SQLITE_BUSY/);
    assert.equal(demo.emulator.tokenRequests().length, 0);
    await page.goto(demo.origin);
    await connect(page);
    assert.equal(demo.emulator.tokenRequests().length, 1);
  });
});

describe('the demo without a backend', () => {
  useDemo();

  it('fetches the profile and places a test order', async () => {
    const page = await open();
    await leave(page, DIRECT);
    await walkPortal(page, { email: CANARY_EMAIL });
    await waitForStatus(page, 'connected', DIRECT);
    await waitForFact(page, '#direct', 'Profile', 'Ada Canary, personal, approved');
    await waitForFact(page, '#direct', 'Order', 'EUR 1.00');
    assert.deepEqual(visitor.errors, []);
  });
});

describe('the page with a wallet', () => {
  useDemo();

  it('links the Test wallet, and signs in with it afterwards', async () => {
    const page = await visitor.newPage();
    await page.goto(`${demo.origin}/wallet.html`);
    await clickConnect(page, '#link monerium-connect');
    await walkPortal(page, { email: CANARY_EMAIL });
    await waitForStatus(page, 'connected', '#link monerium-connect');
    await page.click('[data-link]');
    await page.waitForSelector('#link monerium-connect >>> [part=wallet]');
    await page.click('#link monerium-connect >>> [part=wallet]');
    await page.waitForFunction("document.querySelector('#link dl').innerText.includes('IBAN')");
    await page.goto(`${demo.origin}/wallet.html`);
    await clickConnect(page, '#sign-in monerium-connect');
    await page.waitForSelector('#sign-in monerium-connect >>> [part=wallet]');
    const before = demo.emulator.requests.filter(({ path }) => path.startsWith('/portal')).length;
    await page.click('#sign-in monerium-connect >>> [part=wallet]');
    await waitForStatus(page, 'connected', '#sign-in monerium-connect');
    const { requests } = demo.emulator;
    assert.equal(requests.filter(({ path }) => path.startsWith('/portal')).length, before);
  });

  it('links a wallet through the server of the site, which sends an order from it', async () => {
    const page = await visitor.newPage();
    await page.goto(`${demo.origin}/wallet.html`);
    await clickConnect(page, '#server monerium-connect');
    await walkPortal(page, { email: CANARY_EMAIL });
    await waitForStatus(page, 'connected', '#server monerium-connect');
    await page.goto(`${demo.origin}/wallet.html`);
    await waitForStatus(page, 'connected', '#server monerium-connect');
    demo.emulator.requests.length = 0;
    await page.click('[data-order-now]');
    await waitForFact(page, '#server', 'Address', ', linked');
    await waitForFact(page, '#server', 'Order', 'EUR 1.00, placed');
    // The page has no token, so it sends Monerium no request.
    const asked = demo.emulator.requests.map(({ headers }) => headers['origin']);
    assert.deepEqual([...new Set(asked)], [undefined]);
    assert.deepEqual(visitor.errors, []);
  });
});

describe('the pages of the demo', () => {
  useDemo();
  const onlyChromium = skipIn({
    firefox: 'its driver changes neither the color scheme nor the size',
    webkit: 'its driver changes neither the color scheme nor the size',
  });
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

  it('have no flaws on a phone in dark mode, the configurator first', onlyChromium, async () => {
    const page = await visitor.newPage();
    const native = toPuppeteer(page);
    await native.setViewport({ width: 360, height: 800 });
    await native.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    await page.goto(`${demo.origin}/site/`);
    const paths = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLAnchorElement>('nav a')].map(({ pathname }) => pathname),
    );
    const others = ['/', '/popup.html', '/wallet.html', '/states.html', '/designs.html'];
    assert.deepEqual(paths, ['/site/', ...others]);
    for (const path of [...paths, '/callback.html']) {
      await page.goto(demo.origin + path);
      await page.waitForSelector(buttonOf());
      // `checking` hides the label for a second.
      await page.waitForFunction(() =>
        [...document.querySelectorAll('monerium-connect')].every((element) => {
          const label = element.shadowRoot?.querySelector('[part=label]') ?? element;
          return getComputedStyle(label).visibility === 'visible';
        }),
      );
      await page.evaluate(axe);
      const seen = await page.evaluate<[], unknown>(`axe.run().then(({ violations }) => ({
        flaws: violations.map(({ id, nodes }) => id + ' ' + nodes[0].html.slice(0, 200)),
        background: getComputedStyle(document.body).backgroundColor,
        overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      }))`);
      assert.deepEqual(seen, { flaws: [], background: 'rgb(20, 21, 23)', overflow: 0 }, path);
    }
  });

  it('show the nine states, also in a right-to-left language', async () => {
    const page = await visitor.newPage();
    await page.goto(`${demo.origin}/states.html`);
    const STATES = 'idle checking signing signed redirecting waiting exchanging connected failed';
    await page.waitForFunction(
      (wanted) =>
        [...document.querySelectorAll('.gallery > *')].every((column) => {
          const elements = [...column.querySelectorAll('monerium-connect')];
          return wanted === [...new Set(elements.map(({ status }) => status))].join(' ');
        }),
      {},
      STATES,
    );
    await page.waitForFunction(() =>
      /الربط/.test(
        document.querySelector('[lang=ar] monerium-connect')?.shadowRoot?.textContent ?? '',
      ),
    );
  });
});
