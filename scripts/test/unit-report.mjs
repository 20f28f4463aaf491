// The JUnit report of the unit tests: a suite for each file in each browser.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { XMLBuilder } from 'fast-xml-parser';

/** @typedef {import('@web/test-runner').TestSession} Session */
/** @typedef {import('@web/test-runner').TestSuiteResult} Suite */

/** What XML cannot hold, not even escaped. */
const FORBIDDEN = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD]/g;

const builder = new XMLBuilder({
  ...{ ignoreAttributes: false, attributeNamePrefix: '@', format: true },
  suppressBooleanAttributes: false,
});

/**
 * @param {Suite} suite
 * @param {string} parent
 * @returns {object[]} the test cases of a suite and of those inside it
 */
function casesOf({ name, tests, suites }, parent = '') {
  const classname = `${parent} ${name}`.trim();
  const own = tests.map((test) => {
    const { message = '', stack = '' } = test.error ?? {};
    const isFailed = !test.passed && test.error;
    return {
      '@name': test.name.replaceAll(FORBIDDEN, ''),
      '@classname': classname.replaceAll(FORBIDDEN, ''),
      '@time': (test.duration ?? 0) / 1000,
      ...(test.skipped && { skipped: '' }),
      ...(!test.skipped &&
        isFailed && {
          failure: {
            '@message': message.replaceAll(FORBIDDEN, ''),
            '#text': `${message}\n${stack}`.replaceAll(FORBIDDEN, ''),
          },
        }),
    };
  });
  return [...own, ...suites.flatMap((suite) => casesOf(suite, classname))];
}

/** @param {Session} session */
function suiteOf({ browser, testFile, testResults }) {
  const name = `${browser.name}_${browser.type}_${testFile.replace(process.cwd(), '')}`;
  return { '@name': name, testcase: (testResults?.suites ?? []).flatMap((one) => casesOf(one)) };
}

/**
 * @param {string} file
 * @returns {import('@web/test-runner').Reporter}
 */
export const junitReporter = (file) => ({
  onTestRunFinished({ sessions }) {
    mkdirSync(dirname(file), { recursive: true });
    const report = { testsuites: { testsuite: sessions.map(suiteOf) } };
    writeFileSync(file, `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build(report)}`);
  },
});
