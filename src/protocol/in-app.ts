// What the element and the in-app file know of each other. The in-app file is loaded when a page is
// in the browser of another app, or on the home screen. It imports nothing of the element.
import type { ConnectionStatus } from '../connection.js';
import type { ConnectTexts } from '../texts.js';

/** An element, as far as the in-app file needs it. */
export interface InAppHost {
  readonly status: ConnectionStatus;
  /** In the language of the element; English where a text is missing. */
  readonly texts: Partial<ConnectTexts>;
  /** What an app opens Monerium with: then no customer gets there in this browser. */
  readonly openUrl: unknown;
  readonly shadowRoot: ShadowRoot | null;
  /** Calls `hostUpdated()` after each update of the element. */
  addController(controller: { hostUpdated(): void }): void;
  requestUpdate(): void;
}

/** The in-app file. */
export interface InAppFile {
  /** Shows the notice beside the button of an element, as long as the customer can start. */
  watch(host: InAppHost): void;
}
