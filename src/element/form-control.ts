import type { Connection } from '../core/connection.js';

/** Keeps the element's form from being sent while the customer is not connected. */
export function updateFormControl(
  internals: ElementInternals,
  { status }: Connection,
  /** Where a form shows what is missing. Absent: nothing is required. */
  required?: { readonly message: string; readonly anchor: HTMLElement | undefined },
): void {
  if (!required || status === 'connected') internals.setValidity({});
  else internals.setValidity({ valueMissing: true }, required.message, required.anchor);
}
