import { createHash, randomBytes } from 'node:crypto';

/** Counted from the connection. Using a session does not prolong it. */
export const LIFETIME_MS = 8 * 60 * 60 * 1000;

/** When the session ends, in milliseconds since the epoch, and 256 random bits in base64url. */
const TOKEN = /^(\d{13})-[\w-]{43}$/;

/** What the browser's cookie holds of a new session. */
export function newSessionToken(): string {
  return `${Date.now() + LIFETIME_MS}-${randomBytes(32).toString('base64url')}`;
}

/**
 * The ID of a session in the database: its end, and a hash of the cookie's token. The hash covers
 * the end too, so nobody can prolong a session. Undefined when it has ended, and for other tokens.
 */
export function toRowId(token: string | undefined): string | undefined {
  const [, end] = TOKEN.exec(token ?? '') ?? [];
  if (token === undefined || Number(end) <= Date.now()) return undefined;
  // 256 random bits cannot be guessed, so the hash needs no salt.
  return end && `${end}-${createHash('sha256').update(token).digest('base64url')}`;
}

/** When a session ends, from its ID in the database. In milliseconds since the epoch. */
export function endOfRow(id: string): number {
  return Number(id.slice(0, 13));
}
