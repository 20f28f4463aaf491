// Has the customer's wallet sign in, by the wallet file.
import { logOnce } from '../core/browser/page.js';
import { findWallets, MISSING_WALLETS, withWallets } from '../core/browser/wallet-entry.js';
import type { AskWallet, WalletHost } from '../core/oauth/wallet.js';

async function prepare(host: WalletHost, redirectUri: string): Promise<AskWallet | undefined> {
  if (!(await findWallets())) {
    logOnce('warn', MISSING_WALLETS);
    return undefined;
  }
  const ask = await withWallets((entry) => entry.prepare(host, redirectUri));
  return (signal, onChosen) => withWallets(() => ask(signal, onChosen));
}

/**
 * What asks the wallet of an element; absent for an element that asks none.
 * @throws ConnectError `invalid_config`
 */
export function prepareWallet(
  host: WalletHost,
  redirectUri: string,
): Promise<AskWallet | undefined> | undefined {
  return host.wallet && host.wallet !== 'none' ? prepare(host, redirectUri) : undefined;
}
