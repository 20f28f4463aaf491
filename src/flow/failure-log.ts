import { reportOf, type ConnectError } from '../errors.js';
import { log, logOnce } from '../page/page.js';

const DOCUMENT = 'https://unpkg.com/monerium-connect/docs/errors.md';

/**
 * Logs a failure that a developer can fix: its code, the facts, and where to read more.
 * @param isCustom whether the page's own function exchanges: what it throws may hold secrets
 */
export function logFailure({ code, phase, retry, hint }: ConnectError, isCustom = false): void {
  const { log: method } = reportOf(code);
  if (!method) return;
  const isFromPage = isCustom && (phase === 'exchange' || phase === 'identity');
  const facts = isFromPage ? 'the exchange function of this page failed, or took too long' : hint;
  const text = `${code}: ${facts ? `${facts}. ` : ''}${DOCUMENT}#${code}`;
  (retry === 'none' ? logOnce : log)(method, text);
}
