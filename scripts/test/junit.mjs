// Reads the JUnit reports that the test runners write.
import { existsSync, readFileSync } from 'node:fs';
import { XMLParser, XMLValidator } from 'fast-xml-parser';

export const reports = 'build/reports/tests';

/**
 * @typedef {{ title: string, result: 'passed' | 'failed' | 'skipped', message: string }} Test
 * The message of a failed test is the one of its error.
 */

const parser = new XMLParser({
  ...{ ignoreAttributes: false, attributeNamePrefix: '', htmlEntities: true },
  isArray: (name) => ['testsuite', 'testcase'].includes(name),
});

/**
 * The test cases of a node of the report, which holds suites in suites.
 * @param {any} node
 * @returns {any[]}
 */
function casesOf({ testcase = [], testsuite = [] }) {
  return [...testcase, ...testsuite.flatMap(casesOf)];
}

/**
 * Every test of a report. One that is not there, or was not written to its end, has no tests.
 * @param {string} file
 * @returns {Test[]}
 */
export function readTests(file) {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (XMLValidator.validate(text) !== true) return [];
  return casesOf(parser.parse(text).testsuites).map(({ name, skipped, failure, error }) => {
    const problem = failure ?? error;
    const result = problem === undefined ? 'passed' : 'failed';
    const message = String(problem?.message ?? problem ?? '');
    return { title: name, result: skipped === undefined ? result : 'skipped', message };
  });
}

/**
 * A suite that ended with an error but has no failed test, and one without tests, is one failure.
 * @param {string} name of the report, without its ending
 * @param {boolean} endedWell whether the runner exited with 0
 */
export function countTests(name, endedWell) {
  const tests = readTests(`${reports}/${name}.xml`);
  /** @param {Test['result']} wanted */
  const count = (wanted) => tests.filter(({ result }) => result === wanted).length;
  const failed = count('failed');
  const isUnexplained = tests.length === 0 || (!endedWell && failed === 0);
  return {
    ...{ passed: count('passed'), skipped: count('skipped') },
    failed: failed + (isUnexplained ? 1 : 0),
    failures: tests.filter(({ result }) => result === 'failed'),
  };
}
