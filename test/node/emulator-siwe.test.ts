// A wallet that signs in, before the emulator: nothing that Monerium documents is tolerated.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { buildSignInMessage } from '../../src/wallet/message.js';
import {
  API_V2,
  CHALLENGE,
  OWNERSHIP_SENTENCE,
  STATE,
  bodyOf,
  emulator,
  exchangeFields,
  get,
  issueCode,
  exchange,
  pageOf,
  post,
  signedBy,
  tokensOf,
  type Fields,
} from './emulator-fixture.js';

const CLIENT_ID = 'siwe-client';
const REDIRECT_URI = 'https://shop.example/back';
const OPTIONS = {
  appName: 'The Shop',
  redirectUri: REDIRECT_URI,
  privacyUrl: 'https://shop.example/privacy',
  termsUrl: 'https://shop.example/terms',
};
const { appName: name, privacyUrl, termsUrl } = OPTIONS;
emulator.registerClient({
  clientId: CLIENT_ID,
  redirectUris: [REDIRECT_URI],
  name,
  privacyUrl,
  termsUrl,
});

type Account = ReturnType<typeof privateKeyToAccount>;

/** The message of the element itself. */
function write(
  account: Account,
  changes: { now?: number; chainId?: number; domain?: string } = {},
) {
  const moment = { domain: 'shop.example', chainId: 10200, now: Date.now(), ...changes };
  return buildSignInMessage(OPTIONS, { address: account.address, ...moment });
}

function send(fields: Fields, path = '/auth'): Promise<Response> {
  const query = new URLSearchParams({
    client_id: CLIENT_ID,
    redirect_uri: REDIRECT_URI,
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    state: STATE,
    authentication_method: 'siwe',
    ...fields,
  });
  return fetch(`${emulator.url}${path}?${query.toString()}`, { redirect: 'manual' });
}

async function signIn(account: Account, message = write(account), fields: Fields = {}) {
  return send({ message, signature: await account.signMessage({ message }), ...fields });
}

function responseOf(response: Response): Fields {
  assert.equal(response.status, 302);
  const location = new URL(response.headers.get('location') ?? '');
  assert.equal(location.origin + location.pathname, REDIRECT_URI);
  return Object.fromEntries(location.searchParams);
}

async function linkBody(body: object, email = 'customer@example.com') {
  const { access } = await tokensOf(await exchange(issueCode(email)));
  const response = await fetch(`${emulator.url}/addresses`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${access}`,
      Accept: API_V2,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({ message: OWNERSHIP_SENTENCE, ...body }),
  });
  return { access, response };
}

/** An account that a customer has linked. */
async function createLinked(): Promise<Account> {
  const account = privateKeyToAccount(generatePrivateKey());
  const { response } = await linkBody(await signedBy(account));
  assert.equal(response.status, 201);
  return account;
}

describe('a sign-in by a wallet', () => {
  it('gives a customer who has linked it a code at once, which is good for tokens', async () => {
    const account = await createLinked();
    const { code = '', ...rest } = responseOf(await signIn(account));
    assert.deepEqual(rest, { state: STATE });
    const fields = exchangeFields(code, { client_id: CLIENT_ID, redirect_uri: REDIRECT_URI });
    const { access } = await tokensOf(await post(`${emulator.url}/auth/token`, fields));
    const context = await bodyOf(await get('/auth/context', access));
    assert.equal(context.email, 'customer@example.com');
    assert.equal((context.auth as { method: string }).method, 'siwe');
  });

  const flaws: [string, (message: string, account: Account) => string][] = [
    ['with CRLF', (message) => message.replaceAll('\n', '\r\n')],
    ['with a newline at its end', (message) => `${message}\n`],
    [
      'with a lower-case address',
      (message, { address }) => message.replace(address, address.toLowerCase()),
    ],
    ['of another domain', (message) => message.replace('shop.example wants', 'evil.example wants')],
    [
      'with another URI',
      (message) => message.replace(`URI: ${REDIRECT_URI}`, 'URI: https://evil.example/'),
    ],
    ['with another name', (message) => message.replace('Allow The Shop', 'Allow the shop')],
    ['without Expiration Time', (message) => message.replace(/Expiration Time: .*\n/, '')],
    ['without resources', (message) => message.replace(/\nResources:[^]*/, '')],
    ['with one resource more', (message) => `${message}\n- https://evil.example/`],
    [
      'with resources in another order',
      (message) => message.replace(/(- \S+privacy)\n(- \S+terms)/, '$2\n$1'),
    ],
    ['with another spelling of a resource', (message) => message.replace('/privacy', '/privacy/')],
    ['of an unknown chain', (message) => message.replace('Chain ID: 10200', 'Chain ID: 56')],
    ['that is none', () => 'hello'],
  ];
  for (const [label, spoil] of flaws) {
    it(`is refused with a message ${label}`, async () => {
      const account = await createLinked();
      const message = write(account);
      const spoilt = spoil(message, account);
      assert.notEqual(spoilt, message);
      const { error, state, code } = responseOf(await signIn(account, spoilt));
      assert.deepEqual([error, state, code], ['invalid_request', STATE, undefined]);
      assert.notEqual(responseOf(await signIn(account, message)).code, undefined);
    });
  }

  it('is refused without a message, and without a signature', async () => {
    const account = await createLinked();
    const message = write(account);
    for (const fields of [{ message }, { signature: await account.signMessage({ message }) }]) {
      const { error, code } = responseOf(await send(fields));
      assert.deepEqual([error, code], ['invalid_request', undefined]);
    }
  });

  it('#92 is refused for a message from the future or past its expiry, by the clock of the server', async () => {
    const account = await createLinked();
    for (const [ahead, isRight] of [
      [60_000, true],
      [119_000, true],
      [122_000, false],
      [-240_000, true],
      [-301_000, false],
      [3_600_000, false],
      [-3_600_000, false],
    ] as const) {
      const response = await signIn(account, write(account, { now: Date.now() + ahead }));
      assert.equal('code' in responseOf(response), isRight, `${ahead} ms ahead`);
    }
    emulator.configure({ siweSkewMs: -180_000 });
    assert.equal(responseOf(await signIn(account)).error, 'invalid_request');
  });

  it('#120 is refused with another signature, of another key or of a contract', async () => {
    const account = await createLinked();
    const message = write(account);
    const other = await privateKeyToAccount(generatePrivateKey()).signMessage({ message });
    const contract = `${account.address}${'00'.repeat(100)}`;
    for (const signature of [other, '0x', '', 'x', contract]) {
      assert.equal(responseOf(await send({ message, signature })).error, 'invalid_request');
    }
  });

  it('#128 takes a nonce once, also after a reset', async () => {
    const account = await createLinked();
    const message = write(account);
    assert.notEqual(responseOf(await signIn(account, message)).code, undefined);
    assert.equal(responseOf(await signIn(account, message)).error, 'invalid_request');
    emulator.reset();
    assert.equal(responseOf(await signIn(account, message)).error, 'invalid_request');
  });

  it('is refused beside the fields of a link, and for a client without addresses', async () => {
    const account = await createLinked();
    const mixed = await signIn(account, undefined, { address: account.address, chain: 'chiado' });
    assert.equal(responseOf(mixed).error, 'invalid_request');
    emulator.registerClient({ clientId: 'bare', name, redirectUris: [REDIRECT_URI] });
    const bare = await signIn(account, undefined, { client_id: 'bare' });
    assert.equal(responseOf(bare).error, 'invalid_request');
  });

  it('#142 shows the portal for a wallet that nobody has linked, or returns an error', async () => {
    const account = privateKeyToAccount(generatePrivateKey());
    const response = await signIn(account);
    assert.equal(response.status, 307);
    assert.equal((await pageOf(response)).step, 'signup');
    emulator.configure({ siweUnlinked: 'error' });
    const { error, state } = responseOf(await signIn(account));
    assert.deepEqual([error, state], ['invalid_request', STATE]);
    emulator.configure({ stateOnErrors: false });
    assert.deepEqual(Object.keys(responseOf(await signIn(account))), [
      'error',
      'error_description',
    ]);
  });

  it('finds a wallet on its own chain only', async () => {
    const account = await createLinked();
    const other = await signIn(account, write(account, { chainId: 11155111 }));
    assert.equal(other.status, 307);
    assert.notEqual(
      responseOf(await signIn(account, write(account, { chainId: 100 }))).code,
      undefined,
    );
  });
});

describe('a link to a wallet', () => {
  const contract = '0x5DA1EFC8dB7E32614d7ffb0B8b6bd86e85Ecc743';

  it('#123 is there at once for a contract that knows its signature', async () => {
    const signature = `${contract}${'ab'.repeat(260)}`;
    const { response } = await linkBody({ address: contract, chain: 'chiado', signature });
    assert.equal(response.status, 201);
    const strange = `0x${'ab'.repeat(280)}`;
    const refused = await linkBody({ address: contract, chain: 'chiado', signature: strange });
    assert.equal(refused.response.status, 400);
  });

  it('#123 comes later for a contract that signs on chain, and then has an IBAN', async () => {
    const body = { address: contract, chain: 'chiado', signature: '0x' };
    const { access, response } = await linkBody(body);
    assert.equal(response.status, 202);
    const list = async () => (await bodyOf(await get('/addresses', access))).addresses as unknown[];
    assert.equal((await list()).length, 1);
    const requested = await fetch(`${emulator.url}/ibans`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${access}`,
        Accept: API_V2,
        'Content-Type': 'application/json',
      },
      body: JSON.stringify({ address: contract, chain: 'chiado', emailNotifications: true }),
    });
    assert.equal(requested.status, 202);
    const { ibans } = await bodyOf(await get('/ibans', access));
    assert.equal((ibans as unknown[]).length, 1);
  });

  it('is not a step of the portal of 2026, where /auth ignores a wallet', async () => {
    emulator.configure({ walletStep: false });
    const account = privateKeyToAccount(generatePrivateKey());
    const fields = {
      ...(await signedBy(account)),
      authentication_method: '',
      response_type: 'code',
    };
    const { url } = await pageOf(await send({ ...fields, skip_kyc: 'true' }));
    const session = url.searchParams.get('session') ?? '';
    const next = await post(`${emulator.url}/portal/signup?session=${session}`, {
      email: 'new@b.example',
    });
    assert.match(next.headers.get('location') ?? '', /consent/);
    const { access } = await tokensOf(await exchange(issueCode('new@b.example')));
    assert.deepEqual((await bodyOf(await get('/addresses', access))).addresses, []);
  });
});
