import { bytesToHex, getAddress } from 'viem';
import { randomIban } from './iban.js';
import type { Order } from './order.js';
import type { Wallet } from './wallet.js';

export interface Iban extends Wallet {
  iban: string;
}

export interface Customer {
  userId: string;
  /** The ID of the customer's only profile. */
  profile: string;
  email: string;
  name: string;
  /** Whether KYC is done or was skipped. */
  identified: boolean;
  wallets: Wallet[];
  ibans: Iban[];
  orders: Order[];
  /** How the customer came in last. */
  authMethod: 'password' | 'siwe';
}

const normalize = (email: string) => email.trim().toLowerCase();

/** The e-mail address of a customer where nobody has chosen one. */
export const DEFAULT_EMAIL = 'customer@example.com';

export class Customers {
  readonly #byEmail = new Map<string, Customer>();

  find(email: string): Customer | undefined {
    return this.#byEmail.get(normalize(email));
  }

  /** The customer who has linked this wallet. */
  findByWallet(wallet: Wallet): Customer | undefined {
    return [...this.#byEmail.values()].find((customer) => hasWallet(customer, wallet));
  }

  /** Returns the customer with this e-mail address, and adds one where there is none. */
  signUp(email: string): Customer {
    const known = this.find(email);
    if (known) return known;
    const customer: Customer = {
      userId: crypto.randomUUID(),
      profile: crypto.randomUUID(),
      email: normalize(email),
      name: normalize(email).split('@', 1).join(),
      identified: false,
      wallets: [],
      ibans: [],
      orders: [],
      authMethod: 'password',
    };
    this.#byEmail.set(customer.email, customer);
    return customer;
  }

  /** A customer who has done everything: identified, with a wallet and an IBAN for it. */
  addComplete(email: string): Customer {
    const customer = this.signUp(email);
    customer.identified = true;
    const address = getAddress(bytesToHex(crypto.getRandomValues(new Uint8Array(20))));
    const wallet = { address, chain: 'chiado' };
    linkWallet(customer, wallet);
    customer.ibans.push({ iban: randomIban(), ...wallet });
    return customer;
  }

  list(): Customer[] {
    return [...this.#byEmail.values()];
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
