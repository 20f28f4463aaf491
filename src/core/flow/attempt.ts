import type { ConnectError } from '../errors.js';
import type { Attempt, Clicked } from './state.js';

/**
 * Begins an attempt. Its promise settles once: by `settle()`, or by its end.
 * @param clicked the element that announces how it ends
 * @param failure the failure of this flow that was announced before
 */
export function createAttempt(clicked?: Clicked, failure?: ConnectError): Attempt {
  const controller = new AbortController();
  let settle: (error?: ConnectError) => void = () => {};
  const promise = new Promise<void>((resolve, reject) => {
    settle = (error) => {
      failure = error ?? failure;
      if (error) reject(error);
      else resolve();
    };
  });
  // Nobody may be waiting for it: a failure is shown and announced anyway.
  promise.catch(() => {});
  return {
    signal: controller.signal,
    promise,
    clicked,
    settle,
    get failure() {
      return failure;
    },
    end() {
      settle();
      controller.abort(failure);
    },
  };
}

/**
 * Settles as `work` does, and rejects as soon as the signal aborts: what a page's own function or a
 * browser does then may take any time.
 */
export function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
  });
  return Promise.race([aborted, work]);
}
