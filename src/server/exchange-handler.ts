import { exchangeDirectly } from '../core/oauth/exchange.js';
import { readIdentity } from '../core/oauth/identity.js';
import { claimCode, isCodeRefused, releaseCode } from './claimed-code.js';
import { withDeadline } from './deadline.js';
import { callSite, ExchangeError, nameKind, refuseUnless, toFailure } from './exchange-error.js';
import {
  readOptions,
  type ExchangeHandler,
  type ExchangeHandlerOptions,
  type RequestDetails,
  type Settings,
} from './handler-options.js';
import { serverSend } from './monerium-api.js';
import { checkRequest, EMPTY_POST, readGrant } from './posted-grant.js';
import { addCommonHeaders, answerFailure, answerIdentity, answerPreflight } from './responses.js';

/** Everything up to the identity, within one deadline. */
function exchange<Context>(settings: Settings<Context>, details: RequestDetails<Context>) {
  const { own, store, timeoutMs, notify } = settings;
  return withDeadline(timeoutMs, async (signal) => {
    const grant = await readGrant(details.request, signal, settings);
    const isFirst = await claimCode(store, grant.code, signal);
    if (!isFirst) notify({ type: 'replay-refused' });
    refuseUnless(isFirst, 400, 'invalid_grant', 'the code was posted before');
    try {
      const { identity, tokens } = await exchangeDirectly(serverSend(own, signal), grant);
      return { ...details, ...identity, tokens, clientId: grant.clientId };
    } catch (reason) {
      if (!isCodeRefused(reason)) throw reason;
      await releaseCode(store, grant.code, signal);
      // A claim that is slow to go does not make it a timeout.
      throw toFailure(reason);
    }
  });
}

async function connect<Context>(
  settings: Settings<Context>,
  details: RequestDetails<Context>,
): Promise<Response> {
  const connected = await exchange(settings, details);
  try {
    return answerIdentity(connected, (await settings.own.onConnected(connected)) ?? {});
  } catch (cause) {
    const fault = `onConnected threw ${nameKind(cause)}`;
    throw new ExchangeError(500, 'server_error', fault, cause);
  }
}

async function findSession<Context>(
  { own, timeoutMs }: Settings<Context>,
  details: RequestDetails<Context>,
): Promise<Response> {
  const session = await withDeadline(timeoutMs, (signal) =>
    callSite('onSession', signal, async () => {
      const found = await own.onSession?.(details);
      return found && { identity: readIdentity(found) };
    }),
  );
  if (!session) return new Response(null, { status: 204 });
  const fault = 'onSession returned no valid ids';
  refuseUnless(session.identity !== undefined, 500, 'server_error', fault);
  return answerIdentity(session.identity, {});
}

function disconnect<Context>(
  { own, timeoutMs }: Settings<Context>,
  details: RequestDetails<Context>,
): Promise<Response> {
  return withDeadline(timeoutMs, (signal) =>
    callSite('onDisconnect', signal, async () => {
      const headers = (await own.onDisconnect?.(details)) ?? {};
      return new Response(null, { status: 204, headers });
    }),
  );
}

function respond<Context>(
  settings: Settings<Context>,
  details: RequestDetails<Context>,
): Response | Promise<Response> {
  const { request } = details;
  checkRequest(request, settings);
  if (request.method === 'OPTIONS') return answerPreflight(request, settings);
  if (request.method === 'GET') return findSession(settings, details);
  if (request.method === 'DELETE') return disconnect(settings, details);
  return connect(settings, details);
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
): ExchangeHandler<Context> {
  const settings = readOptions(options);
  const { own, isSandbox, notify } = settings;

  const log = ({ status, message, reason }: ExchangeError): void => {
    if (status >= 500) console.error(`monerium-connect: ${message}`);
    else if (isSandbox && reason !== EMPTY_POST) console.warn(`monerium-connect: ${message}`);
  };
  const { onError = log } = own;
  const report = async (failure: ExchangeError, request: Request) => onError(failure, request);

  return async (request, ...[context]) => {
    const started = Date.now();
    const isPost = request.method === 'POST';
    let response: Response;
    try {
      // It can be left out only where `undefined` is a `Context`.
      response = await respond(settings, { request, context: context as Context });
      if (isPost) notify({ type: 'exchanged', ms: Date.now() - started });
    } catch (reason) {
      const failure = toFailure(reason);
      const { status, error } = failure;
      if (isPost) notify({ type: 'exchange-failed', status, error, ms: Date.now() - started });
      report(failure, request).catch(() => log(failure));
      response = answerFailure(failure, settings);
    }
    addCommonHeaders(response, request, settings);
    return response;
  };
}
