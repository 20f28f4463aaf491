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
import type { Facts, FlowFacts } from './facts.js';
import { DOCUMENTS, problem, type Finding, type Level } from './finding.js';

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

/** The problems that explain how a flow ended, by its code. */
const CAUSES: Readonly<Record<string, RegExp>> = {
  invalid_config: /^(client-id-missing|attribute-value|redirect-uri-origin|wallet-)/,
  insecure_context: /^insecure-/,
  storage_unavailable: /^storage-/,
  embedding_blocked: /^frame-/,
  popup_blocked: /^popup-/,
  exchange_network: /^policy-connect-src|^backend-redirect|-(cors|unreachable)$/,
  exchange_timeout: /-unreachable$/,
  exchange_rejected: /^backend-(missing|forbidden|media-type)/,
  exchange_bad_response: /-not-json$/,
  server_unavailable: /-fails$/,
};

/** Puts first how the last flow ended: by the finding that explains it, otherwise by its code. */
function addFailure(findings: readonly Finding[], { failure }: FlowFacts): readonly Finding[] {
  if (!failure) return findings;
  const { code, hint } = failure;
  const link = `${DOCUMENTS}/errors.md#${code}`;
  const cause = findings.find(({ level, name }) => level === 'problem' && CAUSES[code]?.test(name));
  const first = cause
    ? problem(cause.name, cause.text, `${cause.fix} It ended the last flow: ${link}`)
    : problem(code, hint || `The last flow ended: ${code}.`, `See ${link}`);
  return [first, ...findings.filter((one) => one !== cause)];
}

const ORDER: readonly Level[] = ['problem', 'advice', 'ok'];

/** All findings, problems first. Pure: the same facts give the same findings. */
export function check(facts: Facts): Finding[] {
  const found = CHECKS.flatMap((run) => run(facts));
  const all = addFailure(found, facts.flow);
  return ORDER.flatMap((level) => all.filter((finding) => finding.level === level));
}
