// A popup sends its response, and the page removes its elements before it claims the response.
import assert from 'node:assert/strict';
import {
  endingsOf,
  recordsOf,
  statusOf,
  useWorld,
  waitForEvent,
  waitForLocks,
  waitForStatus,
} from './support.js';
import { assertOneExchange, beginPopup, comeBack, servePopup } from './support/popup.js';

const world = useWorld();
const { test } = world;

/**
 * Grants every lock 30 ms late. A flow requests its first lock when the page has received the
 * response. At that moment the element is removed.
 */
const SLOW_LOCKS = `<script>{
  const { request } = LockManager.prototype;
  LockManager.prototype.request = async function (...parts) {
    if (window.leave && parts[0].startsWith('monerium-connect:')) window.leave();
    await new Promise((resolve) => setTimeout(resolve, 30));
    return request.apply(this, parts);
  };
}</script>`;

async function loseElements(isReplaced: boolean) {
  servePopup(world, {}, { before: SLOW_LOCKS });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const begun = await beginPopup(world, visitor, page);
  await page.evaluate((isNext) => {
    const leave = () => {
      const element = document.querySelector('monerium-connect');
      if (!element) return;
      const markup = element.outerHTML;
      element.remove();
      Object.assign(window, { markup });
      if (isNext) document.body.insertAdjacentHTML('beforeend', markup);
    };
    // In a separate task, as a framework renders.
    Object.assign(window, { leave: () => setTimeout(leave) });
  }, isReplaced);
  await comeBack(world, begun);
  return { visitor, page, state: begun.authorization.state };
}

test('#148 an element that is added after the exchange is connected', async () => {
  const { visitor, page, state } = await loseElements(false);
  await page.waitForFunction(
    (key) => localStorage.getItem(key)?.includes('"outcome":{'),
    {},
    `monerium-connect:${state}`,
  );
  await waitForLocks(page);
  assert.deepEqual(await endingsOf(page), []);
  await page.evaluate(() => {
    const { markup } = window as unknown as { markup: string };
    document.body.insertAdjacentHTML('beforeend', markup);
  });
  await waitForStatus(page, 'connected');
  await waitForEvent(page, 'monerium-connected');
  assert.equal((await endingsOf(page)).length, 1);
  assertOneExchange(world);
  await world.finish(visitor, page);
});

test('#148 an element that replaces the last one before the lock is granted connects', async () => {
  const { visitor, page, state } = await loseElements(true);
  await waitForStatus(page, 'connected');
  await waitForEvent(page, 'monerium-connected');
  assert.equal((await endingsOf(page)).length, 1);
  assert.equal(await statusOf(page), 'connected');
  await waitForLocks(page);
  assert.notEqual((await recordsOf(page))[state]?.['outcome'], undefined);
  assertOneExchange(world);
  await world.finish(visitor, page);
});
