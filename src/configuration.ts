import { ConnectError } from './errors.js';
import type { Backend, ExchangeRequest, Identity } from './exchange.js';
import { stripAuthorizationResponse, type AuthorizationParameters } from './oauth.js';

const API_HOSTS = {
  sandbox: 'https://api.monerium.dev',
  production: 'https://api.monerium.app',
};
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const LOOPBACK = /^(.+\.)?localhost$|^127(\.\d+){3}$|^\[::1\]$/;
const CREDENTIALS = ['same-origin', 'include', 'omit'] as const;
/** Browsers repair blanks, control characters and backslashes in URLs, each in a surprising way. */
const UNREPAIRED_URL = /^[!-[\]-\u{10ffff}]+$/u;

/** Replaces both exchanges: takes a code, answers who was connected. */
export type ExchangeFunction = (request: ExchangeRequest, signal: AbortSignal) => Promise<Identity>;

/** What a page sets on the element. Frameworks also set `null` and `undefined`. */
export interface ConnectAttributes {
  clientId?: string | null | undefined;
  environment?: string | null | undefined;
  apiUrl?: string | null | undefined;
  redirectUri?: string | null | undefined;
  backendUrl?: string | null | undefined;
  backendCredentials?: string | null | undefined;
  backendHeaders?: Readonly<Record<string, string>> | null | undefined;
  exchange?: ExchangeFunction | null | undefined;
  mode?: string | null | undefined;
  email?: string | null | undefined;
  authMode?: string | null | undefined;
  skipKyc?: boolean | null | undefined;
  address?: string | null | undefined;
  chain?: string | null | undefined;
  signature?: string | null | undefined;
  timeout?: number | null | undefined;
}

/** Where the element stands: `href` of the page, and the base its relative URLs resolve against. */
export interface PageAddress {
  readonly href: string;
  readonly base: string;
}

/** What a flow is bound to from its start to its end. */
export interface Binding {
  readonly clientId: string;
  /** Without a trailing slash. */
  readonly apiUrl: string;
  /** Sent to `/auth` and in the exchange, byte for byte. */
  readonly redirectUri: string;
  /** `direct`, `custom`, or the URL of the backend. */
  readonly exchange: string;
}

/** Attributes that were read, checked and resolved. */
export interface Configuration extends Binding {
  readonly backend: Backend | undefined;
  readonly exchangeFunction: ExchangeFunction | undefined;
  readonly isSandbox: boolean;
  /** The optional fields of the request to `/auth`, by their wire names. */
  readonly authorization: AuthorizationParameters;
  /** Deadline of the exchange in milliseconds. */
  readonly timeout: number;
}

function invalid(attribute: string, mend: string): ConnectError {
  return new ConnectError('invalid_config', { phase: 'start', hint: `${attribute}: ${mend}` });
}

function readOneOf<T extends string>(
  attribute: string,
  value: string | null | undefined,
  allowed: readonly [T, ...T[]],
): T {
  const found = allowed.find((choice) => choice === (value ?? allowed[0]));
  if (found !== undefined) return found;
  throw invalid(attribute, `must be ${allowed.filter(Boolean).join(' or ')}`);
}

function readUrl(attribute: string, value: string, base: string): URL {
  let url: URL | undefined;
  try {
    if (UNREPAIRED_URL.test(value)) url = new URL(value, base);
  } catch {
    // Told below, as for every other URL that will not do.
  }
  const isSecure =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname));
  if (url && isSecure && !url.username && !url.password) return url;
  throw invalid(attribute, 'must be an https: URL, or http: on localhost');
}

function readApiUrl(value: string, base: string): string {
  const { href, search, hash } = readUrl('api-url', value, base);
  if (search || hash) throw invalid('api-url', 'must have no query and no fragment');
  return href.replace(/\/+$/, '');
}

function readRedirectUri(value: string, { href, base }: PageAddress): string {
  const url = readUrl('redirect-uri', value, base);
  if (url.origin !== new URL(href).origin) {
    throw invalid('redirect-uri', 'must be on the origin of this page');
  }
  if (value.includes('#') || stripAuthorizationResponse(url.href) !== url.href) {
    throw invalid('redirect-uri', 'must have no fragment and no OAuth parameter');
  }
  return /^https?:\/\//i.test(value) ? value : url.href;
}

function readBackend(attributes: ConnectAttributes, base: string): Backend | undefined {
  const { backendUrl, backendCredentials, backendHeaders } = attributes;
  const headers = backendHeaders ?? {};
  try {
    new Headers(headers);
  } catch {
    throw invalid('backendHeaders', 'must hold valid headers');
  }
  const credentials = readOneOf('backend-credentials', backendCredentials, CREDENTIALS);
  if (backendUrl == null) return undefined;
  return { url: readUrl('backend-url', backendUrl, base).href, credentials, headers };
}

/**
 * Reads, checks and resolves what a page has set.
 * @throws ConnectError `invalid_config`, whose message names the attribute and the mend
 */
export function readConfiguration(attributes: ConnectAttributes, page: PageAddress): Configuration {
  const { clientId, email, skipKyc, address, chain, signature, timeout } = attributes;
  if (!clientId || !UUID.test(clientId)) {
    throw invalid('client-id', 'set it to the UUID of your Authorization Code Flow client');
  }
  const exchangeFunction = attributes.exchange ?? undefined;
  if (exchangeFunction && typeof exchangeFunction !== 'function') {
    throw invalid('exchange', 'must be a function');
  }
  if (!address !== !chain || !chain !== !signature) {
    throw invalid('address, chain, signature', 'set all three or none');
  }
  readOneOf('mode', attributes.mode, ['redirect', 'auto']);
  const environment = readOneOf('environment', attributes.environment, ['sandbox', 'production']);
  const isSandbox = environment === 'sandbox';
  const backend = readBackend(attributes, page.base);
  const authMode = readOneOf('auth-mode', attributes.authMode, ['', 'login', 'signup']);
  const authorization = {
    ...{ email, address, chain, signature },
    auth_mode: authMode,
    skip_kyc: isSandbox && skipKyc ? 'true' : '',
  };
  return {
    clientId,
    apiUrl: readApiUrl(attributes.apiUrl ?? API_HOSTS[environment], page.base),
    redirectUri: readRedirectUri(attributes.redirectUri ?? page.href.replace(/[?#].*/, ''), page),
    exchange: exchangeFunction ? 'custom' : (backend?.url ?? 'direct'),
    backend: exchangeFunction ? undefined : backend,
    exchangeFunction,
    isSandbox,
    authorization,
    timeout: Math.min(Math.max(timeout || 20_000, 1000), 120_000),
  };
}

/** In what two bindings differ: in nothing, when a response fits an element. */
export function listDifferences(a: Binding, b: Binding): string[] {
  const parts = ['clientId', 'apiUrl', 'redirectUri', 'exchange'] as const;
  return parts.filter((part) => a[part] !== b[part]);
}
