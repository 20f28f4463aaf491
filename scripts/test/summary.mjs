// Reads from the output of a script how many tests passed, failed and were skipped, and why. Node's
// test runner and Web Test Runner print these counts; any other script passes or fails as a whole.
import { stripVTControlCharacters } from 'node:util';

/** The line that Node or Web Test Runner prints when a test has failed. */
export const FAILED_TEST = /^\s*[✖𐄂] /u;

/**
 * @typedef {object} Result
 * @property {string} name
 * @property {number} seconds
 * @property {number} passed
 * @property {number} failed
 * @property {string[]} skipped the reason of each
 * @property {string} failures the runner's report of the failed tests
 */

/**
 * @param {string} name
 * @param {{ output: string, isGood: boolean, seconds: number }} ended
 * @param {boolean} isSuite
 * @returns {Result}
 */
export function judge(name, { output, isGood, seconds }, isSuite) {
  const text = stripVTControlCharacters(output);
  const told = (/** @type {string} */ what) =>
    Number(new RegExp(`^ℹ ${what} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  const count = (/** @type {RegExp} */ sign) => text.match(sign)?.length ?? 0;
  const passed = told('pass') + count(/^ +✓ /gm);
  const failed = told('fail') + told('cancelled') + count(/^ +𐄂 /gmu);
  const reasons = [...text.matchAll(/^ *(?:﹣ .* # (.*)| {2}- (.*))$/gm)];
  const skipped = reasons.map(([, reason, title]) => reason ?? `${title}: no reason`);
  const [, failures = text] = text.split(/^(?:✖ failing tests|Errors Reported in Tests):$/m);
  if (!isSuite)
    return {
      name,
      seconds,
      passed: Number(isGood),
      failed: Number(!isGood),
      skipped: [],
      failures: text,
    };
  // A suite that was aborted has no failed test, or no test at all.
  const isBroken = failed === 0 && (!isGood || passed === 0);
  return { name, seconds, passed, failed: failed + Number(isBroken), skipped, failures };
}

/** @param {Result} result */
export function describe({ name, seconds, passed, failed, skipped }) {
  const counts = `${passed} of ${passed + failed + skipped.length}`;
  return `${(failed ? 'FAILED' : 'ok').padEnd(8)}${name.padEnd(20)}${counts.padEnd(14)}${seconds} s`;
}

/**
 * @param {Result[]} results
 * @returns {string} lines, of which the last has the sum
 */
export function summarize(results) {
  const sum = (/** @type {'passed' | 'failed'} */ key) =>
    results.reduce((total, result) => total + result[key], 0);
  const reasons = results.flatMap(({ skipped }) => skipped).sort();
  const lines = [...new Set(reasons)].map((reason) => {
    const times = reasons.filter((other) => other === reason).length;
    return `${`${times} skipped`.padEnd(14)}${reason}`;
  });
  const failures = results
    .filter(({ failed }) => failed > 0)
    .map(({ name, failures }) => `FAILED  ${name}: ${failures.trim().slice(-4000)}`);
  const ending = reasons.length > 0 ? `, ${reasons.length} skipped` : '';
  const last = `${sum('passed')} passed, ${sum('failed')} failed${ending}`;
  return [lines.join('\n'), results.map(describe).join('\n'), ...failures, last]
    .filter(Boolean)
    .join('\n\n');
}
