import { ConnectError, createError } from '../errors.js';
import { WALLET_KEY, type WalletEntry, type WalletFailure } from '../oauth/wallet.js';
import { whenLoaded } from './window.js';

const registry = globalThis as { readonly [key: symbol]: WalletEntry | undefined };

/** The hint for the developer when the file is missing. */
export const MISSING_WALLETS =
  "add monerium-connect.wallet.min.js, or import 'monerium-connect/wallet'";

/** The wallet file. A page may load it after the element: a click waits for it until `load`. */
export async function findWallets(): Promise<WalletEntry | undefined> {
  if (!registry[WALLET_KEY]) await whenLoaded();
  return registry[WALLET_KEY];
}

/**
 * Calls the wallet file.
 * @throws ConnectError `invalid_config` without the file, or what the file fails with
 */
export async function withWallets<T>(call: (entry: WalletEntry) => T | Promise<T>): Promise<T> {
  const entry = await findWallets();
  if (!entry) {
    throw createError('invalid_config', { hint: MISSING_WALLETS });
  }
  try {
    return await call(entry);
  } catch (reason) {
    const failure = reason as WalletFailure;
    throw new ConnectError(failure.code, failure);
  }
}
