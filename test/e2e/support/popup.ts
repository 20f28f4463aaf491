// What tests of the popup have in common: the way into it, the way back, and its end.
import assert from 'node:assert/strict';
import type { Authorization, World } from '../support.js';
import { buttonOf, walkPortal, type Journey } from './browser.js';
import type { Frame, Page, Visitor } from './driver.js';
import { recordsOf } from './facts.js';
import type { Attributes, PageParts } from './page-template.js';

/** A flow whose customer is at Monerium, in a window of its own. */
export interface Begun {
  readonly popup: Page;
  readonly authorization: Authorization;
}

const CALLBACK = '/callback';

/** Keeps the secrets of a start from being made until `hurry()` is called. */
export const SLOW_SECRETS = `<script>
  const { digest } = SubtleCrypto.prototype;
  const until = new Promise((resolve) => (window.hurry = resolve));
  SubtleCrypto.prototype.digest = async function (...parts) {
    await until;
    return digest.apply(this, parts);
  };
</script>`;

/** Serves a page whose element opens popups, and the page that they come back to. */
export function servePopup(
  world: World,
  attributes: Attributes = {},
  { path = '/', ...parts }: PageParts & { path?: string } = {},
): void {
  const all = { 'redirect-uri': CALLBACK, mode: 'popup', ...attributes };
  world.servePage(path, all, parts);
  world.servePage(CALLBACK, all, parts);
}

/** The page has prepared what a start needs: from now on a click leaves in its own task. */
export function waitUntilReady(page: Frame): Promise<void> {
  return page.waitForFunction(() => {
    const registry = window as unknown as Record<symbol, { secrets?: unknown } | undefined>;
    return typeof registry[Symbol.for('monerium-connect')]?.secrets === 'object';
  });
}

/** Clicks the button, and waits until the portal is shown in the window that it opens. */
export async function beginPopup(
  world: World,
  visitor: Visitor,
  page: Frame,
  selector?: string,
): Promise<Begun> {
  await waitUntilReady(page);
  // A frame is as far in front as the page that it is in.
  if ('bringToFront' in page) await (page as Page).bringToFront();
  const count = world.authorizations().length;
  const popup = await visitor.opened(() => page.click(buttonOf(selector)));
  await popup.waitForSelector('body[data-step]');
  const begun = world.authorizations().slice(count);
  assert.equal(begun.length, 1, 'one click makes one request to /auth');
  return { popup, authorization: begun[0]! };
}

/** Keeps the window that the next click opens, for `waitUntilLooksClosed`. */
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

/** A page learns a while later that its popup is closed, or was cut off. */
export function waitUntilLooksClosed(page: Frame): Promise<void> {
  return page.waitForFunction('popup.closed');
}

/** Leaves for an address the way a page does, so that what ties two windows together stays. */
export function leaveFor(page: Page, url: string): Promise<unknown> {
  return page.evaluate((href) => setTimeout(() => location.assign(href)), url);
}

/** Lets Monerium send the customer back to where the flow wants it. */
export async function comeBack(world: World, { popup, authorization }: Begun): Promise<string> {
  const url = world.callbackUrl(authorization);
  await leaveFor(popup, url);
  return url;
}

/** The customer goes through the portal, and the window closes at the end of it. */
export function finishPopup(visitor: Visitor, popup: Page, journey: Journey): Promise<unknown> {
  // The last step is left for a page that is gone before it can be asked.
  const walk = walkPortal(popup, journey).catch(() => {});
  return Promise.race([walk, waitUntilClosed(visitor, popup)]);
}

export async function waitUntilClosed(visitor: Visitor, popup: Page): Promise<void> {
  const end = Date.now() + 15_000;
  while ((await visitor.pages()).includes(popup)) {
    assert.ok(Date.now() < end, 'the window closes itself');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Stops the clock of a page: what it sees next came at once, however busy this machine is. */
export function stopClock(page: Frame): Promise<void> {
  return page.evaluate(() => {
    const now = Date.now();
    Date.now = () => now;
  });
}

/** Moves the clock of a page on, and not its timers, as a device does that was asleep. */
export function moveClock(page: Frame, ms: number): Promise<void> {
  return page.evaluate((by) => {
    const now = Date.now.bind(Date);
    Date.now = () => now() + by;
  }, ms);
}

/** Waits until a page has looked twice at what has become of its popup. */
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

/** Presses one of the buttons beside the waiting one. */
export function choose(page: Frame, part: 'cancel' | 'reopen'): Promise<void> {
  return page.click(`monerium-connect >>> [part=${part}]`);
}

/** Waits for a message or a channel that carried a response, and answers where each was seen. */
export async function handOversOf({ sightings }: Visitor): Promise<string[]> {
  const end = Date.now() + 15_000;
  for (;;) {
    const found = sightings
      .filter(({ place, text }) => /^(message|channel)$/.test(place) && text.includes('state='))
      .map(({ place }) => place);
    // A window that closes tells last what it has seen.
    if (found.length > 0 || Date.now() > end) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Nothing but a spent record is left of a flow. */
export async function assertNothingPending(page: Page): Promise<void> {
  const records = Object.values(await recordsOf(page));
  assert.deepEqual(
    records.filter((record) => 'codeVerifier' in record),
    [],
    'nothing is left pending',
  );
}

/** One exchange has been made, and by whom. */
export function assertOneExchange(world: World): void {
  world.onlyPost();
  assert.equal(world.emulator.tokenRequests().length, 1);
}
