import assert from 'node:assert/strict';
import {
  SCRIPT_TAG,
  assertSilent,
  buttonOf,
  endingsOf,
  pageWith,
  polling,
  settle,
  statusOf,
  useWorld,
  waitForEvent,
  waitForStatus,
} from './support.js';

const world = useWorld();
const { test } = world;

/** Plays a framework that mounts an element more than once while the page loads. */
const MOUNTING = {
  'in one task': `host.append(node); node.remove(); host.append(node); done();`,
  'across 50 ms': `host.append(node); setTimeout(() => {
    node.remove(); setTimeout(() => { host.append(node); done(); }, 25); }, 25);`,
  'as another element': `host.append(node.cloneNode()); host.firstChild.remove();
    host.append(node); done();`,
};
for (const [name, mount] of Object.entries(MOUNTING)) {
  test(`#1 an element that is mounted twice ${name} exchanges once and tells once`, async () => {
    const script = `<script type="module">
      const node = document.querySelector('template').content.firstElementChild;
      const host = document.querySelector('main');
      const done = () => { host.id = 'mounted'; };
      ${mount}
    </script>`;
    const body = `<template>${world.element({ id: 'a' })}</template><main></main>`;
    world.register(`${world.site.origin}/`);
    world.site.serve('/', pageWith({ script: SCRIPT_TAG + script, body }));
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    await page.waitForSelector('#mounted > #a');
    await world.connect(page, '#a');
    await waitForEvent(page, 'monerium-connected');
    // The exchange can be faster than the framework.
    await page.waitForSelector('#mounted > #a');
    await world.finish(visitor, page);

    world.onlyPost();
    assert.equal(world.emulator.tokenRequests().length, 1);
    assert.deepEqual(
      (await endingsOf(page)).map(({ type, target }) => [type, target]),
      [['monerium-connected', 'a']],
    );
    assert.equal(await statusOf(page, '#a'), 'connected');
  });
}

for (const clicked of ['#a', '#b']) {
  test(`#2 two elements are both connected by one exchange, told on ${clicked} that was clicked`, async () => {
    const body = world.element({ id: 'a' }) + world.element({ id: 'b' });
    world.servePage('/', {}, { body });
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    await world.connect(page, clicked);
    await waitForEvent(page, 'monerium-connected');
    await world.finish(visitor, page);

    world.onlyPost();
    assert.equal(world.emulator.tokenRequests().length, 1);
    assert.deepEqual(
      [await statusOf(page, '#a'), await statusOf(page, '#b')],
      ['connected', 'connected'],
    );
    const endings = await endingsOf(page);
    assert.deepEqual(
      endings.map(({ type, target }) => [type, `#${target}`]),
      [['monerium-connected', clicked]],
    );
  });
}

test('#3 a second copy of the script warns once and changes nothing', async () => {
  const copy = SCRIPT_TAG.replace('/monerium-connect.js', '/copy.js');
  world.servePage('/', {}, { script: SCRIPT_TAG + copy + copy });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await world.connect(page);
  await waitForEvent(page, 'monerium-connected');
  const warnings = () => visitor.console.filter((line) => /^warn.*already defined/.test(line));
  assert.equal(warnings().length, 2, 'one on the page of the start, one on the page of the return');
  await world.finish(visitor, page);

  world.onlyPost();
  assert.equal(world.emulator.tokenRequests().length, 1);
  assert.equal((await endingsOf(page)).length, 1);
});

test('#3 classes of two copies on one page share one exchange', async () => {
  const script = `${SCRIPT_TAG}<script type="module" referrerpolicy="no-referrer">
    import { MoneriumConnect } from '/copy.js';
    customElements.define('second-connect', class extends MoneriumConnect {});
  </script>`;
  const second = world.element({ id: 'b' }).replaceAll('monerium-connect', 'second-connect');
  world.servePage('/', {}, { script, body: world.element({ id: 'a' }) + second });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await world.connect(page, '#b');
  await waitForEvent(page, 'monerium-connected');
  await world.finish(visitor, page);

  world.onlyPost();
  assert.equal(world.emulator.tokenRequests().length, 1);
  // They share the response and not their flows: one of the two takes it.
  const statuses = [await statusOf(page, '#a'), await statusOf(page, '#b')];
  assert.deepEqual(statuses.sort(), ['connected', 'idle']);
  assert.equal((await endingsOf(page)).length, 1);
});

test('#8 an element that is moved during the exchange is connected in its new place', async () => {
  world.servePage('/', {}, { body: `<main>${world.element()}</main><aside></aside>` });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const release = world.site.backend.hold();
  await world.connect(page);
  await world.site.waitUntil(({ path }) => path === '/backend');
  await page.$eval('monerium-connect', (found) => document.querySelector('aside')!.append(found));
  release();
  await waitForEvent(page, 'monerium-connected');
  await world.finish(visitor, page);

  world.onlyPost();
  assert.equal(world.emulator.tokenRequests().length, 1);
  assert.equal(await statusOf(page, 'aside > monerium-connect'), 'connected');
  assert.equal((await endingsOf(page)).length, 1);
});

test('#8 an element that comes after the exchange is given its result', async () => {
  world.servePage('/');
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const release = world.site.backend.hold();
  await world.connect(page);
  await world.site.waitUntil(({ path }) => path === '/backend');
  await page.evaluate(() => document.querySelector('monerium-connect')!.remove());
  release();
  await settle(page);
  assert.deepEqual(await endingsOf(page), []);

  await page.evaluate((markup) => (document.body.innerHTML = markup), world.element());
  await waitForEvent(page, 'monerium-connected');
  await world.finish(visitor, page);

  world.onlyPost();
  assert.equal(world.emulator.tokenRequests().length, 1);
  assert.equal(await statusOf(page), 'connected');
  assert.equal((await endingsOf(page)).length, 1);
});

test('#9 a response outlives a router that moves the page before the element is defined', async () => {
  // The element's own entry defines nothing: that is left to the page, and comes late.
  const script = `<script type="module" src="/element.js" referrerpolicy="no-referrer"></script>
  <script type="module">
    window.addressSeen = location.href;
    history.replaceState({ view: 'account' }, '', '/account?view=1');
    window.defineLate = async () => {
      const { MoneriumConnect } = await import('/element.js');
      customElements.define('monerium-connect', MoneriumConnect);
    };
  </script>`;
  world.servePage('/', { 'redirect-uri': '/' }, { script });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await page.evaluate('defineLate()');
  await world.connect(page);
  await settle(page);
  assert.equal(await page.evaluate('addressSeen'), `${world.site.origin}/`);
  assert.equal(world.site.posts().length, 0);

  await page.evaluate('defineLate()');
  await waitForEvent(page, 'monerium-connected');
  await world.finish(visitor, page);

  world.onlyPost();
  assert.equal(world.emulator.tokenRequests().length, 1);
  assert.equal(await page.url(), `${world.site.origin}/account?view=1`);
});

const CLICKS: Record<string, string> = {
  'two clicks in one task': 'button.click(); button.click();',
  'a click and connect()': 'button.click(); void element.connect();',
  'connect() twice': `if (element.connect() !== element.connect()) throw new Error('Two promises');`,
  'connect() from a listener': `element.addEventListener('monerium-before-connect', () => {
    void element.connect(); }); button.click();`,
};
for (const [name, script] of Object.entries(CLICKS)) {
  test(`#16 ${name} begins one flow`, async () => {
    world.servePage('/');
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    await waitForStatus(page, 'idle');
    await page.evaluate(`(() => {
      const element = document.querySelector('monerium-connect');
      const button = element.shadowRoot.querySelector('button');
      ${script}
    })()`);
    await page.waitForSelector('body[data-step]');
    const [auth, ...more] = world.authorizations();
    assert.deepEqual(more, []);
    await page.goto(world.callbackUrl(auth!));
    await waitForEvent(page, 'monerium-connected');
    world.onlyPost();
    await world.finish(visitor, page);
  });
}

test('#16 a real double click begins one flow', async () => {
  world.servePage('/');
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await page.waitForSelector(buttonOf());
  await page.click(buttonOf(), { count: 2 });
  await page.waitForSelector('body[data-step]');
  assert.equal(world.authorizations().length, 1);
});

test('#6 a history entry that still has the response is silent', async () => {
  // The page itself keeps the response in its address, and so in the request for an icon.
  const push = `<meta name="referrer" content="no-referrer"><script>
    if (location.search.includes('code=')) history.pushState(null, '', location.href + '#view');
  </script>`;
  world.servePage('/', {}, { before: push });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const url = await world.connect(page);
  await waitForEvent(page, 'monerium-connected');
  assert.equal(await page.url(), `${world.site.origin}/#view`);
  await settle(page);

  // By a script: a browser's own Back passes over an entry that no gesture of a person has made.
  await page.evaluate(() => history.back());
  await page.waitForFunction((wanted) => location.href === wanted, { polling }, url);
  assert.equal((await endingsOf(page)).length, 1);
  assert.equal(await statusOf(page), 'connected');

  await page.evaluate(() => history.replaceState(null, '', location.href));
  await page.reload();
  await assertSilent(page);
  world.onlyPost();
});
