// The script files load their further files from their own address. A page cannot change that.
// The scripts are built here in the same way as in the build.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { buildScript } from './support/built.js';
import { waitForDoctor } from './support/doctor.js';
import { RECORDER } from './support/recorder.js';
import {
  SCRIPT_TAG,
  clickConnect,
  pageWith,
  useWorld,
  waitForEvent,
  type Page,
  type Visitor,
} from './support.js';

const MODULE = 'monerium-connect.min.js';
const CLASSIC = 'monerium-connect.iife.min.js';
const DOCTOR = 'monerium-connect.doctor.min.js';
const NOTES = 'monerium-connect.notes.min.js';
const GERMAN = 'locales/de.min.js';
const NONCE = 'bm9uY2U';
const KEPT = 'referrerpolicy="no-referrer"';

const world = useWorld();
const { test } = world;

const sha = (kind: string, text: string) =>
  `${kind}-${createHash(kind).update(text).digest('base64')}`;
const headers = { 'content-type': 'text/javascript', 'access-control-allow-origin': '*' };

async function serveKit(...files: string[]): Promise<void> {
  for (const file of [...files, NOTES]) {
    world.site.serve(`/kit/${file}`, { headers, body: await buildScript(file) });
  }
}

/** HTML that an attacker can add: elements with names, and a base with files of the same names. */
function attack(): string {
  for (const file of [GERMAN, DOCTOR, NOTES]) {
    world.site.serve(`/evil/${file}`, { headers, body: 'window.isEvil = true;' });
    world.site.serve(`/evil/monerium/${file}`, { headers, body: 'window.isEvil = true;' });
  }
  const names = ['currentScript', 'URL'];
  const images = names.map((name) => `<img name="${name}" alt="">`).join('');
  return `<base href="/evil/monerium/x.js">${images}<form name="currentScript"></form>`;
}

interface Shop {
  script: string;
  before?: string;
  policy?: string;
  lang?: string;
  debug?: boolean;
}

async function openShop({ script, before = '', policy, lang = 'de', debug }: Shop) {
  const path = '/p/shop';
  world.register(`${world.site.origin}${path}`);
  const html = pageWith({ before, script, body: world.element({ debug }) });
  world.site.serve(path, {
    body: html.replace('lang="en"', `lang="${lang}"`),
    headers: policy ? { 'content-security-policy': policy } : {},
  });
  const visitor = await world.visit();
  return { visitor, page: await world.open(visitor, path) };
}

async function waitForText(page: Page, text: string): Promise<void> {
  await page.waitForFunction(
    (wanted: string) =>
      document.querySelector('monerium-connect')?.shadowRoot?.textContent?.includes(wanted),
    {},
    text,
  );
}

const warningsOf = ({ console }: Visitor) =>
  console.filter((line) => /^warn.*<monerium-connect>/.test(line));

/** Waits until the console has a warning with this text, and returns all such lines. */
async function waitForWarning(page: Page, visitor: Visitor, words: string): Promise<string[]> {
  const lines = () => warningsOf(visitor).filter((line) => line.includes(words));
  const end = performance.now() + page.timeout;
  while (lines().length === 0) {
    assert.ok(performance.now() < end, `no warning with “${words}”: ${visitor.console.join('; ')}`);
    await page.evaluate(() => new Promise((done) => setTimeout(done)));
  }
  return lines();
}

/** The paths of all requests for further files, on any origin. */
function filesAskedFor(): string[] {
  const paths = world.site.requests.map(({ path }) => path);
  return paths.filter((path) => path.endsWith(GERMAN) || path.endsWith(DOCTOR)).sort();
}

const OWN_FILES = [`/kit/${GERMAN}`, `/kit/${DOCTOR}`];

const addressOf = (file: string) => `${world.site.origin}/kit/${file}`;
const inject = (file: string) => `<script nonce="${NONCE}">{
  const script = document.createElement('script');
  script.src = '${addressOf(file)}';
  script.referrerPolicy = 'no-referrer';
  document.documentElement.append(script);
}</script>`;
const tag = (file: string, attributes: string) =>
  `<script src="${addressOf(file)}" nonce="${NONCE}" ${attributes} ${KEPT}></script>`;

const TAGS: Record<string, () => string> = {
  'the module': () => tag(MODULE, 'type="module"'),
  'the module that a module imports': () =>
    `<script type="module" nonce="${NONCE}">import '${addressOf(MODULE)}';</script>`,
  'the module file as a classic script': () => tag(MODULE, ''),
  'the classic script': () => tag(CLASSIC, ''),
  'the classic script with async': () => tag(CLASSIC, 'async'),
  'the classic script with defer': () => tag(CLASSIC, 'defer'),
  'the classic script that a script adds': () => inject(CLASSIC),
};

/** `$INLINE` is replaced with the hash of the tests' own recorder. */
const POLICIES: Record<string, string> = {
  'no policy': '',
  'a nonce, strict-dynamic and Trusted Types':
    `script-src 'nonce-${NONCE}' 'strict-dynamic' $INLINE; ` +
    "require-trusted-types-for 'script'; trusted-types lit-html recorder",
};

for (const [name, script] of Object.entries(TAGS)) {
  for (const [rule, policy] of Object.entries(POLICIES)) {
    // With Trusted Types, a script cannot set the `src` of another script.
    if (policy && name.endsWith('adds')) continue;
    test(`#185 ${name} loads its files from its own folder, with ${rule} and a hostile base`, async () => {
      await serveKit(MODULE, CLASSIC, GERMAN, DOCTOR);
      const { page } = await openShop({
        before: attack(),
        script: script(),
        debug: true,
        policy: policy.replace('$INLINE', `'${sha('sha256', RECORDER)}'`),
      });
      await waitForText(page, 'Mit Monerium verbinden');
      await waitForDoctor(page);
      assert.deepEqual(filesAskedFor(), OWN_FILES);
      assert.equal(await page.evaluate('window.isEvil'), undefined);
    });
  }
}

for (const [name, [file, attributes]] of Object.entries({
  'the module': [MODULE, 'type="module"'],
  'the classic script': [CLASSIC, ''],
} as const)) {
  test(`#185 ${name} with integrity loads its files from its own folder`, async () => {
    await serveKit(file, GERMAN);
    const integrity = `integrity="${sha('sha384', await buildScript(file))}"`;
    const script = tag(file, `${attributes} ${integrity} crossorigin="anonymous"`);
    const { page } = await openShop({ before: attack(), script });
    await waitForText(page, 'Mit Monerium verbinden');
    assert.deepEqual(filesAskedFor(), [`/kit/${GERMAN}`]);
  });

  test(`#185 ${name} still uses its own folder when the page changes its tag and its base`, async () => {
    await serveKit(file, GERMAN);
    const script = `<script src="/kit/${file}" ${attributes} ${KEPT}></script>`;
    const { page } = await openShop({ script, lang: 'en' });
    await waitForText(page, 'Connect with Monerium');
    await page.evaluate(() => {
      const script = document.querySelector<HTMLScriptElement>('script[src]');
      script?.setAttribute('src', '/evil/monerium/x.js');
      const base = document.createElement('base');
      base.href = '/evil/monerium/';
      document.head.prepend(base);
      Object.defineProperty(document, 'baseURI', { value: `${location.origin}/evil/` });
      document.documentElement.lang = 'de';
    });
    await waitForText(page, 'Mit Monerium verbinden');
    assert.deepEqual(filesAskedFor(), [`/kit/${GERMAN}`]);
  });

  // As with a CDN: another origin, and no `crossorigin` on the tag.
  const cdn = () => world.site.origin.replace('localhost', '127.0.0.1');
  for (const origin of [cdn, () => cdn().replace('http:', '')]) {
    const form = origin === cdn ? 'an address' : 'an address without protocol';
    test(`#185 ${name} of another origin, by ${form}, loads its files from there`, async () => {
      await serveKit(file, GERMAN, DOCTOR);
      const script = `<script src="${origin()}/kit/${file}" ${attributes} ${KEPT}></script>`;
      const { page } = await openShop({ before: attack(), script, debug: true });
      await waitForText(page, 'Mit Monerium verbinden');
      await waitForDoctor(page);
      assert.deepEqual(filesAskedFor(), OWN_FILES);
      const [request] = world.site.requests.filter(({ path }) => path.endsWith(GERMAN));
      assert.equal(request?.host, new URL(cdn()).host);
    });
  }
}

test('#185 a script that was redirected loads its files from the final address', async () => {
  await serveKit(MODULE, GERMAN);
  // As a CDN does: the address in the page has no file extension.
  const cdn = world.site.origin.replace('localhost', '127.0.0.1');
  const location = `${cdn}/kit/${MODULE}`;
  world.site.serve('/latest', { status: 302, headers: { ...headers, location } });
  const script = `<script type="module" src="${cdn}/latest" ${KEPT}></script>`;
  const { page } = await openShop({ before: attack(), script });
  await waitForText(page, 'Mit Monerium verbinden');
  assert.deepEqual(filesAskedFor(), [`/kit/${GERMAN}`]);
});

/** Ways to add the text of a script to a page, so that the script has no address. */
const INLINED: Record<string, (text: string) => string> = {
  'a classic script': (text) => `<script>${text}</script>`,
  'a module': (text) => `<script type="module">${text}</script>`,
  'a script that a script adds': (text) => addText(text, ''),
  'a module that a script adds': (text) => addText(text, 'script.type = "module";'),
  'a module that a script adds and removes': (text) =>
    addText(text, 'script.type = "module";', 'script.remove();'),
  'a text that is evaluated later': (text) =>
    `<script>setTimeout(() => (0, eval)(${quote(text)}));</script>`,
};

// In a script element, `</script` would end the element, and `<!--` would start a comment.
const quote = (text: string) => JSON.stringify(text).replaceAll('<', '\\u003c');
const addText = (text: string, before: string, after = '') => `<script>{
  const script = document.createElement('script');
  ${before}
  script.textContent = ${quote(text)};
  document.documentElement.append(script);
  ${after}
}</script>`;

for (const [name, inline] of Object.entries(INLINED)) {
  test(`#186 ${name} that is inlined loads no file, and logs why`, async () => {
    const before = attack();
    const script = inline(await buildScript(MODULE));
    const { page, visitor } = await openShop({ before, script });
    const lines = await waitForWarning(page, visitor, GERMAN);
    assert.equal(lines.length, 1, lines.join());
    assert.match(lines[0] ?? '', /an inlined script does not load/);
    await waitForText(page, 'Connect with Monerium');
    assert.equal(await page.evaluate('window.isEvil'), undefined);
    await clickConnect(page);
    await page.waitForSelector('body[data-step]');
    assert.deepEqual(filesAskedFor(), []);
  });
}

test('#187 the module file in a tag without its type connects, and adds no global name', async () => {
  await serveKit(MODULE);
  const names = `<script>window.__names = Object.getOwnPropertyNames(window).concat('__names');</script>`;
  const { page } = await openShop({ script: names + tag(MODULE, ''), lang: 'en' });
  await page.waitForSelector('monerium-connect >>> [part=button]');
  const added = await page.evaluate(() =>
    Object.getOwnPropertyNames(window).filter((key) => !window.__names.includes(key)),
  );
  assert.deepEqual(
    added.filter((key) => !/^(puppeteer)?_/.test(key)),
    [],
  );
  // Global `let` and `const` names are not properties of the window.
  assert.equal(await page.evaluate('typeof e + typeof t + typeof i'), 'undefined'.repeat(3));
  await world.connect(page);
  await waitForEvent(page, 'monerium-connected');
});

test('#188 a further file that is missing is requested once, and one warning names it', async () => {
  await serveKit(MODULE);
  const { page, visitor } = await openShop({ script: tag(MODULE, 'type="module"'), debug: true });
  for (const file of [GERMAN, DOCTOR]) {
    const lines = await waitForWarning(page, visitor, file);
    assert.equal(lines.length, 1, lines.join());
    assert.match(lines[0] ?? '', /beside the script/);
  }
  await clickConnect(page);
  await page.waitForSelector('body[data-step]');
  assert.deepEqual(filesAskedFor(), OWN_FILES);
});

test('#188 with npm, a German page without its texts logs one warning with the fix', async () => {
  const { page, visitor } = await openShop({ script: SCRIPT_TAG });
  const lines = await waitForWarning(page, visitor, "import 'monerium-connect/locales'");
  assert.match(lines[0] ?? '', /lang="de"/);
  await page.$eval('monerium-connect', async (element) => {
    element.requestUpdate();
    await element.updateComplete;
  });
  assert.equal(warningsOf(visitor).filter((line) => line.includes('lang=')).length, 1);
});
