import { ParsedMessage } from '@signinwithethereum/siwe-parser';
import { getAddress, isHex, verifyMessage } from 'viem';
import type { Client } from './client.js';
import { chainOfId, type Wallet } from './wallet.js';

const MONERIUM_RESOURCE = 'https://monerium.com/siwe';
/** 65 bytes: a key's signature. */
const KEY_SIGNATURE = /^0x[\da-f]{130}$/i;

/** What is wrong with a sign-in by a wallet. */
export class SiweError extends Error {}

export interface SiweRequest {
  client: Client;
  redirectUri: string;
  message: string;
  signature: string;
  /** Of this server, in milliseconds since the epoch. */
  now: number;
}

function refuseUnless(isRight: boolean, what: string): asserts isRight {
  if (!isRight) throw new SiweError(`The message of the wallet is not right: ${what}`);
}

function parse(message: string): ParsedMessage {
  try {
    return new ParsedMessage(message);
  } catch {
    throw new SiweError('The message is no EIP-4361 message');
  }
}

function isSameList(a: readonly string[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

/** Nothing is tolerated: a message from the future is refused by a millisecond. */
function checkTimes({ issuedAt, expirationTime }: ParsedMessage, now: number): void {
  refuseUnless(Date.parse(issuedAt ?? '') <= now, 'Issued At is in the future');
  refuseUnless(Date.parse(expirationTime ?? '') > now, 'Expiration Time is missing or over');
}

/**
 * Checks a message by which a customer signs in, as strictly as Monerium documents it.
 *
 * @param nonces those that were used; that of a right message is added
 * @throws SiweError
 */
export async function verifySiwe(request: SiweRequest, nonces: Set<string>): Promise<Wallet> {
  const { client, redirectUri, message, signature, now } = request;
  const parsed = parse(message);
  const chain = chainOfId(parsed.chainId);
  const { name, privacyUrl, termsUrl } = client;
  const statement = `Allow ${name} to access my data on Monerium`;
  refuseUnless(parsed.address === getAddress(parsed.address), 'the checksum of the address');
  refuseUnless(parsed.domain === new URL(redirectUri).host, 'the domain');
  refuseUnless(parsed.uri === redirectUri, 'URI differs from redirect_uri');
  refuseUnless(parsed.statement === statement, 'the statement');
  const resources = [MONERIUM_RESOURCE, privacyUrl, termsUrl];
  refuseUnless(isSameList(parsed.resources ?? [], resources), 'the resources');
  refuseUnless(chain !== undefined, 'the chain is not supported');
  checkTimes(parsed, now);
  refuseUnless(!nonces.has(parsed.nonce), 'the nonce was used before');
  const address = getAddress(parsed.address);
  refuseUnless(await isSignedBy(address, message, signature), 'the signature');
  nonces.add(parsed.nonce);
  return { address, chain };
}

/** Contract wallets cannot sign in here: Monerium does not document that they can. */
async function isSignedBy(
  address: `0x${string}`,
  message: string,
  signature: string,
): Promise<boolean> {
  if (!isHex(signature) || !KEY_SIGNATURE.test(signature)) return false;
  return verifyMessage({ address, message, signature }).catch(() => false);
}
