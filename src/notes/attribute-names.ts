/** So many letters may differ in a name that was probably meant. */
const MAX_DIFFERENCE = 2;
/** Shorter names resemble too much else. */
const MIN_LENGTH = 6;

function toLetters(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '');
}

/** Whether at most MAX_DIFFERENCE letters of `a`, repeats included, are missing in `b`. */
function isNear(a: string, b: string): boolean {
  let rest = a;
  for (const letter of b) rest = rest.replace(letter, '');
  return rest.length <= MAX_DIFFERENCE;
}

/**
 * The attribute that an unknown one was probably meant to be, or `undefined`: `backend-url` for
 * `backend_url`, `backendurl` or `backend-uri`. Their letters are compared, not their order.
 */
export function suggestAttribute(name: string, known: readonly string[]): string | undefined {
  const written = toLetters(name);
  return known.find((candidate) => {
    const meant = toLetters(candidate);
    const isShort = Math.min(meant.length, written.length) < MIN_LENGTH;
    if (isShort) return meant === written;
    return isNear(meant, written) && isNear(written, meant);
  });
}
