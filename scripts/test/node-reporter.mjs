// Writes the report of Node's test runner. TEST_REPORT is the name of the suite.
import { relative } from 'node:path';
import { addTest, beginReport } from './report.mjs';

/** @param {AsyncGenerator<import('node:test/reporters').TestEvent, void>} events */
export default async function* report(events) {
  const suite = process.env.TEST_REPORT ?? 'node';
  beginReport(suite);
  /** The titles around the next test. @type {string[]} */
  const titles = [];
  let last = 0;
  for await (const { type, data } of events) {
    if (type === 'test:start') titles.splice(data.nesting, Infinity, data.name);
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    // A suite passes with its tests, and a file without a test is none.
    const isParent = last > data.nesting || data.name === data.file;
    last = data.nesting;
    const own = data.name === data.file ? relative('.', data.name) : data.name;
    const ms = data.details.duration_ms;
    const title = [...titles.slice(0, data.nesting), own].join(': ');
    if (type === 'test:fail') {
      const error = /** @type {{ failureType?: string, message: string }} */ (data.details.error);
      // A hook that fails belongs to its suite or its file, and no test has failed there.
      if (error.failureType === 'subtestsFailed') continue;
      addTest(suite, { title, result: 'failed', message: error.message, ms });
    } else if (data.skip !== undefined) {
      const message = typeof data.skip === 'string' ? data.skip : `${title}: no reason given`;
      addTest(suite, { title, result: 'skipped', message });
    } else if (!isParent) addTest(suite, { title, result: 'passed', ms });
  }
}
