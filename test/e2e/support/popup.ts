// Helpers for tests of the popup: to open it, to return from Monerium, and to wait for its end.
import assert from 'node:assert/strict';
import type { Authorization, World } from '../support.js';
import { buttonOf, walkPortal, type Journey } from './browser.js';
import type { Frame, Page, Visitor } from './driver.js';
import { recordsOf } from './facts.js';
import type { Attributes, PageParts } from './page-template.js';

/** A flow whose customer is at Monerium in a separate window. */
export interface Begun {
  readonly popup: Page;
  readonly authorization: Authorization;
}

const CALLBACK = '/callback';

/** Delays the secrets that a start needs until `hurry()` is called. */
export const SLOW_SECRETS = `<script>
  const { digest } = SubtleCrypto.prototype;
  const until = new Promise((resolve) => (window.hurry = resolve));
  SubtleCrypto.prototype.digest = async function (...parts) {
    await until;
    return digest.apply(this, parts);
  };
</script>`;

/** Serves a page whose element opens popups, and the page of their redirect URI. */
export function servePopup(
  world: World,
  attributes: Attributes = {},
  { path = '/', ...parts }: PageParts & { path?: string } = {},
): void {
  const all = { 'redirect-uri': CALLBACK, mode: 'popup', ...attributes };
  world.servePage(path, all, parts);
  world.servePage(CALLBACK, all, parts);
}

/** Waits until the page has prepared its secrets, so that a click opens Monerium at once. */
export function waitUntilReady(page: Frame): Promise<void> {
  return page.waitForFunction(() => {
    const registry = window as unknown as Record<symbol, { secrets?: unknown } | undefined>;
    return typeof registry[Symbol.for('monerium-connect')]?.secrets === 'object';
  });
}

/** Clicks the button, and waits until the new window shows the portal. */
export async function beginPopup(
  world: World,
  visitor: Visitor,
  page: Frame,
  selector?: string,
): Promise<Begun> {
  await waitUntilReady(page);
  // Only a page can be brought to the front, not a frame.
  if ('bringToFront' in page) await (page as Page).bringToFront();
  const count = world.authorizations().length;
  const popup = await visitor.opened(() => page.click(buttonOf(selector)));
  await popup.waitForSelector('body[data-step]');
  const begun = world.authorizations().slice(count);
  assert.equal(begun.length, 1, 'one click makes one request to /auth');
  return { popup, authorization: begun[0]! };
}

/** Stores the window that the next click opens, for `waitUntilLooksClosed`. */
export function keepPopup(page: Frame): Promise<void> {
  return page.evaluate(() => {
    const open = window.open.bind(window);
    window.open = (...args) => {
      const popup = open(...args);
      Object.assign(window, { popup });
      return popup;
    };
  });
}

/** Waits until the page sees its popup as closed: it is, or was cut off. */
export function waitUntilLooksClosed(page: Frame): Promise<void> {
  return page.waitForFunction('popup.closed');
}

/** Navigates by script, as a page does, so that the window keeps its opener. */
export function leaveFor(page: Page, url: string): Promise<unknown> {
  return page.evaluate((href) => setTimeout(() => location.assign(href)), url);
}

/** Opens the callback URL in the popup, as Monerium does after an approval. */
export async function comeBack(world: World, { popup, authorization }: Begun): Promise<string> {
  const url = world.callbackUrl(authorization);
  await leaveFor(popup, url);
  return url;
}

/** Walks through the portal. The window closes at the end. */
export function finishPopup(visitor: Visitor, popup: Page, journey: Journey): Promise<unknown> {
  // After the last step the window may be closed before it can be queried.
  const walk = walkPortal(popup, journey).catch(() => {});
  return Promise.race([walk, waitUntilClosed(visitor, popup)]);
}

export async function waitUntilClosed(visitor: Visitor, popup: Page): Promise<void> {
  const end = performance.now() + 15_000;
  while ((await visitor.pages()).includes(popup)) {
    assert.ok(performance.now() < end, 'the window closes itself');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Stops the clock of a page: its next event seems to come at once, also on a busy machine. */
export function stopClock(page: Frame): Promise<void> {
  return page.evaluate(() => {
    const now = Date.now();
    Date.now = () => now;
  });
}

/** Moves the clock of a page forward, but not its timers, as when a device was asleep. */
export function moveClock(page: Frame, ms: number): Promise<void> {
  return page.evaluate((by) => {
    const now = Date.now.bind(Date);
    Date.now = () => now() + by;
  }, ms);
}

/** Waits until a page has read the record of its flow twice. */
export async function waitForLooks(page: Frame): Promise<void> {
  await page.evaluate(() => {
    const { getItem } = Storage.prototype;
    Object.assign(window, { looks: 0 });
    Storage.prototype.getItem = function (key) {
      if (key.includes('mc1.')) (window as unknown as { looks: number }).looks += 1;
      return getItem.call(this, key);
    };
  });
  await page.waitForFunction('looks >= 2');
}

/** Clicks the `cancel` or the `reopen` button, which the element shows while a flow waits. */
export function choose(page: Frame, part: 'cancel' | 'reopen'): Promise<void> {
  return page.click(`monerium-connect >>> [part=${part}]`);
}

/** Waits for messages with a response, and returns whether each came by message or channel. */
export async function handOversOf({ sightings }: Visitor): Promise<string[]> {
  const end = performance.now() + 15_000;
  for (;;) {
    const found = sightings
      .filter(({ place, text }) => /^(message|channel)$/.test(place) && text.includes('state='))
      .map(({ place }) => place);
    // A window sends its sightings when it closes.
    if (found.length > 0 || performance.now() > end) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Only used records, without a verifier, are left in storage. */
export async function assertNothingPending(page: Page): Promise<void> {
  const records = Object.values(await recordsOf(page));
  assert.deepEqual(
    records.filter((record) => 'codeVerifier' in record),
    [],
    'nothing is left pending',
  );
}

/** Exactly one exchange was made, by the backend. */
export function assertOneExchange(world: World): void {
  world.onlyPost();
  assert.equal(world.emulator.tokenRequests().length, 1);
}
