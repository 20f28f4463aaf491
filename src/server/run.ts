import { toFailure, type ExchangeError } from './exchange-error.js';
import type { SharedSettings } from './handler-options.js';
import { EMPTY_POST } from './posted-grant.js';

/** A request, and how to respond to it. */
export interface Work {
  readonly request: Request;
  /** Whether it was to exchange a code: then `observe` receives the result. */
  readonly isExchange: () => boolean;
  readonly respond: () => Response | Promise<Response>;
  /** The response when that has failed. */
  readonly answerFailure: (failure: ExchangeError) => Response;
}

/** Makes what runs the requests of a handler. It never rejects, and reports to the site. */
export function createRun<Context>({ own, isSandbox, notify }: SharedSettings<Context>) {
  const log = ({ status, message, reason }: ExchangeError): void => {
    if (status >= 500) console.error(`monerium-connect: ${message}`);
    else if (isSandbox && reason !== EMPTY_POST) console.warn(`monerium-connect: ${message}`);
  };
  const { onError = log } = own;
  const report = async (failure: ExchangeError, request: Request) => onError(failure, request);

  return async ({ request, isExchange, respond, answerFailure }: Work): Promise<Response> => {
    const started = Date.now();
    try {
      const response = await respond();
      if (isExchange()) notify({ type: 'exchanged', ms: Date.now() - started });
      return response;
    } catch (reason) {
      const failure = toFailure(reason);
      const { status, error } = failure;
      if (isExchange())
        notify({ type: 'exchange-failed', status, error, ms: Date.now() - started });
      report(failure, request).catch(() => log(failure));
      return answerFailure(failure);
    }
  };
}
