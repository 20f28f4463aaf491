import { isConnectError, type ConnectErrorDetail } from '../core/errors.js';
import { ownFields } from '../core/oauth/identity.js';
import { raceSignal } from './deadline.js';

/**
 * Why a request did not succeed. `message` holds no secret. `cause` is the `ConnectError` of the
 * exchange, or what a function of the site threw: look before you log that.
 */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';

  constructor(
    /** The HTTP status of the response. A callback leads back to the site instead. */
    readonly status: number,
    /** The response's `error`: a code of RFC 6749, sections 4.1.2.1 and 5.2. */
    readonly error: string,
    /** For the developer: what is wrong and how to fix it. */
    readonly reason: string,
    cause?: unknown,
  ) {
    super(`${status} ${error}: ${reason}`, { cause });
  }
}

/** @throws ExchangeError */
export function refuseUnless(
  isRight: boolean,
  status: number,
  error: string,
  reason: string,
): asserts isRight {
  if (!isRight) throw new ExchangeError(status, error, reason);
}

/** Only the kind of what the site threw. */
export function nameKind(cause: unknown): string {
  return cause instanceof Error ? cause.name : typeof cause;
}

/**
 * Calls a function of the site, which has until the signal fires.
 * @throws ExchangeError `503`
 */
export async function callSite<T>(
  name: string,
  signal: AbortSignal,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await raceSignal(signal, call());
  } catch (cause) {
    const fault = signal.aborted ? 'took too long' : `threw ${nameKind(cause)}`;
    throw new ExchangeError(503, 'temporarily_unavailable', `${name} ${fault}`, cause);
  }
}

/** The detail of a failed exchange. Nothing is read of any other error. */
export function detailOf(reason: unknown): Partial<ConnectErrorDetail> {
  return ownFields(isConnectError(reason) ? reason.detail : {});
}

/** The failure that the page receives. */
export function toFailure(reason: unknown): ExchangeError {
  if (reason instanceof ExchangeError) return reason;
  const { code = nameKind(reason), status, oauthError } = detailOf(reason);
  const why = status === undefined ? code : `${code}, Monerium answered ${status}`;
  const fail = (answer: number, error: string) => new ExchangeError(answer, error, why, reason);
  if (code === 'exchange_rejected') {
    return fail(400, oauthError && oauthError !== 'other' ? oauthError : 'invalid_grant');
  }
  if (code === 'rate_limited') return fail(429, 'temporarily_unavailable');
  if (code === 'exchange_timeout') return fail(504, 'temporarily_unavailable');
  return fail(502, 'server_error');
}
