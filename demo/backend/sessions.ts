import { createHash, randomBytes, type webcrypto } from 'node:crypto';
import type { Tokens } from '../../src/server.js';
import { Database, reasonOf, type InStatement } from './database.js';
import { importKey, seal, unseal } from './encryption.js';

/** Milliseconds. The end is fixed when the customer connects: using a session does not move it. */
const LIFETIME = 8 * 60 * 60 * 1000;

/** What this server keeps of a connection. The tokens never leave it. */
export interface Connection {
  readonly profile: string;
  readonly userId: string;
  readonly tokens: Tokens;
}

/** A connection, and where and as what it was found. */
export interface Session extends Connection {
  readonly row: Row;
}

/** A session in the database: without the key it says when it ends, and no more. */
interface Row {
  readonly idHash: string;
  readonly endsAt: number;
  readonly sealed: Uint8Array<ArrayBuffer>;
}

export interface SessionsOptions {
  /** The SQLite file. */
  file: string;
  /** 32 random bytes in base64, see `importKey`. */
  key: string | undefined;
  /** Hears what the person who runs the server should know. It is never told a secret. */
  log: (line: string) => void;
}

/** The database does not take or give what it should. What had to be written is not lost. */
export class StorageFailure extends Error {
  override readonly name = 'StorageFailure';
}

/**
 * The site's sessions, one for each connection. A session is found by a random id that only the
 * browser's cookie holds: the database knows its hash. What is kept is encrypted and bound to that
 * hash and to the end of the session, so that a row opens in its own place and time only.
 */
export class Sessions {
  readonly lifetimeSeconds = LIFETIME / 1000;
  readonly #database: Database;
  readonly #key: webcrypto.CryptoKey;
  readonly #log: SessionsOptions['log'];
  /** What the database has not taken yet, in order: it goes in front of all that comes later. */
  readonly #unwritten: InStatement[] = [];
  #turn = Promise.resolve();

  /** @throws {StartFailure} */
  static async open({ file, key, log }: SessionsOptions): Promise<Sessions> {
    const cryptoKey = await importKey(key);
    return new Sessions(await Database.open(file), cryptoKey, log);
  }

  private constructor(database: Database, key: webcrypto.CryptoKey, log: SessionsOptions['log']) {
    this.#database = database;
    this.#key = key;
    this.#log = log;
  }

  /**
   * Keeps a connection under a new id, in place of the session that the browser had before. When it
   * cannot be written now, it waits in memory.
   *
   * @throws {StorageFailure}
   */
  async start(id: string, connection: Connection, former?: string): Promise<void> {
    const now = Date.now();
    const place = { idHash: hashOf(id), endsAt: now + LIFETIME };
    const sealed = await this.#seal(place, connection);
    if (former !== undefined) this.#unwritten.push(deletionOf(former));
    this.#unwritten.push(
      { sql: 'DELETE FROM session WHERE ends_at <= ?', args: [now] },
      // Twice is no harm, should the first time have come through unheard.
      {
        sql: 'INSERT OR REPLACE INTO session VALUES (?, ?, ?)',
        args: [place.idHash, place.endsAt, sealed],
      },
    );
    await this.#flush();
  }

  /**
   * Undefined when there is no such session, when it has ended, or when it cannot be decrypted.
   *
   * @throws {StorageFailure}
   */
  async find(id: string | undefined): Promise<Session | undefined> {
    if (id === undefined) return undefined;
    await this.#flush();
    const row = await this.#read(hashOf(id));
    if (!row) return undefined;
    try {
      return { ...parseConnection(await unseal(this.#key, row.sealed, bindingOf(row))), row };
    } catch {
      // It stays: should the key be the mistake, the right one connects the customer again.
      this.#log('A session cannot be decrypted: another BACKEND_KEY, or a row that was changed.');
      return undefined;
    }
  }

  /**
   * Keeps newer tokens in a session. When they cannot be written now, they wait in memory.
   *
   * @throws {StorageFailure}
   */
  async renew({ row, profile, userId }: Session, tokens: Tokens): Promise<Session> {
    const sealed = await this.#seal(row, { profile, userId, tokens });
    // A session that was ended meanwhile does not come back, and tokens that are newer still stay.
    const sql = 'UPDATE session SET sealed = ? WHERE id_hash = ? AND sealed = ?';
    this.#unwritten.push({ sql, args: [sealed, row.idHash, row.sealed] });
    await this.#flush();
    return { profile, userId, tokens, row: { ...row, sealed } };
  }

  /**
   * Forgets a session. When that cannot be written it does not wait: the customer hears of it.
   *
   * @throws {StorageFailure}
   */
  async end(id: string | undefined): Promise<void> {
    if (id === undefined) return;
    await this.#flush();
    await this.#attempt('written', () => this.#database.write([deletionOf(id)]));
  }

  /** Tries a last time to write what is not written. */
  async close(): Promise<void> {
    await this.#flush().catch(() =>
      this.#log('Tokens that were never written end with this process.'),
    );
    this.#database.close();
  }

  async #read(idHash: string): Promise<Row | undefined> {
    const sql = 'SELECT ends_at, sealed FROM session WHERE id_hash = ? AND ends_at > ?';
    const args = [idHash, Date.now()];
    const row = await this.#attempt('read', () => this.#database.read({ sql, args }));
    if (!(row?.['sealed'] instanceof ArrayBuffer)) return undefined;
    return { idHash, endsAt: Number(row['ends_at']), sealed: new Uint8Array(row['sealed']) };
  }

  /** One at a time: what one could not write, the next one tries again. */
  #flush(): Promise<void> {
    const turn = this.#turn.then(() => this.#writeAll());
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #writeAll(): Promise<void> {
    const changes = [...this.#unwritten];
    if (changes.length === 0) return;
    await this.#attempt('written', () => this.#database.write(changes));
    this.#unwritten.splice(0, changes.length);
  }

  async #attempt<T>(verb: 'read' | 'written', ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      this.#log(`The database cannot be ${verb}: ${reasonOf(error)}`);
      throw new StorageFailure(`The database cannot be ${verb}`);
    }
  }

  #seal(place: Omit<Row, 'sealed'>, connection: Connection): Promise<Row['sealed']> {
    return seal(this.#key, JSON.stringify(connection), bindingOf(place));
  }
}

/** JSON has no word for the infinity of a token whose end nobody told. */
function parseConnection(text: string): Connection {
  const { tokens, ...identity } = JSON.parse(text) as Connection;
  const expiresAt = (tokens.expiresAt as number | null) ?? Infinity;
  return { ...identity, tokens: { ...tokens, expiresAt } };
}

/** An id for a cookie: 256 random bits. */
export function newSessionId(): string {
  return randomBytes(32).toString('base64url');
}

/** An id of 256 random bits needs no salt: there is nothing to try out. */
function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}

function deletionOf(id: string): InStatement {
  return { sql: 'DELETE FROM session WHERE id_hash = ?', args: [hashOf(id)] };
}

function bindingOf({ idHash, endsAt }: Omit<Row, 'sealed'>): string {
  return `session ${idHash} ${endsAt}`;
}
