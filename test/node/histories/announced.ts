import { isConnectError, type ErrorCode } from '../../../src/core/errors.js';
import type { FlowState } from '../../../src/core/flow/state.js';
import type { Transition } from '../../../src/core/further/doctor.js';

export type EndingName = ErrorCode | 'connected';

/** What is known of one flow from outside, from a click or a load to the next. */
export interface Announced {
  readonly endings: EndingName[];
  /** How many popups were opened before. */
  readonly popups: number;
  /** The flows that were pending before. */
  readonly pending: ReadonlySet<string>;
  /** The page has cancelled or disconnected. */
  isCancelled: boolean;
  /** The page has prevented the start, or has removed its last listener. */
  isGivenUp: boolean;
}

/** An ending that has happened, and is not announced yet. */
export interface Ended {
  readonly name: EndingName;
  readonly step: FlowState['step'];
  readonly announced: Announced;
  /** There was no listener. It waits for the next one, until something else happens. */
  readonly isUnheard: boolean;
  isDropped: boolean;
}

/** The ending that a transition is, if it is one. */
export function endingOf({ event, from, to, code }: Transition): EndingName | undefined {
  if (from === to) return undefined;
  return event === 'connect' ? 'connected' : code;
}

/** What is wrong with an ending in the state that it has led to. */
export function judgeEnding({ name, step, announced: { isCancelled } }: Ended): string[] {
  if (name === 'aborted') {
    const isRight = isCancelled && step === 'idle';
    return isRight ? [] : [`aborted is announced in ${step}, cancelled: ${isCancelled}`];
  }
  const expected = name === 'connected' ? ['connected'] : ['failed'];
  return expected.includes(step) ? [] : [`${name} is announced in ${step}`];
}

/** What is wrong with the way in which `connect()` settles. */
export function judgeCall(
  { endings: [ending], isGivenUp }: Announced,
  isRedirect: boolean,
  reason?: unknown,
): string[] {
  if (reason !== undefined && !isConnectError(reason)) return ['connect() rejects without a code'];
  const code = reason?.code;
  // It resolves when the page leaves, independent of what follows.
  if (code === 'interrupted' || (isRedirect && !code)) return [];
  const expected = code ?? 'connected';
  const isRight = ending === undefined ? isGivenUp : ending === expected;
  return isRight ? [] : [`connect() settles with ${expected}, announced is ${ending}`];
}
