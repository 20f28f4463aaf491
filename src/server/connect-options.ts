import { FlowCookies } from './flow-cookies.js';
import { readSiteOptions, SITE_OPTIONS, type SiteOptions } from './handler-options.js';
import { isSafeUrl } from './monerium-api.js';
import { check, ownOptions } from './option-checks.js';
import type { CodeStore } from './store.js';

export interface ConnectHandlerOptions<Context = unknown> extends SiteOptions<Context> {
  /** ID of the Authorization Code Flow client. */
  readonly clientId: string;
  /**
   * Where the handler is, as browsers see it: `https:`, or `http:` on a loopback host, without
   * query and fragment. With `/callback` behind it, it is the redirect URI to register at Monerium.
   */
  readonly baseUrl: string;
  /**
   * Seals the cookies of the flows: a random text of 32 bytes or more, as by `openssl rand -base64
   * 32`, or several. The first one seals, and all of them open. All processes need the same.
   */
  readonly secret: string | readonly string[];
  /** Sees to it that no code is sent twice: one that all processes share. */
  readonly store: CodeStore;
  /**
   * Where the customer goes when the flow was not begun with a place to go back to: a URL on the
   * origin of `baseUrl`, or a path. Default: `/`.
   */
  readonly successUrl?: string | undefined;
}

const TYPES = {
  ...SITE_OPTIONS,
  clientId: 'string',
  baseUrl: 'string',
  secret: '',
  successUrl: 'string',
};

/** What is below `baseUrl`. */
export const ROUTES = ['/start', '/callback', '/session'] as const;

/** @throws ConnectError `invalid_config` */
function readPlace(successUrl: string, baseUrl: string): string {
  const url = URL.canParse(successUrl, baseUrl) ? new URL(successUrl, baseUrl) : undefined;
  const isOwn = url?.origin === new URL(baseUrl).origin;
  check(isOwn, 'successUrl', 'a URL on the origin of baseUrl');
  return `${url.pathname}${url.search}${url.hash}`;
}

/** @throws ConnectError `invalid_config` */
export function readConnectOptions<Context>(options: ConnectHandlerOptions<Context>) {
  const own = ownOptions(options, TYPES);
  const { clientId, baseUrl, secret, successUrl = '/' } = own;
  check(Boolean(clientId), 'clientId', 'a text');
  const isUrl = isSafeUrl(baseUrl) && URL.canParse(baseUrl);
  check(isUrl, 'baseUrl', 'https: without query, or http: on loopback');
  const base = baseUrl.replace(/\/+$/, '');
  const { origin, pathname, protocol } = new URL(base);
  const shared = readSiteOptions(own, own.store);
  const redirectUri = `${base}/callback`;
  const binding = [shared.apiUrl, clientId, redirectUri];
  return {
    ...shared,
    clientId,
    redirectUri,
    origin,
    origins: [origin],
    /** Their paths, as browsers see them. */
    paths: ROUTES.map((route) => pathname.replace(/\/$/, '') + route),
    place: readPlace(successUrl, baseUrl),
    flows: new FlowCookies(secret, binding, protocol === 'https:'),
  };
}

export type ConnectSettings<Context> = ReturnType<typeof readConnectOptions<Context>>;
