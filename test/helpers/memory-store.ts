// A store of connections for tests.
import assert from 'node:assert/strict';
import type { Connection, ConnectionStore, StoredConnection } from '../../src/server/store.js';

/** A store in memory that can fail, and be looked into. */
export class MemoryStore implements ConnectionStore {
  readonly rows = new Map<string, StoredConnection>();
  /** Taken from the front, one for each call: what the call does instead. */
  readonly faults: ((() => Promise<never>) | undefined)[] = [];
  calls = 0;

  async read(id: string) {
    await this.#begin();
    return structuredClone(this.rows.get(id));
  }

  async replace(id: string, version: number, next: Connection | undefined) {
    await this.#begin();
    const row = this.rows.get(id);
    if ((row?.version ?? 0) !== version) return false;
    if (next) this.rows.set(id, { connection: structuredClone(next), version: version + 1 });
    else this.rows.delete(id);
    return true;
  }

  async #begin(): Promise<void> {
    this.calls++;
    await this.faults.shift()?.();
  }

  /** What is kept of `anna`. */
  get kept(): Connection {
    return this.rows.get('anna')?.connection ?? assert.fail('there is no row');
  }

  change(changes: Partial<Connection>): void {
    const { connection, version } = this.rows.get('anna') ?? assert.fail('there is no row');
    this.rows.set('anna', { connection: { ...connection, ...changes }, version: version + 1 });
  }

  /** As if another process wrote between a reading and what follows. */
  changeAfterFirstRead(changes: Partial<Connection>): void {
    const { read } = this;
    this.read = async (id) => {
      const row = await read.call(this, id);
      this.read = read;
      this.change(changes);
      return row;
    };
  }

  age(leftMs: number): void {
    const tokens = { ...this.kept.tokens, expiresAt: Date.now() + leftMs };
    this.change({ tokens, refreshAt: Date.now() - 1 });
  }
}
