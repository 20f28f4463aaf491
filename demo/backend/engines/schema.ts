import { SQL_SCHEMA } from '../../../src/server/sql.js';

const LIMITS_SCHEMA = `CREATE TABLE rate_limit (
  key VARCHAR(255) PRIMARY KEY,
  points INTEGER NOT NULL DEFAULT 0,
  expire BIGINT
)`;

/**
 * One entry for each version of the schema, oldest first, for PostgreSQL and SQLite. A published
 * entry is never changed: a change is a new entry.
 */
export const MIGRATIONS: readonly (readonly string[])[] = [
  [...SQL_SCHEMA.split(';').filter((statement) => statement.trim() !== ''), LIMITS_SCHEMA],
  ['CREATE INDEX monerium_claim_ends_at ON monerium_claim (ends_at)'],
];

/** The table of `rate-limiter-flexible`. */
export const LIMITS_TABLE = 'rate_limit';

export const VERSIONS_SCHEMA = 'CREATE TABLE IF NOT EXISTS migration (version INTEGER PRIMARY KEY)';
export const READ_VERSION = 'SELECT max(version) AS version FROM migration';
export const WRITE_VERSION = 'INSERT INTO migration (version) VALUES ($1)';

/** An ID of a connection begins with the time of its end. */
export const SWEEPS = [
  'DELETE FROM monerium_connection WHERE id < $1',
  'DELETE FROM monerium_claim WHERE ends_at < $1',
  'DELETE FROM rate_limit WHERE expire < $1',
] as const;

/**
 * Brings a database to the newest version. To be called inside a transaction that no other process
 * can be in at the same time.
 *
 * @param run executes one statement
 * @throws {Error} when the database is newer than this program
 */
export async function migrate(
  run: (text: string, values: number[]) => Promise<Readonly<Record<string, unknown>> | undefined>,
): Promise<void> {
  await run(VERSIONS_SCHEMA, []);
  const row = await run(READ_VERSION, []);
  const version = Number(row?.['version'] ?? 0);
  if (version > MIGRATIONS.length) {
    throw new Error(`it has version ${version}, this program knows ${MIGRATIONS.length}`);
  }
  for (const [index, statements] of MIGRATIONS.entries()) {
    if (index < version) continue;
    for (const statement of statements) await run(statement, []);
    await run(WRITE_VERSION, [index + 1]);
  }
}
