import type { ExchangeRequest } from '../core/oauth/exchange.js';
import { parseFields, readText } from '../core/oauth/http.js';
import { raceSignal } from './deadline.js';
import { refuseUnless } from './exchange-error.js';

const MAX_POST_BYTES = 8192;
const JSON_TYPE = /^application\/json\s*(;|$)/i;
/** RFC 6749 appendix A.11, with the element's own bound. */
const CODE = /^[ -~]{1,2048}$/;
/** RFC 7636 section 4.1. */
const CODE_VERIFIER = /^[\w.~-]{43,128}$/;

/** The doctor of the element asks like this whether the endpoint is there. */
export const EMPTY_POST = 'the body has no fields (the doctor sends such a body)';
const READ_BEFORE = 'a parser has read the body: use toNodeListener()';

/** What a request has to fit: the site's own clients, redirect URIs and origins. */
export interface RequestRules {
  readonly apiUrl: string;
  readonly clientIds: readonly string[];
  readonly redirectUris: readonly string[];
  readonly origins: readonly string[];
  readonly methods: readonly string[];
}

/**
 * A browser sends no `Origin` with a same-origin GET. `Sec-Fetch-Site` shows whether a GET is one.
 */
function isFromOwnPage({ method, headers }: Request, origins: readonly string[]): boolean {
  const origin = headers.get('origin');
  if (origin !== null) return origins.includes(origin);
  return method === 'GET' && /^(same-origin)?$/.test(headers.get('sec-fetch-site') ?? '');
}

/** @throws ExchangeError for another method, a foreign origin, or a post that is not JSON */
export function checkRequest(
  request: Request,
  { methods, origins }: Pick<RequestRules, 'methods' | 'origins'>,
): void {
  const { method, headers } = request;
  refuseUnless(methods.includes(method), 405, 'invalid_request', 'method not allowed');
  const origin = String(headers.get('origin')).slice(0, 100);
  const unlisted = `Origin ${origin} is not one of allowedOrigins (${origins.join(', ')})`;
  refuseUnless(isFromOwnPage(request, origins), 403, 'access_denied', unlisted);
  const isJson = method !== 'POST' || JSON_TYPE.test(headers.get('content-type') ?? '');
  refuseUnless(isJson, 415, 'invalid_request', 'the content type is not application/json');
}

/** @throws ExchangeError for a body that is late, breaks off, is too long or was read before */
async function readBody(request: Request, signal: AbortSignal): Promise<string> {
  const length = Number(request.headers.get('content-length'));
  const tooLong = `the body is over ${MAX_POST_BYTES} bytes`;
  // Before the body is touched: some frameworks fail when a body is read only in part.
  refuseUnless(!(length > MAX_POST_BYTES), 413, 'invalid_request', tooLong);
  const isFresh = !request.bodyUsed && !request.body?.locked;
  refuseUnless(isFresh, 500, 'server_error', READ_BEFORE);
  let text: string | undefined;
  try {
    // Of a body that is too long nothing is cancelled: a framework owns it.
    text = await raceSignal(signal, readText(request.body?.getReader(), MAX_POST_BYTES));
  } catch {
    refuseUnless(!signal.aborted, 408, 'invalid_request', 'the body came too late');
    refuseUnless(false, 400, 'invalid_request', 'the body broke off');
  }
  refuseUnless(text !== undefined, 413, 'invalid_request', tooLong);
  // If a parser has read the body, an empty one is left.
  refuseUnless(text !== '' || !(length > 0), 500, 'server_error', READ_BEFORE);
  return text;
}

/**
 * Reads and checks the four fields.
 * @throws ExchangeError that names the field which is missing, malformed or not the site's
 */
export async function readGrant(
  request: Request,
  signal: AbortSignal,
  rules: RequestRules,
): Promise<ExchangeRequest> {
  const fields = parseFields(await readBody(request, signal));
  refuseUnless(fields !== undefined, 400, 'invalid_request', 'the body is not a JSON object');
  refuseUnless(Object.keys(fields).length > 0, 400, 'invalid_request', EMPTY_POST);
  const read = (name: string, isRight: (value: string) => boolean, fault: string) => {
    const value = fields[name];
    const isGood = typeof value === 'string' && isRight(value);
    refuseUnless(isGood, 400, 'invalid_request', `${name} is missing or ${fault}`);
    return value;
  };
  const isOf = (list: readonly string[]) => (value: string) => list.includes(value);
  return {
    code: read('code', (value) => CODE.test(value), 'malformed'),
    codeVerifier: read('code_verifier', (value) => CODE_VERIFIER.test(value), 'malformed'),
    redirectUri: read('redirect_uri', isOf(rules.redirectUris), 'not one of redirectUris'),
    clientId: read('client_id', isOf(rules.clientIds), 'not one of clientId'),
    apiUrl: rules.apiUrl,
  };
}
