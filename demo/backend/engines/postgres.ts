import pg from 'pg';
import { RateLimiterMemory, RateLimiterPostgres } from 'rate-limiter-flexible';
import { createSqlStore, type SqlStoreOptions } from '../../../src/server/sql.js';
import { limiterOptions, type Engine, type Limit } from './engine.js';
import { LIMITS_TABLE, migrate, SWEEPS } from './schema.js';

/** Any number: all processes of this program take the same lock while they migrate. */
const MIGRATION_LOCK = 7_310_112;
/** How long to wait for a connection, and for the answer to a statement. In milliseconds. */
const TIMEOUT_MS = 5000;

/** @throws {Error} when the database cannot be used */
export async function openPostgres(
  url: string,
  sealing: SqlStoreOptions,
  log: (line: string) => void,
): Promise<Engine> {
  const pool = new pg.Pool({
    connectionString: url,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  // A connection that breaks while it is idle: the pool makes a new one.
  pool.on('error', (error) => log(`A connection to PostgreSQL has ended: ${error.message}`));
  try {
    await migrateOnce(pool);
  } catch (error) {
    await pool.end();
    throw error;
  }
  const store = createSqlStore(async (text, values) => {
    const { rows, rowCount } = await pool.query<Record<string, unknown>>(text, [...values]);
    return { rows, changed: rowCount ?? 0 };
  }, sealing);
  return {
    store,
    createLimiter: (limit) => createLimiter(pool, limit),
    async sweep(now) {
      const [connections, ...others] = SWEEPS;
      await pool.query(connections, [String(now)]);
      for (const sweep of others) await pool.query(sweep, [now]);
    },
    async now() {
      const sql = 'SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now';
      return Number((await pool.query<{ now: unknown }>(sql)).rows[0]?.now);
    },
    close: () => pool.end(),
  };
}

/** One process after the other. The lock ends with the transaction, also when its process dies. */
async function migrateOnce(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await migrate(async (text, values) => {
      const { rows } = await client.query<Record<string, unknown>>(text, values);
      return rows[0];
    });
    await client.query('COMMIT');
  } finally {
    // Without a COMMIT the server takes everything back.
    client.release(true);
  }
}

function createLimiter(pool: pg.Pool, limit: Limit): RateLimiterPostgres {
  const options = limiterOptions(limit);
  return new RateLimiterPostgres({
    ...options,
    storeClient: pool,
    tableName: LIMITS_TABLE,
    tableCreated: true,
    clearExpiredByTimeout: false,
    // While the database is away each process counts by itself.
    insuranceLimiter: new RateLimiterMemory(options),
  });
}
