/** All samples: by peer, then by what was measured. */
export type Results = Record<string, Record<string, number[]>>;

/** How many elements stand on a page. */
export const COUNTS = [1, 10, 100, 1000] as const;
/** How often an element is mounted and taken away. */
export const CYCLES = 200;

/** What the samples were taken on. */
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
 * The median of the ratios of two peers, each of one round: what disturbs the machine for a while
 * disturbs both.
 */
export function pairedRatio(results: Results, name: string, a: string, b: string): number {
  const [above, below] = [results[a]?.[name] ?? [], results[b]?.[name] ?? []];
  const ratios = above.map((value, round) => value / (below[round] ?? NaN));
  return median({ ratio: { [name]: ratios } }, 'ratio', name) ?? NaN;
}

/** The median; `undefined` where nothing was measured. */
export function median(results: Results, peer: string, name: string): number | undefined {
  const sorted = [...(results[peer]?.[name] ?? [])].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}
