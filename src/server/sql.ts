import { ownFields } from '../core/oauth/identity.js';
import type { Connection, Store } from './store.js';
import { firstVersion, requireId } from './stored-row.js';

/** Runs one statement, with its values in the places `$1`, `$2`, … */
export type RunSql = (
  text: string,
  values: readonly (string | number)[],
  signal: AbortSignal,
) => Promise<{
  /** The rows that it has found, by the names of their columns. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** How many rows it has inserted, updated or deleted. */
  readonly changed: number;
}>;

export interface SqlStoreOptions {
  /** Encrypts a connection before it is written: that of `createSeal()`. Default: plain JSON. */
  readonly seal?: ((json: string, id: string) => string | Promise<string>) | undefined;
  /** The opposite of `seal`. What it throws reaches the caller. */
  readonly open?: ((sealed: string, id: string) => string | Promise<string>) | undefined;
}

/**
 * The two tables, for PostgreSQL and SQLite. Put it into the site's own migrations. A claim that
 * has run out may be deleted at any time: `DELETE FROM monerium_claim WHERE ends_at < <now in ms>`.
 */
export const SQL_SCHEMA = `CREATE TABLE IF NOT EXISTS monerium_connection (
  id TEXT PRIMARY KEY,
  version BIGINT NOT NULL,
  connection TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS monerium_claim (
  key TEXT PRIMARY KEY,
  ends_at BIGINT NOT NULL
);`;

/** As a text, since clients return a time in many ways. */
const READ =
  'SELECT version, connection, CAST(CURRENT_TIMESTAMP AS TEXT) AS now ' +
  'FROM monerium_connection WHERE id = $1';
/** `2026-12-01 07:50:11.123456+00` in PostgreSQL, `2026-12-01 07:50:11` in SQLite. */
const TIME = /^([\d-]+) ([\d:]+)(\.\d{1,3})?\d*(?:([+-]\d\d)(:\d\d)?)?$/;
const INSERT =
  'INSERT INTO monerium_connection (id, version, connection) VALUES ($1, $2, $3) ' +
  'ON CONFLICT (id) DO NOTHING';
const UPDATE =
  'UPDATE monerium_connection SET version = version + 1, connection = $1 ' +
  'WHERE id = $2 AND version = $3';
const DELETE = 'DELETE FROM monerium_connection WHERE id = $1 AND version = $2';
const RELEASE = 'DELETE FROM monerium_claim WHERE key = $1';
const CLAIM =
  'INSERT INTO monerium_claim (key, ends_at) VALUES ($1, $2) ON CONFLICT (key) ' +
  'DO UPDATE SET ends_at = excluded.ends_at WHERE monerium_claim.ends_at <= $3';

/** In milliseconds since the epoch. */
function readTime(value: unknown): number | undefined {
  const [, date, time, fraction = '', hours, minutes = ':00'] = TIME.exec(String(value)) ?? [];
  if (date === undefined) return undefined;
  return Date.parse(`${date}T${time}${fraction}${hours ? hours + minutes : 'Z'}`);
}

/**
 * A store in PostgreSQL or SQLite, libsql and D1 included. Each operation is one statement outside
 * a transaction, so it works through a pooler in transaction mode. The database must be the primary
 * one, with synchronous commit: SQLite with `synchronous = FULL`.
 * @param run the site's own client
 */
export function createSqlStore(run: RunSql, options: SqlStoreOptions = {}): Store {
  const { seal = (json) => json, open = (sealed) => sealed }: SqlStoreOptions = ownFields(options);
  const change = async (signal: AbortSignal, text: string, ...values: (string | number)[]) =>
    (await run(text, values, signal)).changed === 1;
  return {
    async read(id, signal) {
      requireId(id);
      const [row] = (await run(READ, [id], signal)).rows;
      if (!row) return undefined;
      const json = await open(String(row['connection']), id);
      const connection = JSON.parse(json) as Connection;
      // PostgreSQL's clients return a BIGINT as a text.
      return { connection, version: Number(row['version']), now: readTime(row['now']) };
    },
    async replace(id, version, next, signal) {
      requireId(id);
      if (!next) return change(signal, DELETE, id, version);
      const text = await seal(JSON.stringify(next), id);
      if (version === 0) return change(signal, INSERT, id, firstVersion(), text);
      return change(signal, UPDATE, text, id, version);
    },
    async claim(key, ttlMs, signal) {
      requireId(key);
      const now = Date.now();
      return change(signal, CLAIM, key, now + ttlMs, now);
    },
    async release(key, signal) {
      requireId(key);
      await change(signal, RELEASE, key);
    },
  };
}
