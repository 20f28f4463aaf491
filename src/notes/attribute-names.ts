/** So many letters may differ in a name that was probably meant. */
const MAX_DIFFERENCE = 2;
/** Shorter names resemble too much else. */
const MIN_LENGTH = 6;

function toLetters(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '');
}

/** How many letters of `a` are not in `b`, each counted as often as it stands there. */
function countMissing(a: string, b: string): number {
  let rest = a;
  for (const letter of b) rest = rest.replace(letter, '');
  return rest.length;
}

/**
 * The attribute that an unknown one was probably meant to be, or `undefined`: `backend-url` for
 * `backend_url`, `backendurl` or `backend-uri`. Their letters are compared, not their order.
 */
export function suggestAttribute(name: string, known: readonly string[]): string | undefined {
  const written = toLetters(name);
  return known.find((candidate) => {
    const meant = toLetters(candidate);
    const isLong = Math.min(meant.length, written.length) >= MIN_LENGTH;
    const difference = Math.max(countMissing(meant, written), countMissing(written, meant));
    return meant === written || (isLong && difference <= MAX_DIFFERENCE);
  });
}
