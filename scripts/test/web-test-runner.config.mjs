// Unit and element tests in real browsers: Chromium, or those that BROWSERS names.
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { defaultReporter, summaryReporter } from '@web/test-runner';
import { chromeLauncher } from '@web/test-runner-chrome';
import { readdirSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import getPort from 'get-port';
import * as puppeteer from 'puppeteer-core';
import { coverageArgs, coverageReporter, createCoveredPage } from './browser-coverage.mjs';
import { chromiumArgs, findFirefox, findHeadless, firefoxPreferences } from '../setup/browsers.mjs';
import { requirePackage, skipWithout } from '../setup/folders.mjs';
import { startWebKitDriver } from '../setup/webkit.mjs';
import { emulateMediaPlugin } from './emulate-media.mjs';
import { runsIn } from '../../test/chosen.mjs';

// Only the page in front has focus, so two at once would fail each other's focus tests.
const concurrency = 1;
/** Runs the tests with these titles alone. */
const { TEST_TITLE } = process.env;

// The runner delays its output, and an error outside of the tests ends it before that.
process.on('uncaughtExceptionMonitor', (error) => writeSync(2, `${inspect(error)}\n`));

/**
 * @param {string | undefined} executablePath
 * @param {string} name
 */
function installed(executablePath, name) {
  if (!executablePath) throw new Error(`No ${name} found: run \`npm run setup -- --all\`.`);
  return { executablePath, headless: true };
}

/** @typedef {{ getWindowHandles(): Promise<string[]> }} Driver */
/** @typedef {{ driver?: Driver, driverManager?: unknown }} Opened */

const launchers = {
  chromium: () =>
    chromeLauncher({
      puppeteer,
      concurrency,
      createPage: createCoveredPage,
      // Without `browser` on purpose: with 'chrome' the coverage is 0 %, without a warning.
      launchOptions: {
        ...installed(findHeadless(), 'Chromium'),
        args: [...chromiumArgs, ...coverageArgs],
      },
    }),
  firefox: () =>
    chromeLauncher({
      puppeteer,
      concurrency,
      launchOptions: {
        ...installed(findFirefox(), 'Firefox'),
        browser: 'firefox',
        extraPrefsFirefox: firefoxPreferences,
        // No test reads network events, and they double the load time of a page.
        networkEnabled: false,
      },
    }),
  webkit: async () => {
    const missing = skipWithout('test/webkit');
    if (missing) throw new Error(missing);
    const { webdriverLauncher } = requirePackage('@web/test-runner-webdriver', 'test/webkit');
    const { options } = await startWebKitDriver();
    const launcher = webdriverLauncher(options);
    // Its types make these private, and do not include an `undefined` that it returns.
    const opened = /** @type {import('@web/test-runner').BrowserLauncher & Opened} */ (
      /** @type {unknown} */ (launcher)
    );
    const startSession = opened.startSession.bind(opened);
    return Object.assign(opened, {
      concurrency,
      /** @type {typeof startSession} */
      async startSession(id, url) {
        // A crashed browser fails one file. Without this, all other files would use it as well.
        const forget = () => Object.assign(opened, { driver: undefined, driverManager: undefined });
        // A command to the browser and not to a page: a page that is unloading does not respond.
        await opened.driver?.getWindowHandles().catch(forget);
        return startSession(id, url);
      },
    });
  },
};

const names = /** @type {(keyof typeof launchers)[]} */ (
  (process.env.BROWSERS ?? 'chromium').split(',')
);
const tests = readdirSync('test/unit').filter((file) => file.endsWith('.test.ts'));
const groups = await Promise.all(
  names.map(async (name) => ({
    name,
    files: tests
      .filter((file) => runsIn(name, 'unit', file.replace('.test.ts', '')))
      .map((file) => `test/unit/${file}`),
    browsers: [await launchers[name]()],
  })),
);
/** `--files` names some of them, for every engine. */
const isSome = process.argv.includes('--files');

/** @type {import('@web/test-runner').TestRunnerConfig} */
export default {
  rootDir: fileURLToPath(new URL('../..', import.meta.url)),
  ...(isSome ? { browsers: groups.flatMap(({ browsers }) => browsers) } : { groups }),
  // The default is the first free port from 8000 on, which another run may choose as well.
  port: await getPort(),
  nodeResolve: true,
  // This also makes WebKit run a test in the page itself and not in a frame of it.
  concurrency,
  plugins: [
    emulateMediaPlugin(),
    esbuildPlugin({
      ts: true,
      define: Object.fromEntries(
        ['CI', 'DEEP', 'SEED'].map((name) => [
          `process.env.${name}`,
          JSON.stringify(process.env[name]) ?? 'undefined',
        ]),
      ),
      target: 'es2022',
      tsconfig: fileURLToPath(new URL('../../tsconfig.json', import.meta.url)),
    }),
  ],
  // Tests run with Lit's development build for its warnings. Its notice about that is hidden.
  filterBrowserLogs: ({ args }) => !String(args[0]).startsWith('Lit is in dev mode'),
  reporters: [
    summaryReporter({ flatten: false }),
    defaultReporter({ reportTestResults: true, reportTestProgress: false }),
    coverageReporter(),
  ],
  testFramework: {
    config: {
      // An accessibility check of a page takes seconds on two cores.
      timeout: 20_000,
      // For a mutant the first failure is enough: further tests that hang would use up its time.
      ...(TEST_TITLE && { grep: `/${TEST_TITLE}/`, bail: true }),
    },
  },
  // The packages of a mutant's copy are found through a link.
  ...(TEST_TITLE && { preserveSymlinks: true }),
  browserStartTimeout: 120_000,
  testsStartTimeout: 120_000,
  // Less than the time limit of a mutant, so that a test that hangs fails before it.
  testsFinishTimeout: process.env.DEEP ? 900_000 : 120_000,
  // `coverageReporter()` reports instead.
  coverageConfig: { report: false },
};
