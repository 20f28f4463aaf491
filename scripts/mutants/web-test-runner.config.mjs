// The unit tests for a mutant: only those whose titles fit TEST_TITLE. TEST_REPORT is the report's
// file.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { junitReporter } from '@web/test-runner-junit-reporter';
import config from '../test/web-test-runner.config.mjs';

/** The runner looks for a free port from 8000 on, and two runs at once find the same one. */
async function findPort() {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  return port;
}

const mocha = /** @type {object} */ (config.testFramework?.config);

export default {
  ...config,
  port: await findPort(),
  // Packages are found through a link.
  preserveSymlinks: true,
  testFramework: { config: { ...mocha, grep: `/${process.env.TEST_TITLE ?? '.'}/` } },
  reporters: [junitReporter({ outputPath: process.env.TEST_REPORT ?? '' })],
};
