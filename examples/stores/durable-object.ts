import type { Connection, Store } from 'monerium-connect/server';
import { createSqlStore, SQL_SCHEMA } from 'monerium-connect/server/sql';

interface Cursor {
  toArray(): Record<string, unknown>[];
  readonly rowsWritten: number;
}

/** What is needed of a Durable Object with SQLite, and of its namespace. */
interface State {
  storage: { sql: { exec(text: string, ...values: unknown[]): Cursor } };
}
export interface Namespace {
  idFromName(name: string): unknown;
  get(id: unknown): {
    fetch(url: string, init: { method: string; body: string }): Promise<Response>;
  };
}

type Call =
  | ['read', string]
  | ['replace', string, number, Connection | null]
  | ['claim', string, number]
  | ['release', string];

/** Keeps the rows. Its calls run one after the other, and return when the write is durable. */
export class MoneriumStore {
  readonly #store: Store;

  constructor({ storage: { sql } }: State) {
    sql.exec(SQL_SCHEMA);
    this.#store = createSqlStore(async (text, values) => {
      // The text has a placeholder for each value, once and in this order.
      const cursor = sql.exec(text.replaceAll(/\$\d/g, '?'), ...values);
      // An entry of an index counts as a row that was written.
      return { rows: cursor.toArray(), changed: cursor.rowsWritten > 0 ? 1 : 0 };
    });
  }

  async fetch(request: Request): Promise<Response> {
    return Response.json({ result: await this.#run((await request.json()) as Call) });
  }

  #run(call: Call) {
    const { signal } = new AbortController();
    if (call[0] === 'read') return this.#store.read(call[1], signal);
    if (call[0] === 'claim') return this.#store.claim(call[1], call[2], signal);
    if (call[0] === 'release') return this.#store.release?.(call[1], signal);
    return this.#store.replace(call[1], call[2], call[3] ?? undefined, signal);
  }
}

/** The store of a Worker: `openStore(env.STORE)`. */
export function openStore(namespace: Namespace): Store {
  const ask = async <T>(...call: Call): Promise<T> => {
    const object = namespace.get(namespace.idFromName('monerium'));
    const init = { method: 'POST', body: JSON.stringify(call) };
    const response = await object.fetch('http://store/', init);
    if (!response.ok) throw new Error(`the store answered ${response.status}`);
    return ((await response.json()) as { result: T }).result;
  };
  return {
    read: (id) => ask('read', id),
    replace: (id, version, next) => ask('replace', id, version, next ?? null),
    claim: (key, ttlMs) => ask('claim', key, ttlMs),
    release: (key) => ask('release', key),
  };
}
