import { createMoneriumClient, MoneriumApiError } from '@monerium/sdk';
import {
  type ConnectError,
  ConnectionEndedError,
  type Connections,
} from '../../src/server/index.js';
import { transportTo } from '../transport.js';
import { StorageFailure } from './storage-failure.js';
import type { Session } from './sessions.js';

/** Monerium's own client for its API. */
export type Monerium = ReturnType<typeof createMoneriumClient>;

export interface CustomersOptions {
  connections: Connections;
  apiUrl: string;
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

/** Monerium did not respond, or not as expected. */
export class MoneriumFailure extends Error {
  override readonly name = 'MoneriumFailure';
}

/** Monerium refuses what the customer has sent. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** Sends requests to Monerium with the tokens of the customers' connections. */
export class Customers {
  readonly #options: CustomersOptions;

  constructor(options: CustomersOptions) {
    this.#options = options;
  }

  /**
   * Undefined when Monerium refuses the tokens for good. Then the session is deleted.
   *
   * @throws {MoneriumFailure} and the session stays
   * @throws {StorageFailure}
   */
  find({ id, profile, userId }: Session): Promise<Customer | undefined> {
    return this.ask(id, async (monerium) => {
      const { name, kind, state } = await monerium.getProfile(profile);
      if (typeof name !== 'string') throw new MoneriumFailure('Monerium returned no profile');
      return { profile, userId, name, kind, state };
    });
  }

  /**
   * Calls `use` with a client that has the customer's token. Calls it a second time after a 401,
   * because a token can be revoked before it expires.
   *
   * @throws {MoneriumFailure}, {Refusal}, {StorageFailure}
   */
  async ask<T>(id: string, use: (monerium: Monerium) => Promise<T>): Promise<T | undefined> {
    const { connections } = this.#options;
    try {
      const token = await connections.getAccessToken(id);
      try {
        return await use(this.#clientWith(token));
      } catch (error) {
        if (!(error instanceof MoneriumApiError && error.code === 401)) throw error;
      }
      return await use(this.#clientWith(await connections.getAccessToken(id, { refused: token })));
    } catch (error) {
      if (!(error instanceof ConnectionEndedError)) throw toFailure(error);
      await connections.disconnect(id);
      return undefined;
    }
  }

  #clientWith(accessToken: string): Monerium {
    const { apiUrl, timeoutMs } = this.#options;
    const transport = transportTo(apiUrl, timeoutMs);
    return createMoneriumClient({ environment: 'sandbox', accessToken, transport });
  }
}

/** Keeps only the code, because the text of a response may repeat what was sent. */
function toFailure(error: unknown): Error {
  if (error instanceof MoneriumFailure || error instanceof Refusal) return error;
  const { cause } = Object(error) as Partial<ConnectError>;
  if (cause instanceof StorageFailure) return cause;
  const code = error instanceof Error && 'code' in error ? error.code : 'no response';
  const isRefusal = error instanceof MoneriumApiError && [400, 403, 404].includes(error.code);
  if (isRefusal) return new Refusal(`Monerium refused it: ${String(code)}`);
  return new MoneriumFailure(`Monerium did not answer as it should: ${String(code)}`);
}
