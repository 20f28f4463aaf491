// Unit and element tests in real browsers: Chromium, or those that BROWSERS names.
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { defaultReporter } from '@web/test-runner';
import { chromeLauncher } from '@web/test-runner-chrome';
import { webdriverLauncher } from '@web/test-runner-webdriver';
import { fileURLToPath } from 'node:url';
import * as puppeteer from 'puppeteer-core';
import { chromiumArgs, findChromium, findFirefox, firefoxPreferences } from './browsers.mjs';
import { countReporter } from './web-test-counts.mjs';
import { startWebKitDriver } from './webkit.mjs';

// Only the page in front has focus, so two at once would fail each other's focus tests.
const concurrency = 1;

/**
 * @param {string | undefined} executablePath
 * @param {string} name
 */
function installed(executablePath, name) {
  if (!executablePath) throw new Error(`No ${name} found: run \`node scripts/setup.mjs --all\`.`);
  return { executablePath, headless: true };
}

const launchers = {
  chromium: () =>
    chromeLauncher({
      ...{ puppeteer, concurrency },
      // `browser` is left out on purpose: with 'chrome' the coverage is 0 % without a word.
      launchOptions: { ...installed(findChromium(), 'Chromium'), args: chromiumArgs },
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

const names = /** @type {(keyof typeof launchers)[]} */ (
  (process.env.BROWSERS ?? 'chromium').split(',')
);
const browsers = await Promise.all(names.map((name) => launchers[name]()));

/** @type {import('@web/test-runner').TestRunnerConfig} */
export default {
  rootDir: fileURLToPath(new URL('..', import.meta.url)),
  files: 'test/unit/*.test.ts',
  nodeResolve: true,
  // Also what makes WebKit run a test in the page itself and not in a frame of it.
  concurrency,
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
