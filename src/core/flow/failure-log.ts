import { reportOf, type ConnectError } from '../errors.js';
import { log, logOnce } from '../browser/page.js';

/** The build writes the version: the document fits the script. */
const DOCUMENT = 'https://unpkg.com/monerium-connect@VERSION/docs/errors.md';

/**
 * Logs a failure that a developer can fix: its code, the facts, and where to read more.
 * @param exchange that of the binding. What the page's own function throws may hold secrets
 */
export function logFailure({ code, phase, kind, hint }: ConnectError, exchange?: string): void {
  const { log: method } = reportOf(code);
  if (!method) return;
  const isFromPage = exchange === 'custom' && (phase === 'exchange' || phase === 'identity');
  const facts = isFromPage ? 'exchange of this page failed' : hint;
  const text = `${code}: ${facts ? `${facts}. ` : ''}${DOCUMENT}#${code}`;
  (kind === 'setup' ? logOnce : log)(method, text);
}
