import { closeSync, openSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { createClient, type Client, type InStatement } from '@libsql/client/sqlite3';
import LimitsDatabase from 'libsql';
import { RateLimiterMemory, RateLimiterSQLite } from 'rate-limiter-flexible';
import { createSqlStore, type SqlStoreOptions } from '../../../src/server/sql.js';
import { limiterOptions, type Engine, type Limit } from './engine.js';
import { LIMITS_TABLE, migrate, SWEEPS } from './schema.js';

/** How long to wait while another process writes. It blocks Node, so it is short. */
const BUSY_TIMEOUT_MS = 250;
/** How often to try again at the start, when all processes migrate. */
const START_TRIES = 40;
/** New tokens have no other copy: a power cut must lose no commit. Of each connection. */
const SYNCHRONOUS = 'PRAGMA synchronous = FULL';

/**
 * Opens the file, creates it when it does not exist, and updates its schema.
 *
 * @throws {Error} when the file cannot be used
 */
export async function openSqlite(file: string, sealing: SqlStoreOptions): Promise<Engine> {
  // Created here: SQLite would let every user of the machine read it.
  closeSync(openSync(file, 'a', 0o600));
  const url = pathToFileURL(file).href;
  const client = createClient({ url, timeout: BUSY_TIMEOUT_MS, concurrency: 1 });
  try {
    await migrateWhenFree(client);
  } catch (error) {
    client.close();
    throw error;
  }
  const execute = (statement: InStatement) => executeOrReconnect(client, statement);
  const limits = new LimitsDatabase(file, { timeout: BUSY_TIMEOUT_MS });
  // A count may be lost in a power cut.
  limits.exec('PRAGMA synchronous = NORMAL');
  const store = createSqlStore(async (text, values) => {
    const { rows, rowsAffected } = await execute({ sql: text, args: [...values] });
    return { rows, changed: rowsAffected };
  }, sealing);
  return {
    store,
    createLimiter: (limit) => createLimiter(limits, limit),
    async sweep(now) {
      const [connections, ...others] = SWEEPS;
      await execute({ sql: connections, args: [String(now)] });
      for (const sql of others) await execute({ sql, args: [now] });
    },
    // The file is on this machine.
    now: () => Promise.resolve(Date.now()),
    async close() {
      client.close();
      limits.close();
    },
  };
}

async function migrateOnce(client: Client): Promise<void> {
  // WAL: readers and a writer do not block each other, and a killed process loses no commit.
  await client.execute('PRAGMA journal_mode = WAL');
  // Takes the lock for writing at once, so no other process is in here.
  const transaction = await client.transaction('write');
  try {
    await migrate(async (sql, args) => (await transaction.execute({ sql, args })).rows[0]);
    await transaction.commit();
  } finally {
    transaction.close();
  }
  await client.execute(SYNCHRONOUS);
}

async function migrateWhenFree(client: Client): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await migrateOnce(client);
      return;
    } catch (error) {
      const isBusy = error instanceof Error && error.message.startsWith('SQLITE_BUSY');
      if (!isBusy || tries === START_TRIES) throw error;
      // See `executeOrReconnect`.
      client.reconnect();
      await wait(50);
    }
  }
}

/**
 * A statement that failed because the file was locked stays open in the driver, and then no later
 * one can commit: https://github.com/tursodatabase/libsql-client-ts/issues/352
 */
async function executeOrReconnect(client: Client, statement: InStatement) {
  try {
    return await client.execute(statement);
  } catch (error) {
    client.reconnect();
    // The setting belongs to the connection that is gone.
    await client.execute(SYNCHRONOUS).catch(() => undefined);
    throw error;
  }
}

function createLimiter(storeClient: LimitsDatabase.Database, limit: Limit): RateLimiterSQLite {
  const options = limiterOptions(limit);
  return new RateLimiterSQLite({
    ...options,
    storeClient,
    storeType: 'better-sqlite3',
    tableName: LIMITS_TABLE,
    tableCreated: true,
    clearExpiredByTimeout: false,
    // While another process writes for long, each process counts by itself.
    insuranceLimiter: new RateLimiterMemory(options),
  });
}
