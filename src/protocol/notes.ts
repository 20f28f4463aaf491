// What the element and the file of its notes know of each other. That file is loaded in the
// sandbox, and in production where something is wrong. It imports nothing of `src/element`.
import type { Configuration, ConnectAttributes } from '../configuration.js';

/** A flow of this tab that left, and whose response did not come back to its redirect URI. */
export interface LostReturn {
  readonly redirectUri: string;
  /** Where the customer has come instead, without query and fragment. */
  readonly here: string;
}

/** An element, as far as the notes need it. */
export interface NotedElement {
  readonly host: HTMLElement &
    ConnectAttributes & { readonly profile?: unknown; readonly userId?: unknown };
  /** Absent when an attribute is missing or wrong. */
  readonly configuration: Configuration | undefined;
  readonly lost: LostReturn | undefined;
  /** Logs once per page. */
  log(level: 'info' | 'warn', text: string): void;
}

/** The file of the notes. */
export interface NotesFile {
  logNotes(element: NotedElement): void;
  /** The attribute that an unknown one was probably meant to be. */
  suggestAttribute(name: string, known: readonly string[]): string | undefined;
}
