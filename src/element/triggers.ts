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

/** Shows the state on the triggers. One that has gone shows it no more. */
export class TriggerStates {
  #shownOn: readonly Element[] = [];

  update(triggers: readonly Element[], isBusy: boolean, isDisabled: boolean): void {
    for (const element of new Set([...this.#shownOn, ...triggers])) {
      const isThere = triggers.includes(element);
      element.setAttribute('aria-busy', `${isThere && isBusy}`);
      element.setAttribute('aria-disabled', `${isThere && (isBusy || isDisabled)}`);
    }
    this.#shownOn = triggers;
  }
}
