// What the core, the element and the doctor's file know of each other. The doctor's file is loaded
// when an element has `debug`. It imports nothing of `src/element`.
import type { Binding, ConnectAttributes, ParsedOptions } from '../options.js';
import type { ErrorCode } from '../errors.js';

/** A flow that has not come back is only reported within this time of its start, in ms. */
export const RECENT_MS = 300_000;

/** One step of the state machine: an event, and the steps before and after it. No secret. */
export interface Transition {
  /** Milliseconds since the page began to load. */
  readonly at: number;
  readonly event: string;
  readonly from: string;
  readonly to: string;
  /** Of an event that ends a flow badly. */
  readonly code?: ErrorCode | undefined;
}

/** An element with `debug`. */
export interface InspectedElement {
  readonly host: HTMLElement &
    ConnectAttributes & {
      readonly debug: boolean;
      /** Resolves when the element has read its attributes. */
      readonly updateComplete: Promise<unknown>;
    };
  /** What was read from the attributes, or what is wrong with them. */
  readonly parsed: ParsedOptions;
  /** The binding of the flow whose response waits here, because no element fits it. */
  readonly waiting: Binding | undefined;
  /** All steps since an element with `debug` is on the page. Its `push()` may be replaced. */
  readonly transitions: Transition[];
  /** The attribute that an unknown one was probably meant to be. Absent without its file. */
  readonly suggestAttribute:
    ((name: string, known: readonly string[]) => string | undefined) | undefined;
}

/** The doctor's file. */
export interface DoctorFile {
  /** Shows the panel, and keeps it up to date as long as the element has `debug`. */
  inspect(element: InspectedElement): void;
}
