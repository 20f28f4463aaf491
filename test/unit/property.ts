import fc from 'fast-check';
import { runs, seed } from '../helpers/runs.js';

/** Milliseconds. A failure needs time to be made small. */
const LIMIT = process.env['DEEP'] ? 540_000 : 100_000;

/** A test of many cases. The title says how many. */
export function itHolds<T>(title: string, full: number, property: fc.IRawProperty<T>): void {
  const numRuns = runs(full);
  it(`${title}, in ${numRuns} cases`, async function () {
    this.timeout(LIMIT);
    await fc.assert(property, {
      numRuns,
      seed: seed(),
      interruptAfterTimeLimit: LIMIT - 10_000,
      markInterruptAsFailure: true,
      includeErrorInReport: true,
    });
  });
}
