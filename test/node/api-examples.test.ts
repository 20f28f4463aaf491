// The code of docs/after-the-connection.md, as it is in examples/api, with the emulator.
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { DEMO_CLIENT_ID } from '../../src/testing/emulator/emulator.js';
import { randomIban } from '../../src/testing/emulator/iban.js';
import { OWNERSHIP_SENTENCE, emulator, exchange, issueCode } from './emulator-fixture.js';

const ID = 'session-1';
const account = privateKeyToAccount(generatePrivateKey());
const wallet = { address: account.address, chain: 'chiado' };

// They read the address of Monerium when they are imported.
process.env['MONERIUM_API_URL'] = emulator.url;
const { call, connections } = await import('../../examples/api/call.js');
const { readCustomer } = await import('../../examples/api/customer.js');
const { placeOrder, writeMessage } = await import('../../examples/api/order.js');
const { whileConnected } = await import('../../examples/api/ended.js');

interface TokenBody {
  access_token: string;
  refresh_token: string;
  profile: string;
  userId: string;
}

let code: string;
let accessToken: string;

/** As `onConnected` of a backend does it. */
async function connect(): Promise<void> {
  code = issueCode();
  const body = (await (await exchange(code)).json()) as TokenBody;
  const { profile, userId, access_token, refresh_token: refreshToken } = body;
  accessToken = access_token;
  const tokens = { accessToken, refreshToken, expiresAt: Date.now() + 3_600_000 };
  await connections.connect(ID, { profile, userId, clientId: DEMO_CLIENT_ID, tokens });
}

/** By the page, with the key of the customer. */
async function linkWallet(): Promise<string> {
  const signature = await account.signMessage({ message: OWNERSHIP_SENTENCE });
  await call(ID, '/addresses', { ...wallet, message: OWNERSHIP_SENTENCE, signature });
  return (await call<{ iban: string }>(ID, '/ibans', wallet)).iban;
}

async function order(amount: string, signed = amount) {
  const receiver = { iban: randomIban(), firstName: 'Bob', lastName: 'Example' };
  const wanted = { ...receiver, amount, country: 'EE' };
  const message = writeMessage({ ...wanted, amount: signed });
  const signature = await account.signMessage({ message });
  return placeOrder(ID, wanted, { ...wallet, message, signature });
}

const statusAtMonerium = async () => {
  const accept = 'application/vnd.monerium.api-v2+json';
  const headers = { authorization: `Bearer ${accessToken}`, accept };
  return (await fetch(`${emulator.url}/auth/context`, { headers })).status;
};

const read = () => whileConnected(ID, () => readCustomer(ID));

beforeEach(connect);

describe('the calls after a connection', () => {
  it('read a name, an IBAN and a balance', async () => {
    const iban = await linkWallet();
    assert.deepEqual(await read(), { name: 'customer', iban, ...wallet, balance: '0' });
  });

  it('read the name alone of a customer without an IBAN', async () => {
    assert.deepEqual(await read(), { name: 'customer' });
  });

  it('place an order that the wallet has signed, and no other', async () => {
    await linkWallet();
    assert.equal((await order('12.50')).state, 'placed');
    await assert.rejects(order('99.00', '12.50'), /\/orders: Monerium responded with 400$/);
  });

  it('send a request again with a new token after 401, and only once', async () => {
    emulator.endAccessTokens();
    assert.deepEqual(await read(), { name: 'customer' });
    assert.equal(emulator.refreshRequests().length, 1);
  });
});

describe('after disconnect()', () => {
  it('nobody is connected here, and Monerium has not been asked', async () => {
    await linkWallet();
    const { length } = emulator.requests;
    await connections.disconnect(ID);
    assert.equal(emulator.requests.length, length);
    assert.equal(await connections.find(ID), undefined);
    assert.equal(await read(), undefined);
    assert.equal(await statusAtMonerium(), 200);
  });

  it('the wallet is still linked, and the order is still there', async () => {
    await linkWallet();
    await order('12.50');
    await connections.disconnect(ID);
    await connect();
    const { addresses } = await call<{ addresses: unknown[] }>(ID, '/addresses');
    const { orders } = await call<{ orders: unknown[] }>(ID, '/orders');
    assert.deepEqual([addresses.length, orders.length], [1, 1]);
  });
});

describe('when Monerium ends a connection', () => {
  it('as by a code that is used twice, nobody is connected', async () => {
    assert.equal((await exchange(code)).status, 400);
    assert.equal(await statusAtMonerium(), 401);
    assert.equal(await read(), undefined);
    assert.equal(await connections.find(ID), undefined);
  });

  it('but not by a failure: the call rejects, and the customer is still connected', async () => {
    emulator.endAccessTokens();
    emulator.configure({ token: 'unavailable' });
    await assert.rejects(read(), { code: 'server_unavailable' });
    assert.notEqual(await connections.find(ID), undefined);
  });
});
