import { createClient } from '@libsql/client';
import type { Seal } from 'monerium-connect/server';
import { createSqlStore } from 'monerium-connect/server/sql';

export async function openStore(url: string, seal?: Seal) {
  const client = createClient({ url, concurrency: 1, timeout: 5000 });
  await client.execute('PRAGMA journal_mode = WAL');
  const store = createSqlStore(async (text, values) => {
    try {
      const { rows, rowsAffected } = await client.execute({ sql: text, args: [...values] });
      return { rows, changed: rowsAffected };
    } catch (error) {
      // After a lock the driver lets nothing else commit on this connection.
      client.reconnect();
      throw error;
    }
  }, seal);
  return { store, close: () => client.close() };
}
