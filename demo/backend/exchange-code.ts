import type { Connection, Identity } from './sessions.js';

/** A customer's authorization code with all that belongs to it, checked before it comes here. */
export interface Grant {
  code: string;
  codeVerifier: string;
  redirectUri: string;
  clientId: string;
}

/** A failure, told in the words that the page may hear: a status and a registered OAuth code. */
export class ExchangeFailure extends Error {
  override readonly name = 'ExchangeFailure';
  readonly status: 400 | 429 | 502 | 504;
  readonly error: 'invalid_grant' | 'temporarily_unavailable' | 'server_error';
  readonly retryAfter: string | undefined;

  constructor(status: ExchangeFailure['status'], retryAfter?: string) {
    super(`The exchange failed with ${status}`);
    this.status = status;
    this.error =
      status === 400
        ? 'invalid_grant'
        : status === 502
          ? 'server_error'
          : 'temporarily_unavailable';
    this.retryAfter = retryAfter;
  }
}

const API_VERSION = 'application/vnd.monerium.api-v2+json';
const LARGEST_ANSWER = 64 * 1024;
const ID = /^[A-Za-z0-9._:-]{1,128}$/;

type Json = Record<string, unknown>;

/**
 * Trades the code for tokens and finds out who the customer is, all within `timeout` milliseconds.
 * There is one attempt only: a code that is sent a second time can make the server revoke the
 * tokens that it gave for the first.
 *
 * @throws {ExchangeFailure} for every way in which this can fail.
 */
export async function exchangeCode(
  apiUrl: string,
  grant: Grant,
  timeout: number,
): Promise<Connection> {
  const signal = AbortSignal.timeout(timeout);
  const token = await call(`${apiUrl}/auth/token`, {
    method: 'POST',
    signal,
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: grant.clientId,
      code: grant.code,
      code_verifier: grant.codeVerifier,
      redirect_uri: grant.redirectUri,
    }),
  });
  const { access_token: accessToken, refresh_token: refreshToken, token_type: type } = token;
  if (typeof accessToken !== 'string' || accessToken === '') throw new ExchangeFailure(502);
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') throw new ExchangeFailure(502);
  const identity =
    readIdentity(token.profile, token.userId) ?? (await askContext(apiUrl, accessToken, signal));
  return {
    ...identity,
    accessToken,
    refreshToken: typeof refreshToken === 'string' ? refreshToken : undefined,
  };
}

/** The token answer does not always say who the customer is; then this endpoint does. */
async function askContext(
  apiUrl: string,
  accessToken: string,
  signal: AbortSignal,
): Promise<Identity> {
  const headers = { Accept: API_VERSION, Authorization: `Bearer ${accessToken}` };
  const context = await call(`${apiUrl}/auth/context`, { headers, signal }).catch(
    (failure: unknown) => {
      // A refusal here says nothing about the code, so it must not be reported as a bad grant.
      const refused = failure instanceof ExchangeFailure && failure.status === 400;
      throw refused ? new ExchangeFailure(502) : failure;
    },
  );
  const profiles: unknown[] = Array.isArray(context.profiles) ? context.profiles : [];
  const only = profiles.length === 1 ? profiles[0] : undefined;
  const profile = context.defaultProfile ?? (isObject(only) ? only.id : undefined);
  const identity = readIdentity(profile, context.userId);
  if (!identity) throw new ExchangeFailure(502);
  return identity;
}

async function call(url: string, init: RequestInit): Promise<Json> {
  try {
    const response = await fetch(url, { ...init, redirect: 'error', cache: 'no-store' });
    if (!response.ok) {
      // Monerium's own words stay here: its answer may repeat what was sent.
      await response.body?.cancel();
      throw failureFor(response);
    }
    const answer: unknown = JSON.parse(await readBounded(response));
    if (!isObject(answer)) throw new ExchangeFailure(502);
    return answer;
  } catch (error) {
    if (error instanceof ExchangeFailure) throw error;
    const timedOut = error instanceof Error && error.name === 'TimeoutError';
    throw new ExchangeFailure(timedOut ? 504 : 502);
  }
}

function failureFor(response: Response): ExchangeFailure {
  if (response.status === 429) {
    return new ExchangeFailure(429, response.headers.get('Retry-After') ?? undefined);
  }
  return new ExchangeFailure(response.status >= 400 && response.status < 500 ? 400 : 502);
}

/** Reads the body, but no more of it than any honest answer needs. */
async function readBounded(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the rest of the body.
    if (size > LARGEST_ANSWER) throw new ExchangeFailure(502);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function readIdentity(profile: unknown, userId: unknown): Identity | undefined {
  if (typeof profile !== 'string' || !ID.test(profile)) return undefined;
  if (typeof userId !== 'string' || !ID.test(userId)) return undefined;
  return { profile, userId };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
