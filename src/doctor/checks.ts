import { checkAttributes, checkClientId } from './check-attributes.js';
import { checkApi, checkBackend } from './check-backend.js';
import {
  checkBase,
  checkClock,
  checkFrame,
  checkPolicy,
  checkPopup,
  checkSecurity,
  checkStorage,
} from './check-page.js';
import { checkFlow, checkRedirect } from './check-redirect.js';
import { checkScripts, checkWallet } from './check-scripts.js';
import type { Facts } from './facts.js';
import type { Finding, Level } from './finding.js';

/** In the order in which a flow needs what they check. */
const CHECKS: readonly ((facts: Facts) => Finding[])[] = [
  checkFlow,
  checkAttributes,
  checkClientId,
  checkSecurity,
  checkStorage,
  checkBase,
  checkScripts,
  checkPolicy,
  checkFrame,
  checkPopup,
  checkWallet,
  checkRedirect,
  checkApi,
  checkBackend,
  checkClock,
];

const ORDER: readonly Level[] = ['problem', 'advice', 'ok'];

/** All findings, problems first. Pure: the same facts give the same findings. */
export function check(facts: Facts): Finding[] {
  const all = CHECKS.flatMap((run) => run(facts));
  return ORDER.flatMap((level) => all.filter((finding) => finding.level === level));
}
