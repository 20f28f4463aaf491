import type { Binding, Configuration, Mode, PageAddress } from '../options.js';
import type { Connection } from '../connection.js';
import type { ConnectError } from '../errors.js';

/** How a flow ended, for the element that announces it. */
export interface Ending {
  readonly event: Event;
  /** Present after a backend exchange that came back by a redirect. */
  readonly cameBack?: { readonly to: string; readonly startUrl: string };
}

/** What was read from the attributes of an element: a configuration, or what is wrong with them. */
export interface Reading {
  /** Where the element stood when its flow was at rest. */
  readonly address?: PageAddress;
  readonly configuration?: Configuration;
  readonly fault?: ConnectError;
}

/** An element that shows a flow. */
export interface FlowElement {
  readonly id: string;
  readonly reading: Reading;
  /** Whether the page itself has said who is connected. */
  readonly hasPageIdentity: boolean;
  /** The backend has not yet said whether a customer is connected. */
  readonly isChecking: boolean;
  /** The session at the backend has ended: what it has said counts no more. */
  forgetSession(): void;
  /** Dispatches `monerium-before-connect`; returns whether the page allows the start. */
  confirmStart(mode: Mode): boolean;
  /** Takes over the state of the flow. Its events are queued until `dispatchQueued()`. */
  update(ending?: Ending): void;
  /** Dispatches what is queued. By then all elements show the state. */
  dispatchQueued(): void;
}

/** The flow of all elements that share a binding, whichever copy of the script they come from. */
export interface SharedFlow {
  readonly connection: Connection;
  /** Absent for an element whose attributes are missing or wrong. */
  readonly binding: Binding | undefined;
  readonly hasElements: boolean;
  /** Whether an attempt is under way, also one of which nothing is shown yet. */
  readonly hasAttempt: boolean;
  /** Whether another element, which is on this page, has begun what is under way. */
  isOfAnother(element: FlowElement): boolean;
  /** The tokens of a direct exchange, while connected. */
  readonly session: { getAccessToken(): Promise<string> } | undefined;
  attach(element: FlowElement): void;
  /** The element has left the page, or shows another flow. */
  detach(element: FlowElement): void;
  /** Detaches an element; without another one, what is under way is cancelled. */
  detachAndCancel(element: FlowElement): void;
  /** Takes the response that waits on this page, and gives the element an ending that waits. */
  resume(element?: FlowElement): void;
  connect(element: FlowElement): Promise<void>;
  cancel(): void;
  /** Cancels what a wallet is asked for this element. That of another element goes on. */
  cancelSigning(element: FlowElement): void;
  /** @param isSessionOver whether the backend has ended its session, which others may show too */
  disconnect(element: FlowElement, isSessionOver: boolean): void;
}
