// Stores with a fault each, over one SQLite file. `FAULT` names it.
import { setTimeout as wait } from 'node:timers/promises';
import type { Connection, ConnectionStore } from '../../../src/server/index.js';
import { openStore } from '../../../examples/stores/libsql.js';
import { createClient } from '@libsql/client';

const url = process.env.STORE_URL ?? '';
const opened = await openStore(url);
const sound = opened.store;
const client = createClient({ url, concurrency: 1, timeout: 5000 });

/** How many rows a statement has changed. */
async function change(sql: string, ...args: (string | number)[]): Promise<number> {
  return (await client.execute({ sql, args })).rowsAffected;
}

const write = (id: string, version: number, next: Connection) =>
  change(
    'INSERT OR REPLACE INTO monerium_connection (id, version, connection) VALUES (?, ?, ?)',
    id,
    version,
    JSON.stringify(next),
  );

const cache = new Map<string, ReturnType<ConnectionStore['read']>>();
const memory = new Map<string, { version: number; connection: Connection }>();
const claimed = new Set<string>();
let reads = 0;

const faults: Record<string, Partial<typeof sound>> = {
  'has another clock': {
    async read(id, signal) {
      const row = await sound.read(id, signal);
      return row && { ...row, now: Date.now() + 61_000 };
    },
  },
  'reads a claim before it writes': {
    async claim(key, ttlMs) {
      const sql = 'SELECT ends_at FROM monerium_claim WHERE key = ?';
      const { rows } = await client.execute({ sql, args: [key] });
      if (Number(rows[0]?.['ends_at'] ?? 0) > Date.now()) return false;
      await wait(5);
      await change('INSERT OR REPLACE INTO monerium_claim VALUES (?, ?)', key, Date.now() + ttlMs);
      return true;
    },
  },
  'keeps claims permanently': {
    claim: async (key) =>
      (await change('INSERT OR IGNORE INTO monerium_claim VALUES (?, 0)', key)) === 1,
  },
  'claims in the memory of each process': {
    claim: async (key) => !claimed.has(key) && Boolean(claimed.add(key)),
  },
  'reads a version before it writes': {
    async replace(id, version, next, signal) {
      const row = await sound.read(id, signal);
      if (!next || (row?.version ?? 0) !== version) return sound.replace(id, version, next, signal);
      await wait(5);
      return (await write(id, version === 0 ? 7 : version + 1, next)) === 1;
    },
  },
  'forgets versions': {
    async replace(id, version, next, signal) {
      if (!next) return sound.replace(id, version, next, signal);
      await write(id, version + 1, next);
      return true;
    },
  },
  'begins every row with version 1': {
    replace: async (id, version, next, signal) =>
      version === 0 && next
        ? (await change(
            'INSERT OR IGNORE INTO monerium_connection VALUES (?, 1, ?)',
            id,
            JSON.stringify(next),
          )) === 1
        : sound.replace(id, version, next, signal),
  },
  'reads from a cache': {
    read(id, signal) {
      const known = cache.get(id) ?? sound.read(id, signal);
      cache.set(id, known);
      return known;
    },
  },
  'keeps rows in the memory of each process': {
    read: async (id) => memory.get(id),
    async replace(id, version, next) {
      if ((memory.get(id)?.version ?? 0) !== version) return false;
      if (next) memory.set(id, { version: version + 1, connection: next });
      else memory.delete(id);
      return true;
    },
  },
  'fails under load': {
    async read(id, signal) {
      reads++;
      try {
        if (reads > 20) throw new Error('too many', { cause: new Error('20 at most') });
        await wait(5);
        return await sound.read(id, signal);
      } finally {
        reads--;
      }
    },
  },
  'is on a busy machine': {
    async read(id, signal) {
      if (++reads === 50) await wait(6000);
      return sound.read(id, signal);
    },
  },
  'confirms before it has written': {
    async replace(id, version, next, signal) {
      setTimeout(() => void sound.replace(id, version, next, signal), 500);
      return true;
    },
  },
};

const fault = faults[process.env.FAULT ?? ''];
if (!fault) throw new Error(`There is no fault ${process.env.FAULT}.`);
export const store = { ...sound, ...fault };
export const close = opened.close;
