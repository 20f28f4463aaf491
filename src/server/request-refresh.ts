import type { ConnectError } from '../core/errors.js';
import { refreshTokens, type Tokens } from '../core/oauth/exchange.js';
import { parseFields, readText, type Send } from '../core/oauth/http.js';
import { ownFields } from '../core/oauth/identity.js';
import { withDeadline } from './deadline.js';
import { serverSend, type MoneriumOptions } from './monerium-api.js';

/** Statuses with which a token endpoint refuses a grant: RFC 6749 section 5.2. */
const REFUSALS = [400, 401];
/** The longest body of a refusal that is read, in bytes. */
const MAX_REFUSAL_BYTES = 8192;

/** Where a refresh goes. */
export interface RefreshTarget {
  readonly apiUrl: string;
  readonly timeoutMs: number;
  readonly clientId: string;
}

/**
 * Whether Monerium's own shape of an error is about the refresh token: `errors` names it and no
 * other field, which a request that has lost its body would, or `message` does.
 */
function isAboutRefreshToken({ code, errors, message }: Readonly<Record<string, unknown>>) {
  const names = Object.keys(ownFields(errors));
  if (!REFUSALS.includes(Number(code))) return false;
  return names.length > 0
    ? names.join() === 'refresh_token'
    : /refresh[ _-]?token/i.test(String(message));
}

/** A refusal of the refresh token, of any shape, in the shape of RFC 6749. */
async function toPlainRefusal(response: Response): Promise<Response> {
  const { status } = response;
  if (!REFUSALS.includes(status)) return response;
  const text = await readText(response.clone().body?.getReader(), MAX_REFUSAL_BYTES);
  if (!isAboutRefreshToken(parseFields(text) ?? {})) return response;
  return Response.json({ error: 'invalid_grant' }, { status });
}

/**
 * Sends a refresh token to Monerium, once.
 * @throws ConnectError {@link isRefusal} tells whether Monerium refused this refresh token
 */
export function requestRefresh(
  options: MoneriumOptions,
  { timeoutMs, ...api }: RefreshTarget,
  refreshToken: string,
): Promise<Tokens> {
  return withDeadline(timeoutMs, (signal) => {
    const send = serverSend(options, signal);
    const sendPlainly: Send = async (url, init) => toPlainRefusal(await send(url, init));
    return refreshTokens(sendPlainly, api, refreshToken);
  });
}

/**
 * Whether Monerium refused the refresh token itself. Any other answer is one of a proxy, or means a
 * client that is set up wrongly: those must not end the connection of every customer.
 */
export function isRefusal({ oauthError, status = 0 }: ConnectError): boolean {
  return oauthError === 'invalid_grant' && REFUSALS.includes(status);
}
