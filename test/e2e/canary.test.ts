// The scan that follows every test must fail for each kind of place and for each secret.
import assert from 'node:assert/strict';
import { CANARY_EMAIL, World, engine, use, type Page, type Visitor } from './support.js';

/** The tests here call the scan themselves. */
class LitteredWorld extends World {
  override async search(): Promise<void> {}
}

const world = use(new LitteredWorld());
const { test } = world;

const RANDOM = 'x'.repeat(43);
const CODE = `code_${RANDOM}`;

/** Scripts that put the code into a place, and the message with which the scan then fails. */
const PLACES: { name: RegExp; script: string }[] = [
  { name: /the console/, script: `console.info('deep', { in: { an: { object: ['CODE'] } } })` },
  { name: /the console/, script: `setTimeout(() => { throw new Error('CODE'); })` },
  { name: /document/, script: `document.body.append('CODE')` },
  { name: /document/, script: `document.body.title = 'CODE'` },
  {
    name: /document/,
    script: `document.body.appendChild(document.createElement('p'))
      .attachShadow({ mode: 'open' }).append('CODE')`,
  },
  { name: /a key of localStorage/, script: `localStorage.setItem('CODE', '')` },
  { name: /localStorage/, script: `localStorage.setItem('a', 'CODE')` },
  { name: /sessionStorage/, script: `sessionStorage.setItem('a', 'CODE')` },
  {
    name: /IndexedDB/,
    script: `new Promise((resolve) => {
      const opening = indexedDB.open('database');
      opening.onupgradeneeded = () => opening.result.createObjectStore('store').add('CODE', 1);
      opening.onsuccess = () => resolve(opening.result.close());
    })`,
  },
  {
    name: /the Cache API/,
    script: `caches.open('cache').then((cache) => cache.put('/a', new Response('CODE')))`,
  },
  { name: /history state/, script: `history.replaceState({ a: 'CODE' }, '')` },
  { name: /window name/, script: `void (window.name = 'CODE')` },
  { name: /the address/, script: `history.replaceState(null, '', '?a=CODE')` },
  { name: /a cookie/, script: `void (document.cookie = 'a=CODE')` },
  {
    name: /the detail of monerium-status/,
    script: `document.dispatchEvent(new CustomEvent('monerium-status', { detail: 'CODE' }))`,
  },
  // A token must not be sent to the page's own origin either.
  { name: /a message from/, script: `postMessage({ a: 'access_${RANDOM}' }, location.origin)` },
  { name: /the code in a channel/, script: `new BroadcastChannel('a').postMessage('CODE')` },
  { name: /a request for \/a/, script: `fetch('/a?b=CODE')` },
  { name: /a header of \/a/, script: `fetch('/a', { headers: { a: 'CODE' } })` },
  {
    name: /a header of \/a/,
    script: `history.replaceState(null, '', '?a=CODE'),
      fetch('/a', { referrerPolicy: 'unsafe-url' }).then(() => history.replaceState(null, '', '/'))`,
  },
  { name: /the body for \/a/, script: `fetch('/a', { method: 'POST', body: 'CODE' })` },
  {
    name: /document of a page that was left/,
    script: `document.body.append('CODE'), void setTimeout(() => location.assign('/a'))`,
  },
  // No server uses this port. For a port that Firefox forbids, such as 1, it reports no request.
  ...(engine === 'webkit'
    ? [] // Its WebDriver reports no requests.
    : [
        {
          name: /a request for http/,
          script: `fetch('http://localhost:65535/CODE').catch(() => {})`,
        },
      ]),
];

const EMPTY = `Promise.all([
  localStorage.clear(), sessionStorage.clear(), caches.delete('cache'),
  void (window.name = ''), void (document.cookie = 'a=; max-age=0'),
  new Promise((resolve) => {
    indexedDB.deleteDatabase('database').onsuccess = resolve;
  }),
])`;

/** Waits for what a page sends in its `pagehide` listener. */
async function waitForLast({ sightings }: Visitor): Promise<void> {
  for (const end = performance.now() + 15_000; !sightings.some(({ place }) => place === 'page');) {
    assert.ok(performance.now() < end, 'a page sends what it saw last');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Loads the page again, without stored data and without recorded requests. */
async function renew(visitor: Visitor, page: Page): Promise<void> {
  await page.evaluate(EMPTY);
  const isRecorded = await page.evaluate(() => document.querySelector('[data-recorder]') !== null);
  await page.goto('about:blank');
  if (isRecorded) await waitForLast(visitor);
  world.site.serve('/a', '<!doctype html>');
  world.servePage('/');
  await page.goto(`${world.site.origin}/`);
  for (const list of [visitor.console, visitor.errors, visitor.sightings]) list.length = 0;
  for (const server of [world.site, world.emulator]) (server.requests as unknown[]).length = 0;
}

test('#95 the scan finds a secret in every kind of place', async () => {
  world.servePage('/');
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  for (const { name, script } of PLACES) {
    await renew(visitor, page);
    await world.assertNoSecrets(visitor);
    await page.evaluate(script.replaceAll('CODE', CODE));
    // A message, an error and a navigation are each a separate task.
    await page.waitForFunction(async () => {
      await new Promise((resolve) => setTimeout(resolve));
      return document.readyState === 'complete';
    });
    if (script.includes('assign')) {
      await page.waitForFunction(() => location.pathname === '/a');
      await waitForLast(visitor);
    }
    await page.evaluate(() => fetch('/sentinel', { referrerPolicy: 'no-referrer' }));
    await assert.rejects(world.assertNoSecrets(visitor), name, script);
  }
});

const SECRETS = {
  state: `mc1.${RANDOM}`,
  code: CODE,
  token: `refresh_${RANDOM}`,
  email: CANARY_EMAIL,
  signature: `0x${'a'.repeat(130)}`,
};

test('#95 the scan finds every secret, also the verifiers in storage', async () => {
  world.servePage('/');
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  for (const [name, text] of Object.entries(SECRETS)) {
    await renew(visitor, page);
    await page.evaluate((secret) => (document.title = secret), text);
    await assert.rejects(world.assertNoSecrets(visitor), new RegExp(`the ${name} in document`));
  }
  await renew(visitor, page);
  await page.evaluate(EMPTY);
  await world.begin(page);
  await page.goto(`${world.site.origin}/`);
  await world.assertNoSecrets(visitor);
  await page.evaluate(() => {
    const record = Object.entries(localStorage).find(([key]) => key.includes(':mc1.'))?.[1];
    document.title = (JSON.parse(String(record)) as { codeVerifier: string }).codeVerifier;
  });
  await assert.rejects(world.assertNoSecrets(visitor), /the verifier in document/);
});
