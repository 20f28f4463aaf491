// Reads the JUnit reports that the test runners write.
import { existsSync, readFileSync } from 'node:fs';
import { XMLParser, XMLValidator } from 'fast-xml-parser';

export const reports = 'build/reports/tests';

/**
 * A test, with the name of the suite that holds it. The message of a failed one is its error's,
 * of a skipped one its reason.
 * @typedef {object} Test
 * @property {string} suite
 * @property {string} title
 * @property {'passed' | 'failed' | 'skipped'} result
 * @property {string} message
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
function casesOf({ name: suite = '', testcase = [], testsuite = [] }) {
  const own = testcase.map((/** @type {object} */ test) => ({ ...test, suite }));
  return [...own, ...testsuite.flatMap(casesOf)];
}

/**
 * Every test of a report. One that is not there, or was not written to its end, has no tests.
 * @param {string} file
 * @returns {Test[]}
 */
export function readTests(file) {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (XMLValidator.validate(text) !== true) return [];
  return casesOf(parser.parse(text).testsuites).map(({ suite, name, skipped, failure, error }) => {
    const problem = failure ?? error;
    const result = problem === undefined ? 'passed' : 'failed';
    const message = String((skipped ?? problem)?.message ?? problem ?? '');
    return { suite, title: name, result: skipped === undefined ? result : 'skipped', message };
  });
}

/**
 * @param {string} name of the report, without its ending
 * @returns {import('./summary.mjs').Tests}
 */
export function countTests(name) {
  const tests = readTests(`${reports}/${name}.xml`);
  /** @param {Test['result']} wanted */
  const those = (wanted) => tests.filter(({ result }) => result === wanted);
  const failures = those('failed').map(({ suite, title, message }) => {
    return { title: [suite, title].filter(Boolean).join(': '), message: message.slice(0, 500) };
  });
  const skipped = those('skipped').map(
    ({ title, message }) => message || `${title}: no reason given`,
  );
  return { passed: those('passed').length, skipped, failures };
}
