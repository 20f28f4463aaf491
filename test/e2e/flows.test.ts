import { KINDS } from '../helpers/error-codes.js';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  CANARY_EMAIL,
  DEMO_CLIENT_ID,
  clickConnect,
  endingsOf,
  pageWith,
  recordsOf,
  settle,
  statusOf,
  useWorld,
  waitForEvent,
  waitForStatus,
  walkPortal,
} from './support.js';
import { waitUntilReady } from './support/popup.js';

const world = useWorld();
const { test } = world;

const WHOLE_PORTAL = ['signup', 'kyc', 'wallet', 'iban', 'consent'];
const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url');

test('a new customer connects through the whole portal and the backend', async () => {
  world.servePage('/shop', { 'redirect-uri': '/back' });
  world.servePage('/back');
  const visitor = await world.visit();
  const page = await world.open(visitor, '/shop?basket=1#pay');
  await clickConnect(page);

  assert.deepEqual(await walkPortal(page, { email: CANARY_EMAIL }), WHOLE_PORTAL);
  const connected = await waitForEvent(page, 'monerium-connected');

  assert.deepEqual(Object.keys(connected), ['profile', 'userId', 'returnTo']);
  assert.equal(connected['returnTo'], `${world.site.origin}/shop?basket=1#pay`);
  const [auth] = world.authorizations();
  assert.deepEqual(Object.keys(auth!.query).sort(), [
    'client_id',
    'code_challenge',
    'code_challenge_method',
    'redirect_uri',
    'response_type',
    'state',
  ]);
  const post = world.onlyPost();
  const sent = JSON.parse(post.body) as Record<string, string>;
  assert.deepEqual(Object.keys(sent), ['code', 'code_verifier', 'redirect_uri', 'client_id']);
  assert.equal(sent['client_id'], DEMO_CLIENT_ID);
  assert.equal(sha256(sent['code_verifier']!), auth!.codeChallenge);
  assert.equal(post.headers['content-type'], 'application/json');
  assert.equal(post.headers.accept, 'application/json');
  assert.equal(world.emulator.tokenRequests().length, 1);
  assert.equal(await page.url(), `${world.site.origin}/back`);
  assert.equal(await statusOf(page), 'connected');
  assert.deepEqual((await endingsOf(page)).length, 1);
  await world.finish(visitor, page);
});

test('a new customer connects through the whole portal and the token endpoint', async () => {
  world.servePage('/', { 'backend-url': undefined });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await clickConnect(page);

  assert.deepEqual(await walkPortal(page, { email: CANARY_EMAIL }), WHOLE_PORTAL);
  const { profile } = await waitForEvent(page, 'monerium-connected');

  const [auth] = world.authorizations();
  const [sent, ...more] = world.emulator.tokenRequests();
  assert.deepEqual(more, []);
  const fields = new URLSearchParams(sent!.body);
  assert.deepEqual([...fields.keys()].sort(), [
    'client_id',
    'code',
    'code_verifier',
    'grant_type',
    'redirect_uri',
  ]);
  assert.equal(sha256(fields.get('code_verifier')!), auth!.codeChallenge);
  assert.equal(world.site.posts().length, 0);
  const token = await page.$eval('monerium-connect', (found) => found.getAccessToken());
  const headers = {
    Authorization: `Bearer ${token}`,
    Accept: 'application/vnd.monerium.api-v2+json',
  };
  const context = await fetch(`${world.emulator.url}/auth/context`, { headers });
  assert.equal(((await context.json()) as { defaultProfile: string }).defaultProfile, profile);
  await world.finish(visitor, page);
});

test('cancel() in the task of connect() keeps the page', async () => {
  world.servePage('/');
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await waitUntilReady(page);
  await page.$eval('monerium-connect', (found) => {
    found.connect().catch(() => {});
    found.cancel();
  });
  await settle(page);
  const codes = (await endingsOf(page)).map(({ detail }) => detail?.['code']);
  assert.deepEqual(codes, ['aborted']);
  await world.finish(visitor, page);
});

test('ids that are not in the token response are requested from /auth/context', async () => {
  world.servePage('/', { 'backend-url': undefined });
  world.emulator.configure({ idsInToken: false });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await world.connect(page);

  const { profile, userId } = await waitForEvent(page, 'monerium-connected');

  const asked = world.emulator.requests.filter(
    ({ method, path }) => method === 'GET' && path === '/auth/context',
  );
  assert.equal(asked.length, 1);
  assert.match(asked[0]!.headers['authorization'] ?? '', /^Bearer access_/);
  assert.equal(asked[0]!.headers['accept'], 'application/vnd.monerium.api-v2+json');
  assert.match(String(profile), /^[\da-f-]{36}$/);
  assert.match(String(userId), /^[\da-f-]{36}$/);
  assert.notEqual(profile, userId);
  assert.equal(world.emulator.tokenRequests().length, 1);
  await world.finish(visitor, page);
});

const refusals = [
  { decision: 'refuse', code: 'access_denied', oauthError: 'access_denied' },
  { decision: 'fail', code: 'authorization_unavailable', oauthError: 'server_error' },
] as const;
for (const { decision, code, oauthError } of refusals) {
  test(`a flow that ends at Monerium with ${oauthError} reports ${code} and can be started again`, async () => {
    world.servePage('/');
    const visitor = await world.visit();
    const page = await world.open(visitor, '/?keep=1');
    await clickConnect(page);
    await walkPortal(page, { email: CANARY_EMAIL, decision });

    const detail = await waitForEvent(page, 'monerium-error');

    assert.deepEqual(detail, { code, kind: KINDS[code], phase: 'authorize', oauthError });
    assert.equal(await page.url(), `${world.site.origin}/`);
    assert.equal(world.site.posts().length, 0);
    const first = world.authorizations()[0]!;
    assert.equal((await recordsOf(page))[first.state]?.['codeVerifier'], undefined);
    await world.finish(visitor, page);

    await world.connect(page);
    await waitForEvent(page, 'monerium-connected');
    world.onlyPost();
    await world.finish(visitor, page);
  });
}

test('#39 a refusal without state ends the only flow that was started in this tab', async () => {
  world.servePage('/');
  world.emulator.configure({ stateOnErrors: false });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await clickConnect(page);
  await walkPortal(page, { email: CANARY_EMAIL, decision: 'refuse' });

  const { code } = await waitForEvent(page, 'monerium-error');

  assert.equal(code, 'access_denied');
  assert.equal(await page.url(), `${world.site.origin}/`);
  assert.equal(world.site.posts().length, 0);
  await world.finish(visitor, page);
});

test('#39 an error without state is ignored in a tab that started no flow', async () => {
  world.servePage('/');
  const visitor = await world.visit();
  const owner = await world.open(visitor, '/');
  const auth = await world.begin(owner);
  const page = await world.open(visitor, '/?error=access_denied');
  await world.finish(visitor, page);

  assert.deepEqual(await endingsOf(page), []);
  assert.equal(await page.url(), `${world.site.origin}/?error=access_denied`);
  await owner.goto(world.callbackUrl(auth));
  await waitForEvent(owner, 'monerium-connected');
  world.onlyPost();
});

test('#18 a customer who returns in another tab is connected there, with one exchange', async () => {
  world.servePage('/');
  const visitor = await world.visit();
  const first = await world.open(visitor, '/');
  await clickConnect(first);
  await first.waitForSelector('body[data-step=signup]');

  // The link in a confirmation mail opens the portal in a new tab.
  const second = await visitor.newPage();
  await second.goto(await first.url());
  await walkPortal(second, { email: CANARY_EMAIL });

  await waitForEvent(second, 'monerium-connected');
  world.onlyPost();
  assert.equal(world.emulator.tokenRequests().length, 1);
  await world.finish(visitor, second);
});

test('redirect_uri is sent unchanged to /auth and in the exchange', async () => {
  // `new URL()` would change the scheme, the host and the quotation mark.
  const query = "?shop=a%20b+c'&x=%C3%A4&y";
  const redirectUri = `HTTP://LocalHost:${world.site.port}/back${query}`;
  world.register(redirectUri);
  for (const backend of ['/backend', undefined]) {
    const body = world.element({ 'redirect-uri': redirectUri, 'backend-url': backend });
    world.site.serve('/start', pageWith({ body }));
    world.site.serve('/back', pageWith({ body }));
    const visitor = await world.visit();
    const page = await world.open(visitor, '/start');
    await world.connect(page);
    await waitForEvent(page, 'monerium-connected');
    assert.equal(await page.url(), new URL(redirectUri).href);
    await world.finish(visitor, page);
  }
  const [post] = world.site.posts();
  const [byBackend, direct] = world.emulator.tokenRequests();
  const sent = [
    ...world.authorizations().map((authorization) => authorization.redirectUri),
    (JSON.parse(post!.body) as Record<string, string>)['redirect_uri'],
    ...[byBackend, direct].map((request) => new URLSearchParams(request!.body).get('redirect_uri')),
  ];
  assert.deepEqual(sent, Array<string>(5).fill(redirectUri));
});

test('all attributes about the customer are sent to /auth', async () => {
  world.servePage('/', {
    'auth-mode': 'login',
    'skip-kyc': true,
    email: CANARY_EMAIL,
  });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  const { query, state, codeChallenge } = await world.begin(page);

  assert.match(state, /^mc1\.[\w-]{43}$/);
  assert.match(codeChallenge, /^[\w-]{43}$/);
  assert.deepEqual(
    { ...query },
    {
      client_id: DEMO_CLIENT_ID,
      redirect_uri: `${world.site.origin}/`,
      response_type: 'code',
      code_challenge: codeChallenge,
      code_challenge_method: 'S256',
      state,
      email: CANARY_EMAIL,
      auth_mode: 'login',
      skip_kyc: 'true',
    },
  );
  // The portal uses the attributes: it skips the KYC step.
  assert.equal(await page.$eval('input[name=email]', ({ value }) => value), CANARY_EMAIL);
  await page.click('#switch-mode');
  await page.waitForSelector('body[data-step=signup]');
  const steps = await walkPortal(page, { email: CANARY_EMAIL });
  assert.deepEqual(steps, ['signup', 'wallet', 'iban', 'consent']);
  await waitForStatus(page, 'connected');
  world.onlyPost();
  await world.finish(visitor, page);
});

test('empty attributes are not sent, and skip-kyc is not sent in production', async () => {
  world.servePage('/', { environment: 'production', 'skip-kyc': true, email: '' });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  // The warning is logged before the secrets are made, when the page is idle.
  await waitUntilReady(page);
  const { query } = await world.begin(page);

  for (const name of ['email', 'skip_kyc', 'address', 'chain', 'signature', 'auth_mode']) {
    assert.equal(name in query, false, name);
  }
  const warnings = visitor.console.filter((line) => /^warn.*skip-kyc/.test(line));
  assert.equal(warnings.length, 1);
});
