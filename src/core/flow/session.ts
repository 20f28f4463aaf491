import { ConnectError, createError } from '../errors.js';
import type { Resource } from '../browser/window.js';
import { refreshTokens, type ExchangeRequest, type Tokens } from '../oauth/exchange.js';
import { browserSend } from '../oauth/http.js';

/** A token with less life left than this, in milliseconds, is renewed first. */
const RENEWAL_MS = 60_000;

/** The connection of one direct exchange. Its end drops the tokens. */
export interface Session extends Resource {
  /** @throws ConnectError `token_unavailable` */
  getAccessToken(): Promise<string>;
}

/**
 * Keeps tokens in this closure and nowhere else, and renews them when less than a minute of life is
 * left. Concurrent calls share one refresh: a refresh token works once. `onRefused` is called when
 * Monerium has ended the connection.
 */
export function openSession(
  first: Tokens,
  client: Pick<ExchangeRequest, 'apiUrl' | 'clientId'>,
  timeout: number,
  onRefused: () => void,
): Session {
  let tokens: Tokens | undefined = first;
  let renewal: Promise<string> | undefined;

  const renew = async (old: Tokens, refreshToken: string): Promise<string> => {
    try {
      const send = browserSend(AbortSignal.timeout(timeout));
      const renewed = await refreshTokens(send, client, refreshToken);
      // After a disconnect in the meantime, the new tokens are dropped.
      if (tokens !== old) throw new ConnectError('aborted');
      tokens = renewed;
      return renewed.accessToken;
    } catch (reason) {
      const { code, message } = reason as ConnectError;
      if (code === 'exchange_rejected' && tokens === old) onRefused();
      throw createError('token_unavailable', { hint: message });
    } finally {
      renewal = undefined;
    }
  };

  return {
    async getAccessToken() {
      const life = (tokens?.expiresAt ?? Infinity) - Date.now();
      if (tokens?.refreshToken && life < RENEWAL_MS) {
        return (renewal ??= renew(tokens, tokens.refreshToken));
      }
      if (tokens && life > 0) return tokens.accessToken;
      throw createError('token_unavailable');
    },
    end() {
      tokens = undefined;
    },
  };
}
