// Mistakes of a developer who has just added the element to a site.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { english as texts } from '../../src/core/texts.js';
import {
  SCRIPT_TAG,
  buttonOf,
  clickConnect,
  element,
  endingsOf,
  eventsOf,
  needsInterception,
  pageWith,
  settleTasks,
  statusOf,
  useWorld,
  waitForEvent,
  waitForStatus,
  type Page,
  type Visitor,
} from './support.js';
import { assertOneExchange, waitUntilReady } from './support/popup.js';
import { toPuppeteer } from './support/puppeteer.js';

const world = useWorld();
const { test } = world;

const DIST = new URL('../../dist/', import.meta.url);
const CLASSIC = new URL('monerium-connect.iife.min.js', DIST);
const built = { skip: existsSync(CLASSIC) ? false : 'dist/ is missing: run `npm run build` first' };

function warningsOf({ console: lines }: Visitor, text: string): string[] {
  return lines.filter(
    (line) => /^warn(ing)?: <monerium-connect>/.test(line) && line.includes(text),
  );
}

test('#162 the script files are ASCII only', built, () => {
  const names = readdirSync(DIST, { recursive: true }).map(String);
  // A language is loaded as a module, which is always read as UTF-8.
  const scripts = names.filter((name) => /^[^/\\]+\.min\.js$/.test(name));
  assert.equal(scripts.length >= 2, true);
  for (const name of scripts) {
    const found = /[^\0-\x7f]/.exec(readFileSync(new URL(name, DIST), 'utf8'));
    assert.equal(found, null, `${name} has ${String(found?.[0])}`);
  }
});

test('#162 a page without a charset shows the same texts', built, async () => {
  const headers = { 'content-type': 'text/javascript' };
  world.site.serve('/classic.js', { headers, body: readFileSync(CLASSIC) as unknown as string });
  const html = element(world.emulator.url);
  world.site.serve('/', {
    headers: { 'content-type': 'text/html' },
    body: `<title>Shop</title><script src="/classic.js" referrerpolicy="no-referrer"></script>${html}`,
  });
  world.register(`${world.site.origin}/`);
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  assert.notEqual(await page.evaluate('document.characterSet'), 'UTF-8');
  await waitUntilReady(page);
  const release = world.site.backend.hold();
  await world.connect(page);
  await waitForStatus(page, 'exchanging');
  const shown = await page.$eval('monerium-connect', (found) => found.shadowRoot?.textContent);
  release();
  await waitForStatus(page, 'connected');
  assert.ok(shown?.includes(texts.exchanging), shown ?? '');
  assert.doesNotMatch(shown ?? '', /\u00e2|\u00c2|\ufffd/);
});

// A return that does not reach the element.

/** Starts on `/`, and returns to another address than the registered one. */
async function comeBackTo(lost: string, redirectUri = '/callback') {
  const attributes = { 'redirect-uri': redirectUri };
  world.servePage('/', attributes);
  for (const path of [redirectUri, lost.replace(/\?.*/, '')]) world.servePage(path, attributes);
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await world.begin(page);
  await page.goto(world.site.origin + lost);
  await page.waitForSelector(buttonOf());
  await waitUntilIntroduced(page);
  return { visitor, page };
}

for (const [name, lost] of Object.entries({
  'with a slash added': '/callback/',
  'on another page': '/welcome?from=monerium',
})) {
  test(`#164 a return ${name} logs one warning with both addresses`, async () => {
    const { visitor, page } = await comeBackTo(lost);
    await settleTasks(page);
    const lines = warningsOf(visitor, 'has not come back');
    assert.equal(lines.length, 1, visitor.console.join('\n'));
    const { origin } = world.site;
    const here = `${origin}${lost.replace(/\?.*/, '')}`;
    assert.equal(
      lines[0]?.includes(`has not come back to ${origin}/callback, but to ${here}: `),
      true,
    );
    assert.match(lines[0] ?? '', /: register it, with the element there and no redirect/);
    assert.deepEqual(await eventsOf(page), []);
    assert.equal(await statusOf(page), 'idle');
    await world.finish(visitor, page);
  });
}

test('#164 a return to a page that has the script but no element logs one warning', async () => {
  world.servePage('/', { 'redirect-uri': '/callback' });
  world.register(`${world.site.origin}/callback`);
  world.site.serve('/welcome', pageWith({ body: '<p>Welcome' }));
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await world.begin(page);
  await page.goto(`${world.site.origin}/welcome`);
  await waitUntilLogged(page, 'a flow has not come back');
  assert.equal(warningsOf(visitor, 'but to').length, 1);
  await world.finish(visitor, page);
});

test('#200 a flow that has not come back is logged once, and not again on later pages', async () => {
  const { visitor, page } = await comeBackTo('/welcome');
  for (const path of ['/welcome', '/']) {
    await page.goto(world.site.origin + path);
    await waitUntilIntroduced(page);
  }
  assert.equal(warningsOf(visitor, 'has not come back').length, 1);
  // A second flow that is lost is logged again.
  await world.begin(page);
  await page.goto(`${world.site.origin}/welcome`);
  await waitUntilIntroduced(page);
  assert.equal(warningsOf(visitor, 'has not come back').length, 2);
  await world.finish(visitor, page);
});

test('#200 nothing is logged on the page of the redirect URI itself', async () => {
  const { visitor, page } = await comeBackTo('/callback');
  await settleTasks(page);
  assert.deepEqual(warningsOf(visitor, 'has not come back'), []);
  // The next other page still logs it.
  await page.goto(`${world.site.origin}/`);
  await waitUntilIntroduced(page);
  assert.equal(warningsOf(visitor, 'has not come back').length, 1);
  await world.finish(visitor, page);
});

test('#164 a flow that began over five minutes ago logs no warning', async () => {
  world.servePage('/', { 'redirect-uri': '/callback' });
  world.register(`${world.site.origin}/callback`);
  world.site.serve('/without-script', '<!doctype html>');
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await world.begin(page);
  await page.goto(`${world.site.origin}/without-script`);
  await page.evaluate(() => {
    for (const [key, record] of Object.entries<string>(localStorage)) {
      const { at, ...fields } = JSON.parse(record) as { at: number };
      localStorage.setItem(key, JSON.stringify({ ...fields, at: at - 301_000 }));
    }
  });
  await page.goto(`${world.site.origin}/`);
  await waitUntilIntroduced(page);
  assert.deepEqual(warningsOf(visitor, 'has not come back'), []);
});

test('#164 Back from Monerium and a reload log no warning', async () => {
  world.servePage('/');
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await world.begin(page);
  await page.goBack();
  await page.waitForSelector(buttonOf());
  await waitUntilIntroduced(page);
  await page.reload();
  await waitUntilIntroduced(page);
  assert.deepEqual(warningsOf(visitor, 'has not come back'), []);
});

/** Resolves after the notes for the developer are logged: the secrets are made right after. */
function waitUntilIntroduced(page: Page): Promise<void> {
  return page.waitForFunction(() => {
    const registry = window as unknown as Record<symbol, { secrets?: unknown } | undefined>;
    return typeof registry[Symbol.for('monerium-connect')]?.secrets === 'object';
  });
}

/** Resolves when the page has logged a line that begins with this text. */
function waitUntilLogged(page: Page, start: string): Promise<void> {
  return page.waitForFunction(
    (text: string) => {
      const registry = window as unknown as Record<symbol, { logged?: Set<string> } | undefined>;
      const logged = registry[Symbol.for('monerium-connect')]?.logged ?? [];
      return [...logged].some((line) => line.startsWith(text));
    },
    {},
    start,
  );
}

test('#164 #195 a response that no element takes logs both values, and fires no event', async () => {
  const attributes = { 'redirect-uri': '/callback' };
  world.servePage('/', attributes);
  world.register(`${world.site.origin}/callback`);
  const body = world.element({ ...attributes, 'backend-url': '/other?canary' });
  world.site.serve('/callback', pageWith({ body }));
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await page.goto(world.callbackUrl(await world.begin(page)));
  await waitUntilLogged(page, 'a response waits');
  const lines = warningsOf(visitor, 'a response waits');
  assert.equal(lines.length, 1);
  assert.deepEqual(await eventsOf(page), []);
  assert.equal(await statusOf(page), 'idle');
  const { origin } = world.site;
  assert.ok(lines[0]?.includes(`exchange (${origin}/backend / ${origin}/other)`), lines[0]);
  assert.doesNotMatch(visitor.console.join(), /canary/);
  assert.equal(world.site.posts().length, 0);
  await clickConnect(page);
  await page.waitForSelector('body[data-step]');
  await world.finish(visitor);
});

test('#164 a redirect URI whose page has no element logs one warning', async () => {
  world.servePage('/', { 'redirect-uri': '/callback' });
  world.register(`${world.site.origin}/callback`);
  world.site.serve('/callback', pageWith({ body: '<p>Welcome' }));
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await page.goto(world.callbackUrl(await world.begin(page)));
  await waitUntilLogged(page, 'a response waits');
  assert.equal(warningsOf(visitor, 'no element that fits').length, 1);
  await world.finish(visitor, page);
});

// The environment that an element has by default.

for (const [name, host, environment, count] of [
  ['a public page that names no environment is told so', 'shop.example', undefined, 1],
  ['a public page in production is no matter', 'shop.example', 'production', 0],
  ['this machine over https is no matter', 'localhost', undefined, 0],
] as const) {
  test(`#181 the sandbox: ${name}`, needsInterception, async () => {
    world.servePage('/', { environment });
    const visitor = await world.visit();
    const page = await visitor.newPage();
    const driven = toPuppeteer(page);
    await driven.setRequestInterception(true);
    // The page has an https address, and its content comes from the site of the tests.
    driven.on('request', (request) => {
      const { pathname } = new URL(request.url());
      void request.continue({ url: world.site.origin + pathname });
    });
    await page.goto(`https://${host}/`);
    await waitUntilIntroduced(page);
    assert.equal(await page.evaluate('location.protocol'), 'https:');
    const lines = warningsOf(visitor, 'sandbox on a public page');
    assert.equal(lines.length, count);
    assert.equal(
      lines.every((line) => line.includes('environment="production"')),
      true,
    );
    assert.deepEqual(visitor.errors, []);
  });
}

// A script that does not load, or loads late.

const FALLBACK = '<a slot="fallback" href="/connect">Connect</a>';

test('#166 a script that is blocked leaves the fallback child visible', async () => {
  const script = '<script type="module" src="/blocked.js"></script>';
  world.site.serve('/', pageWith({ script, body: world.element({}, FALLBACK) }));
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const width = () => page.$eval('[slot=fallback]', (e) => e.getBoundingClientRect().width);
  assert.equal((await width()) > 20, true);
  await page.evaluate(() => {
    const found = document.createElement('script');
    Object.assign(found, { type: 'module', src: '/monerium-connect.js' });
    found.referrerPolicy = 'no-referrer';
    document.head.append(found);
  });
  await page.waitForSelector(buttonOf());
  assert.equal(await width(), 0);
});

test('#166 a declarative shadow root is taken over: one button, which connects', async () => {
  const root = `<template shadowrootmode="open"><button>Connect</button></template>`;
  world.servePage('/', {}, { body: world.element({}, root) });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await page.waitForSelector('monerium-connect >>> [part=button]');
  const parts = await page.$eval('monerium-connect', ({ shadowRoot }) =>
    [...(shadowRoot?.querySelectorAll('button') ?? [])].map((e) => e.getAttribute('part')),
  );
  assert.deepEqual(parts, ['button']);
  await world.connect(page);
  await waitForStatus(page, 'connected');
  assertOneExchange(world);
  await world.finish(visitor, page);
});

// A browser without some functions.

for (const mode of ['redirect', 'popup'] as const) {
  test(`#168 without URL.canParse a click and a return work, in ${mode} mode`, async () => {
    const before = '<script>delete URL.canParse; delete URL.parse;</script>';
    world.servePage('/', { mode }, { before, script: SCRIPT_TAG });
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    assert.equal(await page.evaluate("'canParse' in URL"), false);
    if (mode === 'redirect') {
      await world.connect(page);
    } else {
      await waitUntilIntroduced(page);
      const popup = await visitor.opened(() => page.click(buttonOf()));
      await popup.waitForSelector('body[data-step]');
      const url = world.callbackUrl(world.authorizations()[0]!);
      await popup.evaluate((href) => setTimeout(() => location.assign(href)), url);
    }
    await waitForStatus(page, 'connected');
    assert.equal(await page.url(), `${world.site.origin}/`);
    assert.equal((await endingsOf(page)).length, 1);
    assertOneExchange(world);
    await world.finish(visitor, page);
  });
}

test('#168 without URL.canParse an invalid attribute fires an error event', async () => {
  const before = '<script>delete URL.canParse; delete URL.parse;</script>';
  world.servePage('/', { 'backend-url': 'http://[' }, { before });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await waitUntilIntroduced(page);
  await page.click(buttonOf());
  const { code } = await waitForEvent(page, 'monerium-error');
  assert.equal(code, 'invalid_config');
  assert.deepEqual(visitor.errors, []);
});
