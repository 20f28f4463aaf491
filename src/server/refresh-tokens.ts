import type { ConnectError } from '../core/errors.js';
import type { Tokens } from '../core/oauth/exchange.js';
import { ConnectionEnded } from './kept-connection.js';
import { MONERIUM_OPTIONS, readApi, type MoneriumOptions } from './monerium-api.js';
import { check, ownOptions } from './option-checks.js';
import { isRefusal, requestRefresh } from './request-refresh.js';

/** How long a refreshed token still leads to its successor, in milliseconds. */
const SUCCESSOR_MS = 60_000;

/** What {@link refreshTokens} needs. */
export interface RefreshOptions extends MoneriumOptions {
  /** The client that the tokens were issued to. */
  readonly clientId: string;
  readonly refreshToken: string;
}

interface Successor {
  readonly tokens: Tokens;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

const running = new Map<string, Promise<Tokens>>();
/** The oldest first. */
const successors = new Map<string, Successor>();

function findSuccessor(key: string): Tokens | undefined {
  for (const [old, { until }] of successors) {
    if (until > Date.now()) break;
    successors.delete(old);
  }
  return successors.get(key)?.tokens;
}

/**
 * Exchanges a refresh token for new tokens, once: the old one is dead afterwards, so keep the new
 * ones in its place. Within a process, calls with the same token share one refresh, and for a
 * minute more they get the same new tokens: for a caller that read the old one just before it was
 * replaced, and for a write that has to be tried again. Several processes need `createConnections`.
 * @throws ConnectionEnded when Monerium refuses the token: the customer has to connect again. Its
 * `cause` is Monerium's answer. After a refresh without an answer the tokens may have been lost.
 * @throws ConnectError with any other failure: the old token may still be good
 * @see RFC 6749 section 6, RFC 9700 section 4.14.2
 */
export async function refreshTokens(options: RefreshOptions): Promise<Tokens> {
  const own = ownOptions(options, {
    ...MONERIUM_OPTIONS,
    ...{ clientId: 'string', refreshToken: 'string' },
  });
  const { clientId, refreshToken } = own;
  const { apiUrl, timeoutMs } = readApi(own);
  check(Boolean(clientId), 'clientId', 'a text');
  check(Boolean(refreshToken), 'refreshToken', 'a text');
  const key = JSON.stringify([apiUrl, clientId, refreshToken]);
  const known = findSuccessor(key) ?? running.get(key);
  if (known) return known;
  const target = { apiUrl, timeoutMs, clientId };
  const refresh = requestRefresh(own, target, refreshToken).catch((reason: unknown) => {
    if (!isRefusal(reason as ConnectError)) throw reason;
    throw Object.assign(new ConnectionEnded(false), { cause: reason });
  });
  running.set(key, refresh);
  try {
    const tokens = await refresh;
    successors.set(key, { tokens, until: Date.now() + SUCCESSOR_MS });
    return tokens;
  } finally {
    running.delete(key);
  }
}
