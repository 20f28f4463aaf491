import { reportOf, type ConnectError } from '../core/errors.js';
import type { ConnectTexts } from '../core/texts.js';

type Key = keyof ConnectTexts;

/** The text for a failure. Only an offline browser makes a failed request a network fault. */
export function chooseText({ code, retryAfterMs }: ConnectError, isOnline: boolean): Key {
  if (retryAfterMs) return 'again';
  const { text: key = 'failed' } = reportOf(code);
  return key === 'unreachable' && !isOnline ? 'offline' : key;
}

/** `in 2 minutes`, rounded up, in the language of a tag where the browser knows it. */
export function formatWait(milliseconds: number, tag: string): string {
  const seconds = Math.ceil(milliseconds / 1000);
  const format = new Intl.RelativeTimeFormat(tag);
  return seconds > 90
    ? format.format(Math.ceil(seconds / 60), 'minute')
    : format.format(seconds, 'second');
}
