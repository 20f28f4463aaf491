import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  buttonOf,
  clickConnect,
  eventsOf,
  pageWith,
  polling,
  statusOf,
  useWorld,
  waitForEvent,
  waitForStatus,
  skipIn,
  type Frame,
  type Page,
} from './support.js';

// No name of the real world may be asked: this one leads back to this machine, over plain http.
const INSECURE_HOST = 'shop.example';
const world = useWorld({ hosts: [INSECURE_HOST] });
const { test } = world;

/** Nothing was navigated to, and nothing was stored. */
async function assertStayed(page: Frame, url: string): Promise<void> {
  assert.equal(await page.url(), url);
  assert.deepEqual(world.authorizations(), []);
  const stored = await page.evaluate(() => {
    try {
      return localStorage.length + sessionStorage.length;
    } catch {
      return 0;
    }
  });
  assert.equal(stored, 0);
}

function messageOf(page: Frame): Promise<string> {
  return page.$eval('monerium-connect >>> [part=message]', ({ textContent }) => textContent.trim());
}

/** The element says by itself that it cannot work here, and a click changes nothing. */
async function assertInsecure(page: Page, url: string): Promise<void> {
  await waitForStatus(page, 'failed');
  assert.deepEqual(await eventsOf(page), []);
  assert.match(await messageOf(page), /not secure/);
  const error = await page.$eval('monerium-connect', ({ connection }) =>
    connection.status === 'failed' ? [connection.error.code, connection.error.kind] : [],
  );
  assert.deepEqual(error, ['insecure_context', 'setup']);
  await clickConnect(page);
  await waitForEvent(page, 'monerium-error');
  await assertStayed(page, url);
}

const noNames = skipIn({ webkit: 'no option leads a name of the real world to this machine' });
test(
  '#81 on plain http the element says at once that the page is not secure',
  noNames,
  async () => {
    const url = `http://${INSECURE_HOST}:${world.site.port}/`;
    world.servePage('/');
    const visitor = await world.visit();
    const page = await visitor.newPage();
    await page.goto(url);
    assert.equal(await page.evaluate(() => isSecureContext), false);
    await assertInsecure(page, url);
    assert.deepEqual(visitor.errors, []);
  },
);

test('#81 in a file the element says at once that the page is not secure', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'monerium-connect-'));
  try {
    const file = join(folder, 'page.html');
    const script = `<script type="module" src="${world.site.origin}/monerium-connect.js"></script>`;
    await writeFile(file, pageWith({ script, body: world.element({ 'backend-url': undefined }) }));
    const visitor = await world.visit();
    const page = await visitor.newPage();
    await page.goto(pathToFileURL(file).href);
    await assertInsecure(page, pathToFileURL(file).href);
    assert.deepEqual(visitor.errors, []);
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** What a browser does that blocks all cookies: the mere mention throws. */
const NO_STORAGE = `<script>
  for (const name of ['localStorage', 'sessionStorage']) {
    Object.defineProperty(window, name, {
      get() { throw new DOMException('Access is denied', 'SecurityError'); } });
  }
</script>`;

/** Storage is there, and throws as soon as it is used. */
const BROKEN_STORAGE = `<script>
  for (const name of ['getItem', 'setItem', 'removeItem', 'key']) {
    Storage.prototype[name] = () => { throw new DOMException('Full', 'QuotaExceededError'); };
  }
</script>`;

/** Storage takes everything and keeps nothing. */
const LYING_STORAGE = '<script>Storage.prototype.setItem = () => {};</script>';

for (const [name, before] of Object.entries({
  'is denied': NO_STORAGE,
  throws: BROKEN_STORAGE,
  'keeps nothing': LYING_STORAGE,
})) {
  test(`#82 where storage ${name}, the element is shown, and a start tells so`, async () => {
    world.servePage('/', {}, { before });
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    await page.waitForSelector(buttonOf());
    assert.equal(await statusOf(page), 'idle');
    assert.deepEqual(await eventsOf(page), []);

    await clickConnect(page);
    const detail = await waitForEvent(page, 'monerium-error');
    assert.deepEqual(detail, { code: 'storage_unavailable', kind: 'failed', phase: 'start' });
    assert.equal(await statusOf(page), 'failed');
    await assertStayed(page, `${world.site.origin}/`);
    assert.deepEqual(visitor.errors, []);
  });
}

test('#82 a response where storage is denied is cleaned away and tells transaction_not_found', async () => {
  world.servePage('/', {}, { before: NO_STORAGE });
  const visitor = await world.visit();
  const page = await world.open(visitor, `/?code=x&state=mc1.${'A'.repeat(43)}`);
  const { code } = await waitForEvent(page, 'monerium-error');
  assert.equal(code, 'transaction_not_found');
  assert.equal(world.site.posts().length, 0);
  assert.equal(await page.url(), `${world.site.origin}/`);
  assert.deepEqual(visitor.errors, []);
});

test('#82 in a sandboxed page the element is shown and a start tells why it cannot be', async () => {
  const headers = { 'content-security-policy': 'sandbox allow-scripts' };
  world.site.serve('/', { headers, body: pageWith({ body: world.element() }) });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  assert.equal(await page.evaluate(() => origin), 'null');
  await page.waitForSelector(buttonOf());
  await clickConnect(page);
  const { code, phase } = await waitForEvent(page, 'monerium-error');
  assert.equal(phase, 'start');
  assert.ok(['storage_unavailable', 'insecure_context'].includes(String(code)), String(code));
  await assertStayed(page, `${world.site.origin}/`);
  assert.deepEqual(visitor.errors, []);
});

const noFrames = skipIn({ firefox: 'clicks over BiDi miss what is in a frame' });
for (const [name, host, sandbox] of [
  ['the same site', 'localhost', ''],
  ['another site', '127.0.0.1', ''],
  ['the same site, sandboxed', 'localhost', 'sandbox="allow-scripts allow-same-origin"'],
  ['another site, sandboxed', '127.0.0.1', 'sandbox="allow-scripts"'],
] as const) {
  test(
    `#85 in a frame of ${name} a start is blocked, and Monerium is not asked`,
    noFrames,
    async () => {
      world.servePage('/framed');
      const src = `${world.site.origin}/framed`;
      world.site.serve('/frame', `<!doctype html><iframe src="${src}" ${sandbox}></iframe>`);
      const visitor = await world.visit();
      const page = await visitor.newPage();
      await page.goto(`http://${host}:${world.site.port}/frame`);
      const frame = await page.frame('iframe');
      await frame.waitForSelector(buttonOf());
      assert.deepEqual(await frame.evaluate(() => window.__events), []);

      await frame.click(buttonOf());
      await frame.waitForFunction(
        () => window.__events.some(({ type }) => type === 'monerium-error'),
        { polling },
      );
      const [ending] = (await frame.evaluate(() => window.__events)).filter(
        ({ type }) => type === 'monerium-error',
      );
      assert.deepEqual(ending?.detail, {
        code: 'embedding_blocked',
        kind: 'setup',
        phase: 'start',
      });
      assert.match(await messageOf(frame), /own window/);
      const hints = visitor.console.filter((line) => /^error.*embedding_blocked: ./.test(line));
      assert.equal(hints.length, 1);
      await assertStayed(frame, src);
      assert.deepEqual(visitor.errors, []);
    },
  );
}
