import type { Emulator } from '../emulator/emulator.js';
import { Bench, Violation, type BackendUnderTest } from './bench.js';
import { contract } from './contract.js';

/** How a backend does by one clause. `seen` is what it did instead. */
export interface Finding {
  name: string;
  hint: string;
  seen?: string;
}

export interface CheckOptions extends BackendUnderTest {
  /** The page is on another origin than the backend, so CORS is part of the contract. */
  cors: boolean;
  /** Hears of each finding at once: a backend takes its time when Monerium is slow. */
  onFinding?: (finding: Finding) => void;
}

/** Holds a backend against the wire contract, with the emulator as its Monerium. */
export async function checkBackend(emulator: Emulator, options: CheckOptions): Promise<Finding[]> {
  const { clientId, redirectUri, cors, onFinding } = options;
  emulator.registerClient({ clientId, name: 'The site under test', redirectUris: [redirectUri] });
  const bench = new Bench(options, emulator);
  const findings: Finding[] = [];
  for (const { name, hint, check, isCors } of contract) {
    if (isCors && !cors) continue;
    const finding: Finding = { name, hint };
    try {
      await check(bench);
    } catch (problem) {
      if (!(problem instanceof Violation)) throw problem;
      finding.seen = problem.message;
    }
    findings.push(finding);
    onFinding?.(finding);
  }
  return findings;
}
