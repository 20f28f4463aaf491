import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as sdk from '@monerium/sdk';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { DEMO_CLIENT_ID } from '../../src/testing/emulator/emulator.js';
import { randomIban } from '../../src/testing/emulator/iban.js';
import {
  API_V2,
  REDIRECT_URI,
  STATE,
  VERIFIER,
  emulator,
  exchange,
  exchangeFields,
  get,
  issueCode,
  newWallet,
  pageOf,
  post,
  signedBy,
  tokensOf,
  transport,
} from './emulator-fixture.js';

describe('the API', () => {
  const paths = ['/auth/context', '/profiles', '/addresses', '/ibans', '/orders'];
  const otherTypes = ['*/*', 'application/json', 'application/vnd.monerium.api-v1+json'];
  for (const path of paths) {
    it(`requires version 2 in the Accept header of ${path}`, async () => {
      const { access } = await tokensOf(await exchange(issueCode()));
      for (const type of otherTypes) assert.equal((await get(path, access, type)).status, 406);
      for (const type of [API_V2, `text/html;q=0.5, ${API_V2.toUpperCase()};q=0.9`]) {
        assert.equal((await get(path, access, type)).status, 200);
      }
    });
  }

  it('has nothing of other profiles, and no address that is not linked', async () => {
    const { access } = await tokensOf(await exchange(issueCode()));
    const { address } = await newWallet();
    assert.deepEqual(await (await get('/addresses?profile=other', access)).json(), {
      addresses: [],
    });
    assert.equal((await get(`/addresses/${address}`, access)).status, 404);
    const requestIban = async (wanted: string) => {
      const response = await fetch(`${emulator.url}/ibans`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${access}`, Accept: API_V2 },
        body: JSON.stringify({ address: wanted, chain: 'chiado' }),
      });
      assert.equal(response.status, 400);
      return response.text();
    };
    assert.match(await requestIban(address), /The address is not linked/);
    assert.match(await requestIban('0x1'), /"address":/);
  });

  it('needs no version at the token endpoint', async () => {
    const response = await fetch(`${emulator.url}/auth/token`, {
      method: 'POST',
      headers: { Accept: 'text/html' },
      body: new URLSearchParams(exchangeFields(issueCode())),
    });
    assert.equal(response.status, 200);
  });

  it('requires an access token, and not in the query', async () => {
    const { access } = await tokensOf(await exchange(issueCode()));
    for (const path of ['/auth/context', `/auth/context?access_token=${access}`]) {
      const response = await fetch(emulator.url + path, { headers: { Accept: API_V2 } });
      assert.equal(response.status, 401);
      assert.equal(response.headers.get('www-authenticate'), 'Bearer');
    }
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
    const done = await post(consent.url, { decision: 'approve' });
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
    assert.ok('id' in placed, 'no order');
    assert.equal(placed.state, sdk.OrderState.placed);
    assert.deepEqual(await client.getOrder(placed.id), placed);
    assert.deepEqual((await client.getOrders()).orders, [placed]);
  });

  it('gets the reason when an order is unknown, or of another currency', async () => {
    const account = privateKeyToAccount(generatePrivateKey());
    const client = clientOf(await connect());
    await client.linkAddress({ ...(await signedBy(account)), chain: 10200 });
    await assert.rejects(client.getOrder('unknown'), { code: 404 });
    const wrong = { ...(await order(account)), currency: sdk.Currency.usd };
    const errors = { currency: 'The currency must be eur' };
    await assert.rejects(client.placeOrder(wrong), { code: 400, errors });
    assert.deepEqual((await client.getOrders()).orders, []);
  });

  it('reads the balance of a wallet that is linked, which is 0', async () => {
    const account = privateKeyToAccount(generatePrivateKey());
    const client = clientOf(await connect());
    await client.linkAddress({ ...(await signedBy(account)), chain: 10200 });
    const { address, chain, balances } = await client.getBalances(account.address, 'gnosis');
    assert.deepEqual([address, chain], [account.address, 'chiado']);
    assert.deepEqual(balances, [{ currency: 'eur', amount: '0' }]);
    const both = [sdk.Currency.eur, sdk.Currency.usd];
    const inBoth = await client.getBalances(account.address, 'chiado', both);
    assert.deepEqual(
      inBoth.balances.map(({ currency }) => currency),
      both,
    );
    await assert.rejects(client.getBalances(account.address, 'sepolia'), { code: 404 });
    const stranger = clientOf(await connect('bob@example.com'));
    await assert.rejects(stranger.getBalances(account.address, 'chiado'), { code: 404 });
    const none = 'none' as sdk.Currency;
    await assert.rejects(client.getBalances(account.address, 'chiado', none), { code: 400 });
  });

  it('is refused an order that differs from the signed message, or by an unlinked wallet', async () => {
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

  it('is refused a wallet that somebody else signed', async () => {
    const client = clientOf(await connect());
    const [mine, other] = [await newWallet(), await newWallet()];
    await assert.rejects(client.linkAddress({ ...mine, signature: other.signature }), {
      code: 400,
    });
    const { profile } = await connect('bob@example.com');
    await assert.rejects(client.linkAddress({ ...mine, profile }), { code: 403 });
  });
});
