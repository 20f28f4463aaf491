// The link of a confirmation mail is opened in a tab while the popup is still there.
import assert from 'node:assert/strict';
import { endingsOf, statusOf, useWorld, waitForEvent, waitForStatus } from './support.js';
import { assertOneExchange, beginPopup, servePopup, waitUntilClosed } from './support/popup.js';

const world = useWorld();
const { test } = world;

for (const isReached of [true, false]) {
  const how = isReached ? 'the page that opened it' : 'the tab, which reaches nobody';
  test(`#171 the popup is closed when the flow was finished by ${how}`, async () => {
    servePopup(world);
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    const { popup, authorization } = await beginPopup(world, visitor, page);
    const url = world.callbackUrl(authorization);
    const tab = await visitor.newPage();
    const isMute = '<script>BroadcastChannel.prototype.postMessage = () => {}</script>';
    if (!isReached) servePopup(world, {}, { before: isMute });
    await tab.goto(url).catch(() => 'it closes itself');
    await waitForStatus(page, 'connected');
    await waitForEvent(page, 'monerium-connected');
    await waitUntilClosed(visitor, popup);
    assert.equal(await statusOf(page), 'connected');
    assert.equal((await endingsOf(page)).length, 1);
    assertOneExchange(world);
    await world.finish(visitor, page);
  });
}
