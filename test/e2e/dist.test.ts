import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import {
  CANARY_EMAIL,
  clickConnect,
  pageWith,
  useWorld,
  waitForEvent,
  walkPortal,
} from './support.js';

const MODULE = new URL('../../dist/monerium-connect.min.js', import.meta.url);
const CLASSIC = new URL('../../dist/monerium-connect.iife.min.js', import.meta.url);
const NOTES = '/monerium-connect.notes.min.js';
const skip = existsSync(MODULE) ? false : 'dist/ is missing: run `npm run build` first';
const headers = { 'content-type': 'text/javascript' };

const world = useWorld();
const { test } = world;

/** What a script loads in the sandbox. */
function serveNotes(): void {
  const file = new URL(`../../dist${NOTES}`, import.meta.url);
  world.site.serve(NOTES, { headers, body: readFileSync(file, 'utf8') });
}

function scriptsAskedFor(): Set<string> {
  const scripts = world.site.requests.filter(({ headers: sent }) =>
    sent['sec-fetch-dest']?.includes('script'),
  );
  return new Set(scripts.map(({ path }) => path));
}

for (const backend of ['/backend', undefined]) {
  const exchange = backend ? 'a backend' : 'the token endpoint';
  test(`the built script connects a plain HTML page through ${exchange}`, { skip }, async () => {
    world.site.serve('/built.js', { headers, body: readFileSync(MODULE, 'utf8') });
    serveNotes();
    const script = '<script type="module" src="/built.js" referrerpolicy="no-referrer"></script>';
    const body = world.element({ 'backend-url': backend });
    world.register(`${world.site.origin}/plain.html`);
    world.site.serve('/plain.html', pageWith({ script, body }));
    const visitor = await world.visit();
    const page = await world.open(visitor, '/plain.html');
    await clickConnect(page);
    await walkPortal(page, { email: CANARY_EMAIL });

    const connected = await waitForEvent(page, 'monerium-connected');
    assert.deepEqual(Object.keys(connected), ['profile', 'userId', 'returnTo']);
    assert.equal(await page.url(), `${world.site.origin}/plain.html`);
    assert.equal(world.site.posts().length, backend ? 1 : 0);
    assert.equal(world.emulator.tokenRequests().length, 1);
    assert.deepEqual(scriptsAskedFor(), new Set(['/built.js', NOTES]));
    await world.finish(visitor, page);
  });
}

declare global {
  interface Window {
    /** All names of the window before the script came. */
    __names: string[];
  }
}

/** How a tag manager brings in a script when the page is long there. */
const INJECTIONS = {
  'a script element': `
    const script = document.createElement('script');
    script.src = '/classic.js';
    script.referrerPolicy = 'no-referrer';
    document.head.append(script);`,
  'a text that is evaluated': `
    fetch('/classic.js', { referrerPolicy: 'no-referrer' })
      .then((response) => response.text())
      .then((text) => {
        if (document.currentScript) throw new Error('this is a script element');
        (0, eval)(text);
      });`,
};

for (const [name, injection] of Object.entries(INJECTIONS)) {
  test(`the classic script connects from ${name} after load`, { skip }, async () => {
    world.site.serve('/classic.js', { headers, body: readFileSync(CLASSIC, 'utf8') });
    serveNotes();
    // A script that comes late cleans the address late: until then only the page can keep it back.
    const before = `<meta name="referrer" content="no-referrer"><script>
      addEventListener('load', () => setTimeout(() => {
        window.__names = Object.getOwnPropertyNames(window).concat('__names');
        ${injection}
      }));
    </script>`;
    world.servePage('/', {}, { before, script: '' });
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    await clickConnect(page);
    await walkPortal(page, { email: CANARY_EMAIL });

    await waitForEvent(page, 'monerium-connected');
    assert.equal(world.emulator.tokenRequests().length, 1);
    assert.deepEqual(world.onlyPost().query.size, 0);
    const added = await page.evaluate(() =>
      Object.getOwnPropertyNames(window).filter((key) => !window.__names.includes(key)),
    );
    const ours = added.filter((key) => !/^(puppeteer)?_/.test(key));
    assert.deepEqual(ours, [], 'the script leaves no name on the window');
    // A text that is evaluated has no address: it loads nothing.
    const expected = new Set(['/classic.js', ...(name === 'a script element' ? [NOTES] : [])]);
    const asked = world.site.requests.filter(({ path }) => path.endsWith('.js'));
    assert.deepEqual(new Set(asked.map(({ path }) => path)), expected);
    await world.finish(visitor, page);
  });
}

test('#3 the module and the classic script on one page make one request', { skip }, async () => {
  world.site.serve('/built.js', { headers, body: readFileSync(MODULE, 'utf8') });
  world.site.serve('/classic.js', { headers, body: readFileSync(CLASSIC, 'utf8') });
  serveNotes();
  const script = `<script src="/classic.js" referrerpolicy="no-referrer"></script>
    <script type="module" src="/built.js" referrerpolicy="no-referrer"></script>`;
  world.servePage('/', {}, { script });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await world.connect(page);
  await waitForEvent(page, 'monerium-connected');
  assert.equal(world.emulator.tokenRequests().length, 1);
  const warnings = visitor.console.filter((line) => line.startsWith('warn'));
  // One for each of the two pages that were loaded.
  assert.equal(warnings.length, 2, warnings.join());
  assert.match(warnings[0] ?? '', /already defined/);
  await world.finish(visitor, page);
});

test('the classic script is strict', { skip }, () => {
  const beginning = readFileSync(CLASSIC, 'utf8').slice(0, 100);
  assert.match(beginning, /^\/\/.*\s\/\*.*?\*\/\s*!?\(?(function\(\)|\(\)=>)\{"use strict";/);
});
