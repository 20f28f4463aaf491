// The doctor: a file of its own that only `debug` asks for, and the panel that it shows.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { readDoctor, readSteps, waitForDoctor, waitForFinding } from './support/doctor.js';
import { toPuppeteer } from './support/puppeteer.js';
import {
  CANARY_EMAIL,
  SCRIPT_TAG,
  clickConnect,
  engine,
  pageWith,
  skipIn,
  useWorld,
  waitForEvent,
  waitForStatus,
  walkPortal,
  type Attributes,
  type Page,
  type Visitor,
} from './support.js';

const DIST = new URL('../../dist/', import.meta.url);
const DOCTOR = 'monerium-connect.doctor.min.js';
const skip = existsSync(new URL(DOCTOR, DIST)) ? false : 'run `npm run build` first';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const headers = { 'content-type': 'text/javascript; charset=utf-8' };

const world = useWorld();
const { test } = world;

function serveKit(...files: string[]): void {
  for (const file of files) {
    world.site.serve(`/kit/${file}`, { headers, body: readFileSync(new URL(file, DIST), 'utf8') });
  }
}

const KIT = {
  'the module': 'type="module" src="/kit/monerium-connect.min.js"',
  'the classic script': 'src="/kit/monerium-connect.iife.min.js"',
};

async function openKit(attributes: Attributes, script = KIT['the module']) {
  serveKit(
    'monerium-connect.min.js',
    'monerium-connect.iife.min.js',
    'monerium-connect.notes.min.js',
  );
  world.servePage('/shop', attributes, {
    script: `<script ${script} referrerpolicy="no-referrer"></script>`,
    body: world.element(attributes),
  });
  const visitor = await world.visit();
  return { visitor, page: await world.open(visitor, '/shop') };
}

const askedFor = (file: string) => world.site.requests.filter(({ path }) => path.endsWith(file));

async function waitForLine(page: Page, visitor: Visitor, part: string): Promise<string[]> {
  const lines = () => visitor.console.filter((line) => line.includes(part));
  while (lines().length === 0) await page.evaluate(() => new Promise((done) => setTimeout(done)));
  return lines();
}

for (const [name, script] of Object.entries(KIT)) {
  test(`${name} asks for the doctor when an element has debug`, { skip }, async () => {
    serveKit(DOCTOR);
    const { page } = await openKit({ debug: true }, script);
    await waitForDoctor(page);
    assert.deepEqual(await readDoctor(page), []);
    assert.equal(askedFor(DOCTOR).length, 1);
  });
}

test('without debug nothing is asked for', { skip }, async () => {
  const { page } = await openKit({});
  await clickConnect(page);
  await page.waitForSelector('body[data-step]');
  assert.deepEqual(askedFor(DOCTOR), []);
});

test('in production debug is ignored with one warning', { skip }, async () => {
  const { page, visitor } = await openKit({ debug: true, environment: 'production' });
  assert.equal((await waitForLine(page, visitor, 'debug')).length, 1);
  await clickConnect(page);
  await page.waitForSelector('body[data-step]');
  assert.deepEqual(askedFor(DOCTOR), []);
});

test("#208 debug is ignored with production's API, too", { skip }, async () => {
  const { page, visitor } = await openKit({ debug: true, 'api-url': 'https://API.monerium.app/' });
  assert.equal((await waitForLine(page, visitor, 'debug is ignored in production')).length, 1);
  assert.deepEqual(
    visitor.console.filter((line) => /> sandbox; /.test(line)),
    [],
  );
  assert.deepEqual(askedFor(DOCTOR), []);
});

test('debug that was ignored in production counts in the sandbox', async () => {
  world.servePage('/shop', { debug: true, environment: 'production' });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/shop');
  await waitForLine(page, visitor, 'debug');
  await page.$eval('monerium-connect', (element) => (element.environment = 'sandbox'));
  await waitForDoctor(page);
});

test('without its file there is one warning, and a button that works', { skip }, async () => {
  const { page, visitor } = await openKit({ debug: true });
  assert.equal((await waitForLine(page, visitor, 'doctor.min.js did not load')).length, 1);
  await clickConnect(page);
  await page.waitForSelector('body[data-step]');
});

test('debug that is set later is examined, and the panel goes with it', async () => {
  world.servePage('/shop');
  const page = await world.open(await world.visit(), '/shop');
  const toggle = () =>
    page.$eval('monerium-connect', (element) => (element.debug = !element.debug));
  await page.waitForFunction(() => document.querySelector('monerium-connect')?.hasUpdated);
  await page.$eval('monerium-connect', (element) => element.setAttribute('debug', ''));
  await waitForDoctor(page);
  await toggle();
  await page.$eval('monerium-connect', (element) => element.removeAttribute('debug'));
  await page.waitForFunction(() => !document.querySelector('[data-monerium-doctor]'));
});

test('a sound page has no problem, and the panel has the steps of its flow', async () => {
  world.servePage('/shop', { debug: true });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/shop');
  await waitForDoctor(page);
  await clickConnect(page);
  await walkPortal(page, { email: CANARY_EMAIL });
  await waitForEvent(page, 'monerium-connected');
  await waitForDoctor(page);
  assert.deepEqual(await readDoctor(page), []);
  // The lock is given back a second later, which is a step as well.
  let lines: string[] = [];
  while (lines.length < 4) lines = await readSteps(page);
  const steps = lines.map((line) => line.replace(/^[\d.]+ s /, ''));
  assert.deepEqual(steps, [
    'claim: idle → claiming',
    'exchange: claiming → exchanging',
    'connect: exchanging → connected',
    'withdraw: connected, no change',
  ]);
  await world.finish(visitor, page);
});

test('a flow that has come back and waits for its lock is not called lost', async () => {
  // A browser that takes its time over a lock.
  const before = `<script>
    const request = navigator.locks.request.bind(navigator.locks);
    const held = new Promise((resolve) => { window.release = resolve; });
    const isBack = new URL(location.href).searchParams.has('code');
    if (isBack) navigator.locks.request = (...args) => held.then(() => request(...args));
  </script>`;
  world.servePage('/shop', { debug: true }, { before });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/shop');
  await waitForDoctor(page);
  await world.connect(page);
  await waitForDoctor(page);
  assert.deepEqual(await readDoctor(page), []);
  assert.match((await readSteps(page)).join(), /idle → claiming$/);
  await page.evaluate('release()');
  await waitForEvent(page, 'monerium-connected');
  await world.finish(visitor, page);
});

test('#230 a response that fits no element is one finding, until one comes that it fits', async () => {
  world.servePage('/shop', { debug: true, 'redirect-uri': '/callback' });
  world.servePage('/callback', { debug: true, 'backend-url': '/other' });
  const headers = { 'content-type': 'application/json' };
  world.site.serve('/other', { status: 400, headers, body: '{"error":"invalid_request"}' });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/shop');
  await world.connect(page);
  const said = await readDoctor(page);
  assert.deepEqual(
    said.map(({ name }) => name),
    ['attributes-differ'],
  );
  const { origin } = world.site;
  assert.match(said[0]?.text ?? '', new RegExp(`${origin}/backend\\b.*${origin}/other\\b`));
  const fitting = world.element({ id: 'fitting', 'redirect-uri': '/callback' });
  await page.evaluate((html) => document.body.insertAdjacentHTML('beforeend', html), fitting);
  await waitForStatus(page, 'connected', '#fitting');
  await page.waitForFunction(() => {
    const root = document.querySelector('[data-monerium-doctor]')?.shadowRoot;
    return root?.querySelector('[data-name=attributes-differ]') === null;
  });
  assert.deepEqual(await readDoctor(page), []);
  await world.finish(visitor, page);
});

test('#231 the page that a redirect has led to names the redirect, and what it lost', async () => {
  const bare = { headers: { 'referrer-policy': 'no-referrer' }, body: '' };
  const element = world.element({ debug: true });
  world.servePage('/shop', { debug: true, 'redirect-uri': '/callback' });
  world.register(`${world.site.origin}/callback`);
  world.site.serve('/callback', { ...bare, status: 301, headers: { location: '/callback/' } });
  world.site.serve('/callback/', { ...bare, body: pageWith({ body: element }) });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/shop');
  await world.connect(page);
  for (const path of ['/callback/', '/shop']) {
    await page.goto(world.site.origin + path);
    const said = await readDoctor(page);
    assert.deepEqual(
      said.map(({ name }) => name),
      ['redirect-uri-slash'],
      path,
    );
    assert.match(said[0]?.text ?? '', /drops the query.*Set redirect-uri=/);
  }
});

test('#233 the panel shows the count once, and addresses as links', async () => {
  world.servePage('/shop', { debug: true, mode: 'window' });
  const page = await world.open(await world.visit(), '/shop');
  await clickConnect(page);
  await waitForFinding(page, 'attribute-value', ' a[href*="errors.md#invalid_config"]');
  const { counts, links } = await page.$eval('[data-monerium-doctor]', ({ shadowRoot }) => {
    const lines = [...(shadowRoot?.querySelectorAll<HTMLElement>('button, p') ?? [])];
    const shown = lines.filter(({ offsetWidth }) => offsetWidth > 1);
    const all = [...(shadowRoot?.querySelectorAll('a') ?? [])];
    return {
      counts: shown.filter(({ innerText }) => innerText.includes('1 problem')).length,
      links: all.map(({ href, target, rel }) => `${href} ${target} ${rel}`),
    };
  });
  assert.equal(counts, 1);
  assert.match(links.join(), /^https:\/\/\S+errors\.md#invalid_config _blank noreferrer$/);
});

const CALLBACKS: Record<string, [hasAdvice: boolean, html: (element: string) => string]> = {
  'the element and its script': [false, (element) => pageWith({ body: element })],
  'an import of the script': [
    false,
    (element) =>
      pageWith({
        script: `<script type="module">import '/monerium-connect.js';</script>`,
        body: element,
      }),
  ],
  'the element alone': [true, (element) => pageWith({ script: '', body: element })],
  'the script alone': [true, () => pageWith({ body: '<p>monerium-connect</p>' })],
  'both in a comment': [
    true,
    (element) => pageWith({ script: '', body: `<!-- ${element}${SCRIPT_TAG} -->` }),
  ],
};

for (const [title, [hasAdvice, html]] of Object.entries(CALLBACKS)) {
  test(`#232 a page at the redirect URI with ${title}: advice is ${hasAdvice}`, async () => {
    world.servePage('/shop', { debug: true, 'redirect-uri': '/callback' });
    world.site.serve('/callback', html(world.element({ 'redirect-uri': '/callback' })));
    const page = await world.open(await world.visit(), '/shop');
    assert.deepEqual(
      (await readDoctor(page)).map(({ name }) => name),
      hasAdvice ? ['redirect-uri-element'] : [],
    );
  });
}

test('a correction of an attribute is seen at once', async () => {
  world.servePage('/shop', { debug: true, mode: 'window' });
  const page = await world.open(await world.visit(), '/shop');
  await waitForFinding(page, 'attribute-value');
  await page.$eval('monerium-connect', (element) => element.setAttribute('mode', 'popup'));
  await page.waitForFunction(() => {
    const root = document.querySelector('[data-monerium-doctor]')?.shadowRoot;
    return Boolean(root?.querySelector('.toggle.ok'));
  });
});

test('a strict policy with Trusted Types lets the panel in', { skip }, async () => {
  serveKit('monerium-connect.min.js', 'monerium-connect.notes.min.js', DOCTOR);
  world.register(`${world.site.origin}/shop`);
  const policy =
    `default-src 'none'; script-src ${world.site.origin}/kit/; connect-src 'self' ` +
    `${world.emulator.url}; require-trusted-types-for 'script'; trusted-types lit-html`;
  const body = pageWith({
    script: `<script ${KIT['the module']}></script>`,
    body: world.element({ debug: true }),
  });
  world.site.serve('/shop', { headers: { 'content-security-policy': policy }, body });
  const page = await world.open(await world.visit(), '/shop');
  await waitForDoctor(page);
  assert.deepEqual(await readDoctor(page), []);
  const position = await page.$eval(
    '[data-monerium-doctor]',
    (host) => getComputedStyle(host).position,
  );
  assert.equal(position, 'fixed');
});

test('the panel works by the keyboard', async () => {
  world.servePage('/shop', { debug: true, mode: 'window' });
  const page = await world.open(await world.visit(), '/shop');
  await waitForFinding(page, 'attribute-value');
  const state = () =>
    page.$eval('[data-monerium-doctor]', ({ shadowRoot }) => {
      const { activeElement } = shadowRoot ?? {};
      const toggle = shadowRoot?.querySelector('.toggle');
      return [activeElement?.textContent ?? '', toggle?.ariaExpanded ?? ''];
    });
  assert.deepEqual(await state(), ['', 'true'], 'it opens, and takes no focus');
  for (let step = 0; step < 5 && !(await state())[0]?.startsWith('Doctor'); step += 1) {
    await page.press('Tab');
  }
  // The button that closes, and the list, which can be scrolled.
  for (let step = 0; step < 3; step += 1) await page.press('Tab');
  assert.equal((await state())[0], 'Check again');
  await page.press('Escape');
  assert.deepEqual(await state(), ['Doctor: 1 problem', 'false']);
  await page.press('Enter');
  assert.deepEqual(await state(), ['Doctor: 1 problem', 'true']);
});

test('a panel that was closed stays away from this page', async () => {
  world.servePage('/shop', { debug: true, mode: 'window' });
  const page = await world.open(await world.visit(), '/shop');
  await waitForFinding(page, 'attribute-value');
  await page.click('[data-monerium-doctor] >>> [aria-label^=Close]');
  await page.$eval('monerium-connect', (element) => element.setAttribute('mode', 'popup'));
  await page.waitForFunction(() => {
    const root = document.querySelector('[data-monerium-doctor]')?.shadowRoot;
    return Boolean(root?.querySelector('.toggle.ok'));
  });
  const height = () => page.$eval('[data-monerium-doctor]', ({ offsetHeight }) => offsetHeight);
  assert.equal(await height(), 0);
  await page.reload();
  await waitForFinding(page, 'attribute-value');
  assert.equal((await height()) > 0, true);
});

const isEmulated = engine === 'chromium';
for (const scheme of ['light', 'dark'] as const) {
  for (const dir of ['ltr', 'rtl'] as const) {
    const only = skipIn({
      firefox: 'its driver does not change the color scheme',
      webkit: 'its driver does not change the color scheme',
    });
    test(`#98 axe finds no flaw in the panel, ${scheme}, ${dir}`, only, async () => {
      world.servePage('/shop', { debug: true, mode: 'window', backend_url: '/x' });
      const page = await world.open(await world.visit(), '/shop');
      if (isEmulated) {
        const features = [{ name: 'prefers-color-scheme', value: scheme }];
        await toPuppeteer(page).emulateMediaFeatures(features);
      }
      await page.evaluate(`document.dir = '${dir}'`);
      await waitForFinding(page, 'attribute-value');
      await page.$eval('[data-monerium-doctor]', ({ shadowRoot }) => {
        for (const details of shadowRoot?.querySelectorAll('details') ?? []) details.open = true;
      });
      await page.evaluate(AXE);
      const violations = await page.evaluate<[], string[]>(`axe
        .run(document.querySelector('[data-monerium-doctor]'))
        .then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes[0].html))`);
      assert.deepEqual(violations, []);
      if (process.env['SHOTS']) {
        const path = `build/shots/doctor-${scheme}-${dir}.png` as const;
        await toPuppeteer(page).screenshot({ path });
      }
    });
  }
}
