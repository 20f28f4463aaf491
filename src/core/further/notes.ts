// What the core and the file of the notes know of each other. That file is loaded in the
// sandbox, and in production where something is wrong. It imports nothing of `src/element`.
import type { Binding, Configuration, ConnectAttributes } from '../options.js';

/** Logs once per page. */
export type Log = (level: 'info' | 'warn', text: string) => void;

/** What a site has set: an element, or the options of a connector. */
export type NotedHost = Partial<HTMLElement> &
  ConnectAttributes & {
    readonly profile?: unknown;
    readonly userId?: unknown;
    readonly strings?: object | null | undefined;
  };

/** An element or a connector, as far as the notes need it. */
export interface NotedElement {
  readonly host: NotedHost;
  /** The texts of an element in English. A connector has none. */
  readonly texts: object;
  /** Whether Monerium's real API is meant. */
  readonly isReal: boolean;
  /** Absent when an attribute is missing or wrong. */
  readonly configuration: Configuration | undefined;
  readonly log: Log;
}

/** The file of the notes. */
export interface NotesFile {
  logNotes(element: NotedElement): void;
  /**
   * Logs why a response waits that no element has taken.
   * @param begun what its flow is bound to
   * @param binding that of an element of this page, if there is one
   */
  logUnclaimed(begun: Binding, binding: Binding | undefined, log: Log): void;
  /** Logs that a flow of this tab has come back to `here`, and not to its redirect URI. */
  logLostReturn(redirectUri: string, here: string, log: Log): void;
  /** The attribute that an unknown one was probably meant to be. */
  suggestAttribute(name: string, known: readonly string[]): string | undefined;
}
