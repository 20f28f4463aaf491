import { ConnectError, type ConnectErrorOptions, type ErrorCode } from './errors.js';
import { nameOAuthError } from './oauth.js';

/** The longest answer that is read, in decoded bytes. */
const MAX_BODY_BYTES = 65_536;
const MAX_RETRY_AFTER_MS = 3_600_000;
const IDENTIFIER = /^[A-Za-z0-9._:-]{1,128}$/;
/** What a bearer token may consist of, so that it can stand in a header: RFC 6749 appendix A.12. */
const TOKEN = /^[!-~]+$/;

/** Who has been connected: Monerium's identifiers, 1 to 128 characters of `[A-Za-z0-9._:-]`. */
export interface Identity {
  readonly profile: string;
  readonly userId: string;
}

/** All that turns a code into a connection. `apiUrl` has no trailing slash. */
export interface ExchangeRequest {
  readonly code: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
  readonly clientId: string;
  readonly apiUrl: string;
}

/** Replaces both exchanges: takes a code, answers who was connected. */
export type ExchangeFunction = (request: ExchangeRequest, signal: AbortSignal) => Promise<Identity>;

/** How a page wants its codes exchanged. */
export interface ExchangeOptions {
  /** `direct`, `custom`, or the URL of the backend. */
  readonly exchange: string;
  readonly exchangeFunction: ExchangeFunction | undefined;
  /** Of the post to the backend. */
  readonly credentials: RequestCredentials;
  readonly headers: Readonly<Record<string, string>>;
}

/** `expiresAt` is in milliseconds since the epoch; `Infinity` when the server did not say. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly expiresAt: number;
}

/** `fetch`, bound to the deadline of the exchange. */
export type Send = (url: string, init: RequestInit) => Promise<Response>;

type Fields = Readonly<Record<string, unknown>>;

export function bindFetch(signal: AbortSignal | undefined): Send {
  return (url, init) => fetch(url, { ...init, signal: signal ?? null });
}

/** How long `Retry-After` asks to wait, in seconds or until a date; empty when unreadable. */
function readRetryAfter(value: string): Pick<ConnectErrorOptions, 'retryAfterMs'> {
  let wait = parseFloat(value) * 1000;
  if (isNaN(wait)) wait = Date.parse(value) - Date.now();
  return isFinite(wait) ? { retryAfterMs: Math.min(Math.max(wait, 0), MAX_RETRY_AFTER_MS) } : {};
}

/** A body as text; `undefined` when it is too long. Rejects when the connection breaks off. */
export async function readText(body: Response['body'], limit: number): Promise<string | undefined> {
  const reader = body?.getReader();
  // A byte order mark is kept, so that parsing refuses it: RFC 8259 section 8.1.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let text = '';
  let size = 0;
  for (let chunk; reader && !(chunk = await reader.read()).done;) {
    size += chunk.value.length;
    if (size > limit) {
      void reader.cancel();
      return undefined;
    }
    text += decoder.decode(chunk.value, { stream: true });
  }
  return text + decoder.decode();
}

/** The fields of a JSON object, or `undefined`. What else a body says is dropped. */
export function parseFields(text = ''): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && !Array.isArray(value)
      ? ((value ?? undefined) as Fields)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Sends one request, once, and reads a JSON object; an answer without content counts as an empty
 * one. Nothing is sent again and no redirect is followed: the request may carry a code.
 */
async function fetchFields(send: Send, url: string, init: RequestInit): Promise<Fields> {
  let response: Response;
  let text: string | undefined;
  try {
    response = await send(url, {
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      ...init,
    });
    text = await readText(response.body, MAX_BODY_BYTES);
  } catch {
    throw new ConnectError('exchange_network', {
      hint: 'check CORS (or set backend-url), redirects, connect-src',
    });
  }
  const { ok, status, headers } = response;
  const fields = status === 204 ? {} : parseFields(text);
  if (ok && fields) return fields;
  let code: ErrorCode = 'exchange_bad_response';
  if (status >= 400) code = 'exchange_rejected';
  if (status >= 500) code = 'server_unavailable';
  if (status === 429) code = 'rate_limited';
  const error = fields?.['error'];
  throw new ConnectError(code, {
    status,
    ...(typeof error === 'string' && { oauthError: nameOAuthError(error) }),
    ...readRetryAfter(headers.get('retry-after') ?? ''),
  });
}

/**
 * The identity in an answer, rebuilt from its two fields, or `undefined` when one is missing or
 * malformed. `defaultProfile` counts for `profile`.
 */
export function readIdentity(answer: unknown): Identity | undefined {
  const { defaultProfile, profile = defaultProfile, userId } = Object(answer) as Fields;
  const isIdentifier = (id: unknown) => typeof id === 'string' && IDENTIFIER.test(id);
  return isIdentifier(profile) && isIdentifier(userId)
    ? ({ profile, userId } as Identity)
    : undefined;
}

/** Asks the token endpoint: RFC 6749 section 5.1. `expires_in` may be missing, or a string. */
async function fetchTokens(
  send: Send,
  apiUrl: string,
  grant: Record<string, string>,
): Promise<{ fields: Fields; tokens: Tokens }> {
  const init = { method: 'POST', body: new URLSearchParams(grant) };
  const fields = await fetchFields(send, `${apiUrl}/auth/token`, init);
  const read = (name: string) => {
    const value = fields[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  const accessToken = read('access_token');
  if (!TOKEN.test(accessToken) || !/^bearer$/i.test(read('token_type'))) {
    throw new ConnectError('exchange_bad_response');
  }
  const seconds = parseFloat(read('expires_in'));
  const tokens = {
    accessToken,
    refreshToken: read('refresh_token') || grant['refresh_token'],
    expiresAt: isNaN(seconds) ? Infinity : Date.now() + seconds * 1000,
  };
  return { fields, tokens };
}

/** Asks Monerium whose token this is; `undefined` when that is not to be had. */
async function fetchIdentity(
  send: Send,
  apiUrl: string,
  accessToken: string,
): Promise<Identity | undefined> {
  const headers = {
    accept: 'application/vnd.monerium.api-v2+json',
    authorization: `Bearer ${accessToken}`,
  };
  try {
    const context = await fetchFields(send, `${apiUrl}/auth/context`, { headers });
    const { userId, defaultProfile, profiles } = context;
    const [only, ...others] = Array.isArray(profiles) ? (profiles as unknown[]) : [];
    const { id } = (others.length ? {} : Object(only)) as Fields;
    return readIdentity({ userId, profile: defaultProfile ?? id });
  } catch {
    return undefined;
  }
}

/** The fields of a code exchange, by their wire names. */
function toWire({ code, codeVerifier, redirectUri, clientId }: ExchangeRequest) {
  return { code, code_verifier: codeVerifier, redirect_uri: redirectUri, client_id: clientId };
}

/**
 * Exchanges a code at Monerium's token endpoint, and asks `/auth/context` for what is missing.
 * @throws ConnectError of the phase `exchange`
 * @see RFC 6749 section 4.1.3, RFC 7636 section 4.5, Monerium's `POST /auth/token`
 */
export async function exchangeDirectly(
  send: Send,
  request: ExchangeRequest,
): Promise<{ identity: Identity | undefined; tokens: Tokens }> {
  const { apiUrl } = request;
  const grant = { grant_type: 'authorization_code', ...toWire(request) };
  const { fields, tokens } = await fetchTokens(send, apiUrl, grant);
  const identity = readIdentity(fields) ?? (await fetchIdentity(send, apiUrl, tokens.accessToken));
  return { identity, tokens };
}

/**
 * Trades a refresh token for new tokens. The old one is dead afterwards.
 * @throws ConnectError
 * @see RFC 6749 section 6
 */
export async function refreshTokens(
  send: Send,
  { apiUrl, clientId }: Pick<ExchangeRequest, 'apiUrl' | 'clientId'>,
  refreshToken: string,
): Promise<Tokens> {
  const grant = {
    grant_type: 'refresh_token',
    client_id: clientId,
    refresh_token: refreshToken,
  };
  return (await fetchTokens(send, apiUrl, grant)).tokens;
}

/**
 * Posts a code to the site's own backend, which answers who was connected.
 * The JSON content type makes a cross-origin post ask first, so no other site can send one.
 * @throws ConnectError of the phase `exchange`
 */
export async function exchangeByBackend(
  send: Send,
  request: ExchangeRequest,
  url: string,
  { credentials, headers: ownHeaders }: Pick<ExchangeOptions, 'credentials' | 'headers'>,
): Promise<Identity | undefined> {
  const headers = new Headers(ownHeaders);
  headers.set('content-type', 'application/json');
  headers.set('accept', 'application/json');
  const body = JSON.stringify(toWire(request));
  const init = { method: 'POST', headers, body, credentials };
  return readIdentity(await fetchFields(send, url, init));
}

/**
 * Exchanges a code in the way the page has chosen. Only a direct exchange brings tokens.
 * @throws ConnectError of the phase `exchange`, or what the page's own function throws
 */
export async function exchangeCode(
  { exchangeFunction, exchange, ...options }: ExchangeOptions,
  request: ExchangeRequest,
  signal: AbortSignal,
): Promise<{ identity: Identity | undefined; tokens?: Tokens }> {
  if (exchangeFunction) return { identity: readIdentity(await exchangeFunction(request, signal)) };
  const send = bindFetch(signal);
  if (exchange === 'direct') return exchangeDirectly(send, request);
  return { identity: await exchangeByBackend(send, request, exchange, options) };
}
