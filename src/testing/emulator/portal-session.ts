import { randomBase64Url } from './random.js';
import type { Client } from './client.js';
import { linkWallet, type Customer } from './customers.js';
import type { Wallet } from './wallet.js';

/** An authorization request that passed all checks. `wallet` was proved by its signature. */
export interface AuthorizationRequest {
  client: Client;
  redirectUri: string;
  codeChallenge: string;
  state: string | undefined;
  email: string;
  firstScreen: 'login' | 'signup';
  skipKyc: boolean;
  wallet: Wallet | undefined;
  /** Whether the customer connects a wallet in the portal. */
  hasWalletStep: boolean;
}

export type Step = 'login' | 'signup' | 'kyc' | 'wallet' | 'iban' | 'consent';

/**
 * One customer's way through the portal. Its id is in the URL of each page and not in a cookie, so
 * that a test can open a page in another tab, as a link in a confirmation mail does.
 */
export interface PortalSession {
  readonly id: string;
  readonly request: AuthorizationRequest;
  customer?: Customer;
  /** Kept so that a reload shows the same IBAN. */
  offeredIban?: string;
}

export function createSession(request: AuthorizationRequest): PortalSession {
  return { id: randomBase64Url(16), request };
}

/** Lets the session belong to a customer. What the application asked for then applies to them. */
export function signIn(session: PortalSession, customer: Customer): void {
  const { skipKyc, wallet } = session.request;
  session.customer = customer;
  customer.authMethod = 'password';
  if (skipKyc) customer.identified = true;
  if (wallet) linkWallet(customer, wallet);
}

/** The first step that the customer has not done. */
export function currentStep({ customer, request }: PortalSession): Step {
  if (!customer) return request.firstScreen;
  if (!customer.identified) return 'kyc';
  if (!request.hasWalletStep) return 'consent';
  if (customer.wallets.length === 0) return 'wallet';
  if (customer.ibans.length === 0) return 'iban';
  return 'consent';
}
