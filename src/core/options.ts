import { createError, tryTo, type ConnectError } from './errors.js';
import {
  readHeaders,
  type BackendHeaders,
  type Exchange,
  type ExchangeFunction,
} from './oauth/exchange.js';
import { withoutQuery } from './oauth/http.js';
import type { WalletAttributes } from './oauth/wallet.js';
import type { Identity } from './oauth/identity.js';
import { stripAuthorizationResponse, type AuthorizationParameters } from './oauth/oauth.js';

/** URL parsers silently change blanks, control characters and backslashes: they are refused. */
const UNREPAIRED_URL = /^[!-[\]-\u{10ffff}]+$/u;
/** A URL that names its host. In any other it comes from the base, also in `https:path`. */
const ABSOLUTE_URL = /^([a-z][a-z\d+.-]*:)?\/\//i;

const SANDBOX_API = 'https://api.monerium.dev';
const PRODUCTION_API = 'https://api.monerium.app';

/** In milliseconds. */
const MIN_TIMEOUT = 1000;
const MAX_TIMEOUT = 120_000;

/** How an option is set on the element, and its default. */
export interface Option {
  /** Its attribute, where that has another name. `false`: only the property is there. */
  readonly attribute?: string | false;
  /** `Boolean` is `false` by default. Without one: a text, or what no attribute can hold. */
  readonly type?: typeof Boolean | typeof Number;
  readonly default?: number;
  /** All that it may be. The first is the default. */
  readonly choices?: readonly unknown[];
}

/**
 * Every option that the core reads. Attributes are written out: to derive their names takes a
 * millisecond of a slow phone.
 */
export const OPTIONS = {
  clientId: { attribute: 'client-id' },
  environment: { choices: ['sandbox', 'production'] },
  apiUrl: { attribute: 'api-url' },
  redirectUri: { attribute: 'redirect-uri' },
  backendUrl: { attribute: 'backend-url' },
  backendCredentials: {
    attribute: 'backend-credentials',
    choices: ['same-origin', 'include', 'omit'],
  },
  backendHeaders: { attribute: false },
  exchange: { attribute: false },
  openUrl: { attribute: false },
  mode: { choices: ['redirect', 'popup', 'auto'] },
  email: {},
  authMode: { attribute: 'auth-mode', choices: [undefined, 'login', 'signup'] },
  skipKyc: { attribute: 'skip-kyc', type: Boolean },
  wallet: { choices: ['none', 'sign-in'] },
  timeout: { type: Number, default: 20_000 },
  stayConnected: { attribute: 'stay-connected', type: Boolean },
  successUrl: { attribute: 'success-url' },
  startUrl: { attribute: 'start-url' },
} as const satisfies Readonly<Record<string, Option>>;

type Name = keyof typeof OPTIONS;
type Choices = {
  [N in Name]: (typeof OPTIONS)[N] extends { choices: readonly (infer C)[] } ? C : never;
};

/** What a site sets: see `ConnectOptions`. Frameworks also set `null` and `undefined`. */
export interface ConnectAttributes extends WalletAttributes {
  clientId?: string | null | undefined;
  apiUrl?: string | null | undefined;
  redirectUri?: string | null | undefined;
  backendUrl?: string | null | undefined;
  backendCredentials?: string | null | undefined;
  backendHeaders?: BackendHeaders | null | undefined;
  exchange?: ExchangeFunction | null | undefined;
  mode?: string | null | undefined;
  email?: string | null | undefined;
  authMode?: string | null | undefined;
  skipKyc?: boolean | null | undefined;
  timeout?: number | null | undefined;
  stayConnected?: boolean | null | undefined;
  openUrl?: ((url: string) => void) | null | undefined;
  successUrl?: string | null | undefined;
  startUrl?: string | null | undefined;
}

/** What a site sets. The element has the same names as properties. */
export interface ConnectorOptions extends Omit<
  ConnectAttributes,
  keyof Omit<WalletAttributes, 'environment'> | 'successUrl'
> {
  /** Who is connected, by what the site knows: the ids, or `null` for nobody. */
  identity?: Identity | null | undefined;
  /** Has a wallet sign in, in place of the customer at Monerium. */
  authorize?: Authorize | null | undefined;
  /** By which the connector is found that was clicked, when the customer comes back. */
  name?: string | undefined;
  /**
   * Called before anything is stored or leaves the page. Return `false` to keep the customer here.
   * @param mode how the customer would get to Monerium
   */
  beforeConnect?: ((mode: Mode) => boolean) | undefined;
}

/**
 * Has a wallet sign in: resolves with its fields for `/auth`, or with none to go on without. Called
 * again with the same signal when its result has become too old. The signal aborts when the
 * flow ends.
 */
export type Authorize = (signal: AbortSignal) => Promise<AuthorizationParameters>;

/** The address of the page (`href`), and the base of its relative URLs. */
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

export const BINDING_KEYS = ['clientId', 'apiUrl', 'redirectUri', 'exchange'] as const;

/** How the customer gets to Monerium: in this window, or in one of its own. */
export type Mode = 'redirect' | 'popup';

/** Options that were read, checked and resolved. */
export interface Configuration {
  readonly binding: Binding;
  readonly exchange: Exchange;
  /** `auto`: a popup when the page is framed, otherwise a redirect. */
  readonly mode: Mode | 'auto';
  /** The optional fields of the request to `/auth`, by their wire names. */
  readonly authorization: AuthorizationParameters;
  /** Deadline of the exchange in milliseconds. */
  readonly timeout: number;
  /** Where the site's server starts the flow. Then nothing of it is made in the page. */
  readonly startUrl: string | undefined;
  /** Where the customer goes once connected. Backend exchange only. */
  readonly successUrl?: string | undefined;
  /** Takes the place of the navigation to Monerium. */
  readonly openUrl?: ((url: string) => void) | null | undefined;
}

/** What was read from the options of a site: a configuration, or what is wrong with them. */
export interface ParsedOptions {
  /** Where the page was when the flow was at rest. */
  readonly address?: PageAddress;
  readonly configuration?: Configuration;
  readonly fault?: ConnectError;
}

/** @throws ConnectError `invalid_config` that names the attribute and what it needs */
function check(isValid: boolean, name: Name, need: string): asserts isValid {
  if (isValid) return;
  const { attribute }: Option = OPTIONS[name];
  throw createError('invalid_config', { hint: `${attribute || name} needs ${need}` });
}

function readChoice<N extends Name>(options: ConnectAttributes, name: N): Choices[N] {
  const { choices = [] }: Option = OPTIONS[name];
  const chosen = options[name] ?? choices[0];
  check(choices.includes(chosen), name, choices.filter(Boolean).join(' or '));
  return chosen as Choices[N];
}

/** Whether a host, as a parsed URL has it, is this machine. */
export function isLoopback(hostname: string): boolean {
  return /^(.+\.)?localhost$|^127(\.\d+){3}$|^\[::1\]$/.test(hostname);
}

/** `https:`, or `http:` on a loopback host; no user name. */
function isSecureUrl({ protocol, hostname, username, password }: URL): boolean {
  const isPrivate = protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
  return isPrivate && !username && !password;
}

function readUrl(name: Name, value: string, base: string): URL {
  const url = UNREPAIRED_URL.test(value) ? tryTo(() => new URL(value, base)) : undefined;
  const isSecure = url !== undefined && isSecureUrl(url);
  check(isSecure, name, 'https:, or http: on localhost');
  return url;
}

/** For a URL that receives a code: an injected `<base>` must not lead it to another host. */
function readEndpoint(name: Name, value: string, { href, base }: PageAddress): URL {
  const url = readUrl(name, value, base);
  const isOwn = ABSOLUTE_URL.test(value) || url.origin === new URL(href).origin;
  check(isOwn, name, 'an absolute URL beside <base>');
  return url;
}

/** Whether Monerium's real API is meant, by either attribute. */
export function isProduction({ environment, apiUrl }: ConnectAttributes): boolean {
  const api = tryTo(() => new URL(apiUrl ?? '', SANDBOX_API).origin);
  return environment === 'production' || api === PRODUCTION_API;
}

function readApiUrl({ apiUrl: value, environment }: ConnectAttributes, page: PageAddress): string {
  if (value == null) return environment === 'production' ? PRODUCTION_API : SANDBOX_API;
  const isRooted = ABSOLUTE_URL.test(value) || value.startsWith('/');
  check(isRooted, 'apiUrl', 'a URL, or a path from /');
  return withoutQuery(readEndpoint('apiUrl', value, page).href).replace(/\/+$/, '');
}

/** For a URL that a customer is led to: it must not be one of another site. */
function readOwnUrl(name: Name, value: string, { href, base }: PageAddress): URL {
  const url = readUrl(name, value, base);
  check(url.origin === new URL(href).origin, name, 'this origin');
  return url;
}

function readRedirectUri(value: string, page: PageAddress): string {
  const url = readOwnUrl('redirectUri', value, page);
  check(!url.href.includes('#'), 'redirectUri', 'no fragment');
  const isPlain = stripAuthorizationResponse(url.href) === url.href;
  check(isPlain, 'redirectUri', 'no OAuth parameters');
  return /^https?:\/\//i.test(value) ? value : url.href;
}

/** The redirect URI of an element without `redirect-uri`: the page, without user info and query. */
function readPageUri({ href }: PageAddress): string {
  const { origin, pathname } = new URL(href);
  return origin + pathname;
}

function readTimeout(value: number | null | undefined): number {
  if (value == null || isNaN(value)) return OPTIONS.timeout.default;
  return Math.min(Math.max(value, MIN_TIMEOUT), MAX_TIMEOUT);
}

/** An optional URL that a customer is led to. */
function readOptionalUrl(
  options: ConnectAttributes,
  name: 'startUrl' | 'successUrl',
  page: PageAddress,
): string | undefined {
  const value = options[name];
  return value == null ? undefined : readOwnUrl(name, value, page).href;
}

/** The server makes all of a flow that it starts, and keeps its session. */
function readMode(attributes: ConnectAttributes, startUrl: string | undefined): Mode | 'auto' {
  const mode = readChoice(attributes, 'mode');
  const wallet = readChoice(attributes, 'wallet');
  const { backendUrl, stayConnected, clientId, redirectUri, exchange } = attributes;
  const isAlone = (clientId ?? redirectUri ?? exchange) == null;
  const isFit = isAlone && backendUrl != null && stayConnected;
  const isRight = isFit && `${mode} ${wallet}` === 'redirect none';
  check(!startUrl || isRight === true, 'startUrl', 'backend-url and stay-connected alone');
  return mode;
}

function readExchange(attributes: ConnectAttributes, page: PageAddress): Exchange {
  const { exchange, backendUrl, backendHeaders } = attributes;
  const credentials = readChoice(attributes, 'backendCredentials');
  if (exchange) return { kind: 'custom', run: exchange };
  if (backendUrl == null) return { kind: 'direct' };
  return {
    kind: 'backend',
    url: readEndpoint('backendUrl', backendUrl, page).href,
    credentials,
    headers: backendHeaders ?? {},
  };
}

/**
 * Reads, checks and resolves what a site has set.
 * @param running what the running flow began with: then only what that still needs is read again
 * @throws ConnectError `invalid_config`, whose message names the attribute and what it needs
 */
export function readConfiguration(
  attributes: ConnectAttributes,
  page: PageAddress,
  running?: Configuration,
): Configuration {
  const { clientId, redirectUri, backendHeaders, email, skipKyc, timeout } = attributes;
  const startUrl = readOptionalUrl(attributes, 'startUrl', page);
  check(/^\S+$/.test(startUrl ?? clientId ?? ''), 'clientId', 'an ID without white space');
  const exchange = readExchange(attributes, page);
  const binding = {
    clientId: clientId ?? '',
    apiUrl: readApiUrl(attributes, page),
    redirectUri: readRedirectUri(redirectUri ?? readPageUri(page), page),
    exchange: exchange.kind === 'backend' ? exchange.url : exchange.kind,
  };
  if (running) return { ...running, binding, exchange };
  // A function is called for each request.
  if (typeof backendHeaders !== 'function') readHeaders(backendHeaders);
  readChoice(attributes, 'environment');
  const successUrl = readOptionalUrl(attributes, 'successUrl', page);
  return {
    binding,
    exchange,
    mode: readMode(attributes, startUrl),
    authorization: {
      email,
      auth_mode: readChoice(attributes, 'authMode'),
      skip_kyc: skipKyc && !isProduction(attributes) ? 'true' : '',
    },
    timeout: readTimeout(timeout),
    openUrl: attributes.openUrl,
    startUrl,
    successUrl: exchange.kind === 'backend' ? successUrl : undefined,
  };
}

/** The keys in which two bindings differ: none, when a response fits an element. */
export function listDifferences(a: Binding, b: Binding): (keyof Binding)[] {
  return BINDING_KEYS.filter((key) => a[key] !== b[key]);
}

export function isSameBinding(a: Binding | undefined, b: Binding | undefined): boolean {
  return a !== undefined && b !== undefined && listDifferences(a, b).length === 0;
}
