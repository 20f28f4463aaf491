import { ConnectError } from './errors.js';
import type { ExchangeFunction, ExchangeOptions } from './exchange.js';
import { stripAuthorizationResponse, type AuthorizationParameters } from './oauth.js';

/** `https:`, or `http:` on a loopback host; no user name. Of a URL that has been parsed. */
const SECURE_URL = /^(https:\/\/[^/@]+|http:\/\/(([^/@]+\.)?localhost|127[.\d]+|\[::1\])(:\d+)?)\//;
/** Browsers repair blanks, control characters and backslashes in URLs, each in a surprising way. */
const UNREPAIRED_URL = /^[!-[\]-\u{10ffff}]+$/u;

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

/** Its parts. */
export const BINDING = ['clientId', 'apiUrl', 'redirectUri', 'exchange'] as const;

/** How the customer gets to Monerium: in this window, or in one of its own. */
export type Mode = 'redirect' | 'popup';

/** What a flow under way still reads from its element: a page may renew its CSRF token. */
export interface Course extends Binding, Pick<ExchangeOptions, 'exchangeFunction' | 'headers'> {}

/** Attributes that were read, checked and resolved. */
export interface Configuration extends Course, ExchangeOptions {
  /** `auto`: a popup when the page is framed. Nothing stands for `redirect`. */
  readonly mode: Mode | 'auto' | null | undefined;
  /** The optional fields of the request to `/auth`, by their wire names. */
  readonly authorization: AuthorizationParameters;
  /** Deadline of the exchange in milliseconds. */
  readonly timeout: number;
}

/** @throws ConnectError `invalid_config` that names the attribute and what it needs */
function check(isValid: unknown, attribute: string, need: string): asserts isValid {
  if (!isValid) {
    throw new ConnectError('invalid_config', {
      phase: 'start',
      hint: `${attribute} needs ${need}`,
    });
  }
}

function readUrl(attribute: string, value: string, base: string): URL {
  const url = UNREPAIRED_URL.test(value) && URL.canParse(value, base) && new URL(value, base);
  check(url && SECURE_URL.test(url.href), attribute, 'https:, or http: on localhost');
  return url;
}

function readRedirectUri(value: string, { href, base }: PageAddress): string {
  const url = readUrl('redirect-uri', value, base);
  const isPlain = stripAuthorizationResponse(url.href).split('#')[0] === url.href;
  const isOwn = url.origin === new URL(href).origin;
  check(isPlain && isOwn, 'redirect-uri', 'this origin, no fragment, no OAuth parameters');
  return /^https?:\/\//i.test(value) ? value : url.href;
}

function readTimeout(value: number | null | undefined): number {
  const timeout = value ?? NaN;
  return isNaN(timeout) ? 20_000 : Math.min(Math.max(timeout, 1000), 120_000);
}

function checkChoices(attributes: ConnectAttributes): void {
  const { environment, mode, authMode, backendCredentials } = attributes;
  const choices: [string, string | null | undefined, string][] = [
    ['environment', environment, 'sandbox or production'],
    ['mode', mode, 'redirect or popup or auto'],
    ['auth-mode', authMode, 'login or signup'],
    ['backend-credentials', backendCredentials, 'same-origin or include or omit'],
  ];
  for (const [attribute, value, allowed] of choices) {
    check(value == null || allowed.split(' or ').includes(value), attribute, allowed);
  }
}

/**
 * The part of the configuration that counts from the start of a flow to its exchange.
 * @throws ConnectError `invalid_config`
 */
export function readCourse(attributes: ConnectAttributes, page: PageAddress): Course {
  const { clientId, environment, redirectUri, backendUrl, backendHeaders, exchange } = attributes;
  check(clientId, 'client-id', 'your Authorization Code Flow client');
  const host = `https://api.monerium.${environment === 'production' ? 'app' : 'dev'}`;
  const apiUrl = readUrl('api-url', attributes.apiUrl ?? host, page.base);
  const url = backendUrl == null ? undefined : readUrl('backend-url', backendUrl, page.base).href;
  return {
    clientId,
    apiUrl: apiUrl.href.replace(/\/*([?#].*)?$/, ''),
    redirectUri: readRedirectUri(redirectUri ?? page.href.replace(/[?#].*/, ''), page),
    exchange: exchange ? 'custom' : (url ?? 'direct'),
    exchangeFunction: exchange ?? undefined,
    headers: backendHeaders ?? {},
  };
}

/**
 * Reads, checks and resolves what a page has set.
 * @throws ConnectError `invalid_config`, whose message names the attribute and what it needs
 */
export function readConfiguration(attributes: ConnectAttributes, page: PageAddress): Configuration {
  const { environment, backendCredentials, skipKyc } = attributes;
  const { mode, email, authMode, address, chain, signature, timeout } = attributes;
  checkChoices(attributes);
  const course = readCourse(attributes, page);
  const isWhole = !address === !chain && !chain === !signature;
  check(isWhole, 'address, chain, signature', 'all three or none');
  return {
    ...course,
    credentials: (backendCredentials ?? 'same-origin') as RequestCredentials,
    mode: mode as Configuration['mode'],
    authorization: {
      ...{ email, address, chain, signature },
      auth_mode: authMode,
      skip_kyc: skipKyc && environment !== 'production' ? 'true' : '',
    },
    timeout: readTimeout(timeout),
  };
}

/** In what two bindings differ: in nothing, when a response fits an element. */
export function listDifferences(a: Binding, b: Binding): string[] {
  return BINDING.filter((part) => a[part] !== b[part]);
}

export function fits(a: Binding | undefined, b: Binding | undefined): boolean {
  return Boolean(a && b && !listDifferences(a, b).length);
}
