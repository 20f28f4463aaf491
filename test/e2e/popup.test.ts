import assert from 'node:assert/strict';
import {
  CANARY_EMAIL,
  assertSilent,
  buttonOf,
  endingsOf,
  eventsOf,
  recordsOf,
  statusOf,
  useWorld,
  waitForEvent,
  waitForStatus,
  type Frame,
  type Page,
} from './support.js';
import {
  assertNothingPending,
  assertOneExchange,
  beginPopup,
  choose,
  comeBack,
  finishPopup,
  handOversOf,
  keepPopup,
  leaveFor,
  moveClock,
  servePopup,
  stopClock,
  waitForLooks,
  waitUntilClosed,
  waitUntilLooksClosed,
} from './support/popup.js';

const world = useWorld();
const { test } = world;
const SEVERED_MS = 3000;

async function open(attributes?: Parameters<typeof servePopup>[1]) {
  servePopup(world, attributes);
  const visitor = await world.visit();
  const page = await world.open(visitor, '/?from=start');
  return { visitor, page };
}

test('#29 #33 a popup brings its response to the page that opened it, once, and closes', async () => {
  const { visitor, page } = await open();
  const { popup, authorization } = await beginPopup(world, visitor, page);
  assert.equal(await statusOf(page), 'waiting');
  const record = (await recordsOf(page))[authorization.state];
  assert.equal(record?.['mode'], 'popup');
  assert.ok(record['codeVerifier'], 'the verifier is kept where the popup finds it');

  await finishPopup(visitor, popup, { email: CANARY_EMAIL });
  const { returnTo } = await waitForEvent(page, 'monerium-connected');
  assert.equal(returnTo, `${world.site.origin}/?from=start`);
  const told = (await eventsOf(page)).map(({ type, detail }) => detail['status'] ?? type);
  const wanted = ['monerium-before-connect', 'waiting', 'exchanging', 'connected'];
  assert.deepEqual(told, [...wanted, 'monerium-connected']);
  assertOneExchange(world);
  assert.deepEqual(await handOversOf(visitor), ['channel']);
  await world.finish(visitor, page);
});

test('a refusal in the popup fires an error event in the page that opened it', async () => {
  const { visitor, page } = await open();
  const { popup } = await beginPopup(world, visitor, page);
  await finishPopup(visitor, popup, { email: CANARY_EMAIL, decision: 'refuse' });
  const { code } = await waitForEvent(page, 'monerium-error');
  assert.equal(code, 'access_denied');
  assert.equal((await endingsOf(page)).length, 1);
  await assertNothingPending(page);
  await world.finish(visitor, page);
});

test('#24 a popup that the customer closes ends the flow later, and a late success still connects', async () => {
  const { visitor, page } = await open();
  const { popup, authorization } = await beginPopup(world, visitor, page);
  await moveClock(page, SEVERED_MS);
  await page.bringToFront();
  const closedAt = performance.now();
  await popup.close();
  const { code } = await waitForEvent(page, 'monerium-error');
  assert.equal(code, 'popup_closed');
  assert.ok(performance.now() - closedAt >= 1400, 'a result may have been on its way');
  assert.equal(await statusOf(page), 'failed');
  assert.ok((await recordsOf(page))[authorization.state]?.['codeVerifier'], 'the record stays');

  const tab = await visitor.newPage();
  await tab.goto(world.callbackUrl(authorization)).catch(() => 'it closes itself');
  await waitForEvent(page, 'monerium-connected');
  assert.equal(await statusOf(page), 'connected');
  const ends = (await endingsOf(page)).map(({ type }) => type);
  assert.deepEqual(ends, ['monerium-error', 'monerium-connected']);
  assertOneExchange(world);
  await world.finish(visitor, page);
});

test('#24 a late failure after popup_closed fires no second event', async () => {
  const { visitor, page } = await open();
  const { popup, authorization } = await beginPopup(world, visitor, page);
  await moveClock(page, SEVERED_MS);
  await page.bringToFront();
  await popup.close();
  await waitForEvent(page, 'monerium-error');
  const refused = new URL(authorization.redirectUri);
  refused.search = `error=access_denied&state=${authorization.state}`;
  const tab = await visitor.newPage();
  await tab.goto(refused.href).catch(() => 'it closes itself');
  await page.waitForFunction(
    (key) => localStorage.getItem(key)?.includes('access_denied'),
    {},
    `monerium-connect:${authorization.state}`,
  );
  assert.deepEqual(
    (await endingsOf(page)).map(({ detail }) => detail['code']),
    ['popup_closed'],
  );
  assert.equal(await statusOf(page), 'failed');
  await world.finish(visitor, page);
});

test('#24 after popup_closed a new start is a new flow', async () => {
  const { visitor, page } = await open();
  const first = await beginPopup(world, visitor, page);
  await moveClock(page, SEVERED_MS);
  await page.bringToFront();
  await first.popup.close();
  await waitForEvent(page, 'monerium-error');
  const second = await beginPopup(world, visitor, page);
  assert.notEqual(second.authorization.state, first.authorization.state);
  await comeBack(world, second);
  await waitForEvent(page, 'monerium-connected');
  assertOneExchange(world);
  await world.finish(visitor, page);
});

test('#25 a window that seems closed at once keeps the flow waiting, and can be opened again', async () => {
  const { visitor, page } = await open();
  await keepPopup(page);
  await stopClock(page);
  const { popup, authorization } = await beginPopup(world, visitor, page);
  await popup.close();
  await page.bringToFront();
  await waitUntilLooksClosed(page);
  // A window that seems closed later than this one would end the flow by now.
  await waitForLooks(page);
  await moveClock(page, SEVERED_MS);
  await waitForLooks(page);
  const again = await visitor.opened(() => choose(page, 'reopen'));
  await again.waitForSelector('body[data-step]');
  assert.equal(await statusOf(page), 'waiting');
  assert.deepEqual(await endingsOf(page), []);
  assert.deepEqual(
    world.authorizations().map(({ state }) => state),
    [authorization.state, authorization.state],
  );
  await comeBack(world, { popup: again, authorization });
  await waitForEvent(page, 'monerium-connected');
  assertOneExchange(world);
  await world.finish(visitor, page);
});

test('cancel closes the popup and shows no error', async () => {
  const { visitor, page } = await open();
  const { popup, authorization } = await beginPopup(world, visitor, page);
  await page.bringToFront();
  await choose(page, 'cancel');
  await waitUntilClosed(visitor, popup);
  const { code } = await waitForEvent(page, 'monerium-error');
  assert.equal(code, 'aborted');
  assert.equal(await statusOf(page), 'idle');
  await assertNothingPending(page);

  const tab = await visitor.newPage();
  await tab.goto(world.callbackUrl(authorization));
  await assertSilent(tab);
  assert.equal(await tab.url(), authorization.redirectUri);
  assert.equal(world.site.posts().length, 0);
  assert.equal((await endingsOf(page)).length, 1);
  await world.finish(visitor, page, tab);
});

test('#31 two elements have two windows, and each receives its own response', async () => {
  const other = '0d1c5d5e-3f0b-4c53-8b0f-5f6f0f1a2b3c';
  const shared = { 'redirect-uri': '/callback', mode: 'popup' };
  const body =
    world.element({ ...shared, id: 'a' }) +
    world.element({ ...shared, id: 'b', 'client-id': other });
  servePopup(world, {}, { body });
  world.registerClient(other, `${world.site.origin}/callback`);
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const first = await beginPopup(world, visitor, page, '#a');
  const second = await beginPopup(world, visitor, page, '#b');
  assert.notEqual(first.popup, second.popup);
  for (const { popup } of [first, second]) assert.equal(await popup.evaluate('name'), '');

  // Not in the order in which they were started.
  await comeBack(world, second);
  await waitForStatus(page, 'connected', '#b');
  assert.equal(await statusOf(page, '#a'), 'waiting');
  await comeBack(world, first);
  await waitForStatus(page, 'connected', '#a');
  assert.equal(world.site.posts().length, 2);
  assert.equal(world.emulator.tokenRequests().length, 2);
  const told = (await endingsOf(page)).map(({ target }) => target);
  assert.deepEqual(told, ['b', 'a']);
  await world.finish(visitor, page);
});

test('#31 a second click in the same element opens no second window', async () => {
  const { visitor, page } = await open();
  const { popup } = await beginPopup(world, visitor, page);
  await popup.evaluate(() => (window.name += ' kept'));
  const count = (await visitor.pages()).length;
  await page.bringToFront();
  await page.click(buttonOf());
  await choose(page, 'reopen');
  await waitForLooks(page);
  assert.equal((await visitor.pages()).length, count);
  assert.equal(world.authorizations().length, 1);
  assert.match(await popup.evaluate(() => window.name), / kept$/, 'it was not loaded anew');
  await world.finish(visitor);
});

for (const [name, leave] of Object.entries({
  'was loaded anew': (page) => page.reload(),
  'has gone to another page': (page) => page.goto(`${world.site.origin}/elsewhere`),
  'was closed': (page) => page.close(),
} satisfies Record<string, (page: Page) => Promise<void>>)) {
  test(`#27 when the page that opened it ${name}, the popup exchanges by itself`, async () => {
    const { visitor, page } = await open();
    world.site.serve('/elsewhere', '<!doctype html><title>Elsewhere</title>');
    const begun = await beginPopup(world, visitor, page);
    await leave(page);
    await comeBack(world, begun);
    await waitForEvent(begun.popup, 'monerium-connected');
    assert.equal(await statusOf(begun.popup), 'connected');
    assertOneExchange(world);
    // A popup does not open the page where the flow began.
    await world.finish(visitor, begun.popup);
    assert.equal(await begun.popup.url(), begun.authorization.redirectUri);
    if (name === 'was loaded anew') assert.deepEqual(await endingsOf(page), []);
  });
}

test('a popup that cannot close itself says that it may be closed', async () => {
  servePopup(world);
  world.servePage(
    '/callback',
    { 'redirect-uri': '/callback', mode: 'popup' },
    { before: '<script>window.close = () => {};</script>' },
  );
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const begun = await beginPopup(world, visitor, page);
  await comeBack(world, begun);
  await waitForEvent(page, 'monerium-connected');
  await begun.popup.waitForFunction(
    () =>
      document
        .querySelector('monerium-connect')
        ?.shadowRoot?.querySelector('[part=status]')
        ?.textContent?.trim() === 'You can close this window.',
  );
  assert.deepEqual(await eventsOf(begun.popup), []);
  assert.equal(await begun.popup.url(), begun.authorization.redirectUri);
  assertOneExchange(world);
  // An app that shows another view in the popup gets the button again.
  await begun.popup.evaluate(() => {
    const element = document.querySelector('monerium-connect')!;
    element.replaceWith(element.cloneNode());
  });
  await begun.popup.waitForSelector(buttonOf());
  await world.finish(visitor, page, begun.popup);
});

test('#28 messages of a frame of another origin are ignored, and it receives none', async () => {
  const evil = `http://127.0.0.1:${world.site.port}`;
  world.site.serve('/evil', '<!doctype html><title>Evil</title>');
  const attributes = { 'redirect-uri': '/callback', mode: 'popup' };
  const frame = `<iframe src="${evil}/evil"></iframe>`;
  servePopup(world, {}, { body: world.element(attributes) + frame });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const begun = await beginPopup(world, visitor, page);
  const storedOf = () => page.evaluate(() => JSON.stringify({ ...localStorage }));
  const stored = await storedOf();
  const heardOf = await countMessages(page);
  const attacker = await page.frame('iframe');
  const heardByAttackerOf = await countMessages(attacker);
  // An attacker does not know the state: even with it, the messages must have no effect.
  await attacker.evaluate(forge, begun.authorization.state);
  await page.waitForFunction('heard === 1000');
  assert.equal(await heardOf(), 1000);
  assert.equal(await statusOf(page), 'waiting');
  assert.deepEqual(await endingsOf(page), []);
  assert.equal(await storedOf(), stored);
  assert.equal(world.site.posts().length, 0);

  await comeBack(world, begun);
  await waitForEvent(page, 'monerium-connected');
  assert.equal(await heardByAttackerOf(), 0);
  assertOneExchange(world);
  const real = visitor.sightings.filter(({ name }) => name !== evil);
  visitor.sightings.splice(0, Infinity, ...real);
  await world.finish(visitor, page);
});

test('#28 #159 a message from Monerium to the page that opened its window is ignored', async () => {
  const { visitor, page } = await open();
  const begun = await beginPopup(world, visitor, page);
  const heardOf = await countMessages(page);
  await begun.popup.evaluate((state) => {
    const opener = window.opener as Window;
    opener.postMessage(`?error=access_denied&state=${state}`, '*');
    opener.postMessage('?error=access_denied', '*');
  }, begun.authorization.state);
  await page.waitForFunction('heard === 2');
  assert.equal(await heardOf(), 2);
  assert.equal(await statusOf(page), 'waiting');
  assert.deepEqual(await endingsOf(page), []);
  await comeBack(world, begun);
  await waitForEvent(page, 'monerium-connected');
  assertOneExchange(world);
  // Monerium knows the state, so its messages may contain it.
  const ours = visitor.sightings.filter(({ name }) => name !== world.emulator.url);
  visitor.sightings.splice(0, Infinity, ...ours);
  await world.finish(visitor, page);
});

/** Counts the messages that a document receives from now on. */
async function countMessages(frame: Frame): Promise<() => Promise<unknown>> {
  await frame.evaluate(() => {
    Object.assign(window, { heard: 0 });
    addEventListener('message', () => ((window as unknown as { heard: number }).heard += 1));
  });
  return () => frame.evaluate('heard');
}

/** Runs in the attacker's page. */
function forge(state: string): void {
  const channel = new BroadcastChannel(state);
  channel.onmessage = () => ((window as unknown as { heard: number }).heard += 1);
  const queries = [`?code=x&state=${state}`, `?error=access_denied&state=${state}`, '?code=x'];
  const words = [...queries, 'monerium-connect', { state }, null, 0, [state]];
  for (let index = 0; index < 1000; index += 1) {
    parent.postMessage(words[index % words.length], '*');
    channel.postMessage(words[index % words.length]);
  }
}

test('#28 a popup that returns sends no message to an opener of another origin', async () => {
  servePopup(world);
  const visitor = await world.visit();
  const attacker = await visitor.newPage();
  const evil = `http://127.0.0.1:${world.site.port}`;
  world.site.serve(
    '/evil',
    `<!doctype html><title>Evil</title><button>x</button><script>
      window.heard = 0;
      addEventListener('message', () => (heard += 1));
      document.querySelector('button').onclick = () => open('about:blank');
    </script>`,
  );
  await attacker.goto(`${evil}/evil`);
  const popup = await visitor.opened(() => attacker.click('button'));
  await leaveFor(popup, `${world.site.origin}/callback?code=x&state=mc1.${'A'.repeat(43)}`);
  await waitForEvent(popup, 'monerium-error');
  assert.equal(await attacker.evaluate('heard'), 0);
  assert.equal(world.site.posts().length, 0);
});
