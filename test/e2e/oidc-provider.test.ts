import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  CANARY_EMAIL,
  DEMO_CLIENT_ID,
  World,
  clickConnect,
  endingsOf,
  eventsOf,
  recordsOf,
  settle,
  statusOf,
  use,
  waitForEvent,
  walkPortal,
  type Visitor,
  type Page,
} from './support.js';
import { startOidcProvider, type OidcProvider } from './support/oidc-provider.js';

let provider: OidcProvider;
let redirectUri: string;

/** A world with a certified provider in the place of Monerium, which issues its own tokens. */
class ProviderWorld extends World {
  override async start(): Promise<void> {
    await super.start();
    redirectUri = `${this.site.origin}/back`;
    provider = await startOidcProvider({ clientId: DEMO_CLIENT_ID, redirectUri });
  }

  override async search(): Promise<void> {
    const answers = provider.tokenRequests.map(({ answer }) => answer as Record<string, string>);
    const tokens = answers.flatMap((answer) =>
      ['access_token', 'refresh_token', 'id_token'].flatMap((name) => answer[name] ?? []),
    );
    this.known = { token: tokens };
    await super.search();
  }

  override async clear(): Promise<void> {
    await super.clear();
    provider.reset();
  }

  override async close(): Promise<void> {
    await super.close();
    await provider.close();
  }
}

const world = use(new ProviderWorld());
const { test } = world;

const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url');
const OTHER_VERIFIER = 'x'.repeat(43);

/** Opens a page with the element. The redirect URI is another page. */
async function openShop(visitor: Visitor): Promise<Page> {
  world.trusted = [provider.url];
  const parts = {
    body: world.element({
      'api-url': provider.url,
      'backend-url': undefined,
      'redirect-uri': '/back',
    }),
  };
  world.servePage('/shop', {}, parts);
  world.servePage('/back', {}, parts);
  return world.open(visitor, '/shop');
}

/** Goes through the whole flow. Returns the page of the connected customer. */
async function connect(visitor: Visitor): Promise<Page> {
  const page = await openShop(visitor);
  await clickConnect(page);
  await walkPortal(page, { email: CANARY_EMAIL });
  await waitForEvent(page, 'monerium-connected');
  return page;
}

/** The addresses to which the provider has redirected customers. */
function callbacks(): URL[] {
  const visits = world.site.requests.filter(({ path, query }) => path === '/back' && query.size);
  return visits.map(({ url }) => new URL(url, world.site.origin));
}

/** The fields of the token requests with this grant type. */
function grants(type: 'authorization_code' | 'refresh_token'): Readonly<Record<string, unknown>>[] {
  const all = provider.tokenRequests.map(({ fields }) => fields);
  return all.filter(({ grant_type }) => grant_type === type);
}

const getAccessToken = (page: Page): Promise<string> =>
  page.$eval('monerium-connect', (found) => found.getAccessToken());

/** Sends a token request from outside the browser. */
async function post(fields: Record<string, string>): Promise<[status: number, error?: string]> {
  const body = new URLSearchParams({ client_id: DEMO_CLIENT_ID, ...fields });
  const response = await fetch(`${provider.url}/auth/token`, { method: 'POST', body });
  const { error } = (await response.json()) as { error?: string };
  return error ? [response.status, error] : [response.status];
}

/** The page fires no event about the response with which it was opened. */
async function assertSilent(page: Page): Promise<void> {
  await settle(page);
  assert.deepEqual(await eventsOf(page), []);
  assert.equal(await statusOf(page), 'idle');
  assert.equal(await page.url(), redirectUri);
}

test('a customer connects at a certified provider with one token request', async () => {
  const visitor = await world.visit();
  const page = await openShop(visitor);
  await clickConnect(page);
  assert.deepEqual(await walkPortal(page, { email: CANARY_EMAIL }), ['login', 'consent']);

  const connected = await waitForEvent(page, 'monerium-connected');

  const returnTo = `${world.site.origin}/shop`;
  assert.deepEqual(connected, { ...provider.identity, returnTo });
  assert.equal(await statusOf(page), 'connected');
  assert.equal((await endingsOf(page)).length, 1);
  assert.equal(provider.authorizations.length, 1);
  const { state, code_challenge: challenge, ...asked } = provider.authorizations[0]!.fields;
  assert.deepEqual(asked, {
    client_id: DEMO_CLIENT_ID,
    code_challenge_method: 'S256',
    redirect_uri: redirectUri,
    response_type: 'code',
  });
  const [callback, ...more] = callbacks();
  assert.deepEqual(more, []);
  const response = Object.fromEntries(callback!.searchParams);
  assert.deepEqual(response, { code: response['code'], state, iss: provider.url });
  assert.equal(await page.url(), redirectUri, 'all three parameters are cut out');
  assert.equal(provider.tokenRequests.length, 1);
  const { code_verifier: verifier, ...sent } = provider.tokenRequests[0]!.fields;
  assert.equal(sha256(String(verifier)), challenge);
  assert.deepEqual(sent, {
    grant_type: 'authorization_code',
    client_id: DEMO_CLIENT_ID,
    code: response['code'],
    redirect_uri: redirectUri,
  });
  await world.finish(visitor, page);
});

test('simultaneous calls share one refresh, and each refresh sends the latest token', async () => {
  const visitor = await world.visit();
  const page = await connect(visitor);

  const [one, other] = await page.$eval('monerium-connect', (found) =>
    Promise.all([found.getAccessToken(), found.getAccessToken()]),
  );
  assert.equal(one, other);
  assert.equal(grants('refresh_token').length, 1);
  const later = await getAccessToken(page);

  assert.equal(grants('authorization_code').length, 1);
  const answers = provider.tokenRequests.map(({ answer }) => answer as Record<string, string>);
  assert.deepEqual([one, later], [answers[1]!['access_token'], answers[2]!['access_token']]);
  const given = answers.map((answer) => answer['refresh_token']);
  assert.equal(new Set(given).size, 3, 'the provider rotates');
  assert.deepEqual(
    grants('refresh_token').map((fields) => fields['refresh_token']),
    given.slice(0, 2),
  );
  const headers = { authorization: `Bearer ${later}` };
  const whose = (await (await fetch(`${provider.url}/me`, { headers })).json()) as object;
  assert.deepEqual(whose, { sub: provider.identity.userId });
  assert.equal(await statusOf(page), 'connected');
  await world.finish(visitor, page);
});

test('a connection ends when the provider refuses its refresh token', async () => {
  const visitor = await world.visit();
  const page = await connect(visitor);
  await getAccessToken(page);
  const [spent] = grants('refresh_token');
  // A attacker sends the refresh token that was already used: the provider revokes the whole grant.
  const refresh = { grant_type: 'refresh_token', refresh_token: String(spent!['refresh_token']) };
  assert.deepEqual(await post(refresh), [400, 'invalid_grant']);

  const reason = await page.$eval('monerium-connect', (found) =>
    found.getAccessToken().then(String, ({ code }: { code: string }) => code),
  );

  assert.equal(reason, 'token_unavailable');
  assert.equal(provider.tokenRequests.at(-1)!.status, 400);
  assert.equal(await statusOf(page), 'idle');
  const endings = (await endingsOf(page)).map(({ type }) => type);
  assert.deepEqual(endings, ['monerium-connected', 'monerium-disconnected']);
  await world.finish(visitor, page);
});

test('the provider issues and exchanges codes only with PKCE', async () => {
  const visitor = await world.visit();
  const page = await openShop(visitor);
  // Without the element, the code stays in the address: the `Referer` header must not contain it.
  const policy = '<meta name="referrer" content="no-referrer">';
  world.site.serve('/back', `<!doctype html>${policy}<title>Shop</title>`);
  await clickConnect(page);
  await walkPortal(page, { email: CANARY_EMAIL });
  const { state, code_challenge: challenge } = provider.authorizations[0]!.fields;
  const { codeVerifier } = (await recordsOf(page))[String(state)] ?? {};
  const code = new URL(await page.url()).searchParams.get('code') ?? '';
  const grant = { grant_type: 'authorization_code', code, redirect_uri: redirectUri };
  await page.goto('about:blank');

  assert.deepEqual(await post({ ...grant, code_verifier: OTHER_VERIFIER }), [400, 'invalid_grant']);
  assert.deepEqual(await post({ ...grant, code_verifier: String(challenge) }), [
    400,
    'invalid_grant',
  ]);
  assert.deepEqual(await post(grant), [400, 'invalid_grant']);
  assert.deepEqual(await post({ ...grant, code_verifier: String(codeVerifier) }), [200]);

  const query = new URLSearchParams({
    client_id: DEMO_CLIENT_ID,
    redirect_uri: redirectUri,
    response_type: 'code',
  });
  const refusal = await fetch(`${provider.url}/auth?${query}`, { redirect: 'manual' });
  const location = new URL(refusal.headers.get('location') ?? '');
  assert.equal(location.searchParams.get('error'), 'invalid_request');
  assert.match(location.searchParams.get('error_description') ?? '', /PKCE/);
});

test('a verifier that was changed in storage is refused by the provider: exchange_rejected', async () => {
  const visitor = await world.visit();
  const page = await openShop(visitor);
  await clickConnect(page);
  await page.waitForSelector('body[data-step]');
  const { state } = provider.authorizations[0]!.fields;
  world.site.serve('/plain', '<!doctype html><title>Shop</title>');
  const meddler = await world.open(visitor, '/plain');
  // In WebKit a write to storage reaches another tab a little later.
  await meddler.waitForFunction(
    (key, codeVerifier) => {
      const text = localStorage.getItem(key);
      if (text) localStorage.setItem(key, JSON.stringify({ ...JSON.parse(text), codeVerifier }));
      return text !== null;
    },
    {},
    `monerium-connect:${String(state)}`,
    OTHER_VERIFIER,
  );
  await walkPortal(page, { email: CANARY_EMAIL });

  const detail = await waitForEvent(page, 'monerium-error');

  assert.deepEqual(detail, {
    code: 'exchange_rejected',
    kind: 'failed',
    phase: 'exchange',
    status: 400,
    oauthError: 'invalid_grant',
  });
  assert.equal(await statusOf(page), 'failed');
  assert.equal(provider.tokenRequests.length, 1);
  const { fields, status } = provider.tokenRequests[0]!;
  assert.deepEqual([fields['code_verifier'], status], [OTHER_VERIFIER, 400]);
  await world.finish(visitor, page);
});

test('a refusal fires access_denied, and the customer can try again and approve', async () => {
  const visitor = await world.visit();
  const page = await openShop(visitor);
  await clickConnect(page);
  await walkPortal(page, { email: CANARY_EMAIL, decision: 'refuse' });

  const detail = await waitForEvent(page, 'monerium-error');

  const codes = { code: 'access_denied', oauthError: 'access_denied' };
  assert.deepEqual(detail, { ...codes, kind: 'cancelled', phase: 'authorize' });
  assert.equal(callbacks()[0]?.searchParams.get('error'), 'access_denied');
  assert.equal(await page.url(), redirectUri);
  await settle(page);
  assert.deepEqual(provider.tokenRequests, []);

  await clickConnect(page);
  // The provider remembers the login.
  assert.deepEqual(await walkPortal(page, { email: CANARY_EMAIL }), ['consent']);
  await waitForEvent(page, 'monerium-connected');
  assert.equal(provider.tokenRequests.length, 1);
  await world.finish(visitor, page);
});

test('a second redirect with one code fires no event, sends nothing and revokes no token', async () => {
  const visitor = await world.visit();
  const page = await connect(visitor);
  const callback = callbacks()[0]!.href;

  const second = await visitor.newPage();
  await second.goto(callback);
  await assertSilent(second);
  assert.equal(provider.tokenRequests.length, 1);
  // This provider revokes the tokens of a code that is used twice.
  await getAccessToken(page);
  assert.equal(provider.tokenRequests.length, 2);

  await page.goto(callback);
  await assertSilent(page);
  assert.equal(provider.tokenRequests.length, 2);
  await world.finish(visitor, page, second);
});
