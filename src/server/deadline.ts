import { ConnectError } from '../core/errors.js';

/** Settles as the work does, or rejects when the signal fires, also when the work ignores it. */
export function raceSignal<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    work.finally(() => signal.removeEventListener('abort', abort)).then(resolve, reject);
  });
}

/**
 * Gives the work a signal that fires at the deadline. A `ConnectError` from then on becomes
 * `exchange_timeout`; anything else is thrown as it is.
 */
export async function withDeadline<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), ms);
  try {
    return await work(controller.signal);
  } catch (reason) {
    const isLate = controller.signal.aborted && reason instanceof ConnectError;
    throw isLate ? new ConnectError('exchange_timeout') : reason;
  } finally {
    clearTimeout(timer);
  }
}

/** Settles as the work does, or rejects after so many milliseconds. The work itself goes on. */
export async function waitAtMost<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([work, end]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits before another attempt: `firstMs` times two to the power of `attempt`, up to a second. */
export function pause(firstMs: number, attempt: number): Promise<void> {
  const ms = Math.min(firstMs * 2 ** attempt, 1000);
  return new Promise((resolve) => setTimeout(resolve, ms));
}
