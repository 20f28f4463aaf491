// A reporter for web-test-runner that prints nothing and counts the tests for `npm test`.
import { saveTestCounts } from './test-counts.mjs';

/** @typedef {import('@web/test-runner').TestSuiteResult} TestSuiteResult */
/** @typedef {import('@web/test-runner').TestResult} TestResult */

/**
 * @param {TestSuiteResult} suite
 * @returns {TestResult[]}
 */
function allTests(suite) {
  return [...suite.tests, ...suite.suites.flatMap(allTests)];
}

/** @returns {import('@web/test-runner').Reporter} */
export function countReporter() {
  return {
    onTestRunFinished({ sessions }) {
      const counts = { passed: 0, failed: 0, skipped: 0 };
      for (const { passed, testResults } of sessions) {
        const tests = testResults ? allTests(testResults) : [];
        const failures = tests.filter((test) => !test.skipped && !test.passed).length;
        const skipped = tests.filter((test) => test.skipped).length;
        counts.skipped += skipped;
        counts.passed += tests.length - failures - skipped;
        // A file that failed as a whole, by an import or a crash, has no failed test of its own.
        counts.failed += !passed && failures === 0 ? 1 : failures;
      }
      saveTestCounts(counts);
    },
  };
}
