import { reportOf, type ConnectError } from '../core/errors.js';
import type { ElementText } from '../core/texts.js';

/** The text for a failure. Only an offline browser makes a failed request a network fault. */
export function chooseText({ code }: ConnectError, isOnline: boolean): ElementText {
  const { text = 'failed' } = reportOf(code);
  return text === 'unreachable' && !isOnline ? 'offline' : text;
}
