import type { Wallet } from './wallet.js';

/** Euros that go from a wallet to a bank account. */
export interface Order extends Wallet {
  id: string;
  profile: string;
  kind: 'redeem';
  /** In euros, with at most two decimals: `1.00`. */
  amount: string;
  currency: 'eur';
  /** The receiver, as the request named it. */
  counterpart: Record<string, unknown>;
  memo: string;
  state: 'placed';
  meta: { placedAt: string };
}
