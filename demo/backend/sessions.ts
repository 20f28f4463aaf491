import type { ConnectionStore, Identity } from '../../src/server/index.js';
import { UnreadableRow } from './key-ring.js';
import type { SessionCookie } from './session-cookie.js';
import { toRowId } from './session-id.js';

/** How long the database may take, in milliseconds. */
const READ_MS = 5000;

/** A customer who is connected, and the ID of their connection in the store. */
export interface Session extends Identity {
  readonly id: string;
}

/**
 * The sessions of the site. A session is a kept connection: the browser's cookie leads to its row,
 * which is encrypted and bound to its ID.
 */
export class Sessions {
  readonly #store: ConnectionStore;
  readonly #cookie: SessionCookie;
  readonly #log: (line: string) => void;

  constructor(store: ConnectionStore, cookie: SessionCookie, log: (line: string) => void) {
    this.#store = store;
    this.#cookie = cookie;
    this.#log = log;
  }

  /**
   * Undefined when there is no such session, when it has ended, or when it cannot be decrypted.
   *
   * @throws {StorageFailure}
   */
  async find(headers: Headers): Promise<Session | undefined> {
    const id = toRowId(this.#cookie.readFrom(headers));
    if (id === undefined) return undefined;
    const row = await this.#read(id);
    if (!row || row.connection.ended) return undefined;
    const { profile, userId } = row.connection;
    return { id, profile, userId };
  }

  async #read(id: string) {
    try {
      return await this.#store.read(id, AbortSignal.timeout(READ_MS));
    } catch (error) {
      if (!(error instanceof UnreadableRow)) throw error;
      // The row stays: with the right key the customer is connected again.
      this.#log('A session cannot be decrypted: another BACKEND_KEY, or a row that was changed.');
      return undefined;
    }
  }
}
