// Breaks the modules whose tests run in Node, at every place that Stryker knows how to break. A
// first run takes an hour, the next one breaks what has changed. `-- --mutate src/server/seal.ts`
// breaks one file. https://stryker-mutator.io/docs/stryker-js/configuration

// prettier-ignore
const TESTS = [
  'node/attribute-names', 'node/doctor-checks', 'node/errors', 'node/exchange',
  'node/exchange-answers', 'node/flow-state', 'node/identity', 'node/oauth',
  'node/oauth-response', 'node/oauth-strip', 'node/oauth-strip-every', 'node/options',
  'node/options-urls', 'server/claimed-code', 'server/connect-handler', 'server/connections',
  'server/exchange-handler', 'server/hostile', 'server/node', 'server/outages',
  'server/return-to', 'server/seal', 'server/session',
];

export default {
  mutate: [
    'src/core/errors.ts',
    'src/core/options.ts',
    'src/core/oauth/*.ts',
    'src/core/flow/state.ts',
    'src/doctor/check*.ts',
    'src/server/*.ts',
  ],
  testRunner: 'tap',
  plugins: ['@stryker-mutator/tap-runner'],
  tap: {
    testFiles: TESTS.map((name) => `test/${name}.test.ts`),
    nodeArgs: ['--import=tsx', '--test-reporter=tap', '-r', '{{hookFile}}', '{{testFile}}'],
  },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  ignorePatterns: ['/build', '/dist', '/test/bench', '/test/frameworks'],
  tempDirName: 'build/stryker',
  cleanTempDir: 'always',
  reporters: ['clear-text', 'progress-append-only', 'html'],
  htmlReporter: { fileName: 'build/reports/stryker.html' },
  clearTextReporter: { allowColor: false, reportTests: false, reportMutants: false },
  incremental: true,
  incrementalFile: 'build/cache/stryker.json',
};
