// The reports of the test runners: a file for each suite, and in it a line of JSON for each test,
// written as soon as it has ended. A failure is said at once.
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';

const FOLDER = 'build/reports/tests';
/** How a line begins that `npm test` prints while the suite still runs. */
export const AT_ONCE = 'Failed: ';

/**
 * @typedef {object} Test
 * @property {string} title with the titles of the suites around it
 * @property {'passed' | 'failed' | 'skipped'} result
 * @property {string} [message] of its error, or why it was skipped
 * @property {number} [ms] how long it took
 */

/** @param {string} suite */
const fileOf = (suite) => `${FOLDER}/${suite}.jsonl`;

/** @param {string} suite */
export function beginReport(suite) {
  mkdirSync(FOLDER, { recursive: true });
  rmSync(fileOf(suite), { force: true });
}

/**
 * @param {string} suite
 * @param {Test} test
 */
export function addTest(suite, { title, result, message = '', ms = 0 }) {
  const test = { title, result, message: message.slice(0, 500), ms: Math.round(ms) };
  appendFileSync(fileOf(suite), `${JSON.stringify(test)}\n`);
  if (result !== 'failed') return;
  console.error(`${AT_ONCE}${suite}: ${title}: ${test.message.replaceAll(/\s+/g, ' ')}`);
}

/**
 * @param {string} suite
 * @param {string} [root] of the project
 * @returns {Test[]}
 */
export function readReport(suite, root = '.') {
  const file = `${root}/${fileOf(suite)}`;
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  return lines.filter(Boolean).map((line) => JSON.parse(line));
}
