// Unit and element tests in real browsers: Chromium, or those that BROWSERS names.
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { defaultReporter } from '@web/test-runner';
import { chromeLauncher } from '@web/test-runner-chrome';
import { junitReporter } from '@web/test-runner-junit-reporter';
import { webdriverLauncher } from '@web/test-runner-webdriver';
import { fileURLToPath } from 'node:url';
import * as puppeteer from 'puppeteer-core';
import { coverageArgs, coverageReporter, createCoveredPage } from './browser-coverage.mjs';
import { chromiumArgs, findChromium, findFirefox, firefoxPreferences } from '../setup/browsers.mjs';
import { startWebKitDriver } from '../setup/webkit.mjs';
import { emulateMediaPlugin } from './emulate-media.mjs';
import { reports } from './junit.mjs';

// Only the page in front has focus, so two at once would fail each other's focus tests.
const concurrency = 1;

/**
 * @param {string | undefined} executablePath
 * @param {string} name
 */
function installed(executablePath, name) {
  if (!executablePath) throw new Error(`No ${name} found: run \`npm run setup -- --all\`.`);
  return { executablePath, headless: true };
}

const launchers = {
  chromium: () =>
    chromeLauncher({
      ...{ puppeteer, concurrency },
      createPage: createCoveredPage,
      // `browser` is left out on purpose: with 'chrome' the coverage is 0 % without a word.
      launchOptions: {
        ...installed(findChromium(), 'Chromium'),
        args: [...chromiumArgs, ...coverageArgs],
      },
    }),
  firefox: () =>
    chromeLauncher({
      ...{ puppeteer, concurrency },
      launchOptions: {
        ...installed(findFirefox(), 'Firefox'),
        ...{ browser: 'firefox', extraPrefsFirefox: firefoxPreferences },
      },
    }),
  webkit: async () => {
    const { options } = await startWebKitDriver();
    const launcher = Object.assign(webdriverLauncher(options), { concurrency });
    // Its types leave `undefined` out where it answers it.
    return /** @type {import('@web/test-runner').BrowserLauncher} */ (
      /** @type {unknown} */ (launcher)
    );
  },
};

// Its types are those of an older core, which calls the same two methods.
const junit = /** @type {import('@web/test-runner').Reporter} */ (
  /** @type {unknown} */ (junitReporter({ outputPath: `${reports}/unit.xml` }))
);

const names = /** @type {(keyof typeof launchers)[]} */ (
  (process.env.BROWSERS ?? 'chromium').split(',')
);
const browsers = await Promise.all(names.map((name) => launchers[name]()));

/** @type {import('@web/test-runner').TestRunnerConfig} */
export default {
  rootDir: fileURLToPath(new URL('../..', import.meta.url)),
  files: 'test/unit/*.test.ts',
  nodeResolve: true,
  // Also what makes WebKit run a test in the page itself and not in a frame of it.
  concurrency,
  browsers,
  plugins: [
    emulateMediaPlugin(),
    esbuildPlugin({
      ts: true,
      define: Object.fromEntries(
        ['DEEP', 'SEED'].map((name) => [
          `process.env.${name}`,
          JSON.stringify(process.env[name]) ?? 'undefined',
        ]),
      ),
      target: 'es2022',
      tsconfig: fileURLToPath(new URL('../../tsconfig.json', import.meta.url)),
    }),
  ],
  // A frame that is sent to this path stays where it is, as one that waits for Monerium.
  middleware: [
    async (context, next) => {
      if (context.path === '/auth') context.status = 204;
      else await next();
    },
  ],
  // Tests run with Lit's development build for its warnings; that it says so is no news.
  filterBrowserLogs: ({ args }) => !String(args[0]).startsWith('Lit is in dev mode'),
  reporters: [
    defaultReporter({ reportTestResults: true, reportTestProgress: false }),
    junit,
    coverageReporter(),
  ],
  // An accessibility check of a page takes seconds on two cores.
  testFramework: { config: { timeout: 20_000 } },
  browserStartTimeout: 60_000,
  testsStartTimeout: 60_000,
  testsFinishTimeout: process.env.DEEP ? 900_000 : 120_000,
  // `coverageReporter()` reports instead.
  coverageConfig: { report: false },
};
