import type { Emulator } from '../emulator/emulator.js';
import { Harness, Violation, type BackendUnderTest } from './harness.js';
import type { Clause } from './clause.js';
import { contract } from './contract.js';
import { sessions } from './sessions.js';

/** The result of one clause. `seen` is there only when the backend violates it. */
export interface Finding {
  name: string;
  hint: string;
  seen?: string;
}

export interface CheckOptions extends BackendUnderTest {
  /** Whether the page is on another origin than the backend: then CORS is part of the contract. */
  cors: boolean;
  /** Whether the page has `stay-connected`: then GET and DELETE are part of the contract. */
  stayConnected?: boolean;
  /** What to check. Default: the whole contract. */
  clauses?: readonly Clause[];
  /** Called with each finding at once, since the whole check can take minutes. */
  onFinding?: (finding: Finding) => void;
  /** Called before each clause. */
  onBegin?: (name: string) => void;
}

/**
 * Checks a backend against the contract, with the emulator in Monerium's place. It stops when the
 * first clause fails, which posts as the element does.
 */
export async function checkBackend(emulator: Emulator, options: CheckOptions): Promise<Finding[]> {
  const { clientId, redirectUri, cors, stayConnected = false, onFinding, onBegin } = options;
  const { clauses = stayConnected ? [...contract, ...sessions] : contract } = options;
  emulator.registerClient({ clientId, name: 'The site under test', redirectUris: [redirectUri] });
  const harness = new Harness(options, emulator);
  const findings: Finding[] = [];
  for (const { name, hint, check, isCors } of clauses) {
    if (isCors && !cors) continue;
    const finding: Finding = { name, hint };
    onBegin?.(name);
    try {
      await check(harness);
    } catch (problem) {
      if (!(problem instanceof Violation)) throw problem;
      finding.seen = problem.message;
    }
    findings.push(finding);
    onFinding?.(finding);
    // When a correct post fails, no other finding means anything.
    if (name === contract[0]?.name && finding.seen !== undefined) break;
  }
  return findings;
}
