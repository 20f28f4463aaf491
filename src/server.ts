import { ConnectError } from './errors.js';
import { exchangeDirectly, type Identity, type Tokens } from './exchange.js';
import {
  bindFetch,
  check,
  HTTP_URL,
  readApi,
  withDeadline,
  type MoneriumOptions,
} from './monerium-api.js';
import { accept, admit, ExchangeFailure, readGrant } from './posted-grant.js';

export { ConnectError, type ErrorCode } from './errors.js';
export type { Identity, Tokens } from './exchange.js';
export { refreshTokens, type MoneriumOptions, type RefreshOptions } from './monerium-api.js';
export { ExchangeFailure } from './posted-grant.js';

/** How many posted codes a handler remembers, the newest ones. */
const MAX_CODES = 10_000;

/** What {@link ExchangeHandlerOptions.onConnected} is told. */
export interface ConnectedDetails extends Identity {
  readonly tokens: Tokens;
  /** The client that the tokens were given to: refreshing them needs it. */
  readonly clientId: string;
  /** The post, for its headers and cookies. Its body has been read. */
  readonly request: Request;
}

export interface ExchangeHandlerOptions extends MoneriumOptions {
  /** ID of the Authorization Code Flow client, or several. */
  readonly clientId: string | readonly string[];
  /** Every redirect URI that a post may name, exactly as registered at Monerium. */
  readonly redirectUris: readonly string[];
  /** The origins that may post. Default: those of `redirectUris`. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Lets pages of other listed origins send and get cookies. Default: `false`. */
  readonly allowCredentials?: boolean | undefined;
  /**
   * Keeps the tokens, and may return headers for the answer, such as `Set-Cookie`. When it throws,
   * the page is told `500` and `onError` hears why: try a write again in here, since the code is
   * used up. It runs outside the deadline.
   */
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- a function without a return
  onConnected(details: ConnectedDetails): HeadersInit | void | Promise<HeadersInit | void>;
  /** Hears of every post that failed. Default: `console.error` of the message from `500` on. */
  readonly onError?:
    ((failure: ExchangeFailure, request: Request) => void | Promise<void>) | undefined;
}

/** A web-standard handler of one route. It never rejects. */
export type ExchangeHandler = (request: Request) => Promise<Response>;

/** The origin of a URL. That of anything but http(s) is `null`, which sandboxed frames share. */
function readOrigin(option: string, url: string): string {
  check(HTTP_URL.test(url) && URL.canParse(url), option, 'absolute URLs');
  return new URL(url).origin;
}

function readOptions(options: ExchangeHandlerOptions) {
  const { clientId, redirectUris, allowedOrigins } = options;
  const clientIds = [clientId].flat().filter(Boolean);
  check(clientIds.length > 0, 'clientId', 'the ID of your client');
  check(redirectUris.length > 0, 'redirectUris', 'at least one');
  const own = redirectUris.map((uri) => readOrigin('redirectUris', uri));
  const origins = allowedOrigins?.map((url) => readOrigin('allowedOrigins', url)) ?? own;
  return {
    ...readApi(options),
    ...{ clientIds, redirectUris: [...redirectUris], origins },
    allowCredentials: options.allowCredentials === true,
  };
}

type Settings = ReturnType<typeof readOptions>;

/** What a handler has sent to Monerium: a second use of a code can revoke the tokens it gave. */
class SentCodes {
  readonly #codes = new Set<string>();

  /** @throws ExchangeFailure when the code was sent before */
  claim(code: string): void {
    accept(!this.#codes.has(code), 400, 'invalid_grant', 'the code was posted before');
    this.#codes.add(code);
    const [oldest = code] = this.#codes;
    if (this.#codes.size > MAX_CODES) this.#codes.delete(oldest);
  }
}

/** Puts what went wrong in the words that a page may hear. */
function toFailure(reason: unknown): ExchangeFailure {
  if (reason instanceof ExchangeFailure) return reason;
  const { code, status, oauthError } = reason as ConnectError;
  const why = status === undefined ? code : `${code}, Monerium answered ${status}`;
  const fail = (answer: number, error: string) => new ExchangeFailure(answer, error, why, reason);
  if (code === 'exchange_timeout') return fail(504, 'temporarily_unavailable');
  if (code === 'rate_limited') return fail(429, 'temporarily_unavailable');
  if (code !== 'exchange_rejected') return fail(502, 'server_error');
  return fail(400, oauthError && oauthError !== 'other' ? oauthError : 'invalid_grant');
}

function logFailure({ status, message }: ExchangeFailure): void {
  if (status >= 500) console.error(`monerium-connect: ${message}`);
}

function answerFailure({ status, error, cause }: ExchangeFailure): Response {
  const response = Response.json({ error }, { status });
  const { retryAfterMs } = Object(cause) as Partial<ConnectError>;
  if (retryAfterMs !== undefined) {
    response.headers.set('retry-after', String(Math.ceil(retryAfterMs / 1000)));
  }
  if (status === 405) response.headers.set('allow', 'POST, OPTIONS');
  return response;
}

/** Lets through any header that a page may add: `backendHeaders` of the element. */
function answerPreflight({ headers }: Request): Response {
  const allowed = {
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': headers.get('access-control-request-headers') ?? 'content-type',
    'access-control-max-age': '600',
  };
  return new Response(null, { status: 204, headers: allowed });
}

/** What every answer has. Only pages of a listed origin may read it. */
function addCommonHeaders(headers: Headers, request: Request, settings: Settings): void {
  headers.set('cache-control', 'no-store');
  headers.append('vary', 'origin');
  const origin = request.headers.get('origin') ?? '';
  if (!settings.origins.includes(origin)) return;
  headers.set('access-control-allow-origin', origin);
  headers.set('access-control-expose-headers', 'retry-after');
  if (settings.allowCredentials) headers.set('access-control-allow-credentials', 'true');
}

/**
 * The backend of `<monerium-connect backend-url>`: checks the post, exchanges the code with
 * Monerium once, hands the tokens to `onConnected` and answers `{ profile, userId }`, or a failure
 * with `{ error }`. A code that this handler has sent is refused as a replay, also while the first
 * post still runs. `timeoutMs` covers everything from the arrival of the post to the identity.
 * @throws ConnectError `invalid_config`, whose message names the option and what it needs
 * @see RFC 6749 section 4.1.3, RFC 7636 section 4.5, Monerium's `POST /auth/token`
 */
export function createExchangeHandler(options: ExchangeHandlerOptions): ExchangeHandler {
  const settings = readOptions(options);
  const codes = new SentCodes();

  const exchange = async (request: Request, signal: AbortSignal) => {
    const grant = await readGrant(request, signal, settings);
    codes.claim(grant.code);
    const { identity, tokens } = await exchangeDirectly(bindFetch(options, signal), grant);
    if (!identity) throw new ConnectError('profile_unavailable');
    return { ...identity, tokens, clientId: grant.clientId };
  };

  const answer = async (request: Request): Promise<Response> => {
    admit(request, settings);
    if (request.method === 'OPTIONS') return answerPreflight(request);
    const connected = await withDeadline(settings.timeoutMs, (signal) => exchange(request, signal));
    try {
      const headers = new Headers((await options.onConnected({ ...connected, request })) ?? {});
      headers.set('content-type', 'application/json');
      const { profile, userId } = connected;
      return Response.json({ profile, userId }, { headers });
    } catch (cause) {
      throw new ExchangeFailure(500, 'server_error', 'onConnected failed', cause);
    }
  };

  const report = async (failure: ExchangeFailure, request: Request): Promise<void> => {
    try {
      await (options.onError ?? logFailure)(failure, request);
    } catch {
      logFailure(failure);
    }
  };

  return async (request) => {
    const response = await answer(request).catch((reason: unknown) => {
      const failure = toFailure(reason);
      void report(failure, request);
      return answerFailure(failure);
    });
    addCommonHeaders(response.headers, request, settings);
    return response;
  };
}
