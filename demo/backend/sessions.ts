import { randomBytes } from 'node:crypto';

/** Who the customer is, as the page may know it. */
export interface Identity {
  profile: string;
  userId: string;
}

/** What this server keeps of a connection. The tokens never leave it. */
export interface Connection extends Identity {
  accessToken: string;
  refreshToken: string | undefined;
}

const LIFETIME = 8 * 60 * 60 * 1000;
const MOST_SESSIONS = 1000;

/**
 * Sessions in memory, found by a random id that only the browser's cookie knows.
 * A real site keeps them in its database, with the tokens encrypted.
 */
export class Sessions {
  readonly lifetimeSeconds = LIFETIME / 1000;
  readonly #sessions = new Map<string, { connection: Connection; ends: number }>();

  /** Keeps a connection and returns the id for the cookie: 256 random bits of our own. */
  open(connection: Connection): string {
    const oldest = this.#sessions.keys().next();
    if (this.#sessions.size >= MOST_SESSIONS && !oldest.done) this.#sessions.delete(oldest.value);
    const id = randomBytes(32).toString('base64url');
    this.#sessions.set(id, { connection, ends: Date.now() + LIFETIME });
    return id;
  }

  find(id: string | undefined): Connection | undefined {
    const session = id === undefined ? undefined : this.#sessions.get(id);
    if (!session) return undefined;
    if (session.ends > Date.now()) return session.connection;
    this.close(id);
    return undefined;
  }

  close(id: string | undefined): void {
    if (id !== undefined) this.#sessions.delete(id);
  }
}
