import { endSession, exchange, findSession, tellSite } from './exchange.js';
import {
  readOptions,
  type ExchangeHandlerOptions,
  type RequestDetails,
  type RequestHandler,
  type Settings,
} from './handler-options.js';
import { checkRequest, readGrant } from './posted-grant.js';
import { addCommonHeaders, answerFailure, answerPreflight, answerSession } from './responses.js';
import { createRun } from './run.js';

async function respond<Context>(
  settings: Settings<Context>,
  details: RequestDetails<Context>,
): Promise<Response> {
  const { request } = details;
  checkRequest(request, settings);
  if (request.method === 'OPTIONS') return answerPreflight(request, settings);
  if (request.method === 'GET') return answerSession(await findSession(settings, details));
  if (request.method === 'DELETE') return endSession(settings, details);
  const readPost = (signal: AbortSignal) => readGrant(request, signal, settings);
  const connected = await exchange(settings, details, readPost);
  return tellSite(settings, connected, (headers) => answerSession(connected, headers));
}

/**
 * The backend of `<monerium-connect backend-url>`. `POST` exchanges a code with Monerium once,
 * gives the tokens to `onConnected` and returns `{ profile, userId }`, or `{ error }`. A code that
 * was posted before is refused, also while the first post runs. `GET` and `DELETE` are those of
 * `stay-connected`. `timeoutMs` covers everything from the arrival of the request to the identity.
 * @throws ConnectError `invalid_config`, whose message names the option and what it needs
 * @see RFC 6749 section 4.1.3, RFC 7636 section 4.5, Monerium's `POST /auth/token`
 */
export function createExchangeHandler<Context = unknown>(
  options: ExchangeHandlerOptions<Context>,
): RequestHandler<Context> {
  const settings = readOptions(options);
  const run = createRun(settings);
  return async (request, ...[context]) => {
    const response = await run({
      request,
      isExchange: () => request.method === 'POST',
      // It can be left out only where `undefined` is a `Context`.
      respond: () => respond(settings, { request, context: context as Context }),
      answerFailure: (failure) => answerFailure(failure, settings),
    });
    addCommonHeaders(response, request, settings);
    return response;
  };
}
