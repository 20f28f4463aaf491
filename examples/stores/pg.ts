import pg from 'pg';
import type { Seal } from 'monerium-connect/server';
import { createSqlStore } from 'monerium-connect/server/sql';

export function openStore(url: string, seal?: Seal) {
  const pool = new pg.Pool({
    connectionString: url,
    // Without these, a query that gets no response never releases its connection.
    connectionTimeoutMillis: 5000,
    query_timeout: 5000,
  });
  // A connection that breaks while it is idle: the pool makes a new one.
  pool.on('error', (error) => console.error(error.message));
  const store = createSqlStore(async (text, values) => {
    const { rows, rowCount } = await pool.query<Record<string, unknown>>(text, [...values]);
    return { rows, changed: rowCount ?? 0 };
  }, seal);
  return { store, close: () => pool.end() };
}
