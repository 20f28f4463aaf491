import assert from 'node:assert/strict';
import { pageWith, skipIn, useWorld } from './support.js';

const world = useWorld();
const { test } = world;
const onlyChromium = skipIn({ firefox: 'prerenders no page', webkit: 'prerenders no page' });

/** Sends a request when the hidden page had time for an exchange, is shown, and is connected. */
const TELL = `<script type="module">
  const tell = (word) => fetch('/told?' + word, { referrerPolicy: 'no-referrer' });
  document.addEventListener('prerenderingchange', () => tell('shown'));
  addEventListener('monerium-connected', () => tell('connected'));
  addEventListener('load', async () => {
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setTimeout(resolve));
    if (document.prerendering) tell('hidden');
  });
</script>`;
// Chromium grants no lock to a page that is not shown. Without locks the element itself must wait.
const NO_LOCKS = '<script>Object.defineProperty(navigator, "locks", {});</script>';

test(
  '#11 a return that is only prerendered exchanges nothing before it is shown',
  onlyChromium,
  async () => {
    world.servePage('/', {}, { before: NO_LOCKS, body: world.element() + TELL });
    world.site.serve('/told', '');
    // After the hidden page has replaced the other one, the driver cannot query either of them.
    const visitor = await world.browser.visit();
    const page = await world.open(visitor, '/');
    const address = world.callbackUrl(await world.begin(page));
    world.site.serve('/before', pageWith({ script: '' }));
    await page.goto(`${world.site.origin}/before`);
    world.site.requests.length = 0;
    const isTold = (word: string) => world.site.waitUntil(({ url }) => url === `/told?${word}`);
    await page.evaluate((href) => {
      const rules = { prerender: [{ urls: [href], eagerness: 'immediate' }] };
      const script = { type: 'speculationrules', textContent: JSON.stringify(rules) };
      document.head.append(Object.assign(document.createElement('script'), script));
    }, address);
    await isTold('hidden');
    assert.equal(world.site.posts().length, 0);

    await page.evaluate((href) => void setTimeout(() => location.assign(href)), address);
    await isTold('shown');
    await isTold('connected');
    await visitor.close();
    world.onlyPost();
    assert.equal(world.emulator.tokenRequests().length, 1);
  },
);
