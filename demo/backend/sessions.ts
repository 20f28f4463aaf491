import type { Connections, Identity } from '../../src/server/index.js';
import { UnreadableRow } from './key-ring.js';
import type { SessionCookie } from './session-cookie.js';
import { toRowId } from './session-id.js';

/** A customer who is connected, and the ID of their connection in the store. */
export interface Session extends Identity {
  readonly id: string;
}

/**
 * The sessions of the site. A session is a kept connection: the browser's cookie leads to its row,
 * which is encrypted and bound to its ID.
 */
export class Sessions {
  readonly #connections: Connections;
  readonly #cookie: SessionCookie;
  readonly #log: (line: string) => void;

  constructor(connections: Connections, cookie: SessionCookie, log: (line: string) => void) {
    this.#connections = connections;
    this.#cookie = cookie;
    this.#log = log;
  }

  /**
   * Undefined when there is no such session, when it has ended, or when it cannot be decrypted.
   *
   * @throws {ConnectError} when the database is not there
   */
  async find(headers: Headers): Promise<Session | undefined> {
    const id = toRowId(this.#cookie.readFrom(headers));
    if (id === undefined) return undefined;
    try {
      const ids = await this.#connections.find(id);
      return ids && { id, ...ids };
    } catch (error) {
      if (!(error instanceof Error && error.cause instanceof UnreadableRow)) throw error;
      // The row stays: with the right key the customer is connected again.
      this.#log('A session cannot be decrypted: another BACKEND_KEY, or a row that was changed.');
      return undefined;
    }
  }
}
