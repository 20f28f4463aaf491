import { stringToHex } from 'viem';
import type { WalletProvider } from '../src/index.js';
import { setUpCard } from './connect-card.js';
import { findElement } from './find-element.js';
import { findFactList } from './fact-list.js';

const AMOUNT = '1.00';

/** Sets up the card of a customer whose wallet is linked by the site's own server. */
export function startServerCard(provider: WalletProvider): void {
  const { element, showFailure } = setUpCard('server', () => results.clear());
  const results = findFactList('#server [data-order]');
  const backend = new URL(element.backendUrl ?? '', document.baseURI).origin;
  // The same wallet signs the order, so the customer does not choose one.
  element.walletProvider = provider;

  /** Posts to the site's server, which knows the customer by a cookie. */
  async function post(path: string, body: object): Promise<Record<string, string>> {
    const response = await fetch(`${backend}/customer/${path}`, {
      method: 'POST',
      credentials: 'include',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    const json = (await response.json()) as Record<string, string>;
    if (!response.ok) throw new Error(`The server answered ${response.status}.`);
    return json;
  }

  async function sendOrder(): Promise<void> {
    // In the click, and before anything is loaded: a wallet may open a window of its own.
    const proof = await element.proveWallet();
    results.clear();
    const { address = '', state = '', iban = '' } = await post('wallet', proof);
    results.show();
    results.add('Address', `${address}, ${state}`);
    results.add('IBAN', iban);
    const { placeOrderMessage, Currency } = await import('@monerium/sdk');
    const message = placeOrderMessage(AMOUNT, Currency.eur, iban);
    const params = [stringToHex(message), address];
    const signature = await provider.request({ method: 'personal_sign', params });
    const { chain } = proof;
    const order = { amount: AMOUNT, iban, address, chain, message, signature };
    const placed = await post('orders', order);
    results.add('Order', `EUR ${AMOUNT}, ${placed['state'] ?? ''}`);
  }

  findElement('[data-order-now]', HTMLButtonElement).addEventListener('click', () => {
    showFailure('');
    sendOrder().catch((error: unknown) => {
      showFailure(error instanceof Error ? error.message : 'The order was not placed.');
    });
  });
}
