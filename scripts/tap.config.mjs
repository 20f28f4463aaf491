// The configuration of the unit tests for scripts that read results: only tests whose titles fit
// TEST_TITLE, and one line of TAP for each.
import { once } from 'node:events';
import { createServer } from 'node:net';
import config from './web-test-runner.config.mjs';

/** The runner looks for a free port from 8000 on, and two runs at once find the same one. */
async function findPort() {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  return port;
}

const title = process.env.TEST_TITLE ?? '';

/**
 * @param {import('@web/test-runner').TestSuiteResult} suite
 * @param {string} path
 * @returns {(import('@web/test-runner').TestResult & { path: string })[]}
 */
function list({ tests, suites }, path = '') {
  return [
    ...tests.map((test) => ({ ...test, path: path + test.name })),
    ...suites.flatMap((suite) => list(suite, `${path + suite.name} `)),
  ];
}

/** @type {import('@web/test-runner').Reporter} */
const reporter = {
  onTestRunFinished({ sessions }) {
    for (const { testResults, errors } of sessions) {
      // A test that the title leaves out is reported as neither passed nor skipped.
      const tests = (testResults ? list(testResults) : []).filter(
        ({ skipped, path }) => !skipped && new RegExp(title).test(path),
      );
      for (const { name, passed, duration, error } of tests) {
        console.log(`${passed ? '' : 'not '}ok 1 - ${name}`);
        console.log(`  duration_ms: ${duration ?? 0}`);
        if (error) console.log(`${error.message ?? ''}\n${error.stack ?? ''}`);
      }
      if (errors.length > 0 || tests.length === 0) console.log('not ok 1 - the file as a whole');
      for (const error of errors) console.log(error);
    }
  },
};

/** @type {import('@web/test-runner').TestRunnerConfig} */
export default {
  ...config,
  port: await findPort(),
  // Packages are found through a link.
  preserveSymlinks: true,
  testFramework: {
    config: { .../** @type {object} */ (config.testFramework?.config), grep: `/${title || '.'}/` },
  },
  reporters: [reporter],
};
