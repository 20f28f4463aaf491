import { it } from 'node:test';
import fc from 'fast-check';
import { runs, seed } from '../helpers/runs.js';

/** A test of many cases. The title says how many. */
export function itHolds<T>(title: string, full: number, property: fc.IRawProperty<T>): void {
  const numRuns = runs(full);
  const settings = { numRuns, seed: seed(), includeErrorInReport: true };
  it(`${title}, in ${numRuns} cases`, () => fc.assert(property, settings));
}
