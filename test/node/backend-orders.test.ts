// A customer with a wallet, whose backend links it and sends an order from it.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { constants, Currency, placeOrderMessage } from '@monerium/sdk';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { assertRefused, Site } from './backend-fixture.js';

const site = new Site();
const wallet = privateKeyToAccount(generatePrivateKey());
const CHAIN = 'chiado';

before(() => site.start());
afterEach(() => {
  site.emulator.reset();
  site.log.length = 0;
});
after(() => site.close());

const post = (path: 'wallet' | 'orders', body: unknown, Cookie: string, more = {}) =>
  site.post(`/customer/${path}`, body, { Cookie, ...more });

/** What `proveWallet()` of the element resolves with. */
async function prove() {
  const message = constants.LINK_MESSAGE;
  const signature = await wallet.signMessage({ message });
  return { address: wallet.address, chain: CHAIN, message, signature };
}

async function signOrder(iban: string) {
  const message = placeOrderMessage('1.00', Currency.eur, iban);
  const signature = await wallet.signMessage({ message });
  return { address: wallet.address, chain: CHAIN, amount: '1.00', iban, message, signature };
}

async function link(cookie: string): Promise<Record<string, string>> {
  const linked = await post('wallet', await prove(), cookie);
  assert.equal(linked.status, 200, await linked.clone().text());
  return (await linked.json()) as Record<string, string>;
}

describe('the demo backend, for a customer with a wallet,', () => {
  it('links it, requests an IBAN for it, and sends an order from it', async () => {
    const cookie = await site.signIn();
    const { address, state, iban = '' } = await link(cookie);
    assert.deepEqual([address, state], [wallet.address, 'linked']);
    assert.match(iban, /^[A-Z]{2}\d\d/);
    const placed = await post('orders', await signOrder(iban), cookie);
    assert.equal(placed.status, 200);
    assert.equal(((await placed.json()) as Record<string, string>)['state'], 'placed');
  });

  it('asks Monerium again with a new token when the old one is refused', async () => {
    const cookie = await site.signIn();
    site.emulator.endAccessTokens();
    await link(cookie);
    assert.equal(site.emulator.refreshRequests().length, 1);
  });

  it('requests no IBAN for a contract that has yet to sign on chain', async () => {
    const proof = { ...(await prove()), signature: '0x' };
    const linked = await post('wallet', proof, await site.signIn());
    assert.deepEqual(await linked.json(), { address: wallet.address, state: 'requested' });
    const paths = site.emulator.requests.map(({ path }) => path);
    assert.ok(!paths.includes('/ibans'), paths.join());
  });

  it('passes on that Monerium refuses, and keeps the session', async () => {
    const cookie = await site.signIn();
    const proof = { ...(await prove()), chain: 'nowhere' };
    await assertRefused(await post('wallet', proof, cookie), 400, 'invalid_request');
    const { iban = '' } = await link(cookie);
    const order = { ...(await signOrder(iban)), amount: '1000.00' };
    await assertRefused(await post('orders', order, cookie), 400, 'invalid_request');
    assert.equal((await site.get('/session', cookie)).status, 200);
  });

  it('asks Monerium nothing for a foreign page, for nobody, and for half a post', async () => {
    const cookie = await site.signIn();
    const proof = await prove();
    site.emulator.requests.length = 0;
    const foreign = { Origin: 'https://evil.example' };
    await assertRefused(await post('wallet', proof, cookie, foreign), 403, 'access_denied');
    const form = { 'Content-Type': 'text/plain' };
    await assertRefused(await post('wallet', proof, cookie, form), 415, 'invalid_request');
    await assertRefused(await post('wallet', proof, ''), 401, 'login_required');
    const { signature: _, ...half } = proof;
    for (const body of [half, { ...proof, signature: 1 }, 'null', '[', '""']) {
      await assertRefused(await post('wallet', body, cookie), 400, 'invalid_request');
    }
    assert.equal((await post('wallet', 'x'.repeat(9000), cookie)).status, 413);
    assert.deepEqual(site.emulator.requests, []);
  });
});
