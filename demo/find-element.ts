/** Finds an element that the page must have, as the class that it must be. */
export function findElement<T extends Element>(
  selector: string,
  kind: abstract new (...args: never[]) => T,
  within: ParentNode = document,
): T {
  const element = within.querySelector(selector);
  if (element instanceof kind) return element;
  throw new Error(`This page needs a ${kind.name} at "${selector}"`);
}
