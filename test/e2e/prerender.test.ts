import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageWith, skipIn, useWorld } from './support.js';

const world = useWorld();
const onlyChromium = skipIn({ firefox: 'prerenders no page', webkit: 'prerenders no page' });

/** Tells the site when the page's scripts have run, hidden or shown, and when it is shown. */
const TELL = `<script type="module">
  const tell = (word) => fetch('/told?' + word, { referrerPolicy: 'no-referrer' });
  setTimeout(() => tell(document.prerendering ? 'hidden' : 'shown'));
  document.addEventListener('prerenderingchange', () => tell('shown'));
</script>`;

test(
  '#11 a return that is only prerendered exchanges nothing before it is shown',
  onlyChromium,
  async () => {
    world.servePage('/', {}, { body: world.element() + TELL });
    world.site.serve('/told', '');
    // Once the hidden page has taken the place of the other, the driver can ask neither of them.
    const visitor = await world.browser.visit();
    const page = await world.open(visitor, '/');
    const url = world.callbackUrl(await world.begin(page));
    world.site.serve('/before', pageWith({ script: '' }));
    await page.goto(`${world.site.origin}/before`);
    world.site.requests.length = 0;
    const tell = (word: string) =>
      world.site.waitUntil((request) => request.url === `/told?${word}`);
    await page.evaluate((href) => {
      const rules = { prerender: [{ urls: [href], eagerness: 'immediate' }] };
      const script = { type: 'speculationrules', textContent: JSON.stringify(rules) };
      document.head.append(Object.assign(document.createElement('script'), script));
    }, url);
    await tell('hidden');
    assert.equal(world.site.posts().length, 0);

    await page.evaluate((href) => void setTimeout(() => location.assign(href)), url);
    await tell('shown');
    await world.site.waitUntil(({ path }) => path === '/backend');
    await visitor.close();
    world.onlyPost();
    assert.equal(world.emulator.tokenRequests().length, 1);
  },
);
