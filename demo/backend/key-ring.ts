import { createHash, randomBytes } from 'node:crypto';
import { CompactEncrypt, compactDecrypt } from 'jose';
import { StartFailure } from '../../src/testing/start-failure.js';

/** A key may have a name in front of it, which is for people only. */
const KEY = /^(?:[\w-]+:)?([A-Za-z0-9+/_-]{43}=?)$/;

/** A row that was changed, that stands in another's place, or whose key is not in the ring. */
export class UnreadableRow extends Error {
  override readonly name = 'UnreadableRow';
}

/** Encrypts and decrypts the rows of the store. It fits `seal` and `open` of the stores. */
export interface KeyRing {
  seal(json: string, id: string): Promise<string>;
  /** @throws {UnreadableRow} */
  open(sealed: string, id: string): Promise<string>;
}

/**
 * Reads keys with commas between them: each is 32 random bytes in base64 or base64url. The first
 * one encrypts. All of them decrypt, so a key can be replaced while its rows are still in use.
 *
 * @throws {StartFailure} that does not repeat a key
 */
export function readKeyRing(text: string | undefined): KeyRing {
  const keys = (text ?? '').split(',').map(readKey);
  const byId = new Map(keys.map((key) => [nameOf(key), key]));
  const [[kid = '', first = new Uint8Array()] = []] = byId;
  return {
    seal(json, id) {
      const header = { alg: 'dir', enc: 'A256GCM', kid, row: id };
      return new CompactEncrypt(Buffer.from(json)).setProtectedHeader(header).encrypt(first);
    },
    async open(sealed, id) {
      try {
        const { plaintext, protectedHeader } = await compactDecrypt(
          sealed,
          (header) => byId.get(header.kid ?? '') ?? new Uint8Array(),
        );
        // A row in the place of another would sign somebody in as another customer.
        if (protectedHeader['row'] === id) return Buffer.from(plaintext).toString();
      } catch {
        // The reason says nothing that the caller could use.
      }
      throw new UnreadableRow();
    },
  };
}

function readKey(text: string): Uint8Array {
  const key = KEY.exec(text.trim())?.[1];
  if (key === undefined) {
    const fault = text ? 'is not 32 bytes in base64' : 'is missing';
    throw new StartFailure(`BACKEND_KEY ${fault}. Make one with: openssl rand -base64 32`);
  }
  // Node reads both alphabets of base64.
  return Buffer.from(key, 'base64');
}

/** Says which key a row needs. The start of a hash does not help to find 32 random bytes. */
function nameOf(key: Uint8Array): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 8);
}

/** A random key, for one run. */
export function throwawayKey(): string {
  return randomBytes(32).toString('base64');
}
