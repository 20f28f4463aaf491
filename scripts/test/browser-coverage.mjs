// Coverage in Chromium of every page that a test has open: its own, its frames and its windows.
// The runner's own leaves windows out, and counts one of several copies of a script. What Node has
// run before counts as well: the pure modules are tested there.
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { CoverageReport } from 'monocart-coverage-reports';

/** @typedef {import('devtools-protocol').Protocol.Profiler.ScriptCoverage} ScriptCoverage */

const OWN = pathToFileURL('src/').href;

/** @param {string} url */
const isServed = (url) => url.startsWith('http') && new URL(url).pathname.startsWith('/src/');

const report = new CoverageReport({
  outputDir: 'coverage/report',
  clean: true,
  reports: [['text', { maxCols: 120 }], ['lcovonly'], ['json-summary']],
  // Packages have folders of this name as well.
  entryFilter: ({ url }) => url.startsWith(OWN) || isServed(url),
  // A source map names only the file, without its folder.
  sourcePath: (path, { distFile } = {}) => distFile ?? path,
});

/** What c8 has written. */
const OF_NODE = 'coverage/tmp';

/** V8 counts no branches in code from its caches, where every copy but the first comes from. */
export const coverageArgs = process.argv.includes('--coverage')
  ? ['--js-flags=--no-compilation-cache', '--v8-cache-options=none']
  : [];

/** @type {Map<string, Promise<string>>} */
const sources = new Map();

/** @param {string} url */
function readSource(url) {
  const source = sources.get(url) ?? fetch(url).then((response) => response.text());
  sources.set(url, source);
  return source;
}

/** @param {ScriptCoverage[]} scripts */
async function addScripts(scripts) {
  const ours = scripts
    .map((script) => ({ ...script, url: script.url.replace(/[?#].*/, '') }))
    .filter(({ url }) => isServed(url));
  const entries = ours.map(async ({ url, ...script }) => {
    return {
      ...script,
      url,
      distFile: new URL(url).pathname.slice(1),
      source: await readSource(url),
    };
  });
  await report.add(await Promise.all(entries));
}

/**
 * A page for the runner's launcher, which calls these two methods of its coverage. V8 counts for
 * all pages of a process, and a window is in the process of the page that has opened it.
 * @param {{ context: import('puppeteer-core').BrowserContext }} options
 */
export async function createCoveredPage({ context }) {
  const page = await context.newPage();
  const session = await page.createCDPSession();
  const startJSCoverage = async () => {
    await session.send('Profiler.enable');
    await session.send('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  };
  const stopJSCoverage = async () => {
    const { result } = await session.send('Profiler.takePreciseCoverage');
    await session.send('Profiler.stopPreciseCoverage');
    await addScripts(result);
    return [];
  };
  Object.assign(page.coverage, { startJSCoverage, stopJSCoverage });
  return page;
}

/** @returns {import('@web/test-runner').Reporter} */
export function coverageReporter() {
  return {
    async stop({ testCoverage }) {
      if (!testCoverage) return;
      if (existsSync(OF_NODE)) await report.addFromDir(OF_NODE);
      await report.generate();
    },
  };
}
