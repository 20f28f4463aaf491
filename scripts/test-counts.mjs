// Hands the counts of a suite to `scripts/test.mjs`, which names the file. Nothing is written when
// a suite runs alone.
import { writeFileSync } from 'node:fs';

/** @param {{ passed: number, failed: number, skipped: number }} counts */
export function saveTestCounts(counts) {
  const file = process.env.TEST_COUNTS_FILE;
  if (file) writeFileSync(file, JSON.stringify(counts));
}
