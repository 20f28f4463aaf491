// Wallets and libraries that nobody here wrote: MetaMask's own provider, viem and wagmi. And a
// proof of ownership on its way through Monerium's own SDK.
import assert from 'node:assert/strict';
import * as sdk from '@monerium/sdk';
import { skipWithout } from '../../scripts/setup/folders.mjs';
import { transportTo } from '../../demo/transport.js';
import { clickConnect, useWorld, waitForEvent, waitForStatus } from './support.js';
import { bundleScript } from './support/bundle.js';
import {
  WALLETS,
  account,
  chooseWallet,
  codesOf,
  fetchAccessToken,
  linkWallet,
  openList,
  serveWallet,
} from './support/wallet.js';

type Proof = Parameters<sdk.MoneriumClient['linkAddress']>[0];

const world = useWorld();
const { test } = world;
/** MetaMask's provider is a package of that folder. */
const skip = skipWithout('test/others');
const TAG = '<script src="/other.js" referrerpolicy="no-referrer"></script>';

async function open(script: 'metamask' | 'libraries') {
  await serveWallet(world, {}, { before: TAG });
  const headers = { 'content-type': 'text/javascript' };
  world.site.serve('/other.js', { headers, body: await bundleScript(script) });
  await linkWallet(world);
  const visitor = await world.visit();
  return world.open(visitor, '/');
}

test(
  "MetaMask's own provider signs a customer in, from its announcement to the connection",
  { skip },
  async () => {
    const page = await open('metamask');
    await openList(page);
    const names = await page.$eval('monerium-connect >>> dialog ul', (list) => list.innerText);
    assert.match(names, /^MetaMask/);
    await page.click(WALLETS);
    await waitForEvent(page, 'monerium-connected');
  },
);

test("#91 a decline in MetaMask's own provider is understood", { skip }, async () => {
  const page = await open('metamask');
  await page.evaluate(() => {
    window.testWallet.answers.personal_sign = () => {
      throw Object.assign(new Error('User rejected the request.'), { code: 4001 });
    };
  });
  await chooseWallet(page);
  await waitForStatus(page, 'failed');
  assert.deepEqual(await codesOf(page), ['wallet_rejected']);
});

for (const library of ['viem', 'wagmi']) {
  test(`#139 a provider of ${library} signs a customer in`, async () => {
    const page = await open('libraries');
    await page.waitForSelector('monerium-connect >>> button');
    await page.evaluate(async (name) => {
      const { libraries } = window as unknown as {
        libraries: { viem: never; connectWagmi: () => Promise<never> };
      };
      const element = document.querySelector('monerium-connect');
      const provider = name === 'viem' ? libraries.viem : await libraries.connectWagmi();
      if (element) element.walletProvider = provider;
    }, library);
    await clickConnect(page);
    await waitForEvent(page, 'monerium-connected');
  });
}

test("a proof goes through Monerium's own SDK, and the address gets an IBAN", async () => {
  await serveWallet(world, { wallet: 'none' });
  const visitor = await world.visit();
  const page = await world.open(visitor, '/');
  await page.waitForSelector('monerium-connect >>> button');
  await page.evaluate(() => {
    const proof = document.querySelector('monerium-connect')?.proveWallet();
    Object.assign(window, { proof });
  });
  await page.waitForSelector(WALLETS);
  await page.click(WALLETS);
  const proof = await page.evaluate(() => (window as unknown as { proof: Promise<Proof> }).proof);
  const accessToken = await fetchAccessToken(world);
  const transport = transportTo(world.emulator.url);
  const client = sdk.createMoneriumClient({ accessToken, transport });
  const linked = await client.linkAddress(proof);
  assert.equal(linked.address, account.address);
  await client.requestIban({
    address: account.address,
    chain: 'chiado',
    emailNotifications: false,
  });
  const { ibans } = await client.getIbans();
  assert.deepEqual(
    ibans.map(({ address }) => address),
    [account.address],
  );
});
