import type { Connection, ConnectedEvent, ConnectorEvent } from '../connection.js';
import type { Mode, ParsedOptions } from '../options.js';
import type { Identity } from '../oauth/identity.js';
import type { AskWallet } from '../oauth/wallet.js';

/** How a flow ended, for the view that announces it. */
export type Ending =
  | Exclude<ConnectorEvent, ConnectedEvent | { readonly type: 'status' }>
  | (ConnectedEvent & {
      /**
       * The address of this page, when the response of a backend exchange came to it by a redirect:
       * then the customer is to go on.
       */
      readonly cameBackTo?: string | undefined;
    });

/** What waits to be announced. */
export type Announcement =
  | Ending
  | { readonly type: 'status'; readonly connection: Connection; readonly previous: Connection };

/** The host of a view: an element, or the listeners of a connector. */
export interface ViewHost {
  /** By which the one that was clicked is found after a redirect. */
  readonly name: string;
  /** Returns whether the site allows the start. */
  beforeConnect(mode: Mode): boolean;
  /**
   * Resolves with what asks a wallet, or with nothing when the site goes on without. Absent when no
   * wallet is asked: then nothing is awaited.
   * @param redirectUri which the message names
   */
  prepareWallet(redirectUri: string): Promise<AskWallet | undefined> | undefined;
}

/** What shows a flow. */
export interface FlowView {
  readonly host: ViewHost;
  readonly parsed: ParsedOptions;
  /** Who is connected, when the site itself has said so. */
  readonly siteIdentity: Identity | undefined;
  /** The backend has not yet said whether a customer is connected. */
  readonly isChecking: boolean;
  /** The session at the backend has ended: what it has said counts no more. */
  forgetSession(): void;
  /** Takes over the state of the flow, and queues what is new for its listeners. */
  update(ending?: Ending): void;
}
