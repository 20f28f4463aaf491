import { ConnectError, type ErrorCode } from '../core/errors.js';
import { ownFields } from '../core/oauth/identity.js';
import {
  buildRequestUrl,
  createSecrets,
  readAuthorizationResponse,
  toAuthorizationError,
  type AuthorizationCode,
  type AuthorizationResponse,
} from '../core/oauth/oauth.js';
import {
  readConnectOptions,
  ROUTES,
  type ConnectHandlerOptions,
  type ConnectSettings,
} from './connect-options.js';
import { detailOf, ExchangeError, refuseUnless } from './exchange-error.js';
import { endSession, exchange, findSession, tellSite, USED_CODE } from './exchange.js';
import type { PendingFlow } from './flow-cookies.js';
import type { RequestDetails, RequestHandler } from './handler-options.js';
import { checkRequest } from './posted-grant.js';
import { answerFailure, answerSession } from './responses.js';
import { addResult, readReturnTo } from './return-to.js';
import { createRun, type Work } from './run.js';

/** RFC 5321 section 4.5.3.1.3, and a mail address has no control characters. */
const EMAIL = /^[^\0-\x1f\x7f]{3,254}$/;
const AUTH_MODES = ['login', 'signup'];

const queryOf = ({ url }: Request): URLSearchParams => new URL(url).searchParams;

/** A redirect that makes a `GET`, with the headers of the site. */
function redirectTo(location: string, cookies: readonly string[], headers?: HeadersInit): Response {
  const own = new Headers(headers);
  for (const cookie of cookies) own.append('set-cookie', cookie);
  own.set('location', location);
  return new Response(null, { status: 303, headers: own });
}

/**
 * Begins a flow, and leads to Monerium.
 * @see RFC 6749 section 4.1.1, RFC 7636 section 4.3, Monerium's `GET /auth`
 */
async function start<Context>(
  { clientId, redirectUri, apiUrl, origin, paths, flows }: ConnectSettings<Context>,
  request: Request,
): Promise<Response> {
  const query = queryOf(request);
  const [email, mode] = [query.get('email') ?? '', query.get('auth_mode') ?? ''];
  const { state, codeVerifier, codeChallenge } = await createSecrets();
  const returnTo = readReturnTo(query.get('return_to'), origin, paths);
  const flow = { state, codeVerifier, returnTo, at: Date.now() };
  const cookies = await flows.begin(request.headers, flow);
  const location = buildRequestUrl(`${apiUrl}/auth`, {
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    code_challenge: codeChallenge,
    code_challenge_method: 'S256',
    state,
    email: EMAIL.test(email) ? email : undefined,
    auth_mode: AUTH_MODES.includes(mode) ? mode : undefined,
  });
  return redirectTo(location, cookies);
}

/** The failure of a response that has no code to exchange. */
function toRefusal(cause: ConnectError): ExchangeError {
  const { oauthError = 'other' } = detailOf(cause);
  const error = oauthError === 'other' ? 'invalid_request' : oauthError;
  return new ExchangeError(400, error, cause.code, cause);
}

const fail = (code: ErrorCode) => toRefusal(new ConnectError(code, { phase: 'authorize' }));

/** What Monerium has responded with, and the flow that it ends. */
interface ReceivedResponse {
  readonly code: AuthorizationCode | undefined;
  readonly oauthError: string | undefined;
  readonly flow: PendingFlow | undefined;
}

async function readResponse<Context>(
  { flows }: ConnectSettings<Context>,
  request: Request,
): Promise<ReceivedResponse> {
  const { headers } = request;
  const response = readAuthorizationResponse(queryOf(request).toString());
  const { state, code, oauthError } = ownFields<AuthorizationResponse>(response ?? {});
  if (state !== undefined) return { code, oauthError, flow: await flows.find(headers, state) };
  // Monerium may leave the state out of an error. That proves nothing, so the flow goes on.
  const newest = oauthError === undefined ? undefined : await flows.findNewest(headers);
  return { code: undefined, oauthError, flow: newest && { ...newest, end: '' } };
}

/** @throws ExchangeError when the response has no code that may be exchanged */
function requireCode({
  flow,
  code,
  oauthError,
}: ReceivedResponse): [PendingFlow, AuthorizationCode] {
  if (!flow) throw fail('transaction_not_found');
  if (flow.isExpired) throw fail('transaction_expired');
  if (oauthError !== undefined) throw toRefusal(toAuthorizationError(oauthError));
  if (code === undefined) throw fail('response_invalid');
  return [flow, code];
}

/** The code of a failure, as the element knows it. */
function nameFailure({ status, reason, cause }: ExchangeError): ErrorCode {
  if (reason === USED_CODE) return 'transaction_not_found';
  // The functions of the site may throw anything. It says nothing of Monerium.
  const isOfSite = status === 500 || status === 503;
  return (!isOfSite && detailOf(cause).code) || 'server_unavailable';
}

/**
 * Ends a flow: exchanges its code and leads back to the site. A second request of a customer who
 * has a session by then is redirected there as well, without a request to Monerium.
 */
function finish<Context>(
  settings: ConnectSettings<Context>,
  details: RequestDetails<Context>,
): Omit<Work, 'request'> {
  const { clientId, redirectUri, apiUrl, origin, place } = settings;
  const { request } = details;
  let flow: PendingFlow | undefined;
  let isSecondVisit = false;
  const leadBack = (result: string, headers?: HeadersInit): Response => {
    const { end = '', returnTo = place } = ownFields<Partial<PendingFlow>>(flow ?? {});
    return redirectTo(origin + addResult(returnTo, result), end ? [end] : [], headers);
  };
  const connect = async (received: ReceivedResponse): Promise<Response> => {
    const [{ codeVerifier }, code] = requireCode(received);
    const grant = { code, codeVerifier, redirectUri, clientId, apiUrl };
    const connected = await exchange(settings, details, async () => grant);
    return tellSite(settings, connected, (headers) => leadBack('connected', headers));
  };
  return {
    isExchange: () => !isSecondVisit,
    async respond() {
      const received = await readResponse(settings, request);
      ({ flow } = received);
      try {
        return await connect(received);
      } catch (reason) {
        const isUsed = reason instanceof ExchangeError && reason.reason === USED_CODE;
        if (flow && !isUsed) throw reason;
        isSecondVisit = (await findSession(settings, details)) !== undefined;
        if (!isSecondVisit) throw reason;
        return leadBack('connected');
      }
    },
    answerFailure: (failure) => leadBack(nameFailure(failure)),
  };
}

/** A prefetch must neither start a flow nor use a code. */
function isPrefetch({ headers }: Request): boolean {
  return /\bprefetch\b/i.test(headers.get('sec-purpose') ?? headers.get('purpose') ?? '');
}

/**
 * The route of a request. A framework may have cut the beginning off its path, as Express does
 * below `app.use('/monerium', …)`.
 */
function findRoute({ url }: Request, paths: readonly string[]) {
  const { pathname } = new URL(url);
  return ROUTES.find((_route, at) => paths[at]?.endsWith(pathname));
}

function plan<Context>(
  settings: ConnectSettings<Context>,
  details: RequestDetails<Context>,
): Omit<Work, 'request'> {
  const { request } = details;
  const { method } = request;
  const route = findRoute(request, settings.paths);
  if (route === '/callback' && method === 'GET') return finish(settings, details);
  const { isSandbox, origins } = settings;
  const methods = route === '/session' ? settings.sessionMethods : ['GET'];
  return {
    isExchange: () => false,
    async respond() {
      refuseUnless(route !== undefined, 404, 'invalid_request', 'no route has this path');
      if (route !== '/session') {
        refuseUnless(method === 'GET', 405, 'invalid_request', 'method not allowed');
        return start(settings, request);
      }
      checkRequest(request, { methods, origins });
      if (method === 'DELETE') return endSession(settings, details);
      return answerSession(await findSession(settings, details));
    },
    answerFailure: (failure) => answerFailure(failure, { isSandbox, methods }),
  };
}

/**
 * The flow without a script in the page: everything below `baseUrl`. `GET {base}/start` leads to
 * Monerium; `return_to` is where the customer goes afterwards, a path on the own origin. `GET
 * {base}/callback` exchanges the code once, gives the tokens to `onConnected`, and leads back with
 * `monerium_result=connected`, or with the code of a failure. `GET` and `DELETE {base}/session` are
 * those of `stay-connected`. What belongs to a flow is in a sealed cookie for 24 hours; a browser
 * can have four flows under way. No response is kept by a cache, and a prefetch gets `503`.
 * @throws ConnectError `invalid_config`, whose message names the option and what it needs
 * @see RFC 6749 section 4.1, RFC 7636, RFC 9700 sections 2.1.1 and 4.7
 */
export function createConnectHandler<Context = unknown>(
  options: ConnectHandlerOptions<Context>,
): RequestHandler<Context> {
  const settings = readConnectOptions(options);
  const run = createRun(settings);
  return async (request, ...[context]) => {
    // It can be left out only where `undefined` is a `Context`.
    const details = { request, context: context as Context };
    const response = isPrefetch(request)
      ? new Response(null, { status: 503 })
      : await run({ request, ...plan(settings, details) });
    response.headers.set('cache-control', 'no-store');
    response.headers.set('referrer-policy', 'no-referrer');
    return response;
  };
}
