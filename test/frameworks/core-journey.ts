import assert from 'node:assert/strict';
import { walkPortal } from '../e2e/support/browser.js';
import type { Browser, Page } from '../e2e/support/driver.js';
import { waitForLocks } from '../e2e/support/facts.js';
import { assertSilent, shownUser } from './journey.js';
import type { Site } from './site.js';

const READY = '#connect:enabled';

/** A customer connects with a button of the app, goes on where it was clicked, and disconnects. */
export async function travelByCore(
  browser: Browser,
  site: Site,
  isDevelopment: boolean,
): Promise<void> {
  site.reset();
  const visitor = await browser.visit();
  try {
    await connect(await visitor.newPage(), site);
    // A development server drops nothing: the entry for React has the element too, and Lit.
    assertSilent(visitor, isDevelopment);
  } catch (error) {
    const said = [...visitor.console, ...visitor.errors].join('\n');
    throw new Error(`the console said ${said || 'nothing'}`, { cause: error });
  } finally {
    await visitor.close();
  }
}

async function connect(page: Page, site: Site): Promise<void> {
  const start = `${site.origin}/?from=menu`;
  await page.goto(start);
  await page.bringToFront();
  await page.waitForSelector(READY);
  await page.click(READY);
  await walkPortal(page, { email: 'customer@shop.example' });

  assert.match(await shownUser(page), /^\S+$/);
  await waitForLocks(page);
  assert.equal(await page.url(), start, 'returnTo is followed');
  assert.deepEqual(site.posts, [{ path: '/api/monerium', csrfToken: undefined }]);
  assert.equal(site.emulator.tokenRequests().length, 1, 'one token request');
  assert.equal(await page.evaluate("customElements.get('monerium-connect')"), undefined);

  await page.click('#disconnect');
  await page.waitForSelector(READY);
  await page.goto(start);
  await page.waitForSelector(READY);
  assert.equal(site.emulator.tokenRequests().length, 1, 'nothing is sent after a reload');
}
