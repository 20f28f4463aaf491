// The page that takes the code: what other scripts see there, and what such a page needs.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { SCRIPT_TAG, useWorld, waitForEvent, type Page } from './support.js';
import { RECORDER } from './support/recorder.js';

const world = useWorld();
const { test } = world;

/** What a foreign script can learn of the address, told where nothing is searched for secrets. */
const WIDGET = `
  const note = (moment) => (window.notes ??= []).push(moment + ':' + [
    location.href, document.URL, document.documentURI, document.referrer, document.baseURI,
    JSON.stringify(history.state), window.navigation?.currentEntry?.url,
    document.documentElement.outerHTML,
  ].map((text) => /[?&](code|state)=/.test(text)));
  note('at once');
  addEventListener('DOMContentLoaded', () => note('parsed'));
  addEventListener('load', () => note('loaded'));`;

/** Every kind of tag that a widget comes in, after the element's. */
const TAGS = {
  module: '<script type="module" src="/widget.js"></script>',
  deferred: '<script defer src="/widget.js"></script>',
  inserted: `<script type="module">
    document.head.append(Object.assign(document.createElement('script'), { src: '/widget.js' }));
  </script>`,
};

async function comeBack(page: Page): Promise<void> {
  await world.connect(page);
  await waitForEvent(page, 'monerium-connected');
  await page.waitForFunction(() => document.readyState === 'complete');
}

for (const [name, tag] of Object.entries(TAGS)) {
  test(`#35 a ${name} script after the element finds a clean address, whenever it looks`, async () => {
    const headers = { 'content-type': 'text/javascript' };
    const before = '<meta name="referrer" content="no-referrer">';
    world.site.serve('/widget.js', { headers, body: `{ ${WIDGET} }` });
    world.servePage('/', {}, { before, script: SCRIPT_TAG + tag });
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    await comeBack(page);
    await page.waitForFunction(() => window.notes?.at(-1)?.startsWith('loaded'));
    const notes = await page.evaluate(() => window.notes ?? []);
    assert.deepEqual([notes[0]?.split(':')[0], notes.at(-1)?.split(':')[0]], ['at once', 'loaded']);
    for (const note of notes) assert.doesNotMatch(note, /true/);
    world.onlyPost();
    await world.finish(visitor, page);
  });
}

test('#35 the small page for the redirect URI asks for the element’s script and nothing else', async () => {
  const file = new URL('../../examples/connect.html', import.meta.url);
  const shipped = await readFile(file, 'utf8');
  const html = shipped
    .replace('/monerium-connect.min.js', '/monerium-connect.js')
    .replace(
      /<monerium-connect[^]*<\/monerium-connect>/,
      world.element({ 'redirect-uri': '/callback' }),
    )
    .replace('<script', `<script data-recorder>${RECORDER}</script><script`);
  world.register(`${world.site.origin}/callback`);
  world.site.serve('/callback', html);
  const visitor = await world.visit();
  // It begins here as well: the customer then has no other page to go back to.
  const page = await world.open(visitor, '/callback');
  const url = world.callbackUrl(await world.begin(page));
  world.site.requests.length = 0;
  await page.goto(url);
  await waitForEvent(page, 'monerium-connected');
  assert.deepEqual(
    world.site.requests.map(({ method, path, headers }) => [method, path, headers.referer]),
    [
      ['GET', '/callback', undefined],
      ['GET', '/monerium-connect.js', undefined],
      ['POST', '/backend', undefined],
    ],
  );
  await world.finish(visitor, page);
});

declare global {
  interface Window {
    notes?: string[];
  }
}
