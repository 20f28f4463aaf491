import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HTTPRequest } from 'puppeteer-core';
import type { MoneriumConnect } from '../../src/index.js';
import { buttonOf, clickConnect, walkPortal } from '../e2e/support/browser.js';
import type { Browser, Page, Visitor } from '../e2e/support/driver.js';
import { endingsOf, waitForLocks } from '../e2e/support/facts.js';
import { drawn, SHIFT_OBSERVER, shiftOf } from '../e2e/support/layout.js';
import { toPuppeteer } from '../e2e/support/puppeteer.js';
import type { Post, Site } from './site.js';

const CDN = /^https:\/\/cdn\.jsdelivr\.net\/npm\/monerium-connect@[^/]+\/(.*)/;
const LIT_NOTICE = /^warn: Lit is in dev mode\./;
const SHARED = {
  clientId: '5f0c9b0e-6d1f-4c39-9a4e-1b7d2c8e4a60',
  apiUrl: '/monerium',
  disabled: true,
};

/** An element that every app has on its page. */
interface Expected {
  readonly id: string;
  readonly properties: Partial<MoneriumConnect>;
  /** The only POST request that may contain the code. */
  readonly post: Post;
}

const ELEMENTS: Expected[] = [
  {
    id: 'backend',
    properties: {
      ...SHARED,
      backendUrl: '/api/monerium',
      authMode: 'signup',
      skipKyc: true,
      timeout: 30_000,
      backendHeaders: { 'x-csrf-token': 'token' },
    },
    post: { path: '/api/monerium', csrfToken: 'token' },
  },
  { id: 'custom', properties: SHARED, post: { path: '/api/exchange', csrfToken: undefined } },
];

export interface Trip {
  readonly browser: Browser;
  readonly site: Site;
  /** The folder of the installed package in the app. */
  readonly packageFolder: string;
  /** Whether the server sends the page's markup. Then nothing may move when the scripts run. */
  readonly isServerRendered: boolean;
  /** Whether the pages come from a development server. Then Lit logs a warning. */
  readonly isDevelopment: boolean;
}

/** Runs the whole flow once with each element of the page. */
export async function travel(trip: Trip): Promise<void> {
  for (const expected of ELEMENTS) {
    trip.site.reset();
    const visitor = await trip.browser.visit();
    try {
      await connect(visitor, trip, expected);
      assertSilent(visitor, trip.isDevelopment);
    } catch (error) {
      const said = [...visitor.console, ...visitor.errors].join('\n');
      throw new Error(`#${expected.id}: the console said ${said || 'nothing'}`, { cause: error });
    } finally {
      await visitor.close();
    }
  }
}

async function connect(visitor: Visitor, trip: Trip, expected: Expected): Promise<void> {
  const { site } = trip;
  const { id } = expected;
  const page = await open(visitor, trip);
  await checkElement(page, expected);
  if (trip.isServerRendered) {
    await drawn(page);
    assert.equal(await shiftOf(page), 0, 'nothing moves');
  }
  await page.click('#terms');
  await page.waitForSelector(`${buttonOf(`#${id}`)}:enabled`);
  await clickConnect(page, `#${id}`);
  const [firstStep, ...steps] = await walkPortal(page, { email: 'customer@shop.example' });
  if (id === 'backend') {
    assert.equal(firstStep, 'signup', 'auth-mode');
    assert.ok(!steps.includes('kyc'), 'skip-kyc');
  }

  const userId = await shownUser(page);
  // All work of this flow is done when its lock is released.
  await waitForLocks(page);
  const profile = await page.$eval(`#${id}`, (found) => (found as MoneriumConnect).profile);
  const detail = { profile, userId, returnTo: `${site.origin}/` };
  const event = { type: 'monerium-connected', detail, target: id };
  assert.deepEqual(await endingsOf(page), [event], 'one event');
  assert.equal(await page.$eval(`#${id}`, (found) => (found as MoneriumConnect).userId), userId);
  assert.equal(await page.url(), `${site.origin}/`);
  assert.deepEqual(site.posts, [expected.post]);
  assert.equal(site.emulator.tokenRequests().length, 1, 'one token request');
}

async function open(visitor: Visitor, { site, packageFolder }: Trip): Promise<Page> {
  const page = await visitor.newPage();
  const native = toPuppeteer(page);
  await native.evaluateOnNewDocument(SHIFT_OBSERVER);
  await native.setRequestInterception(true);
  native.on('request', (request) => void answerForCdn(request, packageFolder));
  await page.goto(`${site.origin}/`);
  await page.bringToFront();
  return page;
}

/** Serves the package from its folder: a test sends no request to the CDN. */
async function answerForCdn(request: HTTPRequest, packageFolder: string): Promise<void> {
  const [, file] = CDN.exec(request.url()) ?? [];
  if (file === undefined) return request.continue();
  return request.respond({
    contentType: 'text/javascript',
    headers: { 'access-control-allow-origin': '*' },
    body: await readFile(join(packageFolder, file)),
  });
}

/** Waits until the framework has set the properties of the element, and compares them. */
async function checkElement(page: Page, { id, properties }: Expected): Promise<void> {
  await page.waitForSelector(buttonOf(`#${id}`));
  await page.waitForFunction(
    (selector) => {
      const found = document.querySelector<MoneriumConnect>(selector);
      return Boolean(found?.backendHeaders ?? found?.exchange);
    },
    {},
    `#${id}`,
  );
  const found = await page.$eval(
    `#${id}`,
    (element, names) => names.map((name) => [name, element[name as keyof typeof element]]),
    Object.keys(properties),
  );
  assert.deepEqual(Object.fromEntries(found), properties);
}

/** The user id that the app shows after the event. */
export async function shownUser(page: Page): Promise<string> {
  const said = 'Connected as ';
  await page.waitForFunction(
    (start) => document.querySelector('#result')?.textContent.startsWith(start),
    {},
    said,
  );
  return (await page.$eval('#result', (found) => found.textContent)).slice(said.length);
}

/** @param isDevelopment whether Lit may log that it is a development build */
export function assertSilent({ console, errors }: Visitor, isDevelopment: boolean): void {
  const noise = console.filter((line) => /^(warn|error)/.test(line));
  assert.deepEqual(
    noise.filter((line) => !isDevelopment || !LIT_NOTICE.test(line)),
    [],
    'the console is silent',
  );
  assert.deepEqual(errors, []);
}
