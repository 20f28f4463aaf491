// The unit tests for a mutant: only those whose titles fit TEST_TITLE. TEST_REPORT is the report's
// file.
import { junitReporter } from '../test/unit-report.mjs';
import config from '../test/web-test-runner.config.mjs';

const mocha = /** @type {object} */ (config.testFramework?.config);

export default {
  ...config,
  // Packages are found through a link.
  preserveSymlinks: true,
  // One failed test is enough: a test that waits for what never comes takes its whole time.
  testFramework: { config: { ...mocha, bail: true, grep: `/${process.env.TEST_TITLE ?? '.'}/` } },
  reporters: [junitReporter(process.env.TEST_REPORT ?? '')],
};
