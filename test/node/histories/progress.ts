import { settled } from './clock.js';
import { IDENTITY } from './network.js';
import { HAND_OVER_MS } from './setting.js';
import type { World } from './world.js';

/** The one thing happens that a flow without trouble waits for. */
export async function goOn(world: World): Promise<void> {
  const { browser, connectors } = world;
  const { status } = world.connection;
  const index = connectors.findIndex(({ isShown }) => isShown);
  if (browser.digests > 0) browser.finishDigests();
  else if (world.isHandingOver) await browser.clock.pass(HAND_OVER_MS);
  else if (browser.locks.settleNext()) return;
  else if (browser.network.requests > 0) browser.network.answer('200');
  else if (browser.wallet.isAsked) browser.wallet.answer('signs');
  else if (status === 'waiting') world.handOver(-1, 'a code');
  else if (status === 'redirecting') world.load('a code');
  else if (index < 0) world.attach(0);
  else world.click(index);
}

async function settleAll(world: World): Promise<void> {
  const { browser, others } = world;
  others.end(IDENTITY);
  browser.wallet.answer('refuses');
  while (browser.locks.settleNext()) await settled();
  browser.finishDigests();
  await settled();
  // A signature waits for a click as long as the page lives.
  if (world.connection.status === 'signed') world.click(0);
}

/** All that can settle does, and half an hour passes: no flow may be running after that. */
export async function drain(world: World): Promise<void> {
  const { browser } = world;
  world.stopReacting();
  browser.isStorageFull = false;
  browser.document.visibilityState = 'visible';
  browser.hasFocus = true;
  world.setOnline(true);
  world.attach(0);
  await settled();
  await settleAll(world);
  await browser.clock.pass(60_000);
  await settleAll(world);
  await browser.clock.pass(60_000);
  // In a frozen page, since 3,600 looks at a popup take long, and the deadline is the clock's.
  browser.clock.freeze(30 * 60_000);
  await browser.clock.pass(1000);
  await settleAll(world);
  await browser.clock.pass(60_000);
}
