// What comes between a popup and the page that opened it: policies, partitions, and sleep.
import assert from 'node:assert/strict';
import {
  CANARY_EMAIL,
  endingsOf,
  pageWith,
  skipIn,
  statusOf,
  useWorld,
  waitForEvent,
  waitForStatus,
  type Page,
  type PageParts,
} from './support.js';
import {
  assertOneExchange,
  beginPopup,
  choose,
  comeBack,
  finishPopup,
  handOversOf,
  keepPopup,
  moveClock,
  servePopup,
  stopClock,
  waitForLooks,
  waitUntilClosed,
  waitUntilLooksClosed,
} from './support/popup.js';
import { toPuppeteer } from './support/puppeteer.js';

const world = useWorld();
const { test } = world;
const ATTRIBUTES = { 'redirect-uri': '/callback', mode: 'popup' };

/** Long after a window that was really closed would have been told. */
async function passGrace(page: Page): Promise<void> {
  await page.bringToFront();
  await waitForLooks(page);
  await moveClock(page, 10_000);
  await waitForLooks(page);
}

for (const coop of ['same-origin', 'same-origin-allow-popups'] as const) {
  test(`#25 #26 a popup that Monerium cuts off by ${coop} is not taken for closed`, async () => {
    world.emulator.configure({ coop });
    servePopup(world);
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    await keepPopup(page);
    await stopClock(page);
    const { popup } = await beginPopup(world, visitor, page);
    assert.equal(await popup.evaluate(() => opener === null), true);
    await waitUntilLooksClosed(page);
    await passGrace(page);
    assert.equal(await statusOf(page), 'waiting');
    assert.deepEqual(await endingsOf(page), []);

    await finishPopup(visitor, popup, { email: CANARY_EMAIL });
    await waitForEvent(page, 'monerium-connected');
    assertOneExchange(world);
    assert.deepEqual(await handOversOf(visitor), ['channel']);
    await world.finish(visitor, page);
  });

  test(`#25 a flow that was cut off by ${coop} can be cancelled`, async () => {
    world.emulator.configure({ coop });
    servePopup(world);
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    const begun = await beginPopup(world, visitor, page);
    await page.bringToFront();
    await choose(page, 'cancel');
    await waitForEvent(page, 'monerium-error');
    assert.equal(await statusOf(page), 'idle');
    await comeBack(world, begun);
    await waitUntilClosed(visitor, begun.popup);
    await world.finish(visitor, page);
    assert.equal((await endingsOf(page)).length, 1);
    assert.equal(world.site.posts().length, 0);
  });

  test(`#26 #27 cut off by ${coop}, and its opener gone, the popup exchanges by itself`, async () => {
    world.emulator.configure({ coop });
    servePopup(world);
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    const begun = await beginPopup(world, visitor, page);
    await page.reload();
    await comeBack(world, begun);
    await waitForEvent(begun.popup, 'monerium-connected');
    assertOneExchange(world);
    await world.finish(visitor, page, begun.popup);
    assert.deepEqual(await endingsOf(page), []);
  });
}

test('#26 #87 cut off and without channels, the opener reads how the popup has ended', async () => {
  world.emulator.configure({ coop: 'same-origin' });
  servePopup(world, {}, { before: '<script>delete window.BroadcastChannel;</script>' });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await stopClock(page);
  const begun = await beginPopup(world, visitor, page);
  await comeBack(world, begun);
  await waitForEvent(begun.popup, 'monerium-connected');
  await waitForEvent(page, 'monerium-connected');
  assert.equal(await statusOf(page), 'connected');
  assert.equal((await endingsOf(page)).length, 1);
  assertOneExchange(world);
  await world.finish(visitor, page, begun.popup);
});

test('#29 #87 without channels the response goes to the opener itself, once', async () => {
  servePopup(world, {}, { before: '<script>delete window.BroadcastChannel;</script>' });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const begun = await beginPopup(world, visitor, page);
  await comeBack(world, begun);
  await waitForEvent(page, 'monerium-connected');
  await waitUntilClosed(visitor, begun.popup);
  assertOneExchange(world);
  assert.deepEqual(await handOversOf(visitor), ['message']);
  await world.finish(visitor, page);
});

for (const [name, headers] of Object.entries({
  'same-origin': { 'cross-origin-opener-policy': 'same-origin' },
  'cross-origin isolation': {
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  },
  'noopener-allow-popups': { 'cross-origin-opener-policy': 'noopener-allow-popups' },
})) {
  test(`#34 a site with ${name} gets its response over the channel`, async () => {
    servePopup(world);
    const body = pageWith({ body: world.element(ATTRIBUTES) });
    world.site.serve('/', { headers, body });
    world.site.serve('/callback', { headers, body });
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    await stopClock(page);
    const begun = await beginPopup(world, visitor, page);
    await passGrace(page);
    assert.equal(await statusOf(page), 'waiting');
    await comeBack(world, begun);
    await waitForEvent(page, 'monerium-connected');
    await waitUntilClosed(visitor, begun.popup);
    assertOneExchange(world);
    await world.finish(visitor, page);
  });
}

/** A page of another site that frames the one with the element. */
async function openFramed(mode: string) {
  servePopup(world, { mode });
  const { port, origin } = world.site;
  world.site.serve(
    '/outside',
    `<!doctype html><iframe src="${origin}/" width="600" height="300"></iframe>`,
  );
  const visitor = await world.visit();
  const page = await visitor.newPage();
  await page.goto(`http://127.0.0.1:${port}/outside`);
  const frame = await page.frame('iframe');
  return { visitor, page, frame };
}

test('#30 in a frame of another site the response comes from the popup itself', async () => {
  const { visitor, frame } = await openFramed('auto');
  const begun = await beginPopup(world, visitor, frame);
  await comeBack(world, begun);
  await frame.waitForFunction(() =>
    window.__events.some(({ type }) => type === 'monerium-connected'),
  );
  await waitUntilClosed(visitor, begun.popup);
  assertOneExchange(world);
  await world.finish(visitor);
});

test('#30 in a frame, cut off as well, the flow can be cancelled and ends by its deadline', async () => {
  world.emulator.configure({ coop: 'same-origin' });
  const { visitor, page, frame } = await openFramed('auto');
  const begun = await beginPopup(world, visitor, frame);
  await comeBack(world, begun);
  await begun.popup.waitForFunction(() =>
    window.__events.some(({ type }) => type === 'monerium-error'),
  );
  const [end] = await endingsOf(begun.popup);
  assert.equal(end?.detail['code'], 'transaction_not_found');
  assert.equal(world.site.posts().length, 0);
  await page.bringToFront();
  const events = () => frame.evaluate(() => window.__events);
  assert.deepEqual((await events()).at(-1)?.detail['status'], 'waiting');
  await moveClock(frame, 1_800_001);
  await frame.waitForFunction(() => window.__events.some(({ type }) => type === 'monerium-error'));
  const { detail } = (await events()).find(({ type }) => type === 'monerium-error')!;
  assert.deepEqual(detail, { code: 'embedding_blocked', kind: 'setup', phase: 'authorize' });
});

const CANNOT_FREEZE = {
  firefox: 'freezes no page on command',
  webkit: 'freezes no page on command',
};

/** A page that stands still while its popup comes back, as pages behind others do on telephones. */
async function comeBackFrozen(parts?: PageParts) {
  servePopup(world, {}, parts);
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const begun = await beginPopup(world, visitor, page);
  const session = await toPuppeteer(page).createCDPSession();
  await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  await comeBack(world, begun);
  const wake = async () => {
    await session.send('Page.setWebLifecycleState', { state: 'active' });
    await page.bringToFront();
  };
  return { visitor, page, popup: begun.popup, wake };
}

test('#36 a frozen page that is handed its response ends well', skipIn(CANNOT_FREEZE), async () => {
  const { visitor, page, popup, wake } = await comeBackFrozen();
  await waitUntilClosed(visitor, popup);
  await wake();
  await waitForStatus(page, 'connected');
  assert.equal((await endingsOf(page)).length, 1);
  assertOneExchange(world);
  await world.finish(visitor, page);
});

test(
  '#36 a frozen page that nobody could reach reads how the popup has ended, however late',
  skipIn(CANNOT_FREEZE),
  async () => {
    world.emulator.configure({ coop: 'same-origin' });
    const before = '<script>delete window.BroadcastChannel;</script>';
    const { visitor, page, popup, wake } = await comeBackFrozen({ before });
    await waitForEvent(popup, 'monerium-connected');
    assert.equal(await statusOf(page), 'waiting');
    await moveClock(page, 2_000_000);
    await wake();
    await waitForStatus(page, 'connected');
    assert.equal((await endingsOf(page)).length, 1);
    assertOneExchange(world);
    await world.finish(visitor, page, popup);
  },
);
