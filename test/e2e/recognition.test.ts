import assert from 'node:assert/strict';
import {
  DEMO_CLIENT_ID,
  SCRIPT_TAG,
  endingsOf,
  eventsOf,
  pageWith,
  recordsOf,
  settle,
  statusOf,
  useWorld,
  waitForEvent,
  waitForStatus,
  type Authorization,
  type Page,
} from './support.js';

const world = useWorld();
const { test } = world;
const OTHER_CLIENT_ID = '0d1c5d5e-3f0b-4c53-8b0f-5f6f0f1a2b3c';

/** All that an element may change in a page, to be compared before and after. */
async function everythingOf(page: Page): Promise<unknown> {
  const stored = () => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state]);
  const [events, status] = [await eventsOf(page), await statusOf(page)];
  return { events, status, url: await page.url(), stored: await page.evaluate(stored) };
}

/** Starts a flow in a separate tab, so that there is a record that must not be removed. */
async function beginElsewhere(visitor: Awaited<ReturnType<typeof world.visit>>) {
  const tab = await world.open(visitor, '/');
  const authorization = await world.begin(tab);
  return { tab, authorization };
}

async function assertCompletes(tab: Page, authorization: Authorization): Promise<void> {
  await tab.goto(world.callbackUrl(authorization));
  await waitForEvent(tab, 'monerium-connected');
  world.onlyPost();
  assert.equal(world.emulator.tokenRequests().length, 1);
}

/** Another library that waits for its own response on the same page. */
const OTHER_LIBRARY = `<script type="module">
  const query = new URLSearchParams(location.search);
  if (query.get('state')?.startsWith('other-')) {
    window.otherAddress = location.href;
    window.otherAnswer = await (await fetch('/other-exchange', {
      method: 'POST', body: query.get('code'), referrerPolicy: 'no-referrer' })).text();
  }
</script>`;

for (const order of ['before', 'after']) {
  test(`#37 #48 the response of another library, loaded ${order} the element, is left to it`, async () => {
    const script = order === 'before' ? OTHER_LIBRARY + SCRIPT_TAG : SCRIPT_TAG + OTHER_LIBRARY;
    world.servePage('/', {}, { script });
    world.site.serve('/other-exchange', 'done');
    const visitor = await world.visit();
    const { tab, authorization } = await beginElsewhere(visitor);
    const query = '?code=abc%20d&state=other-1&&iss=x&error_description=#tail';
    const page = await world.open(visitor, `/${query}`);
    await page.waitForFunction('window.otherAnswer === "done"');
    await settle(page);

    assert.equal(await page.evaluate('otherAddress'), `${world.site.origin}/${query}`);
    const { events, status, url } = (await everythingOf(page)) as Record<string, unknown>;
    assert.deepEqual([events, status, url], [[], 'idle', `${world.site.origin}/${query}`]);
    assert.equal(world.site.posts().length, 0);
    await assertCompletes(tab, authorization);
    await world.finish(visitor, tab);
  });
}

const STRANGERS = [
  '?error=not-found&page=2',
  '?error=access_denied&error_description=no',
  '?error=access_denied&state=xyz',
  '?code=SPRING-SALE',
  '?code=x&state=',
  '?state=active&code=1&code=2',
  '?code=x&state=MC1.aaaa',
];
test('#38 #48 #53 a query that is no response to the element changes nothing', async () => {
  world.servePage('/');
  const visitor = await world.visit();
  const { tab, authorization } = await beginElsewhere(visitor);
  const page = await visitor.newPage();
  const records = JSON.stringify(
    await (await world.open(visitor, '/')).evaluate(() => ({ ...localStorage })),
  );
  for (const query of STRANGERS) {
    await page.goto(world.site.origin + `/${query}`);
    await settle(page);
    assert.deepEqual(await everythingOf(page), {
      events: [],
      status: 'idle',
      url: `${world.site.origin}/${query}`,
      stored: JSON.stringify([JSON.parse(records), {}, null]),
    });
  }
  assert.equal(world.site.posts().length, 0);
  await assertCompletes(tab, authorization);
  await world.finish(visitor, tab);
});

test('#44 a hash router keeps its route, and a response in the fragment is not read', async () => {
  world.servePage('/', {}, { body: `${world.element()}<a href="#/other">other</a>` });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/#/route?tab=1');
  const url = world.callbackUrl(await world.begin(page));
  const query = new URL(url).search.slice(1);

  const stranger = await world.open(visitor, `/#/callback?${query}`);
  await settle(stranger);
  assert.deepEqual(await eventsOf(stranger), []);
  assert.equal(await stranger.url(), `${world.site.origin}/#/callback?${query}`);
  await stranger.close();

  await page.goto(`${world.site.origin}/?a=b%20c&x&${query}&z=%C3%A4#/route?tab=1&code=2`);
  const { returnTo } = await waitForEvent(page, 'monerium-connected');
  assert.equal(await page.url(), `${world.site.origin}/?a=b%20c&x&z=%C3%A4#/route?tab=1&code=2`);
  assert.equal(returnTo, `${world.site.origin}/#/route?tab=1`);
  world.onlyPost();
});

test('#52 a forged code is never exchanged, and the real flow can still finish', async () => {
  // A code without a state of the element stays in the address. The `Referer` of the request for
  // an icon would contain it.
  world.servePage('/', {}, { before: '<meta name="referrer" content="no-referrer">' });
  const visitor = await world.visit();
  const { tab, authorization } = await beginElsewhere(visitor);
  const attacker = await world.visit();
  const foreign = await world.begin(await world.open(attacker, '/'));
  const forged = new URL(world.callbackUrl(foreign));
  const code = forged.searchParams.get('code');
  const forgeries = [
    { query: `code=${code}&state=${foreign.state}`, code: 'transaction_not_found' },
    { query: `code=${code}&state=mc1.${'A'.repeat(43)}`, code: 'transaction_not_found' },
    { query: `code=${code}&state=x`, code: undefined },
    { query: `code=${code}`, code: undefined },
  ];
  for (const { query, code: expected } of forgeries) {
    // In the same tab in which the real flow was started.
    await tab.goto(`${world.site.origin}/?${query}`);
    if (expected) await waitForEvent(tab, 'monerium-error');
    await settle(tab);
    assert.deepEqual(
      (await endingsOf(tab)).map(({ detail }) => detail['code']),
      expected ? [expected] : [],
      query.replaceAll(/=[^&]+/g, ''),
    );
    assert.notEqual((await recordsOf(tab))[authorization.state]?.['codeVerifier'], undefined);
  }
  assert.equal(world.site.posts().length, 0);
  await assertCompletes(tab, authorization);
});

test('#53 a forged refusal reports transaction_not_found or nothing, and ends no flow', async () => {
  world.servePage('/');
  const visitor = await world.visit();
  const { tab, authorization } = await beginElsewhere(visitor);
  await tab.goto(`${world.site.origin}/?error=access_denied&state=mc1.${'B'.repeat(43)}`);
  assert.equal((await waitForEvent(tab, 'monerium-error'))['code'], 'transaction_not_found');
  await tab.goto(`${world.site.origin}/?error=access_denied&state=nobody`);
  await settle(tab);
  assert.deepEqual(await eventsOf(tab), []);
  await assertCompletes(tab, authorization);
  await world.finish(visitor, tab);
});

test('#55 of two elements for two clients, each takes only its own response', async () => {
  world.registerClient(OTHER_CLIENT_ID, `${world.site.origin}/`);
  const mine = world.element({ id: 'a' });
  const other = world.element({ id: 'b', 'client-id': OTHER_CLIENT_ID });
  world.servePage('/', {}, { body: mine + other });
  const visitor = await world.visit();
  const [a, b] = [await world.open(visitor, '/'), await world.open(visitor, '/')];
  const [flowA, flowB] = [await world.begin(a, '#a'), await world.begin(b, '#b')];
  assert.deepEqual([flowA.clientId, flowB.clientId], [DEMO_CLIENT_ID, OTHER_CLIENT_ID]);

  // The state decides which element takes the response, also with the code of the other client.
  const mixed = new URL(world.callbackUrl(flowA));
  mixed.searchParams.set('state', flowB.state);
  await b.goto(mixed.href);
  const { code } = await waitForEvent(b, 'monerium-error');
  assert.equal(code, 'exchange_rejected');
  assert.deepEqual([await statusOf(b, '#a'), await statusOf(b, '#b')], ['idle', 'failed']);
  const sent = JSON.parse(world.onlyPost().body) as Record<string, string>;
  assert.equal(sent['client_id'], OTHER_CLIENT_ID);

  await a.goto(world.callbackUrl(flowA));
  await waitForEvent(a, 'monerium-connected');
  assert.deepEqual([await statusOf(a, '#a'), await statusOf(a, '#b')], ['connected', 'idle']);
  assert.equal(world.site.posts().length, 2);
  await world.finish(visitor, a, b);
});

test('#55 a response waits for the element of its flow', async () => {
  world.servePage('/');
  const stranger = world.element({ id: 'b', 'client-id': OTHER_CLIENT_ID });
  world.register(`${world.site.origin}/back`);
  const mine = world.element({ id: 'a', 'redirect-uri': '/back' });
  world.site.serve('/', pageWith({ body: mine }));
  world.site.serve('/back', pageWith({ body: stranger }));
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await world.connect(page);
  await settle(page);
  assert.deepEqual(await eventsOf(page), []);
  assert.equal(world.site.posts().length, 0);
  assert.equal(await page.url(), `${world.site.origin}/back`);

  await page.evaluate((markup) => document.body.insertAdjacentHTML('beforeend', markup), mine);
  await waitForStatus(page, 'connected', '#a');
  assert.equal(await statusOf(page, '#b'), 'idle');
  world.onlyPost();
  await world.finish(visitor, page);
});

test('#207 a page that was opened with a user name and a password connects', async () => {
  const withUser = (url: string) => url.replace('//', '//user:pa$$@');
  world.servePage('/', { 'backend-url': '/backend' });
  const visitor = await world.visit();
  const page = await visitor.newPage();
  await page.goto(withUser(`${world.site.origin}/`));
  const authorization = await world.begin(page);
  assert.equal(authorization.redirectUri, `${world.site.origin}/`);
  await page.goto(withUser(world.callbackUrl(authorization)));
  await waitForStatus(page, 'connected');
  assert.equal(await page.evaluate('location.search + new URL(document.URL).search'), '');
  assert.equal(await page.evaluate('location.href'), `${world.site.origin}/`);
  world.onlyPost();
  await world.finish(visitor);
});

const SPOOF = '<img src=x onerror="window.spoofed=1"> \u202ecall +44 1234';
test('#57 the error texts of Monerium are never shown, reported or logged', async () => {
  world.servePage('/');
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const { state } = await world.begin(page);
  const query = new URLSearchParams({
    error: 'made_up"><b>',
    error_description: SPOOF,
    error_uri: 'javascript:alert(1)',
    state,
  });
  await page.goto(`${world.site.origin}/?${query.toString()}`);
  const detail = await waitForEvent(page, 'monerium-error');

  assert.deepEqual(detail, {
    code: 'authorization_error',
    kind: 'failed',
    phase: 'authorize',
    oauthError: 'other',
  });
  const shown = await page.$eval(
    'monerium-connect >>> [part=message]',
    ({ textContent }) => textContent,
  );
  // The text is the element's own for this code.
  assert.equal(
    shown.trim(),
    'The connection could not be completed. Code for support: authorization_error',
  );
  assert.equal(await page.evaluate('window.spoofed'), undefined);
  assert.equal(await page.url(), `${world.site.origin}/`);
  const logged = visitor.console.join('\n');
  assert.doesNotMatch(logged, /made_up|call|javascript:/);
  assert.equal(world.site.posts().length, 0);
});
