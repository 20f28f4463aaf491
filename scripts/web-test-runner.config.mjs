// Unit and element tests in a real browser. To add another engine, push its launcher to `browsers`.
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { defaultReporter } from '@web/test-runner';
import { chromeLauncher } from '@web/test-runner-chrome';
import { fileURLToPath } from 'node:url';
import * as puppeteer from 'puppeteer-core';
import { chromiumArgs, findChromium } from './chromium.mjs';
import { countReporter } from './web-test-counts.mjs';

const chromium = findChromium();
if (!chromium) throw new Error('No Chromium found: run `node scripts/setup.mjs --browser`.');

const browsers = [
  chromeLauncher({
    puppeteer,
    // Only the page in front has focus, so two at once would fail each other's focus tests.
    concurrency: 1,
    // `browser` is left out on purpose: with 'chrome' the coverage is 0 % without a word.
    launchOptions: { executablePath: chromium, headless: true, args: chromiumArgs },
  }),
];

/** @type {import('@web/test-runner').TestRunnerConfig} */
export default {
  rootDir: fileURLToPath(new URL('..', import.meta.url)),
  files: 'test/unit/*.test.ts',
  nodeResolve: true,
  concurrency: 1,
  browsers,
  plugins: [
    esbuildPlugin({
      ts: true,
      target: 'es2022',
      tsconfig: fileURLToPath(new URL('../tsconfig.json', import.meta.url)),
    }),
  ],
  // Tests run with Lit's development build for its warnings; that it says so is no news.
  filterBrowserLogs: ({ args }) => !String(args[0]).startsWith('Lit is in dev mode'),
  reporters: [
    defaultReporter({ reportTestResults: true, reportTestProgress: false }),
    countReporter(),
  ],
  // An accessibility check of a page takes seconds on two cores.
  testFramework: { config: { timeout: 20_000 } },
  browserStartTimeout: 60_000,
  testsStartTimeout: 60_000,
  testsFinishTimeout: 120_000,
  coverage: Boolean(process.env.COVERAGE),
  coverageConfig: {
    include: ['src/**/*.ts'],
    report: true,
    reportDir: 'coverage',
    reporters: ['text', 'lcovonly', 'json-summary'],
  },
};
