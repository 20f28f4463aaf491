// What a wallet is asked for, in order: account, network, signature.
import type { WalletGrant, WalletProof } from '../core/oauth/wallet.js';
import { chooseChain, readChainId, type Chains } from './chains.js';
import { addChecksum } from './checksum.js';
import { Failure } from './failure.js';
import { buildSignInMessage, type SignInOptions } from './message.js';
import { toHex } from './hex.js';
import type { Ask } from './provider.js';

/** @see Monerium's API documentation, `POST /addresses` */
export const OWNERSHIP_SENTENCE = 'I hereby declare that I am the address owner.';

/** A message of this age is not sent any more: it expires at five minutes. */
const FRESH_MS = 240_000;
const MAX_ACCOUNTS = 1000;
const MAX_SIGNATURE_BYTES = 4096;

function isAddress(value: unknown): value is string {
  return typeof value === 'string' && /^0x[\da-fA-F]{40}$/.test(value);
}

async function readAccounts(ask: Ask, method: string): Promise<string[]> {
  const accounts = await ask(method);
  const isList = Array.isArray(accounts) && accounts.length <= MAX_ACCOUNTS;
  return isList ? accounts.filter(isAddress) : [];
}

/** The account that the customer has chosen in the wallet, as the wallet writes it. */
async function requestAccount(ask: Ask): Promise<string> {
  const [account] = await readAccounts(ask, 'eth_requestAccounts');
  if (account) return account;
  throw new Failure('the wallet returned no address');
}

async function requestChainId(ask: Ask): Promise<number> {
  const id = readChainId(await ask('eth_chainId'));
  if (id !== undefined) return id;
  throw new Failure('the wallet returned no chain ID');
}

/** Wallets refuse a message that names another network than the active one. */
async function requireChain(ask: Ask, id: number): Promise<void> {
  if ((await requestChainId(ask)) === id) return;
  throw new Failure(`the wallet is not on the network ${id}`);
}

/** The chain to sign in on. The wallet is asked to switch to it, once. */
async function switchChain(ask: Ask, chains: Chains, wanted: string | undefined): Promise<number> {
  const active = await requestChainId(ask);
  const { id } = chooseChain(chains, wanted, active);
  if (id === active) return id;
  try {
    await ask('wallet_switchEthereumChain', { chainId: `0x${id.toString(16)}` });
  } catch (reason) {
    // A wallet may fail and switch, or report a switch that it has not made.
    if (!(reason instanceof Failure) || reason.code !== 'wallet_error') throw reason;
  }
  await requireChain(ask, id);
  return id;
}

/** Whether a signature is whole bytes, `0x` alone included. */
function isSignature(value: unknown): value is string {
  const isShort = typeof value === 'string' && value.length <= 2 + 2 * MAX_SIGNATURE_BYTES;
  return isShort && /^0x([\da-fA-F]{2})*$/.test(value);
}

/** The message is sent as hex: some wallets show text as garbage, or encode it twice. */
async function sign(ask: Ask, message: string, account: string): Promise<string> {
  const signature = await ask(
    'personal_sign',
    `0x${toHex(new TextEncoder().encode(message))}`,
    account,
  );
  if (!isSignature(signature)) {
    throw new Failure('the wallet returned no signature');
  }
  const accounts = await readAccounts(ask, 'eth_accounts');
  if (accounts.some((other) => other.toLowerCase() === account.toLowerCase())) return signature;
  throw new Failure('the account in the wallet changed');
}

/**
 * Has the wallet sign Monerium's sentence of ownership. It never switches the network.
 * @param chain Monerium's name; the wallet's active chain without it
 */
export async function proveOwnership(
  ask: Ask,
  chains: Chains,
  chain?: string,
): Promise<WalletProof> {
  const account = await requestAccount(ask);
  const name = chain ?? chooseChain(chains, chain, await requestChainId(ask)).name;
  const signature = await sign(ask, OWNERSHIP_SENTENCE, account);
  const address = addChecksum(account);
  return { address, chain: name, message: OWNERSHIP_SENTENCE, signature };
}

/** An empty signature means nothing to `/auth`. */
function requireSignature(signature: string): string {
  if (signature !== '0x') return signature;
  throw new Failure('the signature is empty');
}

/** The fields of `/auth` that sign in a customer with a linked wallet. */
export async function grantSignIn(
  ask: Ask,
  chains: Chains,
  options: SignInOptions,
  wanted?: string,
): Promise<WalletGrant> {
  const account = await requestAccount(ask);
  const chainId = await switchChain(ask, chains, wanted);
  const moment = { address: addChecksum(account), chainId, now: Date.now() };
  const message = buildSignInMessage(options, { domain: location.host, ...moment });
  const signature = requireSignature(await sign(ask, message, account));
  await requireChain(ask, chainId);
  const parameters = {
    authentication_method: 'siwe',
    message,
    signature,
    // These do not belong to such a request.
    response_type: '',
    email: '',
    auth_mode: '',
    skip_kyc: '',
  };
  return { parameters, expiresAt: moment.now + FRESH_MS };
}
