import { createMoneriumClient, MoneriumApiError } from '@monerium/sdk';
import { ConnectError, refreshTokens } from '../../src/server.js';
import { transportTo } from '../transport.js';
import type { Session, Sessions } from './sessions.js';

/** Milliseconds of life that a token must have left to be worth sending. */
const LEAST_LIFE = 60_000;

export interface CustomersOptions {
  sessions: Sessions;
  apiUrl: string;
  clientId: string;
  /** Milliseconds for each request to Monerium. */
  timeoutMs: number;
}

/** What the page may know about its customer. */
export interface Customer {
  profile: string;
  userId: string;
  name: string;
  kind: string;
  state: string;
}

/** Monerium did not answer, or not as it should. */
export class MoneriumFailure extends Error {
  override readonly name = 'MoneriumFailure';
}

/** Asks Monerium about customers with the tokens of their sessions, which it keeps fresh. */
export class Customers {
  readonly #options: CustomersOptions;

  constructor(options: CustomersOptions) {
    this.#options = options;
  }

  /**
   * Undefined when there is no session, and when Monerium does not know it any more: then it ends.
   *
   * @throws {MoneriumFailure} while the session stays
   * @throws {StorageFailure}
   */
  async find(id: string | undefined): Promise<Customer | undefined> {
    const session = await this.#options.sessions.find(id);
    if (!session) return undefined;
    if (session.tokens.expiresAt - Date.now() < LEAST_LIFE) return this.#findRenewed(id, session);
    try {
      return await this.#ask(session);
    } catch (error) {
      // Tokens can end before their time.
      if (!(error instanceof MoneriumApiError && error.code === 401)) throw toFailure(error);
      return this.#findRenewed(id, session);
    }
  }

  async #findRenewed(id: string | undefined, session: Session): Promise<Customer | undefined> {
    const { sessions } = this.#options;
    const tokens = await this.#refresh(session);
    if (!tokens) {
      await sessions.end(id);
      return undefined;
    }
    // Written before they are used: the old ones are dead by now.
    const renewed = await sessions.renew(session, tokens);
    return this.#ask(renewed).catch((error: unknown) => {
      throw toFailure(error);
    });
  }

  /** Undefined when Monerium refuses: only the customer can mend that. */
  async #refresh({ tokens: { refreshToken } }: Session) {
    const { apiUrl, clientId, timeoutMs } = this.#options;
    if (refreshToken === undefined) return undefined;
    try {
      return await refreshTokens({ apiUrl, clientId, refreshToken, timeoutMs });
    } catch (error) {
      if (error instanceof ConnectError && error.code === 'exchange_rejected') return undefined;
      throw toFailure(error);
    }
  }

  async #ask({ profile, userId, tokens }: Session): Promise<Customer> {
    const { apiUrl, timeoutMs } = this.#options;
    const monerium = createMoneriumClient({
      environment: 'sandbox',
      accessToken: tokens.accessToken,
      transport: transportTo(apiUrl, timeoutMs),
    });
    const { name, kind, state } = await monerium.getProfile(profile);
    if (typeof name !== 'string') throw new MoneriumFailure('Monerium told no profile');
    return { profile, userId, name, kind, state };
  }
}

/** Only the kind of failure goes on: the text of an answer may hold what was sent. */
function toFailure(error: unknown): MoneriumFailure {
  if (error instanceof MoneriumFailure) return error;
  const code = error instanceof Error && 'code' in error ? error.code : 'no answer';
  return new MoneriumFailure(`Monerium did not answer as it should: ${String(code)}`);
}
