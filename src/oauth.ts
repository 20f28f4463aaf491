import { ConnectError, type ErrorCode } from './errors.js';

/** Marks a `state` as ours, so that an unknown one can be told from a stranger's. */
const STATE_PREFIX = 'mc1.';
const MAX_STATE_LENGTH = 128;
const MAX_CODE_LENGTH = 2048;

/** Parameters of an authorization response: RFC 6749 section 4.1.2, and `iss` of RFC 9207. */
const RESPONSE_PARAMETERS = ['code', 'state', 'iss', 'error', 'error_description', 'error_uri'];

/** The error codes of RFC 6749, sections 4.1.2.1 and 5.2. */
const REGISTERED_ERROR =
  /^(access_denied|server_error|temporarily_unavailable|unauthorized_client|invalid_(request|scope|client|grant)|unsupported_(response|grant)_type)$/;

declare const validated: unique symbol;

/** A code that came out of {@link readAuthorizationResponse}: single, bounded, with a `state`. */
export type AuthorizationCode = string & { readonly [validated]: true };

/** What one start needs: the `state`, and the PKCE pair of RFC 7636. */
export interface Secrets {
  readonly state: string;
  readonly codeVerifier: string;
  readonly codeChallenge: string;
}

/**
 * A response that may be ours by its form. It has a code or an error; with neither it is invalid:
 * duplicated, conflicting, oversized or missing parameters. `state` is absent only on an `error`.
 */
export interface AuthorizationResponse {
  readonly state?: string | undefined;
  readonly code?: AuthorizationCode;
  readonly oauthError?: string;
}

/** Fields of the request to `/auth`, by their wire names. Empty ones are not sent. */
export type AuthorizationParameters = Record<string, string | null | undefined>;

function encodeBase64Url(bytes: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...bytes));
  return base64.replaceAll('+', '-').replaceAll('/', '_').replace('=', '');
}

/** 32 random bytes in base64url: 43 characters. */
function createRandomString(): string {
  return encodeBase64Url(crypto.getRandomValues(new Uint8Array(32)));
}

/**
 * The `S256` challenge of a verifier: base64url(SHA-256(ASCII(verifier))), 43 characters.
 * @see RFC 7636 section 4.2
 */
export async function computeCodeChallenge(codeVerifier: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(codeVerifier));
  return encodeBase64Url(new Uint8Array(digest));
}

/**
 * A fresh `state`, verifier and challenge, for one start only.
 * @throws TypeError outside a secure context, where `crypto.subtle` is missing
 * @see RFC 7636 section 4.1, RFC 6749 section 10.12
 */
export async function createSecrets(): Promise<Secrets> {
  const codeVerifier = createRandomString();
  const codeChallenge = await computeCodeChallenge(codeVerifier);
  return { state: STATE_PREFIX + createRandomString(), codeVerifier, codeChallenge };
}

/**
 * The address of the authorization endpoint below `apiUrl`, with its query.
 * @see RFC 6749 section 4.1.1, Monerium's `GET /auth`
 */
export function buildAuthorizationUrl(apiUrl: string, parameters: AuthorizationParameters): string {
  const present = Object.entries(parameters).filter(([, value]) => value) as [string, string][];
  return `${apiUrl}/auth?${new URLSearchParams(present)}`;
}

/** The code itself when RFC 6749 registers it, else `other`: no foreign text gets through. */
export function nameOAuthError(error: string): string {
  return REGISTERED_ERROR.test(error) ? error : 'other';
}

/**
 * Reads the query of a page (`?a=b` or `a=b`). Never throws.
 * `undefined` when it cannot be a response to this element: a stranger's `state`, or a code
 * without any. An empty parameter counts as absent.
 * @see RFC 6749 section 4.1.2
 */
export function readAuthorizationResponse(query: string): AuthorizationResponse | undefined {
  const parameters = new URLSearchParams(query);
  const values = RESPONSE_PARAMETERS.map((name) => parameters.getAll(name).filter(Boolean));
  const [[code] = [], states = [], , [error] = []] = values;
  const state = states.find((s) => s.startsWith(STATE_PREFIX) && s.length <= MAX_STATE_LENGTH);
  if (!state && (states.length > 0 || !error)) return undefined;
  const isAmbiguous = values.some(({ length }) => length > 1) || (code && error);
  if (!isAmbiguous && error) return { state, oauthError: nameOAuthError(error) };
  if (isAmbiguous || !code || code.length > MAX_CODE_LENGTH) return { state };
  return { state, code: code as AuthorizationCode };
}

/**
 * Cuts the parameters of an authorization response out of a URL and leaves every other byte.
 * Only the query is touched, and names are compared decoded, as the reader above sees them.
 */
export function stripAuthorizationResponse(url: string): string {
  return url.replace(/^([^?#]*)\?([^#]*)/, (_match, path: string, query: string) => {
    const kept = query.split('&').filter((pair) => {
      const [name = ''] = new URLSearchParams(`?${pair}`).keys();
      return !RESPONSE_PARAMETERS.includes(name);
    });
    return kept.length > 0 ? `${path}?${kept.join('&')}` : path;
  });
}

/** The failure that an error response of the authorization endpoint stands for. */
export function toAuthorizationError(oauthError: string): ConnectError {
  let code: ErrorCode = 'authorization_error';
  if (oauthError === 'access_denied') code = oauthError;
  // Of the registered codes, only `server_error` and `temporarily_unavailable` begin like this.
  if (/^[st]/.test(oauthError)) code = 'authorization_unavailable';
  return new ConnectError(code, { phase: 'authorize', oauthError });
}
