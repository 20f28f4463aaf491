import { withoutQuery } from '../core/oauth/http.js';
import type { Violation } from './facts.js';

/** What policies have blocked on this page, oldest first. */
export const violations: Violation[] = [];

const listeners = new Set<() => void>();

/** Calls back when a policy has blocked something more. */
export function onViolation(listener: () => void): void {
  listeners.add(listener);
}

function add(directive: string, uri: string): void {
  const blocked = withoutQuery(uri);
  const isKnown = violations.some((one) => one.directive === directive && one.blocked === blocked);
  if (isKnown) return;
  violations.push({ directive, blocked });
  for (const listener of listeners) listener();
}

document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
  add(effectiveDirective, blockedURI);
});

/** What a report of a policy has; the platform's own type does not say. */
interface PolicyReport {
  readonly effectiveDirective?: string;
  readonly blockedURL?: string | null;
}

// Chromium and Safari also keep what was blocked before the doctor came.
if (typeof ReportingObserver === 'function') {
  const read = (reports: readonly Report[]) => {
    for (const { body } of reports) {
      const { effectiveDirective = '', blockedURL } = (body ?? {}) as PolicyReport;
      add(effectiveDirective, blockedURL ?? '');
    }
  };
  new ReportingObserver(read, { types: ['csp-violation'], buffered: true }).observe();
}
