/** @throws Error when the page has no such element, or one of another class */
export function findElement<T extends Element>(
  selector: string,
  kind: abstract new (...args: never[]) => T,
  within: ParentNode = document,
): T {
  const element = within.querySelector(selector);
  if (element instanceof kind) return element;
  throw new Error(`This page needs a ${kind.name} at "${selector}"`);
}
