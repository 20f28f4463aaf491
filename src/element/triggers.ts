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

/** Shows the state on the triggers. */
export function showOnTriggers(
  triggers: readonly Element[],
  isBusy: boolean,
  isDisabled: boolean,
): void {
  for (const element of triggers) {
    element.setAttribute('aria-busy', `${isBusy}`);
    element.setAttribute('aria-disabled', `${isBusy || isDisabled}`);
  }
}
