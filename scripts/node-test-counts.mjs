// A reporter for Node's test runner that prints nothing and counts the tests, not the suites.
import { basename } from 'node:path';
import { saveTestCounts } from './test-counts.mjs';

/**
 * @typedef {object} TestData
 * @property {string} name
 * @property {number} nesting
 * @property {string} [file]
 * @property {string | boolean} [skip]
 * @property {string | boolean} [todo]
 * @property {{ type?: string }} details
 */

/**
 * A file that ends well without any test is reported as one passed test with the file's name.
 * @param {TestData} data
 */
function isFile({ name, nesting, file }) {
  return nesting === 0 && file !== undefined && basename(name) === basename(file);
}

/** @param {AsyncIterable<{ type: string, data: TestData }>} source */
export default async function* countTests(source) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for await (const { type, data } of source) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    if (data.details.type === 'suite') continue;
    if (data.skip !== undefined || data.todo !== undefined) counts.skipped += 1;
    else if (type === 'test:fail') counts.failed += 1;
    else if (!isFile(data)) counts.passed += 1;
  }
  saveTestCounts(counts);
  yield '';
}
