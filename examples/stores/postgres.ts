import postgres from 'postgres';
import { createSqlStore } from 'monerium-connect/server/sql';

export function openStore(url: string) {
  const sql = postgres(url, { prepare: false }); // for a pooler in transaction mode
  const store = createSqlStore(async (text, values) => {
    const rows = await sql.unsafe(text, [...values]);
    return { rows, changed: rows.count };
  });
  return { store, close: () => sql.end() };
}
