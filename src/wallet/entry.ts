// What the element asks of the wallets: see `WalletEntry`.
import type {
  AskWallet,
  WalletEntry,
  WalletHost,
  WalletProof,
  WalletProvider,
} from '../core/oauth/wallet.js';
import { chainsOf, type Chains } from './chains.js';
import { chooseWallet } from './chooser.js';
import { isProvider } from './discovery.js';
import { Failure, refuseUnless } from './failure.js';
import { readSignInOptions } from './message.js';
import { grantSignIn, proveOwnership } from './prove.js';
import { askProvider } from './provider.js';

/** One at a time: a wallet shows one request, and a page one dialog. */
let isBusy = false;

async function exclusively<T>(work: () => Promise<T>): Promise<T> {
  if (isBusy) throw new Failure('', 'wallet_busy');
  isBusy = true;
  try {
    return await work();
  } catch (reason) {
    // A hostile value may throw where it is read.
    throw reason instanceof Failure ? reason : new Failure();
  } finally {
    isBusy = false;
  }
}

/** What all requests to a wallet share. */
interface Setting {
  readonly chains: Chains;
  readonly chain: string | undefined;
  readonly provider: WalletProvider | undefined;
}

/** @throws WalletFailure `invalid_config` */
function readSetting({ environment, chain, walletProvider }: WalletHost): Setting {
  const chains = chainsOf(environment);
  const names = [...chains.values()];
  refuseUnless(!chain || names.includes(chain), 'chain', names.join(' or '));
  const isUsable = walletProvider == null || isProvider(walletProvider);
  refuseUnless(isUsable, 'walletProvider', 'a method request (EIP-1193)');
  return { chains, chain: chain || undefined, provider: walletProvider ?? undefined };
}

function prepare(host: WalletHost, redirectUri: string): AskWallet {
  const { chains, chain, provider } = readSetting(host);
  const options = readSignInOptions(host, redirectUri);
  let chosen = provider;
  return (signal, onChosen) =>
    exclusively(async () => {
      chosen ??= (await chooseWallet(host, true, signal)).provider;
      if (!chosen) return undefined;
      onChosen?.();
      return grantSignIn(askProvider(chosen, signal), chains, options, chain);
    });
}

async function prove(host: WalletHost): Promise<WalletProof> {
  const { chains, chain, provider } = readSetting(host);
  const { signal } = new AbortController();
  return exclusively(async () => {
    const chosen = provider ?? (await chooseWallet(host, false, signal)).provider;
    // That list has no entry without a wallet.
    if (!chosen) throw new Failure('', 'aborted');
    return proveOwnership(askProvider(chosen, signal), chains, chain);
  });
}

export const entry: WalletEntry = { prepare, prove };
