import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, afterEach, before, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import * as sdk from '@monerium/sdk';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import {
  DEMO_CLIENT_ID,
  startEmulator,
  type Emulator,
  type Fault,
} from '../../demo/emulator/emulator.js';
import { isIban, randomIban } from '../../demo/emulator/iban.js';

const REDIRECT_URI = 'https://shop.example/back?shop=1';
const VERIFIER = 'v'.repeat(43);
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');
const STATE = 'mc1.state';
const OWNERSHIP_SENTENCE = 'I hereby declare that I am the address owner.';
const CLIENT = { clientId: DEMO_CLIENT_ID, name: 'The <b>Shop</b>', redirectUris: [REDIRECT_URI] };

let emulator: Emulator;
before(async () => {
  emulator = await startEmulator({ clients: [CLIENT] });
});
afterEach(() => emulator.reset());
after(() => emulator.close());

/** Takes the SDK's requests, which always name Monerium's host, to the emulator. */
const transport: sdk.Transport = async ({ url, method, headers, body }) => {
  const { pathname, search, origin } = new URL(url);
  assert.equal(origin, 'https://api.monerium.dev');
  const response = await fetch(emulator.url + pathname + search, {
    method,
    headers,
    ...(body !== undefined && { body }),
  });
  return { status: response.status, bodyText: await response.text() };
};

type Fields = Record<string, string>;

const authFields = (fields: Fields = {}): Fields => ({
  client_id: DEMO_CLIENT_ID,
  redirect_uri: REDIRECT_URI,
  response_type: 'code',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
  state: STATE,
  ...fields,
});

function authorize(fields?: Fields): Promise<Response> {
  const query = new URLSearchParams(authFields(fields));
  return fetch(`${emulator.url}/auth?${query.toString()}`, { redirect: 'manual' });
}

const post = (url: string | URL, fields: Fields = {}): Promise<Response> =>
  fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });

const issueCode = (email?: string): string =>
  emulator.issueCode({
    clientId: DEMO_CLIENT_ID,
    redirectUri: REDIRECT_URI,
    codeChallenge: CHALLENGE,
    ...(email && { email }),
  });

const exchange = (code: string, fields: Fields = {}): Promise<Response> =>
  post(`${emulator.url}/auth/token`, {
    grant_type: 'authorization_code',
    client_id: DEMO_CLIENT_ID,
    code,
    redirect_uri: REDIRECT_URI,
    code_verifier: VERIFIER,
    ...fields,
  });

const refresh = (refreshToken: string): Promise<Response> =>
  post(`${emulator.url}/auth/token`, {
    grant_type: 'refresh_token',
    client_id: DEMO_CLIENT_ID,
    refresh_token: refreshToken,
  });

const get = (path: string, accessToken: string): Promise<Response> =>
  fetch(emulator.url + path, { headers: { Authorization: `Bearer ${accessToken}` } });

async function bodyOf(response: Response): Promise<Record<string, unknown>> {
  const body: unknown = await response.json();
  assert.ok(typeof body === 'object' && body !== null);
  return Object.fromEntries(Object.entries(body));
}

const fieldsOf = (errors: unknown): string[] =>
  typeof errors === 'object' && errors !== null ? Object.keys(errors) : [];

async function tokensOf(response: Response): Promise<{ access: string; refresh: string }> {
  assert.equal(response.status, 200);
  const body = await bodyOf(response);
  return { access: String(body.access_token), refresh: String(body.refresh_token) };
}

/** The answer that a redirect carries to the application. */
function answerOf(response: Response): Fields {
  assert.equal(response.status, 302);
  const location = response.headers.get('location') ?? '';
  assert.ok(location.startsWith(`${REDIRECT_URI}&`), location);
  return Object.fromEntries(new URLSearchParams(location.slice(REDIRECT_URI.length + 1)));
}

/** The portal's page that a redirect leads to. */
async function pageOf(redirect: Response): Promise<{ url: URL; step: string; text: string }> {
  const location = redirect.headers.get('location') ?? '';
  const response = await fetch(new URL(location, emulator.url));
  assert.equal(response.status, 200);
  const text = await response.text();
  const [, step = ''] = /<body data-step="(\w+)"/.exec(text) ?? [];
  return { url: new URL(response.url), step, text };
}

async function signedBy(account: ReturnType<typeof privateKeyToAccount>, chain = 'chiado') {
  const signature = await account.signMessage({ message: OWNERSHIP_SENTENCE });
  return { address: account.address, chain, signature };
}

const newWallet = (chain?: string) => signedBy(privateKeyToAccount(generatePrivateKey()), chain);

/** Waits for the emulator to have received something, however long the machine takes. */
async function received(target: Emulator, path: string) {
  for (;;) {
    const request = target.requests.find((candidate) => candidate.path === path);
    if (request) return request;
    await turn();
  }
}

describe('the authorization endpoint', () => {
  const refusedHere: [string, Fields, string][] = [
    ['an unknown client', { client_id: '00000000-0000-0000-0000-000000000000' }, 'client_id'],
    [
      'a redirect URI with one more character',
      { redirect_uri: `${REDIRECT_URI}/` },
      'redirect_uri',
    ],
    ['a missing redirect URI', { redirect_uri: '' }, 'redirect_uri'],
  ];
  for (const [what, fields, field] of refusedHere) {
    it(`answers ${what} with 400 and sends the customer nowhere`, async () => {
      const response = await authorize(fields);
      assert.equal(response.status, 400);
      assert.equal(response.headers.get('location'), null);
      const body = await bodyOf(response);
      assert.deepEqual(Object.keys(body), ['code', 'status', 'message', 'errors']);
      assert.equal(body.status, 'Bad Request');
      assert.deepEqual(fieldsOf(body.errors), [field]);
    });
  }

  const refusedThere: [string, Fields, string][] = [
    ['a missing code challenge', { code_challenge: '' }, 'invalid_request'],
    ['the plain method', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['a missing method', { code_challenge_method: '' }, 'invalid_request'],
    ['a challenge of the wrong length', { code_challenge: 'short' }, 'invalid_request'],
    ['a missing response type', { response_type: '' }, 'invalid_request'],
    ['another response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['an unknown auth mode', { auth_mode: 'register' }, 'invalid_request'],
    ['a wallet without signature', { address: '0x0', chain: 'chiado' }, 'invalid_request'],
  ];
  for (const [what, fields, error] of refusedThere) {
    it(`tells the application of ${what}`, async () => {
      const { error_description, ...answer } = answerOf(await authorize(fields));
      assert.deepEqual(answer, { error, state: STATE });
      assert.ok(error_description);
    });
  }

  it('tells the application of a parameter that is there twice', async () => {
    const query = new URLSearchParams(authFields());
    query.append('email', 'a@example.com');
    query.append('email', 'b@example.com');
    const url = `${emulator.url}/auth?${query.toString()}`;
    const { error } = answerOf(await fetch(url, { redirect: 'manual' }));
    assert.equal(error, 'invalid_request');
  });

  it('leaves the state out of errors when told so', async () => {
    emulator.configure({ stateOnErrors: false });
    const answer = answerOf(await authorize({ code_challenge: '' }));
    assert.deepEqual(Object.keys(answer), ['error', 'error_description']);
  });

  it('takes a form post as it takes a query', async () => {
    const response = await post(`${emulator.url}/auth`, authFields({ auth_mode: 'login' }));
    assert.equal(response.status, 307);
    const location = new URL(response.headers.get('location') ?? '', emulator.url);
    const start = await post(location, authFields());
    assert.equal(start.status, 303);
    assert.equal((await pageOf(start)).step, 'login');
  });

  it('starts with the screen and the e-mail address that were asked for', async () => {
    const page = await pageOf(await authorize({ auth_mode: 'login', email: '"a"@example.com' }));
    assert.equal(page.step, 'login');
    assert.match(page.text, /value="&quot;a&quot;@example.com"/);
    assert.equal((await pageOf(await authorize())).step, 'signup');
  });

  it('refuses a wallet whose signature is of another key', async () => {
    const [mine, other] = [await newWallet(), await newWallet()];
    const answer = answerOf(await authorize({ ...mine, signature: other.signature }));
    assert.equal(answer.error, 'invalid_request');
  });

  it('refuses a signature that is no signature, and a chain that is none', async () => {
    const wallet = await newWallet();
    for (const flaw of [{ signature: '0x00' }, { signature: 'no' }, { chain: 'noble' }]) {
      assert.equal(answerOf(await authorize({ ...wallet, ...flaw })).error, 'invalid_request');
    }
  });

  it('sends the opener policy with itself and the portal only when switched on', async () => {
    const policyOf = (response: Response) => response.headers.get('cross-origin-opener-policy');
    assert.equal(policyOf(await authorize()), null);
    emulator.configure({ coop: 'same-origin' });
    const redirect = await authorize();
    assert.equal(policyOf(redirect), 'same-origin');
    const { url } = await pageOf(redirect);
    assert.equal(policyOf(await fetch(url)), 'same-origin');
  });
});

describe('the portal', () => {
  const continueWith = async (url: URL, fields: Fields) => pageOf(await post(url, fields));

  async function walkToConsent(fields: Fields = {}): Promise<URL> {
    const signup = await pageOf(await authorize({ email: 'new@example.com', ...fields }));
    const kyc = await continueWith(signup.url, { email: 'new@example.com' });
    assert.equal(kyc.step, 'kyc');
    const identity = { name: 'Ann <i>Example</i>', birthday: '1990-12-31', terms: 'accepted' };
    const wallet = await continueWith(kyc.url, identity);
    assert.equal(wallet.step, 'wallet');
    const iban = await continueWith(wallet.url, await newWallet());
    assert.equal(iban.step, 'iban');
    const consent = await continueWith(iban.url, {});
    assert.equal(consent.step, 'consent');
    return consent.url;
  }

  it('leads a new customer through every step to a code that buys tokens', async () => {
    const answer = answerOf(await post(await walkToConsent(), { decision: 'allow' }));
    assert.deepEqual(Object.keys(answer), ['code', 'state']);
    assert.equal(answer.state, STATE);
    assert.match(answer.code ?? '', /^code_[\w-]{22,}$/);
    const { access } = await tokensOf(await exchange(answer.code ?? ''));
    const context = await bodyOf(await get('/auth/context', access));
    assert.equal(context.name, 'Ann <i>Example</i>');
    assert.equal(context.email, 'new@example.com');
  });

  it('asks a known customer for consent alone', async () => {
    await walkToConsent();
    const login = await pageOf(await authorize({ auth_mode: 'login' }));
    assert.equal((await continueWith(login.url, { email: 'New@Example.com' })).step, 'consent');
  });

  it('skips KYC and the wallet that the application vouched for', async () => {
    const wallet = await newWallet('gnosis');
    const page = await pageOf(await authorize({ skip_kyc: 'true', ...wallet }));
    const iban = await continueWith(page.url, { email: 'b@example.com' });
    assert.equal(iban.step, 'iban');
    assert.ok(iban.text.includes(wallet.address));
    assert.match(iban.text, /chiado/);
  });

  it('answers a refusal with access_denied and a failure with server_error', async () => {
    const consent = await walkToConsent();
    const refused = answerOf(await post(consent, { decision: 'refuse' }));
    assert.equal(refused.error, 'access_denied');
    assert.equal(refused.state, STATE);
    emulator.configure({ stateOnErrors: false });
    const failed = answerOf(await post(consent, { decision: 'fail' }));
    assert.equal(failed.error, 'server_error');
    assert.equal('state' in failed, false);
  });

  it('issues a fresh code for each consent', async () => {
    const consent = await walkToConsent();
    const first = answerOf(await post(consent, { decision: 'allow' }));
    const second = answerOf(await post(consent, { decision: 'allow' }));
    assert.notEqual(first.code, second.code);
  });

  it('says what is wrong with a form and keeps what was filled in', async () => {
    const signup = await pageOf(await authorize({}));
    const { url } = await continueWith(signup.url, { email: 'c@example.com' });
    const response = await post(url, { name: 'Ann "A" <b>', birthday: '31.12.1990', terms: 'on' });
    assert.equal(response.status, 400);
    const text = await response.text();
    assert.match(text, /role="alert"[^<]*birthday/i);
    assert.ok(text.includes('value="Ann &quot;A&quot; &lt;b&gt;"'));
  });

  it('does not log an unknown customer in', async () => {
    const login = await pageOf(await authorize({ auth_mode: 'login' }));
    const response = await post(login.url, { email: 'nobody@example.com' });
    assert.equal(response.status, 400);
    assert.match(await response.text(), /data-step="login"/);
  });

  it('does not let a step be jumped over', async () => {
    const signup = await pageOf(await authorize());
    const consent = new URL(signup.url);
    consent.pathname = '/portal/consent';
    assert.equal((await continueWith(consent, { decision: 'allow' })).step, 'signup');
  });

  it('refuses a wallet that another key signed for', async () => {
    const signup = await pageOf(await authorize({ skip_kyc: 'true' }));
    const { url } = await continueWith(signup.url, { email: 'd@example.com' });
    const [mine, other] = [await newWallet(), await newWallet()];
    const response = await post(url, { ...mine, signature: other.signature });
    assert.equal(response.status, 400);
    assert.match(await response.text(), /data-step="wallet"/);
  });

  it('escapes the name of the application and says that it is an emulator', async () => {
    const text = await (await fetch(await walkToConsent())).text();
    assert.ok(text.includes('The &lt;b&gt;Shop&lt;/b&gt;'));
    assert.match(text, /<title>[^<]*emulator/);
    assert.equal(text.match(/<h1>/g)?.length, 1);
  });

  it('serves its style and a wallet script without imports', async () => {
    assert.equal((await fetch(`${emulator.url}/portal/style.css`)).status, 200);
    const script = await fetch(`${emulator.url}/portal/wallet.js`);
    assert.match(await script.text(), /I hereby declare that I am the address owner\./);
  });

  it('offers IBANs with a right checksum', () => {
    const iban = randomIban();
    assert.ok(isIban(iban));
    const wrong = iban.slice(0, -1) + String((Number(iban.slice(-1)) + 1) % 10);
    assert.equal(isIban(wrong), false);
  });
});

describe('the token endpoint', () => {
  it('answers with recognisable tokens that must not be stored', async () => {
    const response = await exchange(issueCode());
    assert.equal(response.headers.get('cache-control'), 'no-store');
    const body = await bodyOf(response);
    assert.match(String(body.access_token), /^access_[\w-]{22,}$/);
    assert.match(String(body.refresh_token), /^refresh_[\w-]{22,}$/);
    assert.equal(body.token_type, 'Bearer');
    assert.equal(body.expires_in, 3600);
    assert.ok(body.profile && body.userId);
  });

  it('leaves out the ids and the life of the token when told so', async () => {
    emulator.configure({ idsInToken: false, expiresIn: null });
    const body = await bodyOf(await exchange(issueCode()));
    assert.deepEqual(Object.keys(body), ['access_token', 'token_type', 'refresh_token']);
    emulator.configure({ expiresIn: '60' });
    assert.equal((await bodyOf(await exchange(issueCode()))).expires_in, '60');
  });

  const refusals: [string, Fields, string][] = [
    ['another verifier', { code_verifier: 'w'.repeat(43) }, 'code_verifier'],
    ['a short verifier', { code_verifier: 'v' }, 'code_verifier'],
    ['another redirect URI', { redirect_uri: 'https://shop.example/back' }, 'redirect_uri'],
    ['an unknown client', { client_id: 'nobody' }, 'client_id'],
    ['an unknown code', { code: 'code_unknown' }, 'code'],
    ['a missing code', { code: '' }, 'code'],
    ['another grant type', { grant_type: 'password' }, 'grant_type'],
  ];
  for (const [what, fields, field] of refusals) {
    it(`refuses ${what}, and the code stays good`, async () => {
      const code = issueCode();
      const response = await exchange(code, fields);
      assert.equal(response.status, 400);
      const body = await bodyOf(response);
      assert.equal(body.code, 400);
      assert.deepEqual(fieldsOf(body.errors), [field]);
      assert.equal((await exchange(code)).status, 200);
    });
  }

  it("refuses another client's code", async () => {
    emulator.registerClient({ clientId: 'other', name: 'Other', redirectUris: [REDIRECT_URI] });
    assert.equal((await exchange(issueCode(), { client_id: 'other' })).status, 400);
  });

  it("speaks OAuth's errors when told so", async () => {
    emulator.configure({ oauthErrors: true });
    const response = await exchange('code_unknown');
    assert.equal(response.status, 400);
    const body = await bodyOf(response);
    assert.deepEqual(Object.keys(body), ['error', 'error_description']);
    assert.equal(body.error, 'invalid_grant');
  });

  it('refuses an expired code', async () => {
    const code = issueCode();
    emulator.configure({ codeLifetimeMs: 0 });
    assert.equal((await exchange(code)).status, 400);
    emulator.configure({ codeLifetimeMs: 60_000 });
    assert.equal((await exchange(code)).status, 200);
  });

  it('revokes the tokens of a code that is used twice', async () => {
    const code = issueCode();
    const { access, refresh: refreshToken } = await tokensOf(await exchange(code));
    assert.equal((await get('/auth/context', access)).status, 200);
    assert.equal((await exchange(code)).status, 400);
    assert.equal((await get('/auth/context', access)).status, 401);
    assert.equal((await refresh(refreshToken)).status, 400);
  });

  it('rotates refresh tokens', async () => {
    const first = await tokensOf(await exchange(issueCode()));
    const second = await tokensOf(await refresh(first.refresh));
    const third = await tokensOf(await refresh(second.refresh));
    assert.equal(new Set([first.refresh, second.refresh, third.refresh]).size, 3);
    assert.equal((await get('/auth/context', third.access)).status, 200);
  });

  it('revokes the whole family when a dead refresh token is used', async () => {
    const first = await tokensOf(await exchange(issueCode()));
    const second = await tokensOf(await refresh(first.refresh));
    assert.equal((await refresh(first.refresh)).status, 400);
    assert.equal((await refresh(second.refresh)).status, 400);
    assert.equal((await get('/auth/context', second.access)).status, 401);
  });

  it('takes nothing but a form', async () => {
    const response = await fetch(`${emulator.url}/auth/token`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    });
    assert.equal(response.status, 415);
  });

  it('uses the code up before a delayed answer', async () => {
    const own = await startEmulator({ clients: [CLIENT] });
    const code = own.issueCode({
      clientId: DEMO_CLIENT_ID,
      redirectUri: REDIRECT_URI,
      codeChallenge: CHALLENGE,
    });
    const fields = { grant_type: 'authorization_code', client_id: DEMO_CLIENT_ID, code };
    const body = { ...fields, redirect_uri: REDIRECT_URI, code_verifier: VERIFIER };
    own.configure({ delayMs: 3_600_000 });
    const delayed = assert.rejects(post(`${own.url}/auth/token`, body));
    const request = await received(own, '/auth/token');
    own.configure({ delayMs: 0 });
    assert.equal((await post(`${own.url}/auth/token`, body)).status, 400);
    assert.equal(request.status, undefined);
    await own.close();
    await delayed;
  });
});

describe('a fault', () => {
  const answers: [Fault, number, string | null][] = [
    ['rate-limit', 429, '7'],
    ['unavailable', 503, '7'],
    ['server-error', 500, null],
    ['unauthorized', 401, null],
    ['not-found', 404, null],
    ['empty', 204, null],
    ['html', 200, null],
  ];
  for (const [fault, status, retryAfter] of answers) {
    it(`answers ${status} for ${fault} at both endpoints, readable for pages`, async () => {
      const { access } = await tokensOf(await exchange(issueCode()));
      emulator.configure({ token: fault, context: fault });
      for (const response of [await exchange(issueCode()), await get('/auth/context', access)]) {
        assert.equal(response.status, status);
        assert.equal(response.headers.get('retry-after'), retryAfter);
        assert.equal(response.headers.get('access-control-allow-origin'), '*');
        assert.equal(response.headers.get('access-control-expose-headers'), 'Retry-After');
        if (status >= 400) assert.equal((await bodyOf(response)).code, status);
      }
    });
  }

  it('does not use the code up', async () => {
    const code = issueCode();
    emulator.configure({ token: 'unavailable' });
    await exchange(code);
    emulator.configure({ token: 'none' });
    assert.equal((await exchange(code)).status, 200);
  });

  it('answers html with a page', async () => {
    emulator.configure({ token: 'html' });
    const response = await exchange('code');
    assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
  });

  it('hides or changes Retry-After when told so', async () => {
    emulator.configure({ token: 'rate-limit', retryAfter: 'soon', exposeRetryAfter: false });
    const response = await exchange('code');
    assert.equal(response.headers.get('retry-after'), 'soon');
    assert.equal(response.headers.get('access-control-expose-headers'), null);
  });

  it('redirects with 307 to the address of the switch', async () => {
    emulator.configure({ token: 'redirect', redirectTo: 'https://elsewhere.example/token' });
    const response = await exchange('code');
    assert.equal(response.status, 307);
    assert.equal(response.headers.get('location'), 'https://elsewhere.example/token');
  });

  it('drips a byte at a time after the headers', async () => {
    emulator.configure({ token: 'drip' });
    const response = await exchange('code');
    assert.equal(response.headers.get('content-type'), 'application/json');
    const reader = response.body?.getReader();
    assert.ok(reader);
    const first = await reader.read();
    assert.equal(new TextDecoder().decode(first.value), '{');
    const second = await reader.read();
    assert.equal(second.done, false);
    await reader.cancel();
  });

  it('sends an endless body until the client goes away', async () => {
    emulator.configure({ token: 'endless' });
    const reader = (await exchange('code')).body?.getReader();
    assert.ok(reader);
    let size = 0;
    while (size < 5_000_000) {
      const { value, done } = await reader.read();
      assert.equal(done, false);
      size += value?.length ?? 0;
    }
    await reader.cancel();
    assert.equal((await get('/auth/context', 'none')).status, 401);
  });

  it('resets the connection after the request was recorded, once', async () => {
    emulator.configure({ token: 'reset' });
    await assert.rejects(exchange('code'), (error: Error) => {
      assert.ok(error.cause instanceof Error && 'code' in error.cause);
      assert.equal(error.cause.code, 'ECONNRESET');
      return true;
    });
    assert.equal(emulator.tokenRequests().length, 1);
  });

  it('hangs until the emulator is closed', async () => {
    const own = await startEmulator();
    own.configure({ token: 'hang' });
    const hanging = assert.rejects(post(`${own.url}/auth/token`));
    const request = await received(own, '/auth/token');
    assert.equal((await fetch(`${own.url}/auth/context`)).status, 401);
    assert.equal(request.status, undefined);
    await own.close();
    await hanging;
  });
});

describe('CORS', () => {
  const preflight = (path: string) => fetch(emulator.url + path, { method: 'OPTIONS' });
  const allowed = (response: Response) => response.headers.get('access-control-allow-origin');

  it('lets pages of any origin call the API but not navigate by script', async () => {
    for (const path of ['/auth/token', '/auth/context', '/profiles', '/orders/x', '/addresses']) {
      const response = await preflight(path);
      assert.equal(response.status, 204);
      assert.equal(allowed(response), '*');
      const headers = response.headers.get('access-control-allow-headers');
      assert.equal(headers, 'authorization, content-type, accept');
    }
    assert.equal(allowed(await authorize()), null);
  });

  it('sends no CORS header when it is off, and the code is used up all the same', async () => {
    emulator.configure({ cors: false });
    const code = issueCode();
    const response = await exchange(code);
    assert.equal(response.status, 200);
    for (const answer of [response, await preflight('/auth/context')]) {
      assert.doesNotMatch([...answer.headers.keys()].join(), /access-control/);
    }
    assert.equal((await preflight('/auth/context')).ok, false);
    assert.equal((await exchange(code)).status, 400);
  });
});

describe("Monerium's own SDK", () => {
  async function connect(email?: string): Promise<sdk.BearerProfile> {
    return sdk.authorizationCodeGrant({
      clientId: DEMO_CLIENT_ID,
      redirectUri: REDIRECT_URI,
      code: issueCode(email),
      codeVerifier: VERIFIER,
      transport,
    });
  }

  const clientOf = ({ access_token }: sdk.BearerProfile) =>
    sdk.createMoneriumClient({ accessToken: access_token, transport });

  it('builds an authorization URL that leads to the portal', async () => {
    const codeVerifier = sdk.randomPKCECodeVerifier();
    const url = sdk.buildAuthorizationUrl({
      clientId: DEMO_CLIENT_ID,
      redirectUri: REDIRECT_URI,
      codeChallenge: sdk.calculatePKCECodeChallenge(codeVerifier),
      state: STATE,
      email: 'sdk@example.com',
      skipKyc: true,
      ...(await newWallet()),
    });
    const local = url.replace('https://api.monerium.dev', emulator.url);
    const signup = await pageOf(await fetch(local, { redirect: 'manual' }));
    const iban = await pageOf(await post(signup.url, { email: 'sdk@example.com' }));
    const consent = await pageOf(await post(iban.url));
    const done = await post(consent.url, { decision: 'allow' });
    const { code = '', state } = sdk.parseAuthorizationResponse(done.headers.get('location') ?? '');
    assert.equal(state, STATE);
    const grant = { clientId: DEMO_CLIENT_ID, redirectUri: REDIRECT_URI, transport };
    const tokens = await sdk.authorizationCodeGrant({ ...grant, code, codeVerifier });
    const { ibans } = await clientOf(tokens).getIbans();
    assert.deepEqual(
      ibans.map(({ profile, state: of, chain }) => ({ profile, of, chain })),
      [{ profile: tokens.profile, of: sdk.AccountState.approved, chain: 'chiado' }],
    );
  });

  it('redeems a code, refreshes and reads who the customer is', async () => {
    const first = await connect('ann@example.com');
    const second = await sdk.refreshTokenGrant({
      clientId: DEMO_CLIENT_ID,
      refreshToken: first.refresh_token,
      transport,
    });
    assert.notEqual(second.refresh_token, first.refresh_token);
    const context = await clientOf(second).getAuthContext();
    assert.equal(context.email, 'ann@example.com');
    assert.equal(context.userId, first.userId);
    assert.equal(context.defaultProfile, first.profile);
    assert.deepEqual(
      context.profiles.map(({ id }) => id),
      [first.profile],
    );
    assert.equal(emulator.tokenRequests().length, 1);
    assert.equal(emulator.refreshRequests().length, 1);
  });

  it("reads the customer's own profile and nobody else's", async () => {
    const [ann, bob] = [await connect('ann@example.com'), await connect('bob@example.com')];
    const { profiles } = await clientOf(ann).getProfiles();
    assert.deepEqual(
      profiles.map(({ id, state }) => [id, state]),
      [[ann.profile, sdk.ProfileState.approved]],
    );
    assert.equal((await clientOf(ann).getProfile(ann.profile)).name, 'ann');
    await assert.rejects(clientOf(ann).getProfile(bob.profile), { code: 404 });
    const none = await clientOf(ann).getProfiles({ state: sdk.ProfileState.blocked });
    assert.deepEqual(none.profiles, []);
  });

  it('understands the errors', async () => {
    await assert.rejects(
      sdk.refreshTokenGrant({ clientId: DEMO_CLIENT_ID, refreshToken: 'x', transport }),
      (error) => error instanceof sdk.MoneriumApiError && error.code === 400,
    );
    const stranger = sdk.createMoneriumClient({ accessToken: 'access_unknown', transport });
    await assert.rejects(stranger.getAuthContext(), { code: 401, status: 'Unauthorized' });
  });

  async function order(account: ReturnType<typeof privateKeyToAccount>): Promise<sdk.NewOrder> {
    const iban = randomIban();
    const message = sdk.placeOrderMessage('1.00', sdk.Currency.eur, iban);
    return {
      amount: '1.00',
      currency: sdk.Currency.eur,
      address: account.address,
      chain: 'chiado',
      counterpart: {
        identifier: { standard: sdk.PaymentStandard.iban, iban },
        details: { firstName: 'Bob', lastName: 'Example', country: 'EE' },
      },
      message,
      signature: await account.signMessage({ message }),
    };
  }

  it('links a wallet and places an order that the wallet signed', async () => {
    const account = privateKeyToAccount(generatePrivateKey());
    const client = clientOf(await connect());
    const linked = await client.linkAddress({ ...(await signedBy(account)), chain: 10200 });
    assert.equal(linked.address, account.address);
    const { addresses } = await client.getAddresses({ chain: 'gnosis' });
    assert.deepEqual(
      addresses.map(({ address, chains }) => [address, chains]),
      [[account.address, ['chiado']]],
    );
    assert.deepEqual((await client.getAddress(account.address)).chains, ['chiado']);
    const placed = await client.placeOrder(await order(account));
    assert.ok('id' in placed);
    assert.equal(placed.state, sdk.OrderState.placed);
    assert.deepEqual(await client.getOrder(placed.id), placed);
    assert.deepEqual((await client.getOrders()).orders, [placed]);
  });

  it('is refused an order that differs from what was signed, or from a foreign wallet', async () => {
    const account = privateKeyToAccount(generatePrivateKey());
    const client = clientOf(await connect());
    const good = await order(account);
    await assert.rejects(client.placeOrder(good), /not linked/);
    await client.linkAddress({ ...(await signedBy(account)) });
    await assert.rejects(client.placeOrder({ ...good, amount: '2.00' }), /differs/);
    const later = good.message.replace('1.00', '1.00 ');
    await assert.rejects(client.placeOrder({ ...good, message: later }), { code: 400 });
    const other = await order(privateKeyToAccount(generatePrivateKey()));
    const forged = { ...good, signature: other.signature };
    await assert.rejects(client.placeOrder(forged), /does not match/);
    await client.placeOrder(good);
  });

  it('is refused a wallet for which somebody else signed', async () => {
    const client = clientOf(await connect());
    const [mine, other] = [await newWallet(), await newWallet()];
    await assert.rejects(client.linkAddress({ ...mine, signature: other.signature }), {
      code: 400,
    });
    const { profile } = await connect('bob@example.com');
    await assert.rejects(client.linkAddress({ ...mine, profile }), { code: 403 });
  });
});

describe('the record and the controls', () => {
  it('records requests with their query, headers and body', async () => {
    await authorize();
    await exchange('code_unknown');
    const [first, second] = emulator.requests;
    assert.equal(first?.path, '/auth');
    assert.equal(first?.query.state, STATE);
    assert.equal(first?.status, 307);
    assert.equal(second?.method, 'POST');
    assert.match(second?.headers['content-type'] ?? '', /urlencoded/);
    assert.equal(new URLSearchParams(second?.body).get('code'), 'code_unknown');
  });

  const control = (path: string, body?: unknown) =>
    fetch(`${emulator.url}/emulator/${path}`, {
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });

  it('steers by HTTP without being recorded', async () => {
    const client = { clientId: 'by-http', name: 'By HTTP', redirectUris: [REDIRECT_URI] };
    assert.equal((await control('clients', client)).status, 201);
    assert.equal((await control('switches', { token: 'server-error' })).status, 200);
    assert.equal((await exchange('code')).status, 500);
    assert.equal((await authorize({ client_id: 'by-http' })).status, 307);
    const recorded: unknown = await (await control('requests')).json();
    assert.deepEqual(recorded, structuredClone(emulator.requests));
    assert.equal(emulator.requests.length, 2);
    assert.equal((await control('reset', {})).status, 204);
    assert.equal(emulator.requests.length, 0);
    assert.equal((await exchange('code')).status, 400);
    assert.equal((await authorize({ client_id: 'by-http' })).status, 307);
  });

  it('refuses switches that it does not have', async () => {
    const wrong = [{ tokens: 'hang' }, { token: 'explode' }, { delayMs: -1 }, [], { cors: 1 }];
    for (const switches of wrong) {
      assert.equal((await control('switches', switches)).status, 400);
    }
    assert.equal((await control('clients', { clientId: 'x' })).status, 400);
  });

  it('forgets customers and tokens on reset', async () => {
    const { access } = await tokensOf(await exchange(issueCode()));
    emulator.reset();
    assert.equal((await get('/auth/context', access)).status, 401);
  });

  it('issues no code for a client or redirect URI that is not registered', () => {
    const options = { clientId: DEMO_CLIENT_ID, redirectUri: REDIRECT_URI, codeChallenge: '' };
    assert.throws(() => emulator.issueCode({ ...options, clientId: 'nobody' }), /not known/);
    assert.throws(() => emulator.issueCode({ ...options, redirectUri: 'x' }), /not known/);
  });

  it('says when its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    assert.ok(port);
    await assert.rejects(startEmulator({ port }), { code: 'EADDRINUSE' });
    other.close();
  });
});
