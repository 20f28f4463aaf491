import { createHash } from 'node:crypto';

/** How many values a position has, by the characters that were seen there. */
const ALPHABETS: [RegExp, number][] = [
  [/^\d*$/, 10],
  [/^[\da-f]*$/i, 16],
  [/^[\da-z]*$/, 36],
  [/^/, 64],
];
const HASHES = ['md5', 'sha1', 'sha256'];
/** Up to which number the hash of a counter is tried. */
const COUNTED = 1000;
/** How much of the time is tried. */
const MAX_TIME_MS = 1000;

/** The most bits that somebody has to guess who knows the other values. */
export function unknownBits(values: readonly string[]): number {
  const length = Math.max(...values.map((value) => value.length));
  const varying = (aligned: string[]) =>
    Array.from({ length }, (_, at) =>
      [...new Set(aligned.map((value) => value[at] ?? ''))].join(''),
    ).filter((characters) => characters.length > 1);
  // Values of several lengths are compared from both ends: a counter grows at its front.
  const left = varying(values.map((value) => value.padEnd(length)));
  const right = varying(values.map((value) => value.padStart(length)));
  const fewer = left.length < right.length ? left : right;
  const characters = fewer.join('').replaceAll(/[^\w+/-]/g, '');
  const [, size = 64] = ALPHABETS.find(([pattern]) => pattern.test(characters)) ?? [];
  return fewer.length * Math.log2(size);
}

/** What somebody could guess of sessions that began in a time: in milliseconds since the epoch. */
export interface Guessable {
  readonly from: number;
  readonly to: number;
  /** What others may know of the customers. */
  readonly known: readonly string[];
}

/** The hashes of small numbers, of the times and of what is known, as a site may write them. */
export function hashesOfGuesses({ from, to, known }: Guessable): string[] {
  const numbers = (first: number, last: number) =>
    Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => String(first + at));
  const seconds = numbers(Math.floor(from / 1000), Math.floor(to / 1000));
  // Where it took longer, the last of it is enough: a session began there too.
  const times = numbers(Math.max(from, to - MAX_TIME_MS), to);
  const guesses = [...known, ...numbers(0, COUNTED), ...seconds, ...times];
  return guesses.flatMap((guess) =>
    HASHES.flatMap((name) => {
      const hash = createHash(name).update(guess).digest();
      return [hash.toString('hex'), hash.toString('base64url'), hash.toString('base64')];
    }),
  );
}
