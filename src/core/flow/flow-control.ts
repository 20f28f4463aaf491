import type { ConnectError } from '../errors.js';
import type { ReceivedResponse } from '../browser/received-response.js';
import type { Outcome } from '../browser/transaction.js';
import type { Attempt, FlowEvent } from './state.js';
import type { Ending } from './view.js';

/** What the steps of a flow can do to it. */
export interface FlowControl {
  /** Changes the state; returns whether the event has changed anything. */
  send(event: FlowEvent, ending?: Ending): boolean;
  /** Whether an attempt has not left yet, and nothing has come back in the meantime. */
  isStarting(attempt: Attempt): boolean;
  /** Claims a response; returns whether this page has taken it. */
  take(received: ReceivedResponse): boolean;
  /** Ends an attempt as another window has ended its exchange. */
  finish(attempt: Attempt, outcome: Outcome): void;
  /** Ends an attempt badly. `lose`: its popup may still succeed. */
  fail(attempt: Attempt, error: ConnectError, type?: 'fail' | 'lose'): void;
}
