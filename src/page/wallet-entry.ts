import { ConnectError } from '../errors.js';
import { WALLET_KEY, type WalletEntry, type WalletFailure } from '../protocol/wallet.js';
import { whenLoaded } from './window.js';

const registry = globalThis as { readonly [key: symbol]: WalletEntry | undefined };

/**
 * Calls the wallet file. A page may load it after the element: a click waits for it until `load`.
 * @throws ConnectError `invalid_config` without the file, or what the file fails with
 */
export async function withWallets<T>(call: (entry: WalletEntry) => T | Promise<T>): Promise<T> {
  if (!registry[WALLET_KEY]) await whenLoaded();
  const entry = registry[WALLET_KEY];
  if (!entry) {
    const hint = 'wallet needs monerium-connect.wallet.min.js of this version';
    throw new ConnectError('invalid_config', { phase: 'start', hint });
  }
  try {
    return await call(entry);
  } catch (reason) {
    const failure = reason as WalletFailure;
    throw new ConnectError(failure.code, failure);
  }
}
