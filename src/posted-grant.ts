import { parseFields, readText, type ExchangeRequest } from './exchange.js';

const MAX_POST_BYTES = 8192;
const JSON_TYPE = /^application\/json\s*(;|$)/i;
/** RFC 6749 appendix A.11, with the element's own bound. */
const CODE = /^[ -~]{1,2048}$/;
/** RFC 7636 section 4.1. */
const CODE_VERIFIER = /^[\w.~-]{43,128}$/;

/**
 * Why a post was not answered with an identity. `message` holds no secret. `cause` is the
 * `ConnectError` of the exchange, or whatever `onConnected` threw: look before you log that.
 */
export class ExchangeFailure extends Error {
  override readonly name = 'ExchangeFailure';

  constructor(
    /** The HTTP status of the answer. */
    readonly status: number,
    /** The answer's `error`: a code of RFC 6749, sections 4.1.2.1 and 5.2. */
    readonly error: string,
    reason: string,
    cause?: unknown,
  ) {
    super(`${status} ${error}: ${reason}`, { cause });
  }
}

/** @throws ExchangeFailure */
export function accept(
  isRight: boolean,
  status: number,
  error: string,
  why: string,
): asserts isRight {
  if (!isRight) throw new ExchangeFailure(status, error, why);
}

/** What a post has to fit: the site's own clients, redirect URIs and origins. */
export interface PostRules {
  readonly apiUrl: string;
  readonly clientIds: readonly string[];
  readonly redirectUris: readonly string[];
  readonly origins: readonly string[];
}

/** @throws ExchangeFailure for what is not a post of JSON, or a preflight, from a listed origin */
export function admit({ method, headers }: Request, { origins }: PostRules): void {
  const isPreflight = method === 'OPTIONS';
  accept(isPreflight || method === 'POST', 405, 'invalid_request', 'the method is not POST');
  const isListed = origins.includes(headers.get('origin') ?? '');
  accept(isListed, 403, 'access_denied', 'the Origin header is missing or not listed');
  const isJson = isPreflight || JSON_TYPE.test(headers.get('content-type') ?? '');
  accept(isJson, 415, 'invalid_request', 'the content type is not application/json');
}

/** @throws ExchangeFailure for a body that is late, breaks off or is too long */
async function readBody(request: Request, signal: AbortSignal): Promise<string> {
  const isFresh = !request.bodyUsed && !request.body?.locked;
  accept(isFresh, 500, 'server_error', 'the body was read before: keep parsers off this route');
  let text: string | undefined;
  try {
    // Unlike a reader of its own, a pipe lets go of a body that never ends.
    const body = request.body?.pipeThrough(new TransformStream(), { signal });
    text = await readText(body ?? null, MAX_POST_BYTES);
  } catch {
    accept(!signal.aborted, 408, 'invalid_request', 'the body did not come in time');
    accept(false, 400, 'invalid_request', 'the body broke off');
  }
  accept(text !== undefined, 413, 'invalid_request', `the body is over ${MAX_POST_BYTES} bytes`);
  return text;
}

/**
 * Reads and checks the four fields.
 * @throws ExchangeFailure that names the field which is missing, malformed or not the site's
 */
export async function readGrant(
  request: Request,
  signal: AbortSignal,
  rules: PostRules,
): Promise<ExchangeRequest> {
  const fields = parseFields(await readBody(request, signal));
  accept(fields !== undefined, 400, 'invalid_request', 'the body is not a JSON object');
  const read = (name: string, isRight: (value: string) => boolean) => {
    const value = fields[name];
    const isGood = typeof value === 'string' && isRight(value);
    accept(isGood, 400, 'invalid_request', `${name} is missing, malformed or not listed`);
    return value;
  };
  return {
    code: read('code', (value) => CODE.test(value)),
    codeVerifier: read('code_verifier', (value) => CODE_VERIFIER.test(value)),
    redirectUri: read('redirect_uri', (value) => rules.redirectUris.includes(value)),
    clientId: read('client_id', (value) => rules.clientIds.includes(value)),
    apiUrl: rules.apiUrl,
  };
}
