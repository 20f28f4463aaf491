// How a run of several scripts ends: what was skipped and why, counts, what failed, and their sum.

/**
 * @typedef {object} Tests
 * @property {number} passed
 * @property {string[]} skipped the reason of each
 * @property {{ title: string, message: string }[]} failures
 */
/** @typedef {{ isGood: boolean, output: string, seconds: number }} Ended */

/**
 * @param {string} name
 * @param {Ended} ended
 * @param {Tests} [tests] of a suite; a check passes or fails as a whole
 */
export function judge(name, { isGood, output, seconds }, tests) {
  const { passed, skipped, failures } = tests ?? {
    ...{ passed: isGood ? 1 : 0, skipped: [], failures: [] },
  };
  // A suite that broke off has no failed test, or no test at all.
  const isExplained = isGood ? passed > 0 : failures.length > 0;
  const own = { title: 'ended with an error', message: output.slice(-4_000) };
  return { name, seconds, passed, skipped, failures: isExplained ? failures : [...failures, own] };
}

/**
 * @param {ReturnType<typeof judge>[]} results
 * @returns {string} lines, of which the last has the sum
 */
export function summarize(results) {
  const table = results.map(({ name, passed, skipped, failures, seconds }) => {
    const mark = failures.length > 0 ? 'FAILED' : 'ok';
    const counts = `${passed} of ${passed + failures.length + skipped.length}`;
    return `${mark.padEnd(8)}${name.padEnd(18)}${counts.padEnd(14)}${seconds} s`;
  });
  const reasons = results.flatMap(({ skipped }) => skipped).sort();
  const skipped = [...new Set(reasons)].map((reason) => {
    const count = reasons.filter((other) => other === reason).length;
    return `${`${count} skipped`.padEnd(14)}${reason}`;
  });
  const failures = results.flatMap(({ name, failures: tests }) =>
    tests.map(({ title, message }) => `FAILED  ${name}: ${title}\n        ${message}`),
  );
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const ending = reasons.length > 0 ? `, ${reasons.length} skipped` : '';
  const sum = `${passed} passed, ${failures.length} failed${ending}`;
  const parts = [skipped, table, failures, [sum]].filter((lines) => lines.length > 0);
  return parts.map((lines) => lines.join('\n')).join('\n\n');
}
