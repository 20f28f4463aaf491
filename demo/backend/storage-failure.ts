import type { Store } from '../../src/server/index.js';
import { UnreadableRow } from './key-ring.js';

/** The database cannot be read or written. The log says why. */
export class StorageFailure extends Error {
  override readonly name = 'StorageFailure';
}

/** The message of the database's error. It names tables and files, and contains no value. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  // An error of several addresses has no message of its own.
  return error.message || ('code' in error ? String(error.code) : error.name);
}

/** Logs each failure of a store, and makes it a `StorageFailure`. An unreadable row is none. */
export function withLog(store: Store, log: (line: string) => void): Store {
  const attempt = async <T>(verb: 'read' | 'written', work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (error instanceof UnreadableRow) throw error;
      log(`The database cannot be ${verb}: ${reasonOf(error)}`);
      throw new StorageFailure(`The database cannot be ${verb}`);
    }
  };
  return {
    read: (...args) => attempt('read', store.read(...args)),
    replace: (...args) => attempt('written', store.replace(...args)),
    claim: (...args) => attempt('written', store.claim(...args)),
    release: (...args) => attempt('written', Promise.resolve(store.release?.(...args))),
  };
}
