import type { Tokens } from '../core/oauth/exchange.js';
import type { Identity } from '../core/oauth/identity.js';
import type { ExchangeError } from './exchange-error.js';
import { createMemoryCodeStore } from './memory-store.js';
import { MONERIUM_OPTIONS, readApi, type MoneriumOptions } from './monerium-api.js';
import { check, ownOptions, readTexts } from './option-checks.js';
import { ignoreErrors, type ServerEvent } from './server-event.js';
import type { CodeStore } from './store.js';

/** What the functions of the site are given. */
export interface RequestDetails<Context = unknown> {
  /** The request, for its headers and cookies. The body of a post has been read. */
  readonly request: Request;
  /** The second argument of `handle`: `req` of Express, `c` of Hono, `env` of a Worker. */
  readonly context: Context;
}

/** What {@link ExchangeHandlerOptions.onConnected} is given. */
export interface ConnectedDetails<Context = unknown> extends RequestDetails<Context>, Identity {
  readonly tokens: Tokens;
  /** The client that the tokens were issued to: refreshing them needs it. */
  readonly clientId: string;
}

/** A value, or nothing at all. */
type Maybe<T> = T | void | Promise<T | void>;

/** What a site sets in either handler. */
export interface SiteOptions<Context = unknown> extends MoneriumOptions {
  /**
   * Keeps the tokens, and may return headers for the response, such as `Set-Cookie`. It begins a
   * session of its own: somebody may know the ID of the one before. When it throws, the customer
   * sees a failure and `onError` gets the reason: try a write again in here, since the code is
   * used up. It runs outside the deadline.
   */
  onConnected(details: ConnectedDetails<Context>): Maybe<HeadersInit>;
  /** For `stay-connected`: who is connected in this session, or nothing. Without it: no `GET`. */
  readonly onSession?: ((details: RequestDetails<Context>) => Maybe<Identity | null>) | undefined;
  /**
   * For `stay-connected`: ends the session, and may return headers for the response. The customer
   * sees a success unless this throws. Without it: no `DELETE`.
   */
  readonly onDisconnect?: ((details: RequestDetails<Context>) => Maybe<HeadersInit>) | undefined;
  /**
   * Called for every request that failed. Default: `console.error` of the message from `500` on,
   * and in the sandbox `console.warn` of the others but the empty post of the doctor.
   */
  readonly onError?:
    ((failure: ExchangeError, request: Request) => void | Promise<void>) | undefined;
  /** Called with what happened, without secrets, for metrics and traces. Its errors are ignored. */
  readonly observe?: ((event: ServerEvent) => void) | undefined;
}

export interface ExchangeHandlerOptions<Context = unknown> extends SiteOptions<Context> {
  /** ID of the Authorization Code Flow client, or several. */
  readonly clientId: string | readonly string[];
  /** Every redirect URI that a post may name, exactly as registered at Monerium. */
  readonly redirectUris: string | readonly string[];
  /** The origins of the pages that may ask. Default: those of `redirectUris`. */
  readonly allowedOrigins?: string | readonly string[] | undefined;
  /** Lets pages of other listed origins send and get cookies. Default: `false`. */
  readonly allowCredentials?: boolean | undefined;
  /**
   * Sees to it that no code is sent twice: the store of the connections can be given here too. With
   * several processes, and in functions, it has to be one that they share. Default: the memory of
   * this process.
   */
  readonly store?: CodeStore | undefined;
}

/**
 * A web-standard handler of one route. It never rejects. `context` reaches the functions of the
 * site as it is; it may be left out where they do not need one.
 */
export type RequestHandler<Context = unknown> = (
  request: Request,
  ...rest: undefined extends Context ? [context?: Context] : [context: Context]
) => Promise<Response>;

/** The types of {@link SiteOptions} and of the store. */
export const SITE_OPTIONS = {
  ...MONERIUM_OPTIONS,
  store: 'object',
  onConnected: 'function',
  onSession: 'function',
  onDisconnect: 'function',
  onError: 'function',
  observe: 'function',
};

const TYPES = {
  ...SITE_OPTIONS,
  clientId: '',
  redirectUris: '',
  allowedOrigins: '',
  allowCredentials: 'boolean',
};

/** Without the types of Node. */
declare const process: { readonly env?: Readonly<Record<string, string | undefined>> } | undefined;

/** In production several processes are the rule, and each would send the code. */
function defaultStore(): CodeStore {
  const isProduction = typeof process !== 'undefined' && process.env?.['NODE_ENV'] === 'production';
  if (isProduction) {
    console.warn('monerium-connect: set `store`: without it each process knows only its own codes');
  }
  return createMemoryCodeStore();
}

/**
 * The settings of both handlers.
 * @param own options that {@link ownOptions} has copied
 * @throws ConnectError `invalid_config`
 */
export function readSiteOptions<Context>(own: SiteOptions<Context>, store: unknown) {
  check(Boolean(own.onConnected), 'onConnected', 'a function');
  const { claim } = Object(store) as Partial<CodeStore>;
  check(typeof claim === 'function', 'store', 'claim()');
  return {
    ...readApi(own),
    own,
    store: store as CodeStore,
    notify: ignoreErrors(own.observe),
    isSandbox: own.environment !== 'production',
    /** Those of `stay-connected`. */
    sessionMethods: [...(own.onSession ? ['GET'] : []), ...(own.onDisconnect ? ['DELETE'] : [])],
  };
}

export type SharedSettings<Context> = ReturnType<typeof readSiteOptions<Context>>;

/** The origin of a URL. That of anything but http(s) is `null`, which sandboxed frames share. */
function readOrigin(option: string, url: string): string {
  check(/^https?:/i.test(url) && URL.canParse(url), option, 'absolute URLs');
  return new URL(url).origin;
}

/** @throws ConnectError `invalid_config` */
export function readOptions<Context>(options: ExchangeHandlerOptions<Context>) {
  const own = ownOptions(options, TYPES);
  const { store = defaultStore(), allowCredentials = false } = own;
  const pages = own.allowedOrigins === undefined ? 'redirectUris' : 'allowedOrigins';
  const shared = readSiteOptions(own, store);
  return {
    ...shared,
    allowCredentials,
    clientIds: readTexts('clientId', own.clientId),
    redirectUris: readTexts('redirectUris', own.redirectUris),
    origins: readTexts(pages, own[pages]).map((url) => readOrigin(pages, url)),
    methods: ['POST', ...shared.sessionMethods, 'OPTIONS'],
  };
}

export type Settings<Context> = ReturnType<typeof readOptions<Context>>;
