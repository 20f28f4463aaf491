import { toHex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import type { WalletProvider } from '../src/index.js';

/** Of the first account of every test network: everybody knows it, so it must never hold money. */
const KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
const ICON =
  'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path fill="teal" d="M0 1h8v6H0z"/></svg>';

type Answer = (...params: unknown[]) => unknown;

export interface TestWallet {
  readonly provider: WalletProvider;
  /** The requests that it has received, in order. */
  readonly calls: { method: string; params: readonly unknown[] }[];
  /** The results by method. A test may replace each. */
  readonly answers: Record<string, Answer | undefined>;
  readonly info: { uuid: string; name: string; icon: string; rdns: string };
  /** Announces itself, now and at each request of a page, as in EIP-6963. */
  announce(): void;
}

/** A wallet without an extension or a window. It signs every message. */
export function createTestWallet(): TestWallet {
  const account = privateKeyToAccount(KEY);
  // In small letters, as MetaMask returns it.
  const accounts = () => [account.address.toLowerCase()];
  let chainId = toHex(10200);
  const calls: TestWallet['calls'] = [];
  const answers: TestWallet['answers'] = {
    eth_requestAccounts: accounts,
    eth_accounts: accounts,
    eth_chainId: () => chainId,
    wallet_switchEthereumChain: (wanted) => {
      ({ chainId } = wanted as { chainId: typeof chainId });
      return null;
    },
    personal_sign: (raw) => account.signMessage({ message: { raw: raw as `0x${string}` } }),
  };
  const provider: WalletProvider = {
    async request({ method, params = [] }) {
      calls.push({ method, params });
      const answer = answers[method];
      if (!answer) throw Object.assign(new Error('Unsupported'), { code: 4200 });
      return answer(...params);
    },
  };
  const info = { uuid: crypto.randomUUID(), name: 'Test wallet', icon: ICON, rdns: 'test.example' };
  const announceOnce = () => {
    const detail = Object.freeze({ info, provider });
    dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }));
  };
  const announce = () => {
    addEventListener('eip6963:requestProvider', announceOnce);
    announceOnce();
  };
  return { provider, calls, answers, info, announce };
}
