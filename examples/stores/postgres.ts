import postgres from 'postgres';
import type { Seal } from 'monerium-connect/server';
import { createSqlStore } from 'monerium-connect/server/sql';

export function openStore(url: string, seal?: Seal) {
  const sql = postgres(url, { prepare: false }); // for a pooler in transaction mode
  const store = createSqlStore(async (text, values) => {
    const rows = await sql.unsafe(text, [...values]);
    return { rows, changed: rows.count };
  }, seal);
  return { store, close: () => sql.end() };
}
