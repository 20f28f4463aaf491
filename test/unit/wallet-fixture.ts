// Wallets with results that a test sets, and a host for the list of wallets.
import type { WalletHost, WalletProvider } from '../../src/core/oauth/wallet.js';
import type { Failure } from '../../src/wallet/failure.js';

export const ACCOUNT = '0x5da1efc8db7e32614d7ffb0b8b6bd86e85ecc743';
export const ADDRESS = '0x5DA1EFC8dB7E32614d7ffb0B8b6bd86e85Ecc743';
export const SIGNATURE = `0x${'ab'.repeat(64)}1b`;
export const REDIRECT_URI = 'https://shop.example/callback';

interface Call {
  readonly method: string;
  readonly params: readonly unknown[];
}

type Answers = Readonly<Record<string, unknown>>;

/** The results by method. A function is called for its result, or throws to refuse. */
export function createWallet(answers: Answers = {}) {
  const calls: Call[] = [];
  const all: Answers = {
    eth_requestAccounts: [ACCOUNT],
    eth_accounts: [ACCOUNT],
    eth_chainId: '0x27d8',
    personal_sign: SIGNATURE,
    ...answers,
  };
  const provider: WalletProvider = {
    async request({ method, params = [] }) {
      calls.push({ method, params });
      const answer = all[method];
      return typeof answer === 'function'
        ? (answer as (...p: unknown[]) => unknown)(...params)
        : answer;
    },
  };
  return { provider, calls, methods: () => calls.map(({ method }) => method) };
}

/** What a provider rejects with. */
export const refusal =
  (code: unknown, message = '') =>
  () => {
    throw Object.assign(new Error(message), { code });
  };

export function createHost(properties: Partial<WalletHost> = {}): HTMLElement & WalletHost {
  const host = document.createElement('div');
  host.attachShadow({ mode: 'open' });
  document.body.append(host);
  return Object.assign(host, {
    wallet: 'sign-in',
    appName: 'AppName',
    privacyUrl: 'https://shop.example/privacy',
    termsUrl: 'https://shop.example/terms',
    ...properties,
  });
}

let count = 0;

/** Announces a wallet. Each has a different name, because a page keeps those of earlier tests. */
export function announce(provider: unknown, info: object = {}): string {
  count += 1;
  const own = { uuid: `uuid-${count}`, name: `Wallet ${count}`, rdns: `wallet${count}.example` };
  const detail = { info: { ...own, icon: '', ...info }, provider };
  dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }));
  return own.name;
}

export function findDialog(host: HTMLElement): HTMLDialogElement | null {
  const here = host.shadowRoot?.querySelector('dialog');
  return here ?? document.body.querySelector<HTMLDialogElement>(':scope > dialog');
}

export function findButton(host: HTMLElement, text: string): HTMLButtonElement {
  const buttons = [...(findDialog(host)?.querySelectorAll('button') ?? [])];
  const found = buttons.find((button) => button.textContent?.includes(text));
  if (!found)
    throw new Error(`No button ${text} among ${buttons.map((b) => b.textContent).join()}`);
  return found;
}

/** The code of what a promise rejects with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'fulfilled',
    ({ code }: Failure) => code,
  );
}
