import type { Connection } from '../connection.js';

/** Writes into the element's form who is connected. */
export function updateFormControl(
  internals: ElementInternals,
  connection: Connection,
  /** Where a form shows what is missing. Absent: nothing is required. */
  required?: { readonly message: string; readonly anchor: HTMLElement | undefined },
): void {
  const profile = connection.status === 'connected' ? connection.profile : null;
  internals.setFormValue(profile);
  if (!required || profile !== null) internals.setValidity({});
  else internals.setValidity({ valueMissing: true }, required.message, required.anchor);
}
