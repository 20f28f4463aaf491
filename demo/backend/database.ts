import { closeSync, openSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { createClient, type Client, type InStatement } from '@libsql/client/sqlite3';
import { StartFailure } from '../start-failure.js';

export type { InStatement } from '@libsql/client/sqlite3';

/**
 * One entry for each version of the schema, oldest first. A published entry is never changed: what
 * is to be different gets an entry of its own.
 */
const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE session (
       id_hash TEXT PRIMARY KEY,
       ends_at INTEGER NOT NULL,
       sealed BLOB NOT NULL
     ) STRICT, WITHOUT ROWID`,
  ],
  ['CREATE INDEX session_ends_at ON session (ends_at)'],
];

/** Milliseconds to wait for another process that is writing. Node stands still meanwhile. */
const BUSY_TIMEOUT = 250;

/** The SQLite file in which the backend keeps its sessions. */
export class Database {
  readonly #client: Client;

  /**
   * Opens the file, makes it when there is none, and brings its schema up to date.
   *
   * @throws {StartFailure}
   */
  static async open(file: string): Promise<Database> {
    try {
      // Made here, because SQLite would let everybody on the machine read it.
      closeSync(openSync(file, 'a', 0o600));
      const url = pathToFileURL(file).href;
      const database = new Database(createClient({ url, timeout: BUSY_TIMEOUT, concurrency: 1 }));
      await database.#migrate();
      return database;
    } catch (error) {
      throw new StartFailure(`The database ${file} cannot be used: ${reasonOf(error)}`);
    }
  }

  private constructor(client: Client) {
    this.#client = client;
  }

  /** The first row, if there is any. */
  async read(statement: InStatement): Promise<Record<string, unknown> | undefined> {
    const { rows } = await this.#renewed(() => this.#client.execute(statement));
    return rows[0];
  }

  /** Writes all or nothing. */
  async write(statements: InStatement[]): Promise<void> {
    await this.#renewed(() => this.#client.batch(statements, 'write'));
  }

  close(): void {
    this.#client.close();
  }

  /**
   * After a failure the connection is made anew. A statement that failed because the file was
   * locked stays open in the driver, and lets no later one commit:
   * https://github.com/tursodatabase/libsql-client-ts/issues/352
   */
  async #renewed<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      this.#client.reconnect();
      throw error;
    }
  }

  async #migrate(): Promise<void> {
    const row = await this.read('PRAGMA user_version');
    const version = Number(row?.['user_version']);
    if (version > MIGRATIONS.length) {
      throw new Error(`it has version ${version}, this program knows ${MIGRATIONS.length}`);
    }
    // Readers and a writer do not wait for each other, and a killed process loses nothing.
    if (version === 0) await this.read('PRAGMA journal_mode = WAL');
    for (const [index, statements] of MIGRATIONS.entries()) {
      if (index < version) continue;
      await this.write([...statements, `PRAGMA user_version = ${index + 1}`]);
    }
  }
}

/** Why SQLite refused. Its messages name tables and files, never a value. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
