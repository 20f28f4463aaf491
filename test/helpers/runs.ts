/**
 * How often a test repeats what it does: the full number in a deep run (DEEP=1), else a tenth.
 * In a browser the test runner puts the variables in their place.
 */
export function runs(full: number): number {
  return process.env['DEEP'] ? full : Math.ceil(full / 10);
}

/** The seed of every property test: a run with another one makes other cases. */
export function seed(): number {
  return Number(process.env['SEED'] ?? Date.now()) % 2 ** 31;
}
