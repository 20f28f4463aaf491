import type { CodeStore, Store, StoredConnection } from './store.js';
import { firstVersion, requireId } from './stored-row.js';

/** How many claims a process remembers, the newest ones. */
const MAX_CLAIMS = 10_000;

/** The claims of this process. */
export function createMemoryCodeStore(): Required<CodeStore> {
  /** When each claim ends, the oldest claim first. In milliseconds since the epoch. */
  const ends = new Map<string, number>();
  return {
    async claim(key, ttlMs) {
      const now = Date.now();
      if ((ends.get(key) ?? 0) > now) return false;
      ends.delete(key);
      ends.set(key, now + ttlMs);
      const [oldest = key] = ends.keys();
      if (ends.size > MAX_CLAIMS) ends.delete(oldest);
      return true;
    },
    async release(key) {
      ends.delete(key);
    },
  };
}

/**
 * A store in the memory of this process: for a site that has one process and no functions, and for
 * tests. Its connections end with the process.
 */
export function createMemoryStore(): Store {
  const rows = new Map<string, StoredConnection>();
  return {
    ...createMemoryCodeStore(),
    async read(id) {
      requireId(id);
      const row = rows.get(id);
      return row && structuredClone(row);
    },
    async replace(id, version, next) {
      requireId(id);
      const row = rows.get(id);
      if ((row?.version ?? 0) !== version) return false;
      const newVersion = row ? version + 1 : firstVersion();
      if (next) rows.set(id, { connection: structuredClone(next), version: newVersion });
      else rows.delete(id);
      return true;
    },
  };
}
