import { getAddress, isAddress, isHex, verifyMessage } from 'viem';

/** The sentence that the owner of a wallet signs (EIP-191 `personal_sign`). */
export const OWNERSHIP_SENTENCE = 'I hereby declare that I am the address owner.';

/**
 * Production name to sandbox name. The Cosmos chains are missing: their signatures do not follow
 * EIP-191.
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

/** Of the production chain and of the sandbox chain. */
const CHAIN_IDS: ReadonlyMap<number, string> = new Map([
  ...([
    [1, 'sepolia'],
    [11155111, 'sepolia'],
    [100, 'chiado'],
    [10200, 'chiado'],
  ] as const),
  ...([
    [137, 'amoy'],
    [80002, 'amoy'],
    [8453, 'basesepolia'],
    [84532, 'basesepolia'],
  ] as const),
  ...([
    [42161, 'arbitrumsepolia'],
    [421614, 'arbitrumsepolia'],
  ] as const),
  ...([
    [59144, 'lineasepolia'],
    [59141, 'lineasepolia'],
  ] as const),
  ...([
    [534352, 'scrollsepolia'],
    [534351, 'scrollsepolia'],
  ] as const),
  ...([
    [500, 'columbus'],
    [501, 'columbus'],
  ] as const),
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

/** What is wrong with a wallet that somebody claims to own. */
export class WalletError extends Error {
  constructor(
    readonly field: keyof WalletClaim,
    message: string,
  ) {
    super(message);
  }
}

/** The sandbox name of a chain, from either of its names. */
export function sandboxChain(name: string): string | undefined {
  return CHAINS.includes(name) ? name : SANDBOX_CHAINS.get(name);
}

/** The sandbox name of a chain, from either of its IDs. */
export function chainOfId(id: number): string | undefined {
  return CHAIN_IDS.get(id);
}

/**
 * Checks that the wallet's key signed the message.
 *
 * @throws WalletError
 */
export async function verifyWallet(
  claim: WalletClaim,
  message = OWNERSHIP_SENTENCE,
): Promise<Wallet> {
  const wallet = readWallet(claim);
  if (!(await isSignedBy(wallet.address, message, claim.signature))) {
    throw new WalletError('signature', 'The signature does not match the address');
  }
  return wallet;
}

/**
 * Reads a wallet that nobody has proved yet.
 *
 * @throws WalletError
 */
export function readWallet(claim: Wallet): Wallet & { address: `0x${string}` } {
  const chain = sandboxChain(claim.chain);
  if (!chain) throw new WalletError('chain', 'The chain is not supported');
  if (!isAddress(claim.address)) throw new WalletError('address', 'The address is not valid');
  return { address: getAddress(claim.address), chain };
}

/** `0x` and 65 bytes. */
const KEY_SIGNATURE_LENGTH = 132;

/**
 * In place of EIP-1271, where a contract judges its own signatures: here each signature of a
 * contract begins with its address.
 */
function isSignedByContract(address: string, signature: string): boolean {
  return signature.toLowerCase().startsWith(address.toLowerCase());
}

async function isSignedBy(
  address: `0x${string}`,
  message: string,
  signature: string,
): Promise<boolean> {
  if (!isHex(signature)) return false;
  if (signature.length > KEY_SIGNATURE_LENGTH) return isSignedByContract(address, signature);
  // viem throws for bytes that cannot be a signature at all.
  return verifyMessage({ address, message, signature }).catch(() => false);
}
