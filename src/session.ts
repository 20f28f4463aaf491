import { ConnectError } from './errors.js';
import { bindFetch, refreshTokens, type ExchangeRequest, type Tokens } from './exchange.js';

/** A token with less life left than this, in milliseconds, is renewed first. */
const RENEWAL_MS = 60_000;

/** The tokens of one direct exchange. They live in this object and nowhere else. */
export class Session {
  #tokens: Tokens | undefined;
  #renewal: Promise<string> | undefined;
  readonly #client: Pick<ExchangeRequest, 'apiUrl' | 'clientId'>;
  readonly #timeout: number;
  readonly #onRefused: () => void;

  constructor(
    tokens: Tokens,
    client: Pick<ExchangeRequest, 'apiUrl' | 'clientId'>,
    timeout: number,
    onRefused: () => void,
  ) {
    this.#tokens = tokens;
    this.#client = client;
    this.#timeout = timeout;
    this.#onRefused = onRefused;
  }

  forget(): void {
    this.#tokens = undefined;
  }

  /**
   * The access token, renewed when it has less than a minute to live. Concurrent calls share one
   * refresh: its token works once.
   * @throws ConnectError `token_unavailable`
   */
  async getAccessToken(): Promise<string> {
    const tokens = this.#tokens;
    const life = (tokens?.expiresAt ?? 0) - Date.now();
    if (tokens?.refreshToken && life < RENEWAL_MS) {
      return (this.#renewal ??= this.#renew(tokens, tokens.refreshToken).finally(() => {
        this.#renewal = undefined;
      }));
    }
    if (tokens && life > 0) return tokens.accessToken;
    throw new ConnectError('token_unavailable', { phase: 'token' });
  }

  async #renew(tokens: Tokens, refreshToken: string): Promise<string> {
    try {
      // Engines of before 2022 have no such signal: there a refresh has no deadline.
      const { timeout } = AbortSignal as Partial<typeof AbortSignal>;
      const send = bindFetch(timeout?.call(AbortSignal, this.#timeout));
      const renewed = await refreshTokens(send, this.#client, refreshToken);
      // A disconnect in the meantime wins.
      if (this.#tokens !== tokens) throw new ConnectError('aborted');
      this.#tokens = renewed;
      return renewed.accessToken;
    } catch (reason) {
      const { code } = reason as ConnectError;
      if (code === 'exchange_rejected' && this.#tokens === tokens) this.#onRefused();
      throw new ConnectError('token_unavailable', { phase: 'token', hint: code });
    }
  }
}
