// Only the customer can start a flow: not the page itself, and not a page that embeds it.
import assert from 'node:assert/strict';
import {
  SCRIPT_TAG,
  buttonOf,
  pageWith,
  settleTasks,
  skipIn,
  useWorld,
  type Frame,
  type Visitor,
} from './support.js';

const world = useWorld();
const { test } = world;

/** No request was sent, nothing is in storage, and no event was fired. */
async function assertNothingBegun(visitor: Visitor, frame: Frame): Promise<void> {
  assert.deepEqual(world.authorizations(), []);
  const [events, kept] = await frame.evaluate(() => [window.__events, { ...localStorage }]);
  assert.deepEqual([events, kept], [[], {}]);
  assert.deepEqual(visitor.errors, []);
}

/** All that a page can do to a frame of another site without a click, some of it twice. */
const ATTACK = `<script>
  const frame = document.querySelector('iframe');
  const say = (...words) => frame.contentWindow.postMessage(...words);
  window.attack = () => {
    frame.focus();
    frame.contentWindow.focus();
    for (const data of ['monerium-connect', 'connect', 'click', '?code=c&state=mc1.x',
      { type: 'monerium-connect' }, { action: 'connect' }]) say(data, '*');
    for (const type of ['click', 'pointerdown', 'keydown', 'focus', 'submit', 'monerium-status']) {
      frame.dispatchEvent(new Event(type, { bubbles: true }));
      document.dispatchEvent(new Event(type, { bubbles: true }));
    }
    frame.click();
  };
</script>`;

async function openAttacked(mode: string, query: string, headers: Record<string, string> = {}) {
  const { origin, port } = world.site;
  world.register(`${origin}/`);
  const body = pageWith({ script: SCRIPT_TAG, body: world.element({ mode }) });
  world.site.serve('/', { headers, body });
  world.site.serve(
    '/attacker',
    `<!doctype html><iframe src="${origin}/${query}"></iframe>${ATTACK}`,
  );
  const visitor = await world.visit();
  const page = await visitor.newPage();
  await page.goto(`http://127.0.0.1:${port}/attacker`);
  return { visitor, page };
}

for (const mode of ['redirect', 'popup', 'auto']) {
  test(`#59 in a frame of an attacker, mode=${mode} starts no flow without a click`, async () => {
    const query = '?connect=1&autostart&mode=popup#connect';
    const { visitor, page } = await openAttacked(mode, query);
    const frame = await page.frame('iframe');
    await frame.waitForSelector(buttonOf());
    const windows = (await visitor.pages()).length;
    for (let turn = 0; turn < 2; turn += 1) {
      await page.evaluate('attack()');
      // Arrives after all messages to the frame.
      await frame.evaluate(
        () =>
          new Promise((resolve) => {
            addEventListener('message', resolve, { once: true });
            postMessage('last', '*');
          }),
      );
      await settleTasks(frame);
    }
    await assertNothingBegun(visitor, frame);
    assert.equal((await visitor.pages()).length, windows);
  });
}

test('#59 a page that only opens or focuses the site starts no flow', async () => {
  world.servePage('/');
  const open = `other = window.open('${world.site.origin}/')`;
  world.site.serve('/attacker', `<!doctype html><button onclick="${open}">open</button>`);
  const visitor = await world.visit();
  const page = await visitor.newPage();
  await page.goto(`http://127.0.0.1:${world.site.port}/attacker`);
  const popup = await visitor.opened(() => page.click('button'));
  await popup.waitForSelector(buttonOf());
  await page.evaluate("[other.postMessage('connect', '*'), other.focus()] && true");
  await popup.bringToFront();
  await popup.$eval('monerium-connect', (element) => {
    element.focus();
    element.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }));
    window.scrollTo(0, 100);
  });
  await settleTasks(popup);
  await assertNothingBegun(visitor, popup);
});

const noFrames = skipIn({ firefox: 'clicks over BiDi miss what is in a frame' });
test(
  '#59 a click that was stolen through a frame opens Monerium in a separate window',
  noFrames,
  async () => {
    const { visitor, page } = await openAttacked('auto', '');
    const frame = await page.frame('iframe');
    await frame.waitForSelector(buttonOf());
    const popup = await visitor.opened(() => frame.click(buttonOf()));
    await popup.waitForSelector('body[data-step]');
    // There the customer has to log in and approve, and sees which site asks.
    assert.equal(new URL(await popup.url()).origin, world.emulator.url);
    assert.equal(world.site.posts().length, 0);
    assert.equal(world.emulator.tokenRequests().length, 0);
  },
);

test('#59 frame-ancestors keeps the page out of a frame of another site', async () => {
  const policy = { 'content-security-policy': "frame-ancestors 'self'" };
  const { visitor, page } = await openAttacked('auto', '', policy);
  await page.waitForFunction(() => document.readyState === 'complete');
  assert.equal(
    await page.evaluate(() => frames[0]?.document === undefined).catch(() => true),
    true,
  );
  const asked = world.site.requests.map(({ path }) => path);
  assert.ok(asked.includes('/'), 'the frame was asked for');
  assert.ok(!asked.includes('/monerium-connect.js'), 'and was not shown');
  assert.deepEqual(visitor.errors, []);
});
