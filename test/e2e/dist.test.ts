import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  CANARY_EMAIL,
  clickConnect,
  pageWith,
  useWorld,
  waitForEvent,
  walkPortal,
} from './support.js';

const FILE = new URL('../../dist/monerium-connect.min.js', import.meta.url);
const skip = existsSync(FILE) ? false : 'dist/ is missing: run `npm run build` first';

const world = useWorld();

for (const backend of ['/backend', undefined]) {
  const exchange = backend ? 'a backend' : 'the token endpoint';
  test(`the built script connects a plain HTML page through ${exchange}`, { skip }, async () => {
    const headers = { 'content-type': 'text/javascript' };
    world.site.serve('/built.js', { headers, body: readFileSync(FILE, 'utf8') });
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
    const scripts = world.site.requests.filter(({ headers: sent }) =>
      sent['sec-fetch-dest']?.includes('script'),
    );
    assert.deepEqual(new Set(scripts.map(({ path }) => path)), new Set(['/built.js']));
    await world.finish(visitor, page);
  });
}
