// What a page does before its own response has been taken up.
import assert from 'node:assert/strict';
import { bundleScript } from './support/bundle.js';
import { pageWith, SCRIPT_TAG, settle, statusOf, useWorld, waitForEvent } from './support.js';

const world = useWorld();
const { test } = world;
const CONNECT = `document.querySelector('monerium-connect').connect().then(() => (window.outcome = 'resolved'))`;

const MOMENTS = {
  'in a module script': `<script type="module">${CONNECT}</script>`,
  'at DOMContentLoaded': `<script>addEventListener('DOMContentLoaded', () => ${CONNECT})</script>`,
  'at load': `<script>addEventListener('load', () => ${CONNECT})</script>`,
};

for (const [moment, script] of Object.entries(MOMENTS)) {
  test(`a page that connects ${moment} does not overtake the response that it was opened with`, async () => {
    world.servePage('/');
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    const url = world.callbackUrl(await world.begin(page));
    const begun = world.authorizations().length;
    world.site.serve('/', pageWith({ body: world.element() + script }));

    await page.goto(url);
    await waitForEvent(page, 'monerium-connected');
    await page.waitForFunction(() => 'outcome' in window);
    await settle(page);
    assert.equal(await statusOf(page), 'connected');
    assert.equal(world.authorizations().length, begun, 'nobody leaves again');
    assert.equal(world.emulator.tokenRequests().length, 1);
    await world.finish(visitor, page);
  });
}

test('a script that a DOMContentLoaded listener brings still takes the response', async () => {
  world.servePage('/');
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const url = world.callbackUrl(await world.begin(page));
  const code = (await bundleScript('index')).replace(/export\s*\{[\s\S]*?\};/g, '');
  const text = JSON.stringify(`(() => {${code}})()`).replaceAll('</', '<\\/');
  const script = `<script>addEventListener('DOMContentLoaded', () => {
    const script = document.createElement('script');
    script.textContent = ${text};
    document.head.append(script);
  });</script>`;
  world.site.serve('/', pageWith({ script, body: world.element() }));

  await page.goto(url);
  await waitForEvent(page, 'monerium-connected');
  await world.finish(visitor, page);
});

test('#302 what the page sets in its last listener to DOMContentLoaded is sent with its response', async () => {
  const script = `${SCRIPT_TAG}<script type="module">addEventListener('DOMContentLoaded', () => {
    document.querySelector('monerium-connect').backendHeaders = { 'x-token': 'of-the-page' };
  });</script>`;
  world.servePage('/', {}, { script });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await world.connect(page);
  await waitForEvent(page, 'monerium-connected');
  assert.equal(world.onlyPost().headers['x-token'], 'of-the-page');
  await world.finish(visitor, page);
});
