import { ConnectError } from '../errors.js';

/** Marks a `state` as ours: an unknown one is then distinct from one of another OAuth client. */
const STATE_PREFIX = 'mc1.';
const MAX_STATE_LENGTH = 128;
const MAX_CODE_LENGTH = 2048;

/** Parameters of an authorization response: RFC 6749 section 4.1.2, and `iss` of RFC 9207. */
const RESPONSE_PARAMETERS = ['code', 'state', 'iss', 'error', 'error_description', 'error_uri'];

/** A parameter with a token: RFC 6749 section 5.1, OpenID Connect. Some write it in another way. */
const TOKEN = /^(access|id|refresh)_?token$/i;

/** The error codes of an authorization response: RFC 6749 section 4.1.2.1. */
const AUTHORIZATION_ERRORS = [
  'access_denied',
  'invalid_request',
  'invalid_scope',
  'server_error',
  'temporarily_unavailable',
  'unauthorized_client',
  'unsupported_response_type',
];

/** Those of a token response: RFC 6749 section 5.2. */
const TOKEN_ERRORS = ['invalid_client', 'invalid_grant', 'unsupported_grant_type'];

declare const validated: unique symbol;

/** A code that {@link readAuthorizationResponse} has validated: single, bounded, with a `state`. */
export type AuthorizationCode = string & { readonly [validated]: true };

/** What one start needs: the `state`, and the PKCE pair of RFC 7636. */
export interface Secrets {
  readonly state: string;
  readonly codeVerifier: string;
  readonly codeChallenge: string;
}

/**
 * A response that may be ours by its form. It has a code or an error. With neither it is invalid:
 * its parameters are duplicated, conflicting, oversized or missing. `state` is absent only beside
 * an error code of RFC 6749 section 4.1.2.1.
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
 * The address of an endpoint with its query.
 * @see RFC 6749 section 4.1.1, Monerium's `GET /auth`
 */
export function buildRequestUrl(endpoint: string, parameters: AuthorizationParameters): string {
  const present = Object.entries(parameters).filter(([, value]) => value) as [string, string][];
  return `${endpoint}${endpoint.includes('?') ? '&' : '?'}${new URLSearchParams(present)}`;
}

/** The code itself when RFC 6749 registers it, otherwise `other`: no foreign text gets through. */
export function nameOAuthError(error: string): string {
  return [...AUTHORIZATION_ERRORS, ...TOKEN_ERRORS].includes(error) ? error : 'other';
}

/**
 * Reads the query of a page (`?a=b` or `a=b`). Never throws.
 * Returns `undefined` when it cannot be a response to this element: the `state` is another
 * client's, or there is no `state` and nothing but one registered error. An empty parameter counts
 * as absent.
 * @see RFC 6749 sections 4.1.2 and 4.1.2.1
 */
export function readAuthorizationResponse(query: string): AuthorizationResponse | undefined {
  const parameters = new URLSearchParams(query);
  const values = RESPONSE_PARAMETERS.map((name) => parameters.getAll(name).filter(Boolean));
  const [[code] = [], states = [], , [error] = []] = values;
  const isAmbiguous = values.some(({ length }) => length > 1) || Boolean(code && error);
  if (states.length === 0) {
    const isError = error !== undefined && AUTHORIZATION_ERRORS.includes(error);
    return isError && !isAmbiguous ? { oauthError: error } : undefined;
  }
  const state = states.find((s) => s.startsWith(STATE_PREFIX) && s.length <= MAX_STATE_LENGTH);
  if (!state) return undefined;
  if (isAmbiguous) return { state };
  if (error) return { state, oauthError: nameOAuthError(error) };
  if (!code || code.length > MAX_CODE_LENGTH) return { state };
  return { state, code: code as AuthorizationCode };
}

function isOfResponse(name: string): boolean {
  return RESPONSE_PARAMETERS.includes(name);
}

function isOfAnyResponse(name: string): boolean {
  return isOfResponse(name) || TOKEN.test(name);
}

/** The pairs of a list such as `a=b&c=d` that are not to be cut, each as it was. */
function listOtherPairs(list: string, isCut: (name: string) => boolean): string[] {
  return list.split('&').filter((pair) => {
    // Compared as decoded, as the reader above decodes them.
    const [name = ''] = new URLSearchParams(`?${pair}`).keys();
    return !isCut(name);
  });
}

/**
 * Cuts the parameters of an authorization response out of the query of a URL. Every other byte
 * stays as it was.
 */
export function stripAuthorizationResponse(url: string, isCut = isOfResponse): string {
  return url.replace(/^([^?#]*)\?([^#]*)/, (_match, path: string, query: string) => {
    const kept = listOtherPairs(query, isCut);
    return kept.length > 0 ? `${path}?${kept.join('&')}` : path;
  });
}

/**
 * The URL without any response of an authorization server, whichever client it is for, and without
 * tokens: in the query, and in the fragment, where implicit flows put them.
 * @see RFC 6749 section 4.2.2
 */
export function stripEveryResponse(url: string): string {
  const [page = '', ...rest] = stripAuthorizationResponse(url, isOfAnyResponse).split('#');
  const fragment = rest.join('#');
  if (!fragment || /(access|id|refresh)_?token=/i.test(fragment)) return page;
  // A hash router has a query of its own behind its route, and that may hold another URL.
  const lists = fragment.split('?').map((list) => listOtherPairs(list, isOfAnyResponse).join('&'));
  const kept = lists.join('?');
  return kept ? `${page}#${kept}` : page;
}

/** The failure for an error response of the authorization endpoint. */
export function toAuthorizationError(oauthError: string): ConnectError {
  const options = { phase: 'authorize', oauthError } as const;
  switch (oauthError) {
    case 'access_denied':
      return new ConnectError('access_denied', options);
    case 'server_error':
    case 'temporarily_unavailable':
      return new ConnectError('authorization_unavailable', options);
    default:
      return new ConnectError('authorization_error', {
        ...options,
        hint: `GET /auth answered ${oauthError}`,
      });
  }
}
