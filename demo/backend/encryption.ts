import { randomBytes, webcrypto } from 'node:crypto';
import { StartFailure } from '../start-failure.js';

const { subtle } = webcrypto;
const KEY = /^[A-Za-z0-9+/_-]{43}=?$/;
const IV_BYTES = 12;

/**
 * Reads the key of the tokens: 32 random bytes in base64 or base64url.
 *
 * @throws {StartFailure} that does not repeat the key
 */
export async function importKey(text: string | undefined): Promise<webcrypto.CryptoKey> {
  if (text === undefined || !KEY.test(text)) {
    const fault = text ? 'is not 32 bytes in base64' : 'is missing';
    throw new StartFailure(`BACKEND_KEY ${fault}. Make one with: openssl rand -base64 32`);
  }
  // Node reads both alphabets of base64.
  return subtle.importKey('raw', Buffer.from(text, 'base64'), 'AES-GCM', false, [
    'encrypt',
    'decrypt',
  ]);
}

/** A key for one run. */
export function throwawayKey(): string {
  return randomBytes(32).toString('base64');
}

/** Encrypts with AES-GCM. What comes out opens only beside the same `boundTo`. */
export async function seal(
  key: webcrypto.CryptoKey,
  text: string,
  boundTo: string,
): Promise<Uint8Array<ArrayBuffer>> {
  // The one rule of GCM: no initialisation vector twice under one key.
  const iv = randomBytes(IV_BYTES);
  const cipher = await subtle.encrypt(parameters(iv, boundTo), key, Buffer.from(text));
  return new Uint8Array([...iv, ...new Uint8Array(cipher)]);
}

/** @throws {Error} when the key is another one, or a single bit of the two was changed. */
export async function unseal(
  key: webcrypto.CryptoKey,
  sealed: Uint8Array<ArrayBuffer>,
  boundTo: string,
): Promise<string> {
  const iv = sealed.subarray(0, IV_BYTES);
  const text = await subtle.decrypt(parameters(iv, boundTo), key, sealed.subarray(IV_BYTES));
  return Buffer.from(text).toString();
}

function parameters(iv: Uint8Array, boundTo: string): webcrypto.AesGcmParams {
  return { name: 'AES-GCM', iv, additionalData: Buffer.from(boundTo) };
}
