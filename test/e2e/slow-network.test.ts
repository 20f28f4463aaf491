// Tests that have to wait as long as a customer would. Two browsers wait at the same time.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { CDPSession } from 'puppeteer-core';
import { toPuppeteer } from './support/puppeteer.js';
import {
  DEMO_CLIENT_ID,
  clickConnect,
  endingsOf,
  settle,
  skipIn,
  statusOf,
  useWorld,
  waitForEvent,
  waitForStatus,
  type World,
  type Page,
} from './support.js';

/**
 * Sets `navigator.onLine` of the page. Requests still reach the server, so that it sees one that
 * should not have been sent.
 */
function setOnline(session: CDPSession, isOnline: boolean): Promise<void> {
  const speed = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
  return session.send('Network.overrideNetworkState', { offline: !isOnline, ...speed });
}

/** Returns to a page that cannot claim its response, and makes it claim it without a network. */
async function returnOffline(world: World, backend: string | undefined) {
  world.servePage('/', { 'backend-url': backend });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const url = world.callbackUrl(await world.begin(page));
  world.servePage('/', { 'backend-url': backend, 'client-id': '' });
  await page.goto(url);
  const session = await toPuppeteer(page).createCDPSession();
  await setOnline(session, false);
  await page.$eval(
    'monerium-connect',
    (found, clientId) => (found.clientId = clientId),
    DEMO_CLIENT_ID,
  );
  await waitForStatus(page, 'exchanging');
  return { visitor, page, session };
}

/** The number of requests with the code, to the backend or to Monerium. */
async function timesSent(world: World, page: Page): Promise<number> {
  // Earlier requests of the page reach the server before this one.
  await page.evaluate(() => fetch('/sentinel', { referrerPolicy: 'no-referrer' }));
  const posts = world.site.posts();
  return posts.length > 0 ? posts.length : world.emulator.tokenRequests().length;
}

const noNetworkSwitch = 'only CDP tells a page that the network is gone';
const chromiumOnly = skipIn({ firefox: noNetworkSwitch, webkit: noNetworkSwitch });
const withDialogs = skipIn({ webkit: 'its WebDriver accepts every beforeunload dialog by itself' });

function testNetwork(): void {
  const world = useWorld();
  const { test } = world;

  for (const backend of ['/backend', undefined]) {
    const exchange = backend ? 'backend' : 'direct';
    test(
      `#63 ${exchange}: without a network nothing is sent until the network is back`,
      chromiumOnly,
      async () => {
        const { visitor, page, session } = await returnOffline(world, backend);
        assert.equal(await timesSent(world, page), 0);
        assert.equal(await statusOf(page), 'exchanging');

        await setOnline(session, true);
        await waitForEvent(page, 'monerium-connected');
        assert.equal(await timesSent(world, page), 1);
        assert.equal((await endingsOf(page)).length, 1);
        await world.finish(visitor, page);
      },
    );
  }

  test(
    '#63 after 20 seconds without a network the flow ends, and nothing was sent',
    chromiumOnly,
    async () => {
      const { visitor, page, session } = await returnOffline(world, '/backend');
      page.timeout = 25_000;
      const detail = await waitForEvent(page, 'monerium-error');
      assert.deepEqual(detail, { code: 'offline', kind: 'failed', phase: 'exchange' });
      assert.equal(await statusOf(page), 'failed');
      await setOnline(session, true);
      await settle(page);
      assert.equal((await endingsOf(page)).length, 1);
      assert.equal(await timesSent(world, page), 0);
      await world.finish(visitor, page);
    },
  );
}

function testNavigation(): void {
  const world = useWorld();
  const { test } = world;
  const before = `<script>addEventListener('beforeunload', (event) => event.preventDefault());
  </script>`;

  test(
    '#15 a navigation that the customer cancels makes the button work again',
    withDialogs,
    async () => {
      world.servePage('/', {}, { before });
      const visitor = await world.visit();
      const page = await world.open(visitor, '/');
      const asked: string[] = [];
      toPuppeteer(page).once('dialog', (dialog) => {
        asked.push(dialog.type());
        void dialog.dismiss();
      });
      await clickConnect(page);
      await waitForStatus(page, 'redirecting');
      await waitForStatus(page, 'idle');

      assert.deepEqual(asked, ['beforeunload']);
      assert.deepEqual(await endingsOf(page), []);
      assert.equal(world.authorizations().length, 0);
      await world.finish(visitor, page);

      toPuppeteer(page).once('dialog', (dialog) => void dialog.accept());
      await world.begin(page);
    },
  );

  test('#15 a navigation that fails without a network reports offline', chromiumOnly, async () => {
    world.servePage('/', {}, { before });
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    toPuppeteer(page).once('dialog', (dialog) => void dialog.dismiss());
    await clickConnect(page);
    await waitForStatus(page, 'redirecting');
    await setOnline(await toPuppeteer(page).createCDPSession(), false);

    const { code, phase } = await waitForEvent(page, 'monerium-error');
    assert.deepEqual([code, phase], ['offline', 'start']);
    assert.equal(await statusOf(page), 'failed');
    assert.equal(world.authorizations().length, 0);
  });
}

describe('with long waits', { concurrency: 2 }, () => {
  // Each suite runs its tests one after the other, because they share a world.
  describe('for the network', { concurrency: false }, testNetwork);
  describe('for a navigation', { concurrency: false }, testNavigation);
});
