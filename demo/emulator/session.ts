import { randomBytes } from 'node:crypto';
import { linkWallet, type Customer } from './customers.js';
import type { Wallet } from './wallets.js';
import type { Client } from './world.js';

/** An authorization request that passed all checks. */
export interface AuthorizationRequest {
  client: Client;
  redirectUri: string;
  codeChallenge: string;
  state: string | undefined;
  email: string;
  firstScreen: 'login' | 'signup';
  skipKyc: boolean;
  wallet: Wallet | undefined;
}

export type Step = 'login' | 'signup' | 'kyc' | 'wallet' | 'iban' | 'consent';

/**
 * One customer's way through the portal. Its id is in the address of each page instead of a cookie,
 * so that a page can be carried to another tab as a link in a confirmation mail does it.
 */
export interface PortalSession {
  readonly id: string;
  readonly request: AuthorizationRequest;
  customer?: Customer;
  /** The IBAN on offer, kept so that reloading the page does not change it. */
  offeredIban?: string;
}

export function openSession(request: AuthorizationRequest): PortalSession {
  return { id: randomBytes(16).toString('base64url'), request };
}

export function enter(session: PortalSession, customer: Customer): void {
  const { skipKyc, wallet } = session.request;
  session.customer = customer;
  if (skipKyc) customer.identified = true;
  if (wallet) linkWallet(customer, wallet);
}

/** The first thing that is still to be done. */
export function currentStep({ customer, request }: PortalSession): Step {
  if (!customer) return request.firstScreen;
  if (!customer.identified) return 'kyc';
  if (customer.wallets.length === 0) return 'wallet';
  if (customer.ibans.length === 0) return 'iban';
  return 'consent';
}
