import { startEmulator } from '../../emulator/emulator.js';
import type { Finding } from '../check-backend.js';
import { Violation } from '../harness.js';
import { StartFailure } from '../../start-failure.js';
import { refreshClauses } from './refresh-clauses.js';
import { storeClauses } from './store-clauses.js';
import { StoreProcess } from './store-process.js';

const PROCESSES = 4;

export interface CheckStoreOptions {
  /** The module that exports `store`, as an absolute path. */
  readonly file: string;
  /** How often eight processes want the same. */
  readonly rounds: number;
  /** Checks only the clauses whose name has this in it. */
  readonly only: string;
  readonly onBegin?: (name: string) => void;
  readonly onFinding?: (finding: Finding) => void;
}

/** Checks a store in four processes. One that a clause has ended is replaced. */
export async function checkStore(options: CheckStoreOptions): Promise<Finding[]> {
  const { file, rounds, only, onBegin, onFinding } = options;
  const emulator = await startEmulator();
  const findings: Finding[] = [];
  let processes: StoreProcess[] = [];
  const refill = async () => {
    const alive = processes.filter(({ isAlive }) => isAlive);
    const missing = Array.from({ length: PROCESSES - alive.length }, () =>
      StoreProcess.start(file, emulator.url),
    );
    processes = [...alive, ...(await Promise.all(missing))];
  };
  try {
    const all = [...storeClauses, ...refreshClauses(emulator)];
    for (const { name, hint, check } of all.filter((clause) => clause.name.includes(only))) {
      await refill().catch((error: unknown) => {
        throw new StartFailure((error as Error).message);
      });
      onBegin?.(name);
      const finding: Finding = { name, hint };
      try {
        await check({ processes, rounds });
      } catch (problem) {
        if (!(problem instanceof Violation)) throw problem;
        finding.seen = problem.message;
      }
      findings.push(finding);
      onFinding?.(finding);
    }
  } finally {
    await Promise.all(processes.map((one) => one.end('SIGKILL')));
    await emulator.close();
  }
  return findings;
}
