/**
 * The name of a row. Anything else would become a text on its way to the database, and customers
 * would share a row called `undefined`.
 * @throws TypeError, without the value: it may be a secret of the site
 */
export function requireId(id: unknown): asserts id is string {
  if (typeof id === 'string' && id.length >= 1 && id.length <= 512) return;
  const found = typeof id === 'string' ? `a text of ${id.length}` : typeof id;
  throw new TypeError(`an id is a text of 1 to 512 characters, not ${found}`);
}

/** 1 to 2^32: a new row must not have a version that the id had before it was deleted. */
export function firstVersion(): number {
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1));
  return number + 1;
}
