/** All samples, by peer and then by measurement. */
export type Results = Record<string, Record<string, number[]>>;

/** How many elements a page has. */
export const COUNTS = [1, 10, 100, 1000] as const;
/** How often an element is mounted and removed. */
export const CYCLES = 200;

/** The machine and the browser of the samples. */
export interface Machine {
  readonly browser: string;
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  /** `YYYY-MM-DD` */
  readonly date: string;
  readonly samples: number;
}

export function addSample(results: Results, peer: string, name: string, value: number): void {
  if (!Number.isFinite(value)) throw new Error(`${peer} has no figure for ${name}.`);
  ((results[peer] ??= {})[name] ??= []).push(value);
}

/**
 * The median of the ratios of two peers. Each ratio is of one round, so that a temporary load on
 * the machine affects both peers.
 */
export function pairedRatio(results: Results, name: string, a: string, b: string): number {
  const [above, below] = [results[a]?.[name] ?? [], results[b]?.[name] ?? []];
  const ratios = above.map((value, round) => value / (below[round] ?? NaN));
  return median({ ratio: { [name]: ratios } }, 'ratio', name) ?? NaN;
}

/** The median, or `undefined` if nothing was measured. */
export function median(results: Results, peer: string, name: string): number | undefined {
  const sorted = [...(results[peer]?.[name] ?? [])].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}
