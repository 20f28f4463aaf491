/** Buttons of the page in the slot `trigger`, which take the place of the built-in one. */
export function findTriggers(root: ShadowRoot | null): HTMLElement[] {
  const slot = root?.querySelector<HTMLSlotElement>('slot[name="trigger"]');
  const elements = slot?.assignedElements() ?? [];
  return elements.filter((element) => element instanceof HTMLElement);
}

/** Whether it has the focus of its page, also where the window is not in front. */
export function isActive(element: Element): boolean {
  const root = element.getRootNode();
  return (root as Partial<DocumentOrShadowRoot>).activeElement === element;
}

function setState(element: Element, name: string, isOn: boolean): void {
  if (isOn) element.setAttribute(name, 'true');
  else element.removeAttribute(name);
}

/** Shows the state on the triggers. One that has gone shows it no more. */
export class TriggerStates {
  #shownOn: readonly Element[] = [];

  update(triggers: readonly Element[], isBusy: boolean, isDisabled: boolean): void {
    for (const element of new Set([...this.#shownOn, ...triggers])) {
      const isThere = triggers.includes(element);
      setState(element, 'aria-busy', isThere && isBusy);
      setState(element, 'aria-disabled', isThere && (isBusy || isDisabled));
    }
    this.#shownOn = triggers;
  }
}
