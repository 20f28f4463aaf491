import { fromBase64Url, toBase64Url, toBytes } from './bytes.js';
import { check, readTexts } from './option-checks.js';

/** In front of each sealed text: the format, and with it the ciphers. */
const VERSION = 'mcs1.';
const MIN_SECRET_BYTES = 32;
/** NIST SP 800-38D section 8.2.2: random, 96 bits. */
const NONCE_BYTES = 12;

/** Encrypts texts, and finds out whether they were changed. It fits the options of the stores. */
export interface Seal {
  /**
   * Returns `mcs1.` and base64url. It is 4/3 as long as the text in UTF-8, and 43 characters more.
   * @param purpose what the text is for, such as the ID of its row: it opens for that alone
   */
  seal(text: string, purpose: string): Promise<string>;
  /**
   * @param purpose the one that it was sealed for
   * @throws Error when it was sealed with another secret, for another purpose, or was changed. The
   * message holds nothing of it.
   */
  open(sealed: string, purpose: string): Promise<string>;
}

/** A key for this use alone: a text that was sealed for one use does not open for another. */
async function deriveKey(secret: string, use: string): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey('raw', toBytes(secret), 'HKDF', false, ['deriveKey']);
  const info = toBytes(`monerium-connect ${VERSION} ${use}`);
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info };
  const aes = { name: 'AES-GCM', length: 256 };
  return crypto.subtle.deriveKey(hkdf, base, aes, false, ['encrypt', 'decrypt']);
}

/** The parameters of the cipher. The purpose is authenticated and not part of the result. */
function aesGcm(nonce: Uint8Array<ArrayBuffer>, purpose: string) {
  return { name: 'AES-GCM', iv: nonce, additionalData: toBytes(VERSION + purpose) };
}

/**
 * @param use a constant of this package
 * @throws ConnectError `invalid_config`
 */
export function createSealFor(use: string, secret: string | readonly string[]): Seal {
  const secrets = readTexts('secret', secret);
  const isLong = (text: string) => toBytes(text).length >= MIN_SECRET_BYTES;
  check(secrets.every(isLong), 'secret', `texts of ${MIN_SECRET_BYTES} bytes or more`);
  let derived: Promise<CryptoKey[]> | undefined;
  // With the first text: some runtimes have no crypto before the first request.
  const readKeys = () => (derived ??= Promise.all(secrets.map((text) => deriveKey(text, use))));
  return {
    async seal(text, purpose) {
      const [first] = (await readKeys()) as [CryptoKey];
      const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
      const sealed = await crypto.subtle.encrypt(aesGcm(nonce, purpose), first, toBytes(text));
      const bytes = new Uint8Array(NONCE_BYTES + sealed.byteLength);
      bytes.set(nonce);
      bytes.set(new Uint8Array(sealed), NONCE_BYTES);
      return VERSION + toBase64Url(bytes);
    },
    async open(sealed, purpose) {
      const isOfVersion = sealed.startsWith(VERSION);
      // Without a nonce nothing opens.
      const bytes = fromBase64Url(isOfVersion ? sealed.slice(VERSION.length) : '') ?? toBytes('');
      const cipher = aesGcm(bytes.slice(0, NONCE_BYTES), purpose);
      for (const key of await readKeys()) {
        try {
          const text = await crypto.subtle.decrypt(cipher, key, bytes.slice(NONCE_BYTES));
          return new TextDecoder('utf-8', { ignoreBOM: true }).decode(text);
        } catch {
          // Another secret may open it.
        }
      }
      throw new Error('it was sealed with another secret, for another purpose, or was changed');
    },
  };
}

/**
 * Seals texts with AES-256-GCM, such as the connections of a store: `createSqlStore(run,
 * createSeal(secret))`. Each key is derived from its secret by HKDF. To replace a secret, add the
 * new one at the end in every process, then move it to the front, and remove the old one when
 * nothing is left that it has sealed. A secret is good for 2^32 seals.
 * @param secret a random text of 32 bytes or more, as by `openssl rand -base64 32`, or several: the
 * first one seals, and all of them open
 * @throws ConnectError `invalid_config`
 * @see NIST SP 800-38D, RFC 5869
 */
export function createSeal(secret: string | readonly string[]): Seal {
  return createSealFor('store', secret);
}
