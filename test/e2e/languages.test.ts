// The built script and the languages beside it.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { pageWith, useWorld, waitForEvent, walkPortal, CANARY_EMAIL } from './support.js';
import { clickConnect, type Page, type Visitor } from './support.js';

interface ImportMap {
  readonly integrity: Record<string, string>;
}

const DIST = new URL('../../dist/', import.meta.url);
const skip = existsSync(new URL('locales/el.min.js', DIST)) ? false : 'run `npm run build` first';
const headers = { 'content-type': 'text/javascript; charset=utf-8' };
const MODULE =
  '<script type="module" src="/kit/monerium-connect.min.js" referrerpolicy="no-referrer"></script>';
const CLASSIC =
  '<script src="/kit/monerium-connect.iife.min.js" referrerpolicy="no-referrer"></script>';

const world = useWorld();
const { test } = world;
let visitor: Visitor;

function serveKit(...files: string[]): void {
  for (const file of files) {
    world.site.serve(`/kit/${file}`, { headers, body: readFileSync(new URL(file, DIST), 'utf8') });
  }
}

function languagesAskedFor(): string[] {
  const paths = world.site.requests.map(({ path }) => path);
  return paths.filter((path) => path.startsWith('/kit/locales/'));
}

async function openIn(lang: string, script: string): Promise<Page> {
  serveKit(
    'monerium-connect.min.js',
    'monerium-connect.iife.min.js',
    'monerium-connect.notes.min.js',
  );
  world.register(`${world.site.origin}/shop`);
  const html = pageWith({ script, body: world.element() });
  world.site.serve('/shop', html.replace('lang="en"', lang && `lang="${lang}"`));
  visitor = await world.visit();
  return world.open(visitor, '/shop');
}

/** The label is in the slot, or in the place of it. */
async function waitForText(page: Page, text: string): Promise<void> {
  await page.waitForFunction(
    (wanted: string) =>
      document.querySelector('monerium-connect')?.shadowRoot?.textContent?.includes(wanted),
    {},
    text,
  );
}

for (const [lang, texts] of Object.entries({
  ar: ['الربط مع Monerium', 'تم الربط مع Monerium'],
  el: ['Σύνδεση με Monerium', 'Συνδεδεμένο'],
})) {
  test(`a customer connects on a page in ${lang}, by one request more`, { skip }, async () => {
    serveKit(`locales/${lang}.min.js`);
    const page = await openIn(lang, MODULE);
    await waitForText(page, texts[0] ?? '');
    assert.deepEqual(languagesAskedFor(), [`/kit/locales/${lang}.min.js`]);
    await clickConnect(page);
    await walkPortal(page, { email: CANARY_EMAIL });
    await waitForEvent(page, 'monerium-connected');
    await waitForText(page, texts[1] ?? '');
    assert.equal(world.emulator.tokenRequests().length, 1);
  });
}

for (const [name, script] of Object.entries({ module: MODULE, classic: CLASSIC })) {
  test(`an import map pins what the ${name} script loads`, { skip }, async () => {
    const map = JSON.parse(readFileSync(new URL('importmap.json', DIST), 'utf8')) as ImportMap;
    const here = (address: string) => address.replace(/^.*\/dist\//, `${world.site.origin}/kit/`);
    const integrity = Object.fromEntries(
      Object.entries(map.integrity).map(([address, value]) => [here(address), value]),
    );
    const tag = `<script type="importmap">${JSON.stringify({ integrity })}</script>`;
    serveKit('locales/el.min.js');
    const page = await openIn('el', tag + script);
    await waitForText(page, 'Σύνδεση με Monerium');
    const body = `${readFileSync(new URL('locales/el.min.js', DIST), 'utf8')};window.isChanged=1;`;
    world.site.serve('/kit/locales/el.min.js', { headers, body });
    const changed = await world.open(visitor, '/shop');
    await waitForText(changed, 'Connect with Monerium');
    while (!visitor.console.some((line) => line.includes('lang="el"'))) {
      await changed.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
    }
    assert.equal(await changed.evaluate('window.isChanged'), undefined);
  });
}

test('the classic script finds the languages beside itself', { skip }, async () => {
  serveKit('locales/sv.min.js');
  const page = await openIn('sv-FI', CLASSIC);
  await waitForText(page, 'Anslut med Monerium');
  assert.deepEqual(languagesAskedFor(), ['/kit/locales/sv.min.js']);
});

for (const lang of ['', 'en', 'en-GB', 'ja', 'constructor']) {
  test(`nothing is asked for a page with lang="${lang}"`, { skip }, async () => {
    const page = await openIn(lang, MODULE);
    await waitForText(page, 'Connect with Monerium');
    await clickConnect(page);
    await page.waitForSelector('body[data-step]');
    assert.deepEqual(languagesAskedFor(), []);
  });
}

for (const [name, tags] of Object.entries({
  before: (own: string) => own + MODULE,
  after: (own: string) => MODULE + own,
})) {
  test(`a tag of its own ${name} the script brings a language, once`, { skip }, async () => {
    serveKit('locales/de.min.js');
    const own =
      '<script type="module" src="/kit/locales/de.min.js" referrerpolicy="no-referrer"></script>';
    const page = await openIn('de', tags(own));
    await waitForText(page, 'Mit Monerium verbinden');
    await clickConnect(page);
    await page.waitForSelector('body[data-step]');
    assert.deepEqual(languagesAskedFor(), ['/kit/locales/de.min.js']);
  });
}

test('a missing file means English, one warning, and a button that works', { skip }, async () => {
  world.site.serve('/kit/locales/fi.min.js', { status: 404, body: '' });
  const page = await openIn('fi', MODULE);
  const isTold = () => lines().some((line) => line.includes('lang="fi"'));
  const lines = () => visitor.console;
  while (!isTold()) await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
  await clickConnect(page);
  await page.waitForSelector('body[data-step]');
  assert.deepEqual(languagesAskedFor(), ['/kit/locales/fi.min.js']);
  assert.equal(
    lines().filter((line) => line.startsWith('warn') && line.includes('lang="fi"')).length,
    1,
  );
});
