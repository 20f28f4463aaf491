// A customer who still has a session at the site's backend.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import {
  buttonOf,
  endingsOf,
  eventsOf,
  pageWith,
  settle,
  skipIn,
  statusOf,
  useWorld,
  waitForEvent,
  waitForStatus,
  type Page,
  type Visitor,
  type World,
} from './support.js';
import { drawn, SHIFT_OBSERVER, shiftOf } from './support/layout.js';

const STAY = { 'stay-connected': true };
const IDS = { profile: 'p-1', userId: 'u-1' };

const asked = (world: World, method: string) =>
  world.site.requests.filter((one) => one.path === '/backend' && one.method === method);

const changesOf = async (page: Page) =>
  (await eventsOf(page))
    .filter(({ type }) => type === 'monerium-status')
    .map(({ detail }) => `${String(detail['previous'])} ${String(detail['status'])}`);

const warningsOf = ({ console: lines }: Visitor) =>
  lines.filter((line) => /^warn.*stay-connected: /.test(line));

/** Whether the label is shown. */
const isLabelShown = (page: Page) =>
  page.$eval(
    'monerium-connect >>> [part=label]',
    (label) => getComputedStyle(label).visibility === 'visible',
  );

describe('stay-connected', () => {
  const world = useWorld();
  const { test } = world;

  /** A page whose customer has a session at the backend. */
  async function openConnected() {
    world.site.backend.session = IDS;
    world.servePage('/', STAY);
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    await waitForStatus(page, 'connected');
    return { visitor, page };
  }

  test('shows that the customer is connected when the backend has responded', async () => {
    world.site.backend.session = IDS;
    world.servePage('/', STAY);
    const release = world.site.backend.hold();
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    await waitForStatus(page, 'checking');
    release();
    await waitForStatus(page, 'connected');
    const ids = await page.$eval('monerium-connect', ({ profile, userId }) => ({
      profile,
      userId,
    }));
    assert.deepEqual(ids, IDS);
    assert.deepEqual(await changesOf(page), ['checking connected']);
    assert.deepEqual(await endingsOf(page), []);
    const [question, ...others] = asked(world, 'GET');
    assert.equal(question?.headers.accept, 'application/json');
    assert.equal(others.length, 0);
    await world.finish(visitor, page);
  });

  test('shows no button that works in its first frame', async () => {
    world.site.backend.session = IDS;
    const look = `<script type="module">
      customElements.whenDefined('monerium-connect').then(async () => {
        const element = document.querySelector('monerium-connect');
        await element.updateComplete;
        const label = element.shadowRoot.querySelector('[part=label]');
        window.first = [element.status, getComputedStyle(label.closest('button').firstElementChild).opacity];
      });
    </script>`;
    world.servePage('/', STAY, { before: look });
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    await waitForStatus(page, 'connected');
    assert.deepEqual(await page.evaluate('window.first'), ['checking', '0']);
    await world.finish(visitor, page);
  });

  test('stays connected over a reload, after the flow of a customer', async () => {
    world.servePage('/', STAY);
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    await waitForStatus(page, 'idle');
    await world.connect(page);
    const { profile, userId } = await waitForEvent(page, 'monerium-connected');
    assert.equal(
      asked(world, 'GET').length,
      1,
      'a page that was opened with a response asks nobody',
    );
    world.site.backend.session = { profile: String(profile), userId: String(userId) };
    await page.reload();
    await waitForStatus(page, 'connected');
    assert.equal(await page.$eval('monerium-connect', (e) => e.profile), profile);
    await world.finish(visitor, page);
  });

  for (const status of [204, 401, 404]) {
    test(`shows the button when the backend returns ${status}`, async () => {
      world.site.backend.answer = { kind: 'answer', status };
      world.servePage('/', STAY);
      const visitor = await world.visit();
      const page = await world.open(visitor, '/');
      await waitForStatus(page, 'idle');
      assert.equal(await isLabelShown(page), true);
      assert.deepEqual(warningsOf(visitor), []);
      await world.finish(visitor, page);
    });
  }

  const unclear = {
    'is broken': { kind: 'answer', status: 500, body: '{}' },
    'answers a page': { kind: 'answer', body: '<p>Shop' },
    'names nobody': { kind: 'answer', body: '{"profile":"p"}' },
    'hangs up': { kind: 'reset' },
  } as const;
  for (const [what, answer] of Object.entries(unclear)) {
    test(`shows the button, with one warning, when the backend ${what}`, async () => {
      world.site.backend.answer = answer;
      world.servePage('/', STAY);
      const visitor = await world.visit();
      const page = await world.open(visitor, '/');
      await waitForStatus(page, 'idle');
      assert.deepEqual(await endingsOf(page), []);
      const [line = '', ...others] = warningsOf(visitor);
      assert.match(line, /GET http:\/\/localhost:\d+\/backend /);
      assert.equal(others.length, 0);
      await world.finish(visitor, page);
    });
  }

  test('has a button that works while the backend has not responded', async () => {
    const release = world.site.backend.hold();
    world.servePage('/', STAY);
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    await page.waitForFunction(() => {
      const label = document
        .querySelector('monerium-connect')
        ?.shadowRoot?.querySelector('[part=label]');
      return label && getComputedStyle(label).visibility === 'visible';
    });
    assert.equal(await statusOf(page), 'checking');
    const { state } = await world.begin(page);
    assert.notEqual(state, '');
    release();
    await world.finish(visitor);
  });

  test('sends the request when the attributes are set, if the page sets them late', async () => {
    world.site.backend.session = IDS;
    world.servePage('/', { ...STAY, 'client-id': '' });
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    await waitForStatus(page, 'idle');
    assert.equal(asked(world, 'GET').length, 0);
    await page.$eval('monerium-connect', (element) => (element.clientId = 'client-1'));
    await waitForStatus(page, 'connected');
    await page.$eval('monerium-connect', (element) => {
      element.size = 'small';
      return element.updateComplete;
    });
    await showAgain(page);
    await world.site.waitUntil(() => asked(world, 'GET').length > 1);
    // A further request would have been sent before this one.
    assert.equal(asked(world, 'GET').length, 2);
    await world.finish(visitor, page);
  });

  test('is connected on a page that was opened with an unknown response', async () => {
    world.site.backend.session = IDS;
    world.servePage('/', STAY);
    const visitor = await world.visit();
    const page = await world.open(visitor, `/?state=mc1.${'x'.repeat(43)}&code=unknown`);
    await waitForStatus(page, 'connected');
    assert.deepEqual(await changesOf(page), ['checking connected']);
    assert.deepEqual(await endingsOf(page), []);
    await world.finish(visitor, page);
  });

  /** A page that a link has opened with an error without `state`, after an abandoned flow. */
  async function openByLink(session?: typeof IDS) {
    world.servePage('/', STAY);
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    const authorization = await world.begin(page);
    Object.assign(world.site.backend, { session });
    const release = world.site.backend.hold();
    await page.goto(`${world.site.origin}/?error=access_denied`);
    await page.waitForFunction(() => location.search === '');
    return { visitor, page, authorization, release };
  }

  test('#204 is connected on a page that was opened with an error without a state', async () => {
    const { visitor, page, release } = await openByLink(IDS);
    await settle(page);
    assert.deepEqual(await eventsOf(page), []);
    release();
    await waitForStatus(page, 'connected');
    await settle(page);
    assert.deepEqual(await changesOf(page), ['checking connected']);
    assert.deepEqual(await endingsOf(page), []);
    await world.finish(visitor, page);
  });

  test('#204 reports an error without a state when the backend has no session', async () => {
    const { visitor, page, release } = await openByLink();
    await settle(page);
    assert.equal(await statusOf(page), 'checking');
    release();
    await waitForStatus(page, 'failed');
    assert.deepEqual(
      (await endingsOf(page)).map(({ detail }) => detail['code']),
      ['access_denied'],
    );
    await world.finish(visitor, page);
  });

  test('#204 starts a new flow when the customer clicks before the backend has responded', async () => {
    const { visitor, page, authorization, release } = await openByLink();
    await page.waitForSelector(buttonOf());
    const second = await world.begin(page);
    assert.notEqual(second.state, authorization.state);
    release();
    await world.finish(visitor);
  });

  test('reports an unknown response when the backend has no session', async () => {
    world.servePage('/', STAY);
    const visitor = await world.visit();
    const page = await world.open(visitor, `/?state=mc1.${'x'.repeat(43)}&code=unknown`);
    await waitForStatus(page, 'failed');
    assert.deepEqual(
      (await endingsOf(page)).map(({ detail }) => detail['code']),
      ['transaction_not_found'],
    );
    await world.finish(visitor, page);
  });

  test('is not connected when the page sets empty ids', async () => {
    world.site.backend.session = IDS;
    world.servePage('/', { ...STAY, profile: '', 'user-id': '' });
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    await waitForStatus(page, 'idle');
    await page.$eval('monerium-connect', (element) => {
      element.size = 'small';
      return element.updateComplete;
    });
    assert.equal(asked(world, 'GET').length, 0);
    await world.finish(visitor, page);
  });

  test('sends no request when the page sets the ids', async () => {
    world.servePage('/', { ...STAY, profile: 'p-2', 'user-id': 'u-2' });
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    await waitForStatus(page, 'connected');
    await showAgain(page);
    assert.equal(asked(world, 'GET').length, 0);
    await world.finish(visitor, page);
  });

  test('disconnects when the backend confirms it', async () => {
    const { visitor, page } = await openConnected();
    await page.$eval('monerium-connect', (found) => found.disconnect());
    assert.equal(await statusOf(page), 'idle');
    assert.equal(asked(world, 'DELETE').length, 1);
    assert.deepEqual(
      (await endingsOf(page)).map(({ type }) => type),
      ['monerium-disconnected'],
    );
    await page.reload();
    await waitForStatus(page, 'idle');
    await world.finish(visitor, page);
  });

  test('disconnects all elements of the page that share the session', async () => {
    const { visitor, page } = await openConnected();
    await page.evaluate(() => {
      const first = document.querySelector('monerium-connect');
      const second = first?.cloneNode() as Element;
      // The copied ids of the first element would count as ids that the page has set.
      for (const name of ['profile', 'user-id']) second.removeAttribute(name);
      document.body.append(second);
    });
    await page.waitForFunction(() => {
      const all = [...document.querySelectorAll('monerium-connect')];
      return all.length === 2 && all.every(({ status }) => status === 'connected');
    });
    await page.$eval('monerium-connect', (found) => found.disconnect());
    const states = await page.evaluate(() =>
      Array.from(
        document.querySelectorAll('monerium-connect'),
        (element) => `${element.status} ${String(element.hasAttribute('profile'))}`,
      ),
    );
    assert.deepEqual(states, ['idle false', 'idle false']);
    assert.deepEqual(
      (await endingsOf(page)).map(({ type }) => type),
      ['monerium-disconnected'],
    );
    await world.finish(visitor, page);
  });

  test('stays connected when the backend does not confirm disconnect(), which rejects', async () => {
    const { visitor, page } = await openConnected();
    world.site.backend.answer = { kind: 'answer', status: 503, body: '{}' };
    const code = await page.$eval('monerium-connect', (found) =>
      found.disconnect().then(
        () => 'nothing',
        (error: { code: string }) => error.code,
      ),
    );
    assert.equal(code, 'disconnect_failed');
    assert.equal(await statusOf(page), 'connected');
    assert.deepEqual(await endingsOf(page), []);
    await world.finish(visitor, page);
  });

  test('is disconnected after a sign-out in another tab when it is shown again after a minute', async () => {
    const { visitor, page } = await openConnected();
    const other = await world.open(visitor, '/');
    await waitForStatus(other, 'connected');
    await other.$eval('monerium-connect', (found) => found.disconnect());
    await page.bringToFront();
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    assert.equal(asked(world, 'GET').length, 2, 'the answer is fresh');
    await showAgain(page);
    await waitForStatus(page, 'idle');
    assert.deepEqual(await endingsOf(page), []);
    assert.equal(await page.$eval('monerium-connect', (e) => e.hasAttribute('profile')), false);
    await world.finish(visitor, page);
  });

  test('stays connected when a later request fails', async () => {
    const { visitor, page } = await openConnected();
    world.site.backend.answer = { kind: 'answer', status: 503, body: '{}' };
    await showAgain(page);
    await world.site.waitUntil(() => asked(world, 'GET').length === 2);
    await page.waitForFunction(() => {
      const registry = window as unknown as Record<symbol, { logged?: Set<string> } | undefined>;
      const logged = [...(registry[Symbol.for('monerium-connect')]?.logged ?? [])];
      return logged.some((text) => text.startsWith('stay-connected'));
    });
    assert.equal(await statusOf(page), 'connected');
    await world.finish(visitor, page);
  });

  test(
    'moves nothing on the page',
    skipIn({ firefox: 'it tells no shifts', webkit: 'it tells no shifts' }),
    async () => {
      world.site.backend.session = IDS;
      const script = `<script>${SHIFT_OBSERVER}</script>`;
      const body = `${world.element(STAY)}<p>Below`;
      world.register(`${world.site.origin}/`);
      world.site.serve('/', pageWith({ before: script, body }));
      const visitor = await world.visit();
      const release = world.site.backend.hold();
      const page = await world.open(visitor, '/');
      await page.waitForSelector(buttonOf());
      await waitForStatus(page, 'checking');
      await drawn(page);
      const before = await shiftOf(page);
      release();
      await waitForStatus(page, 'connected');
      await drawn(page);
      assert.equal((await shiftOf(page)) - before, 0);
      await world.finish(visitor, page);
    },
  );
});

/** Makes the page act as if it is shown again after a minute. */
async function showAgain(page: Page): Promise<void> {
  await page.evaluate(() => {
    const now = Date.now() + 61_000;
    Date.now = () => now;
    document.dispatchEvent(new Event('visibilitychange'));
  });
}
