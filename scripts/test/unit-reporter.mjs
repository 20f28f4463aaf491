// Writes the report of the unit tests.
import { relative } from 'node:path';
import { addTest, beginReport } from './report.mjs';

/** @typedef {import('@web/test-runner').TestSuiteResult} Suite */

/**
 * @param {Suite} suite
 * @param {string} parent
 */
function addSuite({ name, tests, suites }, parent) {
  const around = [parent, name].filter(Boolean).join(': ');
  for (const { name: own, passed, skipped, error, duration: ms = 0 } of tests) {
    const title = `${around}: ${own}`;
    if (passed) addTest('unit', { title, result: 'passed', ms });
    else if (skipped) addTest('unit', { title, result: 'skipped', message: `${title}: no reason` });
    // Without an error it has not run: after a hook that failed, or the first failure of a mutant.
    else if (error) addTest('unit', { title, result: 'failed', message: error.message, ms });
  }
  for (const suite of suites) addSuite(suite, around);
}

/** @returns {import('@web/test-runner').Reporter} */
export const unitReporter = () => ({
  start: () => beginReport('unit'),
  reportTestFileResults({ sessionsForTestFile }) {
    for (const { browser, testFile, testResults, errors } of sessionsForTestFile) {
      const file = `${browser.name} ${relative('.', testFile)}`;
      for (const suite of testResults?.suites ?? []) addSuite(suite, file);
      // What went wrong outside of a test, as a file that does not load.
      for (const { message } of errors) {
        addTest('unit', { title: `${file}: the file as a whole`, result: 'failed', message });
      }
    }
  },
});
