// How a run of several scripts ends: what was skipped and why, counts, what failed, and their sum.

/** @typedef {import('./report.mjs').Test} Test */
/** @typedef {{ isGood: boolean, output: string, seconds: number }} Ended */
/** @typedef {{ name: string, seconds: number, tests: Test[] }} Result */

/**
 * @param {string} name
 * @param {Ended} ended
 * @param {Test[]} [tests] of a suite; a check passes or fails as a whole
 * @returns {Result}
 */
export function judge(name, { isGood, output, seconds }, tests) {
  const result = isGood && !tests ? 'passed' : 'failed';
  /** @type {Test} */
  const own = { title: 'ended with an error', result, message: output.slice(-4_000) };
  // A suite that broke off has no failed test, or no test at all.
  const isExplained = tests?.some((test) => test.result === (isGood ? 'passed' : 'failed'));
  return { name, seconds, tests: isExplained ? (tests ?? []) : [...(tests ?? []), own] };
}

/**
 * @param {Result} result
 * @param {Test['result']} wanted
 */
const those = ({ tests }, wanted) => tests.filter(({ result }) => result === wanted);

/** @param {Result} result */
export function describe(result) {
  const mark = those(result, 'failed').length > 0 ? 'FAILED' : 'ok';
  const counts = `${those(result, 'passed').length} of ${result.tests.length}`;
  return `${mark.padEnd(8)}${result.name.padEnd(18)}${counts.padEnd(14)}${result.seconds} s`;
}

/**
 * @param {Result[]} results
 * @returns {string} lines, of which the last has the sum
 */
export function summarize(results) {
  const count = (/** @type {Test['result']} */ wanted) =>
    results.reduce((sum, result) => sum + those(result, wanted).length, 0);
  const reasons = results.flatMap((result) => those(result, 'skipped')).map((test) => test.message);
  const skipped = [...new Set(reasons)].sort().map((reason) => {
    const times = reasons.filter((other) => other === reason).length;
    return `${`${times} skipped`.padEnd(14)}${reason}`;
  });
  const failures = results.flatMap((result) =>
    those(result, 'failed').map(
      ({ title, message }) => `FAILED  ${result.name}: ${title}\n        ${message}`,
    ),
  );
  const ending = reasons.length > 0 ? `, ${reasons.length} skipped` : '';
  const sum = `${count('passed')} passed, ${count('failed')} failed${ending}`;
  const parts = [skipped, results.map(describe), failures, [sum]];
  const shown = parts.filter((lines) => lines.length > 0);
  return shown.map((lines) => lines.join('\n')).join('\n\n');
}
