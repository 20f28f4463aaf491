import type { Seal } from '../../../src/server/index.js';
import { StartFailure } from '../../../src/testing/start-failure.js';
import { reasonOf } from '../storage-failure.js';
import type { Engine } from './engine.js';
import { openPostgres } from './postgres.js';
import { openSqlite } from './sqlite.js';
import { openValkey } from './valkey.js';

const CHOICES = 'a file for SQLite, postgres://…, or valkey://…';

/**
 * Opens the database that `BACKEND_DATABASE` names.
 *
 * @throws {StartFailure} that does not repeat the password of a URL
 */
export async function openEngine(
  database: string,
  seal: Seal,
  log: (line: string) => void,
): Promise<Engine> {
  // One letter before a colon is a drive on Windows.
  const [, scheme] = /^([a-z][a-z\d+.-]+):/i.exec(database) ?? [];
  try {
    if (scheme === 'postgres') return await openPostgres(database, seal, log);
    if (scheme === 'valkey') return await openValkey(database, seal, log);
    if (scheme === undefined && database !== '') return await openSqlite(database, seal);
  } catch (error) {
    throw new StartFailure(`The database ${nameOf(database)} cannot be used: ${reasonOf(error)}`);
  }
  throw new StartFailure(`BACKEND_DATABASE has to be ${CHOICES}.`);
}

/**
 * The database, without user and password. A character in them that is not encoded makes it unclear
 * where they end: then the result contains nothing of the URL.
 */
function nameOf(database: string): string {
  if (!/^[a-z][a-z\d+.-]+:/i.test(database)) return database;
  const url = URL.canParse(database) ? new URL(database) : undefined;
  const signs = url?.username || url?.password ? 1 : 0;
  const isClear = url?.host && database.split('@').length === signs + 1;
  return isClear ? `${url.protocol}//${url.host}${url.pathname}` : 'of BACKEND_DATABASE';
}
