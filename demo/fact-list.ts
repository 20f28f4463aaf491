import { findElement } from './find-element.js';

/** A list of names and values, hidden while it is empty. */
export interface FactList {
  readonly isShown: boolean;
  show(): void;
  add(name: string, value: string): void;
  /** Removes everything and hides the list. */
  clear(): void;
}

export function findFactList(selector: string): FactList {
  const part = findElement(selector, HTMLElement);
  const list = findElement('[data-facts]', HTMLElement, part);
  return {
    get isShown() {
      return !part.hidden;
    },
    show() {
      part.hidden = false;
    },
    add(name, value) {
      const term = document.createElement('dt');
      const description = document.createElement('dd');
      term.textContent = name;
      description.textContent = value;
      list.append(term, description);
    },
    clear() {
      part.hidden = true;
      list.replaceChildren();
    },
  };
}
