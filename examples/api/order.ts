import { call } from './call.js';

export interface Order {
  /** In euros: `12.50`. */
  readonly amount: string;
  /** Of the receiver. */
  readonly iban: string;
  readonly firstName: string;
  readonly lastName: string;
  /** Of the receiver: two letters. */
  readonly country: string;
}

/** The text for the customer's wallet to sign. Show the order before. */
export function writeMessage({ amount, iban }: Order, now = new Date()): string {
  return `Send EUR ${amount} to ${iban} at ${now.toISOString().replace(/\.\d+/, '')}`;
}

/** `wallet` has what the page returns: its address, and the signature of the message. */
export function placeOrder(
  id: string,
  { amount, iban, firstName, lastName, country }: Order,
  wallet: { address: string; chain: string; message: string; signature: string },
) {
  return call<{ id: string; state: string }>(id, '/orders', {
    ...wallet,
    amount,
    currency: 'eur',
    counterpart: {
      identifier: { standard: 'iban', iban },
      details: { firstName, lastName, country },
    },
  });
}
