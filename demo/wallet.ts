// The page of a customer with a wallet. Both elements share one flow: they have the same client.
import '../src/index.js';
import '../src/wallet/wallet.js';
import { setUpCard } from './connect-card.js';
import { findFactList } from './fact-list.js';
import { findElement } from './find-element.js';
import { createTestWallet } from './test-wallet.js';
import { transportTo } from './transport.js';
import { startServerCard } from './wallet-server-card.js';

const wallet = createTestWallet();
wallet.announce();
const { element, showFailure } = setUpCard('link', () => undefined);
setUpCard('sign-in', () => undefined);
startServerCard(wallet.provider);
const results = findFactList('#link [data-order]');

/** Links a wallet with a token, as Monerium's documents of today want it, and requests an IBAN. */
async function linkWallet(): Promise<void> {
  // In the click, and before anything is loaded: the wallet may open a window of its own.
  const proof = await element.proveWallet();
  const { createMoneriumClient } = await import('@monerium/sdk');
  const monerium = createMoneriumClient({
    environment: 'sandbox',
    getAccessToken: () => element.getAccessToken(),
    transport: transportTo(element.apiUrl ?? ''),
  });
  const payload = proof as Parameters<typeof monerium.linkAddress>[0];
  const { address, state } = await monerium.linkAddress(payload);
  results.show();
  results.add('Address', `${address}, ${state}`);
  const { chain } = payload;
  await monerium.requestIban({ address: payload.address, chain, emailNotifications: false });
  const { ibans } = await monerium.getIbans();
  for (const { iban } of ibans) results.add('IBAN', iban);
}

findElement('[data-link]', HTMLButtonElement).addEventListener('click', () => {
  showFailure('');
  linkWallet().catch((error: unknown) => {
    // Only the code: the text of a response may repeat what was sent.
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    showFailure(`The wallet was not linked${code}.`);
  });
});
