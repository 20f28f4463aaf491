import { assertThat } from './clause.js';
import type { BackendResponse } from './backend-response.js';

/** The tokens of the emulator: a word, and 32 bytes in base64url. */
const TOKEN = /\b(access|refresh)_[\w-]{43}/;

/** Decodes a run of characters from base64, at each possible offset, and from hex. */
function decode(run: string): string[] {
  const base64 = [0, 1, 2, 3].map((start) => Buffer.from(run.slice(start), 'base64'));
  const hex = /^[\da-f]+$/i.test(run) ? [Buffer.from(run, 'hex')] : [];
  return [...base64, ...hex].map((bytes) => bytes.toString('latin1'));
}

const unescape = (text: string) =>
  text.replaceAll(/%[\da-f]{2}/gi, (escape) => String.fromCharCode(parseInt(escape.slice(1), 16)));

/** Everything that a response shows to the browser, also in base64, in hex and escaped. */
function formsOf({ text, headers }: BackendResponse): string[] {
  const shown = [text, ...[...headers].map(([, value]) => value)];
  const plain = shown.flatMap((value) => [value, unescape(value)]);
  return plain.flatMap((value) => [value, ...(value.match(/[\w+/-]{24,}/g) ?? []).flatMap(decode)]);
}

/** @throws Violation when the response has the secret, in any form */
export function assertHidden(answer: BackendResponse, secret: string, what: string): void {
  const isShown = formsOf(answer).some((form) => form.includes(secret));
  assertThat(!isShown, `sent ${what} to the browser`);
}

/** @throws Violation when the response has a token of Monerium, in any form */
export function assertNoToken(answer: BackendResponse): void {
  const found = formsOf(answer).map((form) => TOKEN.exec(form)?.[1]);
  const [kind] = found.filter((word) => word !== undefined);
  assertThat(kind === undefined, `sent the ${kind} token to the browser`);
}
