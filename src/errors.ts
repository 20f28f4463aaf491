/** Every way a flow can end badly. The names are stable: a change needs a new major version. */
export type ErrorCode =
  | 'invalid_config'
  | 'insecure_context'
  | 'storage_unavailable'
  | 'embedding_blocked'
  | 'popup_blocked'
  | 'popup_closed'
  | 'popup_timeout'
  | 'access_denied'
  | 'authorization_error'
  | 'authorization_unavailable'
  | 'response_invalid'
  | 'transaction_not_found'
  | 'transaction_expired'
  | 'offline'
  | 'exchange_network'
  | 'exchange_timeout'
  | 'exchange_rejected'
  | 'rate_limited'
  | 'server_unavailable'
  | 'exchange_bad_response'
  | 'profile_unavailable'
  | 'interrupted'
  | 'aborted'
  | 'token_unavailable'
  | 'wallet_rejected'
  | 'wallet_error';

/** The step of a flow in which it ended. */
export type ErrorPhase = 'start' | 'authorize' | 'exchange' | 'identity' | 'token';

/** `none`: a developer must act. `restart`: the customer can try again. */
export type Retry = 'none' | 'restart';

const FOR_DEVELOPERS: readonly ErrorCode[] = [
  'invalid_config',
  'insecure_context',
  'embedding_blocked',
];

const OPTIONAL = ['status', 'oauthError', 'retryAfterMs'] as const;

/** Tells a `ConnectError` of any copy of the script. */
const BRAND: unique symbol = Symbol.for('monerium-connect.error');

/** What is known of a failure besides its code. It never holds text from a server or a URL. */
export interface ConnectErrorOptions {
  /** Defaults to `exchange`, the step in which a page's own `exchange` function runs. */
  phase?: ErrorPhase;
  /** One sentence for the developer: what is wrong and how to mend it. */
  hint?: string;
  /** The HTTP status of the refused request. */
  status?: number;
  /** An error code of RFC 6749, sections 4.1.2.1 and 5.2, or `other`. */
  oauthError?: string;
  /** How long the server asked to wait, in milliseconds, 0 to 3,600,000. */
  retryAfterMs?: number;
}

/** What the page hears of a failure. Optional keys are absent when nothing is known. */
export interface ConnectErrorDetail extends Omit<ConnectErrorOptions, 'hint'> {
  readonly code: ErrorCode;
  readonly phase: ErrorPhase;
  readonly retry: Retry;
}

/**
 * The error of every failing call, and of the state `failed`.
 * `message` is the code and a hint for the developer; customers read the element's own text.
 */
export class ConnectError extends Error implements ConnectErrorDetail {
  declare readonly code: ErrorCode;
  declare readonly phase: ErrorPhase;
  declare readonly retry: Retry;
  declare readonly status?: number;
  declare readonly oauthError?: string;
  declare readonly retryAfterMs?: number;
  declare readonly hint?: string;
  /** What the event carries. */
  readonly detail: ConnectErrorDetail;
  readonly [BRAND] = true;

  constructor(code: ErrorCode, options: ConnectErrorOptions = {}) {
    const { phase = 'exchange', hint } = options;
    super(hint ? `${code}: ${hint}` : code);
    this.name = 'ConnectError';
    const retry = FOR_DEVELOPERS.includes(code) ? 'none' : 'restart';
    const detail: Record<string, unknown> = { code, phase, retry };
    for (const key of OPTIONAL) if (options[key] !== undefined) detail[key] = options[key];
    this.detail = detail as unknown as ConnectErrorDetail;
    Object.assign(this, detail, hint && { hint });
    // Frames of an inline script name the address that the page was opened with, and its code.
    this.stack = String(this);
  }
}

/** `instanceof` knows the class of one copy of the script only. */
export function isConnectError(reason: unknown): reason is ConnectError {
  return Object(reason) === reason && BRAND in (reason as object);
}
