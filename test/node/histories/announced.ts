import type { Connection } from '../../../src/core/connection.js';
import { isConnectError, type ErrorCode } from '../../../src/core/errors.js';

export type EndingName = ErrorCode | 'connected';

/** What is known of one flow from outside, from a click or a load to the next. */
export interface Announced {
  readonly endings: EndingName[];
  /** How many popups were opened before. */
  readonly popups: number;
  /** The page has cancelled or disconnected. */
  isCancelled: boolean;
  /** The page has prevented the start, or has removed its last element. */
  isGivenUp: boolean;
}

/** What is wrong with an ending, beside the state that is shown with it. */
export function judgeEnding(
  ending: EndingName,
  { status }: Connection,
  { isCancelled }: Announced,
): string[] {
  if (ending === 'aborted') {
    const isRight = isCancelled && status === 'idle';
    return isRight ? [] : [`aborted is announced in ${status}, cancelled: ${isCancelled}`];
  }
  const expected = ending === 'connected' ? 'connected' : 'failed';
  return status === expected ? [] : [`${ending} is announced in ${status}`];
}

/** What is wrong with the way in which `connect()` settles. */
export function judgeCall(
  { endings: [ending], isGivenUp }: Announced,
  isRedirect: boolean,
  reason?: unknown,
): string[] {
  if (reason !== undefined && !isConnectError(reason)) return ['connect() rejects without a code'];
  const code = reason?.code;
  // It resolves when the page leaves, whatever follows.
  if (code === 'interrupted' || (isRedirect && !code)) return [];
  const expected = code ?? 'connected';
  const isRight = ending === undefined ? isGivenUp : ending === expected;
  return isRight ? [] : [`connect() settles with ${expected}, announced is ${ending}`];
}
