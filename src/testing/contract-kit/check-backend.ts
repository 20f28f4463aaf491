import type { Emulator } from '../emulator/emulator.js';
import { Harness, Violation, type BackendUnderTest, type TraceLine } from './harness.js';
import type { Clause } from './clause.js';
import { contract } from './contract.js';
import { sessions } from './sessions.js';
import { StartVisitor } from './start-visitor.js';
import { starts } from './starts.js';

/** The result of one clause. */
export interface Finding {
  name: string;
  hint: string;
  /** Where the rule and its reason are written: a URL. */
  link?: string;
  /** What the backend did, only when it violates the clause. */
  seen?: string;
  /** The requests that led to it and their responses, without a secret. The last one decides. */
  trace?: readonly TraceLine[];
  /** The clauses after it were not tried, since they mean nothing. */
  endsCheck?: true;
}

/** Beside the command: what is at an address without a version may be another package. */
const DOCUMENT = 'node_modules/monerium-connect/docs/check-backend.md';
/** How many requests of a clause are shown. */
const SHOWN = 3;

export interface CheckOptions extends BackendUnderTest {
  /** Whether the page has `stay-connected`: then GET and DELETE are part of the contract. */
  stayConnected?: boolean;
  /** Whether the server starts the flow. Then nothing else is part of the contract. */
  start?: boolean;
  /** What to check. Default: the whole contract. */
  clauses?: readonly Clause[];
  /** Called with each finding at once, since the whole check can take minutes. */
  onFinding?: (finding: Finding) => void;
  /** Called before each clause. */
  onBegin?: (name: string) => void;
}

/**
 * Checks a backend against the contract, with the emulator in Monerium's place. It stops when a
 * basic clause fails: one that only posts or asks as the element does.
 */
export async function checkBackend(emulator: Emulator, options: CheckOptions): Promise<Finding[]> {
  const { clientId, redirectUri, cors, stayConnected = false, onFinding, onBegin } = options;
  const posted = stayConnected ? [...contract, ...sessions] : contract;
  const { start = false, clauses = start ? starts : posted } = options;
  emulator.registerClient({ clientId, name: 'The site under test', redirectUris: [redirectUri] });
  const harness = new Harness(options, emulator);
  const findings: Finding[] = [];
  for (const { name, hint, why, check, isCors, isBasic } of clauses) {
    if (isCors && !cors) continue;
    const finding: Finding = { name, hint, link: `${DOCUMENT}#${why}` };
    harness.trace.length = 0;
    onBegin?.(name);
    try {
      if (start && harness.hasLogin) await new StartVisitor(harness).endSession();
      await check(harness);
    } catch (problem) {
      if (!(problem instanceof Violation)) throw problem;
      finding.seen = problem.message;
      finding.trace = harness.trace.slice(-SHOWN);
      if (isBasic) finding.endsCheck = true;
    }
    findings.push(finding);
    onFinding?.(finding);
    if (finding.endsCheck) break;
  }
  return findings;
}
