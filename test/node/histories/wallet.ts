import { ConnectError } from '../../../src/core/errors.js';
import type { AuthorizationParameters } from '../../../src/core/oauth/oauth.js';

export const WALLET_ANSWERS = ['signs', 'is not there', 'refuses'] as const;
export type WalletAnswer = (typeof WALLET_ANSWERS)[number];

interface Request {
  resolve(parameters: AuthorizationParameters): void;
  reject(reason: unknown): void;
}

/** The customer's wallet: it waits for a step, or for the end of its signal. */
export class ScriptedWallet {
  readonly #requests = new Set<Request>();

  get isAsked(): boolean {
    return this.#requests.size > 0;
  }

  /** `authorize()` of the page. */
  readonly authorize = (signal: AbortSignal): Promise<AuthorizationParameters> =>
    new Promise((resolve, reject) => {
      const request = { resolve, reject };
      this.#requests.add(request);
      signal.addEventListener('abort', () => this.#requests.delete(request), { once: true });
    });

  answer(answer: WalletAnswer): void {
    const [request] = this.#requests;
    if (!request) return;
    this.#requests.delete(request);
    if (answer === 'signs') request.resolve({ message: 'message', signature: '0x1' });
    else if (answer === 'is not there') request.resolve({});
    else request.reject(new ConnectError('wallet_rejected', { phase: 'wallet' }));
  }

  /** The page is left. */
  clear(): void {
    this.#requests.clear();
  }
}
