import { randomUUID } from 'node:crypto';
import type { Order } from './orders.js';
import type { Wallet } from './wallets.js';

export interface Iban extends Wallet {
  iban: string;
}

export interface Customer {
  userId: string;
  profile: string;
  email: string;
  name: string;
  /** KYC is done, or was skipped. */
  identified: boolean;
  wallets: Wallet[];
  ibans: Iban[];
  orders: Order[];
}

const canonical = (email: string) => email.trim().toLowerCase();

export class Customers {
  readonly #byEmail = new Map<string, Customer>();

  find(email: string): Customer | undefined {
    return this.#byEmail.get(canonical(email));
  }

  /** The customer with this e-mail address, who may be new. */
  signUp(email: string): Customer {
    const known = this.find(email);
    if (known) return known;
    const customer: Customer = {
      userId: randomUUID(),
      profile: randomUUID(),
      email: canonical(email),
      name: canonical(email).split('@', 1).join(),
      identified: false,
      wallets: [],
      ibans: [],
      orders: [],
    };
    this.#byEmail.set(customer.email, customer);
    return customer;
  }

  clear(): void {
    this.#byEmail.clear();
  }
}

export function hasWallet(customer: Customer, { address, chain }: Wallet): boolean {
  return customer.wallets.some((own) => own.address === address && own.chain === chain);
}

export function linkWallet(customer: Customer, wallet: Wallet): void {
  if (!hasWallet(customer, wallet)) customer.wallets.push(wallet);
}
