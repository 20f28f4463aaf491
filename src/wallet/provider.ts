// One request to a wallet. Its provider is treated as hostile: it may throw, hang, or settle late.
import type { WalletProvider } from '../core/oauth/wallet.js';
import { Failure } from './failure.js';

/** How long a customer may take to answer in the wallet, by the clock. */
const DEADLINE_MS = 300_000;
const POLL_MS = 1000;

/** What wallets reject with when the customer has declined: EIP-1193, WalletConnect, ethers. */
const REJECTED: readonly unknown[] = [4001, 5000, 'ACTION_REJECTED'];
const REJECTED_TEXT = /\b(reject|denied|deny|declin|cancel)/i;
/** An earlier request of this site is still open. Not in a standard. */
const BUSY = -32002;
/** Where wallets put the failure that they have wrapped. */
const WRAPPED_IN = ['data', 'originalError', 'cause', 'error'];
const MAX_DEPTH = 4;

/** Sends one request to the chosen wallet. */
export type Ask = (method: string, ...params: readonly unknown[]) => Promise<unknown>;

/** A getter of a hostile object may throw. */
function read(value: unknown, key: string): unknown {
  try {
    return (value as Readonly<Record<string, unknown>>)[key];
  } catch {
    return undefined;
  }
}

/** Whether the customer has declined, or the wallet is busy, by a failure or one that it wraps. */
function classify(reason: unknown, depth = 0): 'wallet_rejected' | 'wallet_busy' | undefined {
  if (reason == null || depth > MAX_DEPTH) return undefined;
  const code = read(reason, 'code');
  if (code === BUSY) return 'wallet_busy';
  const text = typeof reason === 'string' ? reason : read(reason, 'message');
  const isRejected = typeof text === 'string' && REJECTED_TEXT.test(text);
  if (isRejected || REJECTED.includes(code)) return 'wallet_rejected';
  for (const key of WRAPPED_IN) {
    const found = classify(read(reason, key), depth + 1);
    if (found) return found;
  }
  return undefined;
}

/** Rejects when the signal aborts, the time is over, or the page was frozen meanwhile. */
function whenOver(signal: AbortSignal, done: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const deadline = Date.now() + DEADLINE_MS;
    const timer = setInterval(() => {
      // By the clock: timers do not run while the device sleeps.
      if (Date.now() >= deadline) reject(new Failure('no answer in 5 minutes'));
    }, POLL_MS);
    done.addEventListener('abort', () => clearInterval(timer));
    const abort = () => reject(new Failure('', 'aborted'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { signal: done });
    // Browsers disconnect extensions from a page in the back-forward cache.
    addEventListener('pageshow', ({ persisted }) => persisted && abort(), { signal: done });
  });
}

/**
 * Returns a function that sends one request to a wallet and waits for its result. What comes after
 * the signal has aborted is dropped.
 * @throws WalletFailure `wallet_rejected`, `wallet_busy`, `wallet_error`, `aborted`
 * @see EIP-1193
 */
export function askProvider(provider: WalletProvider, signal: AbortSignal): Ask {
  return async (method, ...params) => {
    const done = new AbortController();
    const over = whenOver(signal, done.signal);
    // Raced directly: an `await` of a promise that never settles could not be aborted.
    const result = new Promise((resolve) => resolve(provider.request({ method, params })));
    try {
      return await Promise.race([over, result]);
    } catch (reason) {
      // Nothing of the wallet's own text is kept.
      throw reason instanceof Failure ? reason : new Failure('', classify(reason));
    } finally {
      done.abort();
    }
  };
}
