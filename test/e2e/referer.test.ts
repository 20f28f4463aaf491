import assert from 'node:assert/strict';
import {
  SCRIPT_TAG,
  endingsOf,
  pageWith,
  useWorld,
  waitForEvent,
  type SiteRequest,
  type Page,
} from './support.js';

const world = useWorld();
const { test } = world;

/** The address of the page goes into every request, to other origins too, whole. */
const headers = { 'referrer-policy': 'unsafe-url' };

/** Everything that a page can ask for by itself, to this origin and to another. */
const REQUESTS = ['script', 'image', 'style', 'frame', 'fetch', 'beacon'];

const LATER = (origins: string[]) => `<script type="module">
  for (const origin of ${JSON.stringify(origins)}) {
    const add = (name, properties) =>
      document.head.append(Object.assign(document.createElement(name), properties));
    add('script', { src: origin + '/later/script' });
    add('img', { src: origin + '/later/image' });
    add('link', { rel: 'stylesheet', href: origin + '/later/style' });
    document.body.append(
      Object.assign(document.createElement('iframe'), { src: origin + '/later/frame' }));
    void fetch(origin + '/later/fetch', { mode: 'no-cors' });
    navigator.sendBeacon(origin + '/later/beacon');
  }
</script>`;

function otherOrigin(): string {
  return `http://127.0.0.1:${world.site.port}`;
}

/** The page of both tests: the element's script first, then one that asks for all the rest. */
function servePage(): void {
  const origins = [world.site.origin, otherOrigin()];
  const script = SCRIPT_TAG + LATER(origins);
  for (const name of REQUESTS) world.site.serve(`/later/${name}`, { status: 200, body: '' });
  world.register(`${world.site.origin}/`);
  world.site.serve('/', { headers, body: pageWith({ script, body: world.element() }) });
}

async function laterRequests(): Promise<SiteRequest[]> {
  const hosts = [world.site.origin, otherOrigin()].map((origin) => new URL(origin).host);
  const all = hosts.flatMap((host) => REQUESTS.map((name) => ({ host, path: `/later/${name}` })));
  return Promise.all(
    all.map(({ host, path }) =>
      world.site.waitUntil((request) => request.host === host && request.path === path),
    ),
  );
}

function assertCleanReferers(requests: SiteRequest[]): void {
  for (const { path, headers: sent } of requests) {
    assert.doesNotMatch(sent.referer ?? '', /code=|state=|error/, `Referer of ${path}`);
  }
}

async function comeBack(page: Page, url: string): Promise<SiteRequest[]> {
  world.site.requests.length = 0;
  await page.goto(url);
  return laterRequests();
}

test('#60 #47 no request after the element’s script carries the code in its Referer', async () => {
  servePage();
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const url = world.callbackUrl(await world.begin(page));
  const later = await comeBack(page, url);
  await waitForEvent(page, 'monerium-connected');

  // The policy is in force: without the clean-up the code would stand here.
  for (const { headers: sent } of later) assert.equal(sent.referer, `${world.site.origin}/`);
  assertCleanReferers(world.site.requests);
  assert.equal(world.onlyPost().headers.referer, undefined);
  const [token] = world.emulator.tokenRequests();
  assert.equal(token!.headers['referer'], undefined);
  await world.finish(visitor, page);
});

test('#60 the direct exchange and its question for the profile carry no Referer', async () => {
  world.register(`${world.site.origin}/`);
  world.emulator.configure({ idsInToken: false });
  const body = world.element({ 'backend-url': undefined });
  world.site.serve('/', { headers, body: pageWith({ body }) });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/?basket=1');
  await world.connect(page);
  await waitForEvent(page, 'monerium-connected');

  const api = world.emulator.requests.filter(({ path }) => /^\/auth\/./.test(path));
  assert.deepEqual(
    api.filter(({ method }) => method !== 'OPTIONS').map(({ path }) => path),
    ['/auth/token', '/auth/context'],
  );
  for (const { path, headers: sent } of api) assert.equal(sent['referer'], undefined, path);
  assert.equal(world.emulator.tokenRequests().length, 1);
  await world.finish(visitor, page);
});

test('#60 a response that was used up before leaves no trace in a Referer either', async () => {
  servePage();
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const url = await world.connect(page);
  await waitForEvent(page, 'monerium-connected');
  world.onlyPost();
  await world.finish(visitor, page);

  await page.goto('about:blank');
  await comeBack(page, url);

  assertCleanReferers(world.site.requests);
  await world.finish(visitor, page);
  assert.deepEqual(await endingsOf(page), []);
  assert.equal(world.site.posts().length, 0);
});

test('#60 a refusal is gone from the address before any other script can send it', async () => {
  servePage();
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const { state } = await world.begin(page);
  const query = new URLSearchParams({ error: 'access_denied', error_uri: 'https://x', state });
  await comeBack(page, `${world.site.origin}/?${query.toString()}`);
  await waitForEvent(page, 'monerium-error');

  assertCleanReferers(world.site.requests);
  assert.equal(world.site.posts().length, 0);
  await world.finish(visitor, page);
});

test('#60 a page with a policy of its own keeps the code from what its markup loads too', async () => {
  // A browser asks for these before any script has run, so no script can be in time for them.
  const markup = '<script src="/later/script"></script><img src="/later/image" alt="">';
  const policy = '<meta name="referrer" content="no-referrer">';
  world.register(`${world.site.origin}/`);
  const parts = { before: policy, body: world.element() + markup };
  world.site.serve('/', { headers, body: pageWith(parts) });
  world.site.serve('/later/script', '');
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await world.connect(page);
  await waitForEvent(page, 'monerium-connected');

  await world.site.waitUntil(({ path }) => path === '/later/image');
  assertCleanReferers(world.site.requests);
  world.onlyPost();
  await world.finish(visitor, page);
});
