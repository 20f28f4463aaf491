import type { ElementText } from './texts.js';

/** How a failure is reported to the customer and to the developer. */
export interface FailureReport {
  /** By its key. Codes that mean the same to a customer share a text. Without one: `failed`. */
  readonly text?: ElementText;
  /** `error`: a developer should look at it. `warn`: the same, but the customer can go on. */
  readonly log?: 'error' | 'warn';
  /** The step in which it mostly happens. Without one: `exchange`. */
  readonly phase?: ErrorPhase;
}

/**
 * Every way a flow can end badly. The names are stable: a change needs a new major version.
 */
export const ERRORS = {
  invalid_config: { log: 'error', phase: 'start', text: 'notSetUp' },
  insecure_context: { log: 'error', phase: 'start', text: 'insecure' },
  embedding_blocked: { log: 'error', phase: 'start', text: 'framed' },
  storage_unavailable: { phase: 'start', text: 'storage' },
  popup_blocked: { log: 'warn', phase: 'start', text: 'blocked' },
  popup_closed: { phase: 'authorize', text: 'interrupted' },
  popup_timeout: { phase: 'authorize', text: 'interrupted' },
  access_denied: { phase: 'authorize', text: 'declined' },
  authorization_error: { log: 'error', phase: 'authorize' },
  authorization_unavailable: { phase: 'authorize', text: 'unavailable' },
  response_invalid: { phase: 'authorize' },
  transaction_not_found: { phase: 'authorize', text: 'expired' },
  transaction_expired: { phase: 'authorize', text: 'expired' },
  offline: { text: 'offline' },
  exchange_network: { log: 'error', text: 'unreachable' },
  exchange_timeout: { log: 'error', text: 'unreachable' },
  exchange_rejected: { log: 'error' },
  rate_limited: { log: 'warn', text: 'unavailable' },
  server_unavailable: { log: 'error', text: 'unavailable' },
  exchange_bad_response: { log: 'error' },
  profile_unavailable: { log: 'error', phase: 'identity' },
  interrupted: { text: 'interrupted' },
  aborted: {},
  token_unavailable: { phase: 'token' },
  disconnect_failed: { phase: 'token', text: 'unavailable' },
  wallet_rejected: { phase: 'wallet', text: 'walletRejected' },
  wallet_busy: { phase: 'wallet', text: 'walletBusy' },
  wallet_error: { phase: 'wallet', text: 'walletError' },
} as const satisfies { readonly [code: string]: FailureReport };

export type ErrorCode = keyof typeof ERRORS;

/** Whether a value from storage or from an address is one of the codes. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERRORS, value);
}

/** Also for a code that only another version of the script knows. */
export function reportOf(code: string): FailureReport {
  return (ERRORS as Partial<Record<string, FailureReport>>)[code] ?? {};
}

/** The customer's own choice. */
const CANCELLED: readonly ErrorCode[] = [
  'access_denied',
  'popup_closed',
  'wallet_rejected',
  'aborted',
];
/** Only a developer can fix these. */
const SETUP: readonly ErrorCode[] = ['invalid_config', 'insecure_context', 'embedding_blocked'];

/** The step of a flow in which it ended. */
export type ErrorPhase = 'start' | 'wallet' | 'authorize' | 'exchange' | 'identity' | 'token';

/**
 * Who can do something. `cancelled`: the customer did not want to. `setup`: a developer must act.
 * `failed`: the customer can try again.
 */
export type ErrorKind = 'cancelled' | 'setup' | 'failed';

function kindOf(code: ErrorCode): ErrorKind {
  if (CANCELLED.includes(code)) return 'cancelled';
  return SETUP.includes(code) ? 'setup' : 'failed';
}

/** Identifies a `ConnectError` of any copy of the script. */
const BRAND: unique symbol = Symbol.for('monerium-connect.error');

/** What the page may know of a failure besides its code. */
interface Facts {
  /** The HTTP status of the refused request. */
  readonly status?: number | undefined;
  /** An error code of RFC 6749, sections 4.1.2.1 and 5.2, or `other`. */
  readonly oauthError?: string | undefined;
  /** How long the server asked to wait, in milliseconds, 0 to 3,600,000. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * What is known of a failure besides its code. No secret: a URL is without its query. Of a response
 * the status, the type, the wait, the names of the fields and a known error code are kept.
 */
export interface ConnectErrorOptions extends Facts {
  /** Defaults to `exchange`, the step in which a page's own `exchange` function runs. */
  readonly phase?: ErrorPhase | undefined;
  /** For the developer: the facts, and how to fix it. */
  readonly hint?: string;
}

/** What an event carries of a failure. Optional keys are absent when nothing is known. */
export interface ConnectErrorDetail {
  readonly code: ErrorCode;
  readonly phase: ErrorPhase;
  readonly kind: ErrorKind;
  readonly status?: number;
  readonly oauthError?: string;
  readonly retryAfterMs?: number;
}

/**
 * The error of every failing call, and of the state `failed`.
 * `message` is the code and a hint for the developer; customers read the element's own text.
 */
export class ConnectError extends Error implements ConnectErrorDetail {
  declare readonly code: ErrorCode;
  declare readonly phase: ErrorPhase;
  declare readonly kind: ErrorKind;
  declare readonly status?: number;
  declare readonly oauthError?: string;
  declare readonly retryAfterMs?: number;
  /** For the developer: the facts, and how to fix it. */
  readonly hint: string | undefined;
  /** What the event carries. */
  readonly detail: ConnectErrorDetail;
  readonly [BRAND] = true;

  constructor(code: ErrorCode, options: ConnectErrorOptions = {}) {
    const { phase = 'exchange', hint, status, oauthError, retryAfterMs } = options;
    super(hint ? `${code}: ${hint}` : code);
    this.name = 'ConnectError';
    this.hint = hint;
    const facts = Object.entries({ status, oauthError, retryAfterMs });
    const known = Object.fromEntries(facts.filter(([, value]) => value !== undefined));
    this.detail = { code, phase, kind: kindOf(code), ...known };
    Object.assign(this, this.detail);
    // Stack frames of inline scripts contain the page's URL, and with it the code.
    this.stack = String(this);
  }
}

/** A failure in the phase in which its code mostly happens. */
export function createError(code: ErrorCode, facts?: ConnectErrorOptions): ConnectError {
  return new ConnectError(code, { phase: reportOf(code).phase, ...facts });
}

/** Also for errors of another copy of the script, which `instanceof` does not know. */
export function isConnectError(reason: unknown): reason is ConnectError {
  return typeof reason === 'object' && reason !== null && BRAND in reason;
}

/** What `work` returns, or `undefined` where the platform throws. */
export function tryTo<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/**
 * What an exchange has thrown, as a ConnectError. The page's own `exchange` function may throw
 * anything: that counts as `exchange_rejected`.
 */
export function toConnectError(reason: unknown): ConnectError {
  return isConnectError(reason) ? reason : new ConnectError('exchange_rejected');
}
