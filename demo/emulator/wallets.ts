import { getAddress, isAddress, isHex, verifyMessage } from 'viem';

/** The sentence that an owner signs (EIP-191 `personal_sign`). */
export const OWNERSHIP_SENTENCE = 'I hereby declare that I am the address owner.';

/**
 * Sandbox chains by their names in production. The Cosmos chains are absent, since EIP-191 says
 * nothing about their keys.
 */
const SANDBOX_CHAINS: ReadonlyMap<string, string> = new Map([
  ['ethereum', 'sepolia'],
  ['gnosis', 'chiado'],
  ['polygon', 'amoy'],
  ['arbitrum', 'arbitrumsepolia'],
  ['linea', 'lineasepolia'],
  ['scroll', 'scrollsepolia'],
  ['base', 'basesepolia'],
  ['camino', 'columbus'],
]);

export const CHAINS: readonly string[] = [...SANDBOX_CHAINS.values()];

export interface Wallet {
  address: string;
  chain: string;
}

export interface WalletClaim {
  address: string;
  chain: string;
  signature: string;
}

export class WalletProblem extends Error {
  constructor(
    readonly field: keyof WalletClaim,
    message: string,
  ) {
    super(message);
  }
}

/** Either name of a chain becomes the sandbox's. */
export function sandboxChain(name: string): string | undefined {
  return CHAINS.includes(name) ? name : SANDBOX_CHAINS.get(name);
}

/** The wallet that was claimed, once its key has proved to have signed the message. */
export async function provenWallet(
  claim: WalletClaim,
  message = OWNERSHIP_SENTENCE,
): Promise<Wallet> {
  const chain = sandboxChain(claim.chain);
  if (!chain) throw new WalletProblem('chain', 'The chain is not supported');
  if (!isAddress(claim.address)) throw new WalletProblem('address', 'The address is not valid');
  const address = getAddress(claim.address);
  if (!(await isSignedBy(address, message, claim.signature))) {
    throw new WalletProblem('signature', 'The signature does not match the address');
  }
  return { address, chain };
}

async function isSignedBy(
  address: `0x${string}`,
  message: string,
  signature: string,
): Promise<boolean> {
  if (!isHex(signature)) return false;
  // viem throws for bytes that cannot be a signature at all.
  return verifyMessage({ address, message, signature }).catch(() => false);
}
