import { ConnectError, createError, toConnectError, tryTo } from '../errors.js';
import { browserSend, fetchFields, type Reply, type Send } from './http.js';
import { ownFields, readIdentity, type Fields, type Identity } from './identity.js';

/** The characters of a bearer token, so that a header can hold it: RFC 6749 appendix A.12. */
const TOKEN = /^[!-~]+$/;

/** All that turns a code into a connection. `apiUrl` has no trailing slash. */
export interface ExchangeRequest {
  readonly code: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
  readonly clientId: string;
  readonly apiUrl: string;
}

/** Replaces both exchanges: takes a code, resolves with who was connected. */
export type ExchangeFunction = (request: ExchangeRequest, signal: AbortSignal) => Promise<Identity>;

/** Further headers of a request, or a function that is called for each: a CSRF token. */
export type BackendHeaders =
  Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>);

/** A site's own endpoint. */
export interface Backend {
  readonly url: string;
  readonly credentials: RequestCredentials;
  readonly headers: BackendHeaders;
}

/** How a page wants its codes exchanged. */
export type Exchange =
  | ({ readonly kind: 'backend' } & Backend)
  | { readonly kind: 'direct' }
  | { readonly kind: 'custom'; readonly run: ExchangeFunction };

/** `expiresAt` is in milliseconds since the epoch; `undefined` when the server gives none. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly expiresAt: number | undefined;
}

/** Who was connected. Only a direct exchange has tokens. */
export interface ExchangeResult {
  readonly identity: Identity;
  readonly tokens?: Tokens;
}

/** @throws ConnectError `profile_unavailable` when a response has no two ids */
export function requireIdentity({ fields, status, facts }: Reply): Identity {
  const identity = readIdentity(fields);
  if (identity) return identity;
  throw new ConnectError('profile_unavailable', {
    phase: 'identity',
    status,
    hint: facts,
  });
}

function readText(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/**
 * Sends a grant to the token endpoint. `expires_in` may be missing, or a string. `refreshToken` is
 * the one that stays valid when the response has none.
 * @see RFC 6749 section 5.1
 */
async function fetchTokens(
  send: Send,
  apiUrl: string,
  grant: Readonly<Record<string, string>>,
  refreshToken?: string,
): Promise<{ fields: Fields; tokens: Tokens }> {
  const init = { method: 'POST', body: new URLSearchParams(grant) };
  const { fields, status, facts } = await fetchFields(send, `${apiUrl}/auth/token`, init);
  const accessToken = readText(fields, 'access_token');
  if (!TOKEN.test(accessToken) || !/^bearer$/i.test(readText(fields, 'token_type'))) {
    throw new ConnectError('exchange_bad_response', { status, hint: facts });
  }
  const end = Date.now() + parseFloat(readText(fields, 'expires_in')) * 1000;
  const tokens = {
    accessToken,
    refreshToken: readText(fields, 'refresh_token') || refreshToken,
    expiresAt: isFinite(end) ? end : undefined,
  };
  return { fields, tokens };
}

/**
 * Asks Monerium whose token this is.
 * @throws ConnectError `profile_unavailable`
 * @see Monerium's `GET /auth/context`
 */
async function fetchIdentity(send: Send, apiUrl: string, accessToken: string): Promise<Identity> {
  const headers = {
    accept: 'application/vnd.monerium.api-v2+json',
    authorization: `Bearer ${accessToken}`,
  };
  const request = fetchFields(send, `${apiUrl}/auth/context`, { headers });
  const reply = await request.catch((reason: unknown) => {
    const { hint = '', status } = toConnectError(reason);
    throw new ConnectError('profile_unavailable', { phase: 'identity', hint, status });
  });
  const { userId, defaultProfile, profiles } = reply.fields;
  const [only, ...others] = Array.isArray(profiles) ? (profiles as unknown[]) : [];
  const single = others.length === 0 ? only : undefined;
  const profile = defaultProfile ?? ownFields(single)['id'];
  return requireIdentity({ ...reply, fields: { userId, profile } });
}

/** The fields of a code exchange, by their wire names. */
function toWireFields({ code, codeVerifier, redirectUri, clientId }: ExchangeRequest) {
  return { code, code_verifier: codeVerifier, redirect_uri: redirectUri, client_id: clientId };
}

/**
 * Exchanges a code at Monerium's token endpoint, and asks `/auth/context` for missing ids.
 * @throws ConnectError of the phase `exchange` or `identity`
 * @see RFC 6749 section 4.1.3, RFC 7636 section 4.5, Monerium's `POST /auth/token`
 */
export async function exchangeDirectly(
  send: Send,
  request: ExchangeRequest,
): Promise<{ identity: Identity; tokens: Tokens }> {
  const { apiUrl } = request;
  const grant = { grant_type: 'authorization_code', ...toWireFields(request) };
  const { fields, tokens } = await fetchTokens(send, apiUrl, grant);
  const identity = readIdentity(fields) ?? (await fetchIdentity(send, apiUrl, tokens.accessToken));
  return { identity, tokens };
}

/**
 * Trades a refresh token for new tokens. The old one is invalid afterwards.
 * @throws ConnectError
 * @see RFC 6749 section 6
 */
export async function refreshTokens(
  send: Send,
  { apiUrl, clientId }: Pick<ExchangeRequest, 'apiUrl' | 'clientId'>,
  refreshToken: string,
): Promise<Tokens> {
  const grant = { client_id: clientId, grant_type: 'refresh_token', refresh_token: refreshToken };
  return (await fetchTokens(send, apiUrl, grant, refreshToken)).tokens;
}

/** @throws ConnectError `invalid_config` for what are no headers, or a function that throws */
export function readHeaders(headers: BackendHeaders | null | undefined): Headers {
  const read = () => new Headers((typeof headers === 'function' ? headers() : headers) ?? {});
  const found = tryTo(read);
  if (found) return found;
  const hint = 'backendHeaders needs valid headers';
  throw createError('invalid_config', { hint });
}

/**
 * A request to the site's own backend, with the headers of the site.
 * @throws ConnectError `invalid_config`
 */
export function fetchFromBackend(
  send: Send,
  method: string,
  { url, credentials, headers: own }: Backend,
  body?: string,
): Promise<Reply> {
  const headers = readHeaders(own);
  headers.set('accept', 'application/json');
  if (body) headers.set('content-type', 'application/json');
  return fetchFields(send, url, { method, headers, credentials, ...(body && { body }) });
}

/**
 * Posts a code to the site's own backend, which responds with who was connected.
 * The JSON content type makes a cross-origin post need a preflight, so no other site can send one.
 * @throws ConnectError of the phase `exchange` or `identity`
 */
export async function exchangeByBackend(
  send: Send,
  request: ExchangeRequest,
  backend: Backend,
): Promise<Identity> {
  const body = JSON.stringify(toWireFields(request));
  return requireIdentity(await fetchFromBackend(send, 'POST', backend, body));
}

async function exchangeByPage(
  run: ExchangeFunction,
  request: ExchangeRequest,
  signal: AbortSignal,
): Promise<Identity> {
  const identity = readIdentity(await run(request, signal));
  if (identity) return identity;
  throw new ConnectError('profile_unavailable', { phase: 'identity' });
}

/**
 * Exchanges a code in the way the page has chosen.
 * @throws ConnectError of the phase `exchange` or `identity`, or what the page's function throws
 */
export async function exchangeCode(
  exchange: Exchange,
  request: ExchangeRequest,
  signal: AbortSignal,
): Promise<ExchangeResult> {
  switch (exchange.kind) {
    case 'custom':
      return { identity: await exchangeByPage(exchange.run, request, signal) };
    case 'backend':
      return { identity: await exchangeByBackend(browserSend(signal), request, exchange) };
    case 'direct':
      return exchangeDirectly(browserSend(signal), request);
  }
}
