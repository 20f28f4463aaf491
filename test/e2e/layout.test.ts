import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import {
  pageWith,
  skipIn,
  statusOf,
  useWorld,
  waitForStatus,
  type Attributes,
  type Page,
} from './support.js';
import { drawn, movedIn, SHIFT_OBSERVER, shiftOf } from './support/layout.js';
import { bundleHydration, renderOnServer } from './support/server-rendering.js';

const BUILT = new URL('../../dist/index.js', import.meta.url);
const noShifts = 'layout shifts are measured in Chromium only';
const { skip } = existsSync(BUILT)
  ? skipIn({ firefox: noShifts, webkit: noShifts })
  : { skip: 'dist/ is missing: run `npm run build` first' };
const GUIDE = readFileSync(new URL('../../docs/button.md', import.meta.url), 'utf8');
/** How far icon and label may move. A layout shift of 0.1 is what a customer notices. */
const MOST_IN_BUTTON = 0.001;
const INSECURE_HOST = 'shop.example';

const world = useWorld({ hosts: [INSECURE_HOST] });
const { test } = world;

interface Case {
  readonly attributes?: Attributes;
  readonly style?: string;
  readonly isRendered?: boolean;
  readonly host?: string;
}

/** What the customer sees, before and after the script. */
interface Sight {
  readonly element: number[];
  readonly after: number[];
  readonly texts: string[];
}

function look(page: Page): Promise<Sight> {
  return page.evaluate(() => {
    const rect = (selector: string) => {
      const found = document.querySelector(selector)!.getBoundingClientRect();
      return [found.x, found.y, found.width, found.height];
    };
    const root = document.querySelector('monerium-connect')!.shadowRoot;
    const parts = [...(root?.querySelectorAll<HTMLElement>('button, [part=status]') ?? [])];
    // Without the text that only keeps room.
    const texts = parts.map(({ innerText }) => innerText.replaceAll(/\s+/g, ' ').trim());
    return { element: rect('monerium-connect'), after: rect('#after'), texts };
  });
}

/** Opens a page whose script comes only when the page has been drawn without it. */
async function openInTwoSteps({ attributes, style = '', isRendered, host = 'localhost' }: Case) {
  const headers = { 'content-type': 'text/javascript' };
  const script = await bundleHydration();
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  world.site.serve('/late.js', () => released.then(() => ({ headers, body: script })));
  const plain = world.element(attributes);
  const markup = isRendered ? await renderOnServer(plain) : plain;
  world.register(`${world.site.origin}/`);
  const tag = '<script type="module" src="/late.js"></script>';
  const body = `${markup}<p id="after">What stands below.</p>`;
  const before = `<script>${SHIFT_OBSERVER}</script><style>${style}</style>`;
  world.site.serve('/', pageWith({ before, script: tag, body }));
  const visitor = await world.visit();
  const page = await visitor.newPage();
  const loaded = page.goto(`http://${host}:${world.site.port}/`);
  await page.waitForSelector('#after');
  await drawn(page);
  const first = await look(page);
  release();
  await loaded;
  await page.waitForFunction(() => customElements.get('monerium-connect'));
  await page.$eval('monerium-connect', async (found) => {
    await found.updateComplete;
  });
  await drawn(page);
  return { visitor, page, first, last: await look(page), shift: await shiftOf(page) };
}

/** The rule that the guide gives for pages without server rendering. */
function documentedRule(): string {
  const rules = [...GUIDE.matchAll(/```css\n(.*?)```/gs)].map(([, rule = '']) => rule);
  const found = rules.find((rule) => rule.includes(':not(:defined)'));
  assert.ok(found, 'the guide has a rule for the element before its script');
  return found;
}

test('without any rule the element moves what stands below it', { skip }, async () => {
  const { first, last, shift } = await openInTwoSteps({});
  assert.notDeepEqual(first.after, last.after);
  assert.ok(shift > 0, String(shift));
});

test('with the documented rule nothing moves when the script comes', { skip }, async () => {
  const { first, last, shift } = await openInTwoSteps({ style: documentedRule() });
  assert.deepEqual(last.after, first.after);
  assert.deepEqual(last.element, first.element);
  assert.equal(shift, 0);
});

test('in Node the package is written as declarative shadow DOM', { skip }, async () => {
  const markup = await renderOnServer(world.element());
  assert.match(markup, /<monerium-connect[^>]*><template [^>]*shadowrootmode="open"[^>]*>/);
  assert.match(markup, /<button[^]*Connect with Monerium[^]*<\/template><\/monerium-connect>/);
});

test('markup of a server becomes the element, and nothing moves', { skip }, async () => {
  const { visitor, page, first, last, shift } = await openInTwoSteps({ isRendered: true });
  assert.deepEqual(first.texts, ['Connect with Monerium', '']);
  assert.deepEqual(last, first);
  assert.equal(shift, 0);
  await world.begin(page);
  await world.finish(visitor);
});

test('a server that knows the customer sends a connected element', { skip }, async () => {
  const attributes = { profile: 'profile-1', 'user-id': 'user-1' };
  const { visitor, page, first, last, shift } = await openInTwoSteps({
    attributes,
    isRendered: true,
  });
  assert.deepEqual(first.texts, ['Connected to Monerium']);
  assert.deepEqual(last, first);
  assert.equal(shift, 0);
  assert.equal(await statusOf(page), 'connected');
  await page.$eval('monerium-connect', (found) => {
    found.disconnect();
  });
  await page.waitForSelector('monerium-connect >>> button');
  await world.finish(visitor, page);
});

test('what only the browser knows is shown after the markup is taken over', { skip }, async () => {
  const { visitor, page, first } = await openInTwoSteps({ isRendered: true, host: INSECURE_HOST });
  assert.deepEqual(first.texts, ['Connect with Monerium', '']);
  await waitForStatus(page, 'failed');
  await page.waitForSelector('monerium-connect >>> [part=message]');
  assert.equal((await look(page)).texts.length, 2);
  assert.deepEqual(visitor.errors, []);
});

for (const style of ['', 'display: block']) {
  const host = style ? 'as wide as the page' : 'as wide as its label';
  test(`a change of lang moves nothing of the page: ${host}`, { skip }, async () => {
    const body = `${world.element({ style })}<p id="after">Order</p>`;
    const before = `<script>${SHIFT_OBSERVER}</script><style>${documentedRule()}</style>`;
    world.servePage('/', {}, { before, body });
    const german = readFileSync(new URL('../../dist/locales/de.min.js', import.meta.url), 'utf8');
    world.site.serve('/de.js', { headers: { 'content-type': 'text/javascript' }, body: german });
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    await waitForStatus(page, 'idle');
    await drawn(page);
    const { after } = await look(page);
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.src = '/de.js';
      document.head.append(script);
      document.documentElement.lang = 'de';
    });
    await page.waitForFunction(() =>
      document
        .querySelector('monerium-connect')!
        .shadowRoot!.textContent.includes('Mit Monerium verbinden'),
    );
    await drawn(page);
    assert.deepEqual((await look(page)).after, after);
    assert.deepEqual((await movedIn(page)).filter(Boolean), []);
    // Icon and label are centred in the button: a label of another length moves both.
    const shift = await shiftOf(page);
    assert.ok(shift <= MOST_IN_BUTTON, String(shift));
  });
}
