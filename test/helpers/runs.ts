/**
 * How often a test repeats what it does: the full number in a deep run (DEEP=1), a tenth in CI, and
 * a hundredth elsewhere. In a browser the test runner puts the variables in their place.
 */
export function runs(full: number): number {
  if (process.env['DEEP']) return full;
  return Math.ceil(full / (process.env['CI'] ? 10 : 100));
}

/** The seed of every property test: a run with another one makes other cases. */
export function seed(): number {
  return Number(process.env['SEED'] ?? Date.now()) % 2 ** 31;
}
