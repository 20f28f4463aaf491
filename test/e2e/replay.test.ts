import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  assertSilent,
  clickConnect,
  endingsOf,
  pageWith,
  recordsOf,
  settle,
  skipIn,
  statusOf,
  useWorld,
  waitForEvent,
  waitForStatus,
} from './support.js';

const world = useWorld();
const { test } = world;

test('#4 a reload after the connection has nothing to do', async () => {
  world.servePage('/');
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await world.connect(page);
  await waitForEvent(page, 'monerium-connected');
  await page.reload();
  await assertSilent(page);
  world.onlyPost();
  await world.finish(visitor, page);
});

test('#4 an old callback address is cleaned and silent', async () => {
  world.servePage('/');
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const url = await world.connect(page);
  await waitForEvent(page, 'monerium-connected');
  await settle(page);
  const kept = await recordsOf(page);

  for (const tab of [page, await visitor.newPage()]) {
    await tab.goto(`${url}&lang=de#top`);
    await assertSilent(tab);
    assert.equal(await tab.url(), `${world.site.origin}/?lang=de#top`);
  }
  assert.deepEqual(await recordsOf(page), kept);
  world.onlyPost();
  assert.equal(world.emulator.tokenRequests().length, 1);
  await world.finish(visitor, page);
});

const OWN_EXCHANGE = `<script>
  addEventListener('DOMContentLoaded', () => {
    document.querySelector('monerium-connect').exchange = async ({ codeVerifier, ...rest }) => {
      const { code, redirectUri: redirect_uri, clientId: client_id } = rest;
      const body = JSON.stringify({ code, code_verifier: codeVerifier, redirect_uri, client_id });
      const headers = { 'content-type': 'application/json' };
      return (await fetch('/backend', { method: 'POST', headers, body })).json();
    };
  });
</script>`;
for (const [name, before] of [
  ['the exchange', ''],
  ['an exchange of the page’s own', OWN_EXCHANGE],
] as const) {
  test(`#5 a reload during ${name} reports interrupted once and sends nothing again`, async () => {
    world.servePage('/', {}, { before });
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    const release = world.site.backend.hold();
    const url = await world.connect(page);
    await world.site.waitUntil(({ path }) => path === '/backend');
    await page.reload();
    const detail = await waitForEvent(page, 'monerium-error');
    assert.deepEqual(detail, { code: 'interrupted', kind: 'failed', phase: 'exchange' });
    assert.equal(await statusOf(page), 'failed');
    release();
    await settle(page);
    assert.equal((await endingsOf(page)).length, 1);

    await page.reload();
    await assertSilent(page);
    await page.goto(url);
    await assertSilent(page);
    world.onlyPost();
    await world.finish(visitor, page);
  });
}

test('#5 a customer who was interrupted can begin again', async () => {
  world.servePage('/');
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const release = world.site.backend.hold();
  await world.connect(page);
  await world.site.waitUntil(({ path }) => path === '/backend');
  await page.reload();
  await waitForStatus(page, 'failed');
  release();
  await world.connect(page);
  await waitForEvent(page, 'monerium-connected');
  assert.equal(world.site.posts().length, 2);
  const states = world.authorizations().map(({ state }) => state);
  assert.equal(new Set(states).size, 2);
  await world.finish(visitor, page);
});

test('#7 of many tabs that open one response at once, one exchanges and the others do nothing', async () => {
  world.servePage('/');
  const visitor = await world.visit();
  const first = await world.open(visitor, '/');
  const url = world.callbackUrl(await world.begin(first));
  const others = [await visitor.newPage(), await visitor.newPage(), await visitor.newPage()];
  const tabs = [first, ...others];
  await Promise.all(tabs.map((tab) => tab.goto(url)));
  for (const tab of tabs) await settle(tab);

  world.onlyPost();
  assert.equal(world.emulator.tokenRequests().length, 1);
  const endings = (await Promise.all(tabs.map(endingsOf))).flat();
  assert.deepEqual(
    endings.map(({ type }) => type),
    ['monerium-connected'],
  );
  const states = await Promise.all(tabs.map((tab) => statusOf(tab)));
  assert.deepEqual(states.sort(), ['connected', 'idle', 'idle', 'idle']);
  await world.finish(visitor, ...tabs);
});

test('#7 a duplicated tab with a copy of the session storage does nothing', async () => {
  world.servePage('/');
  const visitor = await world.visit();
  const first = await world.open(visitor, '/');
  const url = world.callbackUrl(await world.begin(first));
  const release = world.site.backend.hold();
  await first.goto(url);
  await world.site.waitUntil(({ path }) => path === '/backend');

  // WebKit opens no window without a click.
  await first.evaluate((href) => {
    const link = document.createElement('a');
    // Fixed, so that a change of the element does not move it before the click.
    link.style.cssText = 'position: fixed; inset: 0 auto auto 0';
    document.body.append(
      Object.assign(link, { href, target: '_blank', rel: 'opener', text: 'Copy' }),
    );
  }, url);
  const copy = await visitor.opened(() => first.click('a'));
  await first.$eval('a', (link) => link.remove());
  await copy.waitForSelector('monerium-connect >>> button');
  const hint = () => sessionStorage.getItem('monerium-connect:tab');
  assert.equal(await copy.evaluate(hint), await first.evaluate(hint), 'the storage was copied');
  release();
  await waitForEvent(first, 'monerium-connected');

  await assertSilent(copy);
  world.onlyPost();
  await world.finish(visitor, first, copy);
});

for (const order of [
  [0, 1],
  [1, 0],
]) {
  test(`#17 flows of two tabs both succeed when they end in the order ${order.join(', ')}`, async () => {
    world.servePage('/');
    const visitor = await world.visit();
    const tabs = [await world.open(visitor, '/'), await world.open(visitor, '/')];
    const flows = [await world.begin(tabs[0]!), await world.begin(tabs[1]!)];
    for (const turn of order) {
      await tabs[turn]!.goto(world.callbackUrl(flows[turn]!));
      await waitForEvent(tabs[turn]!, 'monerium-connected');
    }
    const verifiers = world.site
      .posts()
      .map(({ body }) => (JSON.parse(body) as Record<string, string>)['code_verifier']!);
    const challenges = verifiers.map((verifier) =>
      createHash('sha256').update(verifier).digest('base64url'),
    );
    assert.deepEqual(
      challenges,
      order.map((turn) => flows[turn]!.codeChallenge),
    );
    assert.equal(world.emulator.tokenRequests().length, 2);
    await world.finish(visitor, ...tabs);
  });
}

test('#19 #51 a response in another browser is never exchanged and offers a new start', async () => {
  world.servePage('/');
  const owner = await world.visit();
  const url = world.callbackUrl(await world.begin(await world.open(owner, '/')));

  const visitor = await world.visit();
  const page = await visitor.newPage();
  await page.goto(`${url}&keep=1#here`);
  const detail = await waitForEvent(page, 'monerium-error');

  assert.deepEqual(detail, {
    code: 'transaction_not_found',
    kind: 'failed',
    phase: 'authorize',
  });
  assert.equal(await page.url(), `${world.site.origin}/?keep=1#here`);
  await world.finish(visitor, page);
  assert.equal(world.site.posts().length, 0);
  assert.equal((await endingsOf(page)).length, 1);

  await page.goto(world.site.origin);
  await world.connect(page);
  await waitForEvent(page, 'monerium-connected');
  world.onlyPost();
});

test('#84 a response after the site data was cleared reports transaction_not_found', async () => {
  world.servePage('/');
  world.site.serve('/other', pageWith({ script: '' }));
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const url = world.callbackUrl(await world.begin(page));
  await page.goto(`${world.site.origin}/other`);
  await page.evaluate(() => {
    localStorage.clear();
    sessionStorage.clear();
  });
  await page.goto(url);

  const { code, kind } = await waitForEvent(page, 'monerium-error');
  assert.deepEqual([code, kind], ['transaction_not_found', 'failed']);
  assert.equal(world.site.posts().length, 0);
  await world.finish(visitor, page);
  await clickConnect(page);
  await page.waitForSelector('body[data-step]');
});

/** Responds from its cache, without the query. Reports the cache mode of the exchange request. */
const WORKER = `
  addEventListener('install', (event) => event.waitUntil(
    caches.open('shell').then((cache) => cache.addAll(['/', '/monerium-connect.js']))
      .then(() => skipWaiting())));
  addEventListener('activate', (event) => event.waitUntil(clients.claim()));
  addEventListener('fetch', (event) => {
    const { request } = event;
    const { pathname } = new URL(request.url);
    if (pathname === '/backend') {
      event.respondWith(fetch('/worker-saw?cache=' + request.cache).then(() => fetch(request)));
    } else {
      event.respondWith(caches.match(request, { ignoreSearch: true, ignoreVary: true })
        .then((found) => found ?? fetch(request)));
    }
  });`;

const WORKER_SKIP = skipIn({ webkit: 'its workers miss their cache when a page is opened' });

test(
  '#50 a service worker that responds from its cache does not cause a second exchange',
  WORKER_SKIP,
  async () => {
    world.servePage('/');
    world.site.serve('/worker-saw', 'seen');
    const headers = { 'content-type': 'text/javascript' };
    world.site.serve('/worker.js', { headers, body: WORKER });
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    await page.evaluate(async () => {
      const controlled = new Promise((resolve) =>
        navigator.serviceWorker.addEventListener('controllerchange', resolve),
      );
      await navigator.serviceWorker.register('/worker.js');
      await controlled;
    });
    world.site.requests.length = 0;
    const url = await world.connect(page);
    await waitForEvent(page, 'monerium-connected');
    const seen = await world.site.waitUntil(({ path }) => path === '/worker-saw');
    assert.equal(seen.query.get('cache'), 'no-store');
    await settle(page);

    await page.goto(url);
    await assertSilent(page);
    world.onlyPost();
    assert.equal(world.emulator.tokenRequests().length, 1);
    const shells = world.site.requests.filter(({ path }) => path === '/');
    assert.deepEqual(shells, [], 'the worker did answer the navigations');
    await world.finish(visitor, page);
  },
);
