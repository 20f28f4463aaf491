// The window that shows Monerium closes, no matter how and when the flow ends.
import assert from 'node:assert/strict';
import {
  CANARY_EMAIL,
  buttonOf,
  clickConnect,
  endingsOf,
  pageWith,
  statusOf,
  useWorld,
  waitForEvent,
  waitForStatus,
  type Attributes,
  type Page,
  type PageParts,
  type Visitor,
} from './support.js';
import {
  assertNothingPending,
  assertOneExchange,
  beginPopup,
  choose,
  comeBack,
  finishPopup,
  keepPopup,
  leaveFor,
  servePopup,
  waitUntilClosed,
  waitUntilReady,
  type Begun,
} from './support/popup.js';

const world = useWorld();
const { test } = world;

async function open(attributes?: Attributes, parts?: PageParts) {
  servePopup(world, attributes, parts);
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  return { visitor, page };
}

/** Errors and warnings in the console that are not from the element. */
function complaintsOf({ console, errors }: Visitor): string[] {
  const isComplaint = (line: string) =>
    /^(error|warn)/.test(line) && !/<monerium-connect>/.test(line);
  // The pages of these tests have no icon.
  return [...console.filter(isComplaint), ...errors].filter((line) => !/favicon|404/.test(line));
}

async function finish(visitor: Visitor, ...pages: Page[]): Promise<void> {
  await world.finish(visitor, ...pages);
  assert.deepEqual(complaintsOf(visitor), []);
}

const setClient = () =>
  document
    .querySelector('monerium-connect')!
    .setAttribute('client-id', '0d1c5d5e-3f0b-4c53-8b0f-5f6f0f1a2b3c');

const GIVE_UP: Record<string, (page: Page) => Promise<unknown>> = {
  'the customer cancels': (page) => choose(page, 'cancel'),
  'the page cancels': (page) => page.$eval('monerium-connect', (element) => element.cancel()),
  'the page disconnects': (page) =>
    page.$eval('monerium-connect', (element) => element.disconnect()),
  'an attribute changes': (page) => page.evaluate(setClient),
  'the element is removed': (page) => page.$eval('monerium-connect', (element) => element.remove()),
};

for (const [name, giveUp] of Object.entries(GIVE_UP)) {
  test(`#190 the window that shows Monerium is closed when ${name}`, async () => {
    const { visitor, page } = await open();
    const { popup } = await beginPopup(world, visitor, page);
    await page.bringToFront();
    await giveUp(page);
    await waitUntilClosed(visitor, popup);
    if (name === 'the element is removed') {
      assert.deepEqual(await endingsOf(page), []);
    } else {
      const { code } = await waitForEvent(page, 'monerium-error');
      assert.equal(code, 'aborted');
      assert.equal((await endingsOf(page)).length, 1);
      await assertNothingPending(page);
      assert.equal(await statusOf(page), 'idle');
    }
    assert.equal(world.site.posts().length, 0);
    await finish(visitor, ...(name === 'the element is removed' ? [] : [page]));
  });
}

test('#190 a window that shows a later page of Monerium is closed', async () => {
  const { visitor, page } = await open();
  const { popup } = await beginPopup(world, visitor, page);
  const step = await popup.$eval('body', ({ dataset }) => dataset['step']);
  await popup.bringToFront();
  await popup.type('input[name=email]', CANARY_EMAIL);
  await popup.click('#continue');
  await popup.waitForFunction(
    (first) => document.readyState === 'complete' && document.body.dataset['step'] !== first,
    {},
    step,
  );
  await page.bringToFront();
  await choose(page, 'cancel');
  await waitUntilClosed(visitor, popup);
  await waitForEvent(page, 'monerium-error');
  await finish(visitor, page);
});

test('#190 a window without a response from Monerium yet is closed', async () => {
  const { visitor, page } = await open({ 'api-url': `http://127.0.0.1:${world.site.port}` });
  world.trusted = [`http://127.0.0.1:${world.site.port}`];
  world.site.serve('/auth', () => new Promise(() => {}));
  await keepPopup(page);
  await waitUntilReady(page);
  await clickConnect(page);
  await world.site.waitUntil(({ path }) => path === '/auth');
  await page.bringToFront();
  await choose(page, 'cancel');
  // A test cannot query a window without a document, so the page checks whether it is closed.
  await page.waitForFunction('popup.closed');
  await waitForEvent(page, 'monerium-error');
  assert.equal(await statusOf(page), 'idle');
  // This request to Monerium was sent to the site's own server: the scan must not see it.
  world.site.requests.splice(
    world.site.requests.findIndex(({ path }) => path === '/auth'),
    1,
  );
  await finish(visitor, page);
});

test('#190 a window that has returned, but has not sent its response, is closed', async () => {
  const { visitor, page } = await open();
  const begun = await beginPopup(world, visitor, page);
  // The page of the redirect URI does not load the element's script.
  world.site.serve('/callback', '<!doctype html><link rel="icon" href="data:,">');
  world.site.requests.length = 0;
  await comeBack(world, begun);
  await world.site.waitUntil(({ path }) => path === '/callback');
  await page.bringToFront();
  await choose(page, 'cancel');
  await waitUntilClosed(visitor, begun.popup);
  await waitForEvent(page, 'monerium-error');
  await assertNothingPending(page);
  await finish(visitor, page);
});

test('#190 cancelling the exchange ends the flow, whose window has closed by then', async () => {
  const { visitor, page } = await open();
  world.site.backend.answer = { kind: 'hang' };
  const begun = await beginPopup(world, visitor, page);
  await comeBack(world, begun);
  await waitForStatus(page, 'exchanging');
  await waitUntilClosed(visitor, begun.popup);
  await page.$eval('monerium-connect', (element) => element.cancel());
  const { code } = await waitForEvent(page, 'monerium-error');
  assert.equal(code, 'aborted');
  await finish(visitor, page);
});

test('#190 only the window of the cancelled element is closed', async () => {
  const other = '0d1c5d5e-3f0b-4c53-8b0f-5f6f0f1a2b3c';
  const shared = { 'redirect-uri': '/callback', mode: 'popup' };
  const body =
    world.element({ ...shared, id: 'a' }) +
    world.element({ ...shared, id: 'b', 'client-id': other });
  world.registerClient(other, `${world.site.origin}/callback`);
  const { visitor, page } = await open({}, { body });
  const first = await beginPopup(world, visitor, page, '#a');
  const second = await beginPopup(world, visitor, page, '#b');
  await page.bringToFront();
  await page.click('#a >>> [part=cancel]');
  await waitUntilClosed(visitor, first.popup);
  assert.equal(await statusOf(page, '#b'), 'waiting');
  await comeBack(world, second);
  await waitForStatus(page, 'connected', '#b');
  await waitUntilClosed(visitor, second.popup);
  await finish(visitor, page);
});

test('#190 a window that was opened again is closed as well', async () => {
  const { visitor, page } = await open();
  const { popup } = await beginPopup(world, visitor, page);
  await popup.close();
  await page.bringToFront();
  const again = await visitor.opened(() => choose(page, 'reopen'));
  await again.waitForSelector('body[data-step]');
  await page.bringToFront();
  await choose(page, 'cancel');
  await waitUntilClosed(visitor, again);
  await finish(visitor, page);
});

function serveWithPolicy(policy: string): void {
  for (const path of ['/', '/callback']) {
    const body = pageWith({ body: world.element({ 'redirect-uri': '/callback', mode: 'popup' }) });
    world.site.serve(path, { headers: { 'cross-origin-opener-policy': policy }, body });
  }
}

test('#190 a policy of the site that allows popups allows closing them', async () => {
  servePopup(world);
  serveWithPolicy('same-origin-allow-popups');
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const { popup } = await beginPopup(world, visitor, page);
  await page.bringToFront();
  await choose(page, 'cancel');
  await waitUntilClosed(visitor, popup);
  await waitForEvent(page, 'monerium-error');
  await finish(visitor, page);
});

test('#190 an element in a frame of another site closes its window', async () => {
  servePopup(world, { mode: 'auto' });
  const { port, origin } = world.site;
  world.site.serve('/outside', `<!doctype html><iframe src="${origin}/" height="300"></iframe>`);
  const visitor = await world.visit();
  const page = await visitor.newPage();
  await page.goto(`http://127.0.0.1:${port}/outside`);
  const frame = await page.frame('iframe');
  const { popup } = await beginPopup(world, visitor, frame);
  await page.bringToFront();
  await choose(frame, 'cancel');
  await waitUntilClosed(visitor, popup);
  await finish(visitor);
});

/** A `Cross-Origin-Opener-Policy` of Monerium or of the site cuts the popup off from the page. */
const SEVERED = {
  Monerium: () => world.emulator.configure({ coop: 'same-origin' }),
  'the site': () => serveWithPolicy('same-origin'),
};

for (const [name, sever] of Object.entries(SEVERED)) {
  async function beginSevered() {
    servePopup(world);
    sever();
    const visitor = await world.visit();
    const page = await world.open(visitor, '/');
    const begun = await beginPopup(world, visitor, page);
    assert.equal(await begun.popup.evaluate('opener === null'), true);
    await page.bringToFront();
    return { visitor, page, begun };
  }

  test(`#192 a window that ${name} has cut off closes as soon as it returns`, async () => {
    const { visitor, page, begun } = await beginSevered();
    await choose(page, 'cancel');
    await waitForEvent(page, 'monerium-error');
    assert.equal((await visitor.pages()).includes(begun.popup), true);
    await comeBack(world, begun);
    await waitUntilClosed(visitor, begun.popup);
    assert.equal(world.site.posts().length, 0);
    await finish(visitor, page);
  });

  test(`#192 a window that ${name} has cut off passes on an error without state`, async () => {
    const { visitor, page, begun } = await beginSevered();
    const { redirectUri } = begun.authorization;
    await leaveFor(begun.popup, `${redirectUri}?error=access_denied`);
    const { code } = await waitForEvent(page, 'monerium-error');
    assert.equal(code, 'access_denied');
    await waitUntilClosed(visitor, begun.popup);
    await finish(visitor, page);
  });
}

for (const [name, leave] of Object.entries({
  reloads: (page) => page.reload(),
  'opens another page': (page) => page.goto(`${world.site.origin}/elsewhere`),
  closes: (page) => page.close(),
} satisfies Record<string, (page: Page) => Promise<void>>)) {
  test(`#192 when the page ${name}, its window is still treated as a popup`, async () => {
    const { visitor, page } = await open({ 'success-url': '/done' }, { comesBack: true });
    world.site.serve('/elsewhere', '<!doctype html><title>Elsewhere</title>');
    const begun = await beginPopup(world, visitor, page);
    await leave(page);
    await comeBack(world, begun);
    await waitForEvent(begun.popup, 'monerium-connected');
    await finish(visitor, begun.popup);
    // A popup does not open `success-url`.
    assert.equal(await begun.popup.url(), begun.authorization.redirectUri);
    assertOneExchange(world);
  });
}

test('#192 a tab that a link in an email has opened is not treated as a popup', async () => {
  const { visitor, page } = await open({ 'success-url': '/done' }, { comesBack: true });
  world.site.serve('/done', '<!doctype html><title>Done</title>');
  world.site.serve('/elsewhere', '<!doctype html><title>Elsewhere</title>');
  const begun = await beginPopup(world, visitor, page);
  await page.goto(`${world.site.origin}/elsewhere`);
  const tab = await visitor.newPage();
  await tab.goto(world.callbackUrl(begun.authorization));
  await tab.waitForFunction(() => location.pathname === '/done');
  // The popup returns when its flow has already ended.
  await comeBack(world, begun);
  await waitUntilClosed(visitor, begun.popup);
  assertOneExchange(world);
  await finish(visitor);
});

test('#191 without Web Locks the popup closes, and no error is uncaught', async () => {
  const before = '<script>delete Navigator.prototype.locks;</script>';
  const { visitor, page } = await open({}, { before });
  const { popup } = await beginPopup(world, visitor, page);
  await finishPopup(visitor, popup, { email: CANARY_EMAIL });
  await waitForEvent(page, 'monerium-connected');
  await waitUntilClosed(visitor, popup);
  assertOneExchange(world);
  assert.deepEqual(visitor.errors, []);
  assert.deepEqual(complaintsOf(visitor), []);
});

test('#193 an element that replaces the clicked one continues the flow of its window', async () => {
  const { visitor, page } = await open();
  const begun: Begun = await beginPopup(world, visitor, page);
  await page.$eval('monerium-connect', (element) => {
    element.replaceWith(element.cloneNode());
  });
  await page.waitForSelector(buttonOf());
  await waitForStatus(page, 'waiting');
  await comeBack(world, begun);
  await waitForEvent(page, 'monerium-connected');
  await waitUntilClosed(visitor, begun.popup);
  assertOneExchange(world);
  await finish(visitor, page);
});
