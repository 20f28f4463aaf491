import { ConnectError } from './errors.js';
import { bindFetch, refreshTokens, type ExchangeRequest, type Tokens } from './exchange.js';

/** A token with less life left than this, in milliseconds, is renewed first. */
const RENEWAL_MS = 60_000;

/** The connection of one direct exchange. */
export interface Session {
  /** @throws ConnectError `token_unavailable` */
  getAccessToken(): Promise<string>;
  forget(): void;
}

/**
 * Keeps tokens in this closure and nowhere else, and renews them when less than a minute of life is
 * left. Concurrent calls share one refresh: its token works once. `onRefused` hears that Monerium
 * has ended the connection.
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
      // Engines of before 2022 have no such signal: there a refresh has no deadline.
      const signals = AbortSignal as Partial<typeof AbortSignal>;
      const send = bindFetch(signals.timeout?.(timeout));
      const renewed = await refreshTokens(send, client, refreshToken);
      // A disconnect in the meantime wins.
      if (tokens !== old) throw new ConnectError('aborted');
      tokens = renewed;
      return renewed.accessToken;
    } catch (reason) {
      const { code } = reason as ConnectError;
      if (code === 'exchange_rejected' && tokens === old) onRefused();
      throw new ConnectError('token_unavailable', { phase: 'token', hint: code });
    } finally {
      renewal = undefined;
    }
  };

  return {
    async getAccessToken() {
      const life = (tokens?.expiresAt ?? 0) - Date.now();
      if (tokens?.refreshToken && life < RENEWAL_MS) {
        return (renewal ??= renew(tokens, tokens.refreshToken));
      }
      if (tokens && life > 0) return tokens.accessToken;
      throw new ConnectError('token_unavailable', { phase: 'token' });
    },
    forget() {
      tokens = undefined;
    },
  };
}
