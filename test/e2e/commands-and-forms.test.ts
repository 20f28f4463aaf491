// Pages that have no script of their own and a strict policy: all by attributes and markup.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { PageParts } from './support/page-template.js';
import { RECORDER, SIGHTINGS_PATH } from './support/recorder.js';
import {
  endingsOf,
  pageWith,
  statusOf,
  useWorld,
  waitForEvent,
  waitForStatus,
  type Attributes,
  type Page,
} from './support.js';

const world = useWorld();
const { test } = world;

const hash = createHash('sha256').update(RECORDER).digest('base64');
/** A request of the page itself must not carry the address that the customer comes back to. */
const SHEET = '<link rel="stylesheet" href="/page.css" referrerpolicy="no-referrer" />';
const CSS = `monerium-connect { margin-top: 1px }
  monerium-connect:state(connected) { margin-top: 2px }
  monerium-connect:state(idle) { margin-top: 3px }`;

/** Serves a page under a policy that allows the element's script, its requests and a form. */
function serve(path: string, body: string, { script, comesBack = false }: PageParts = {}): void {
  const { origin } = world.site;
  const requests = ['/backend', '/sentinel', SIGHTINGS_PATH].map((url) => origin + url).join(' ');
  const policy = `default-src 'none'; script-src ${origin}/monerium-connect.js 'sha256-${hash}';
    style-src ${origin}/page.css; connect-src ${requests}; form-action ${origin}/order;
    img-src ${origin}/favicon.ico; base-uri 'none'; frame-ancestors 'none'`;
  world.register(origin + path);
  world.site.serve('/page.css', { headers: { 'content-type': 'text/css' }, body: CSS });
  world.site.serve(path, {
    headers: { 'content-security-policy': policy.replace(/\s+/g, ' ') },
    body: pageWith({ before: SHEET, body, comesBack, ...(script !== undefined && { script }) }),
  });
}

async function open(body: string, parts?: PageParts) {
  serve('/', body, parts);
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  return { visitor, page };
}

/** From a click on something of the page to the return from Monerium. */
async function connectBy(page: Page, selector: string): Promise<void> {
  await waitForStatus(page, 'idle');
  await page.bringToFront();
  await page.click(selector);
  await page.waitForSelector('body[data-step]');
  const [authorization] = world.authorizations();
  assert.ok(authorization, 'no authorization');
  await page.goto(world.callbackUrl(authorization));
}

const isShown = (page: Page, selector: string) =>
  page.$eval(selector, (found) => found.getClientRects().length > 0);

const element = (attributes: Attributes = {}, content = '') =>
  world.element({ id: 'connect', ...attributes }, content);

test('buttons of the page connect and disconnect by commands', async (t) => {
  const { visitor, page } = await open(
    `${element()}<button id="in" commandfor="connect" command="--connect">Link</button>
     <button id="out" commandfor="connect" command="--disconnect">Unlink</button>`,
  );
  if (!(await page.evaluate(() => 'commandForElement' in HTMLButtonElement.prototype))) {
    t.skip('the browser has no commands');
    return;
  }
  await connectBy(page, '#in');
  await waitForStatus(page, 'connected');
  await page.click('#out');
  await waitForStatus(page, 'idle');
  const types = (await endingsOf(page)).map(({ type }) => type);
  assert.deepEqual(types, ['monerium-connected', 'monerium-disconnected']);
  await world.finish(visitor, page);
});

test('a trigger in a form connects, and sends no form', async () => {
  const trigger = '<button slot="trigger" id="own">Link my bank</button>';
  const { visitor, page } = await open(
    `<form action="/order" method="post">${element({}, trigger)}</form>`,
  );
  await connectBy(page, '#own');
  await waitForStatus(page, 'connected');
  assert.equal(await isShown(page, '#own'), false);
  assert.deepEqual(
    world.site.requests.filter(({ path }) => path === '/order'),
    [],
  );
  await world.finish(visitor, page);
});

test('a form is held back until the customer is connected', async () => {
  const { visitor, page } = await open(
    `<form action="/order" method="post">${element({ required: true })}
     <button id="order">Order</button></form>`,
  );
  world.site.serve('/order', pageWith({ script: '', body: '<p id="ordered">Thanks</p>' }));
  await waitForStatus(page, 'idle');
  await page.click('#order');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'connect');
  await connectBy(page, 'monerium-connect');
  await waitForEvent(page, 'monerium-connected');
  await page.click('#order');
  await page.waitForSelector('#ordered');
  const orders = world.site.requests.filter(({ path }) => path === '/order');
  assert.equal(orders.length, 1);
  await world.search();
  assert.deepEqual(visitor.errors, []);
});

test('success-url is where a connected customer goes', async () => {
  world.site.serve('/done', pageWith({ title: 'Done', script: '', body: '<p id="done">Done</p>' }));
  const { visitor, page } = await open(element({ 'success-url': '/done' }), { comesBack: true });
  await connectBy(page, 'monerium-connect');
  await page.waitForSelector('#done');
  assert.equal(await page.url(), `${world.site.origin}/done`);
  world.onlyPost();
  assert.equal(world.emulator.tokenRequests().length, 1);
  await world.search();
  assert.deepEqual(visitor.errors, []);
});

test('a fallback is shown until the script has come, and never after', async () => {
  const fallback = '<a slot="fallback" href="/connect">Connect</a>';
  const without = await open(element({}, fallback), { script: '' });
  assert.equal(await isShown(without.page, 'a'), true);
  const { visitor, page } = await open(element({}, fallback));
  await waitForStatus(page, 'idle');
  assert.equal(await isShown(page, 'a'), false);
  await world.finish(visitor, page);
});

test('a style sheet of the page sees the state, and its timeline has the changes', async () => {
  const { visitor, page } = await open(element());
  await waitForStatus(page, 'idle');
  const marginOf = () =>
    page.$eval('monerium-connect', (found) => getComputedStyle(found).marginTop);
  assert.equal(await marginOf(), '3px');
  await connectBy(page, 'monerium-connect');
  await waitForEvent(page, 'monerium-connected');
  assert.equal(await marginOf(), '2px');
  const marks = await page.evaluate(() =>
    performance.getEntriesByType('mark').map(({ name }) => name),
  );
  assert.deepEqual(
    marks.filter((name) => name.startsWith('monerium-connect:')),
    ['monerium-connect:exchanging', 'monerium-connect:connected'],
  );
  assert.equal(await statusOf(page), 'connected');
  await world.finish(visitor, page);
});
