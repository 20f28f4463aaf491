import { randomBytes } from 'node:crypto';
import { createSeal, type Seal } from '../../src/server/index.js';
import { StartFailure } from '../../src/testing/start-failure.js';

/** A key may have a name before it. The name is only for people. */
const KEY = /^(?:[\w-]+:)?([A-Za-z0-9+/_-]{43}=?)$/;

/** A row that was changed, that was copied to another ID, or whose key is not in the ring. */
export class UnreadableRow extends Error {
  override readonly name = 'UnreadableRow';
}

/**
 * Reads keys with commas between them: each is 32 random bytes in base64 or base64url. The first
 * one encrypts the rows of the store. All of them decrypt, so a key can be replaced while its rows
 * are still in use. `open` throws an {@link UnreadableRow}.
 *
 * @throws {StartFailure} that does not repeat a key
 */
export function readKeyRing(text: string | undefined): Seal {
  const { seal, open } = createSeal((text ?? '').split(',').map(readKey));
  return {
    seal,
    async open(sealed, id) {
      try {
        return await open(sealed, id);
      } catch {
        throw new UnreadableRow();
      }
    },
  };
}

function readKey(text: string): string {
  const key = KEY.exec(text.trim())?.[1];
  if (key === undefined) {
    const fault = text ? 'is not 32 bytes in base64' : 'is missing';
    throw new StartFailure(`BACKEND_KEY ${fault}. Make one with: openssl rand -base64 32`);
  }
  return key;
}

/** A random key, for one run. */
export function throwawayKey(): string {
  return randomBytes(32).toString('base64');
}
