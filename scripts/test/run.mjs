// Runs every check and every test, several at a time, and ends with one line of counts. It goes on
// after a failure. The names are scripts of package.json: `npm run lint` is the same check alone.
//   node scripts/test/run.mjs chromium firefox webkit
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
// @ts-expect-error The package has no types.
import runScripts from 'npm-run-all2';
import { countTests, reports } from './junit.mjs';

const engines = process.argv.slice(2);

/** These write files that the others read. */
const builds = [
  ...['build', 'build:site', 'reproducible'],
  ...['manifest:check', 'documents:check', 'readme:check'],
];
/** Each writes a JUnit report. They take longest, so they start first. */
const suites = [
  ...engines.flatMap((engine) =>
    [1, 2].map((part) => ({
      script: `test:e2e -- --browser ${engine} --part ${part}/2`,
      report: `e2e-${engine}-${part}`,
    })),
  ),
  { script: 'test:unit', report: 'unit' },
  { script: 'test:node', report: 'node' },
  { script: 'test:look', report: 'look' },
];
/** Each passes or fails as a whole. */
const checks = [
  'lint',
  'types',
  'types:frameworks',
  'package:check',
  'format:check',
  'prose',
  'size',
];

/** @typedef {{ name: string, code: number | undefined }} Ended */

/**
 * @param {string[]} scripts
 * @param {object} options
 * @returns {Promise<Ended[]>}
 */
async function run(scripts, options) {
  const { stdout, stderr } = process;
  try {
    return await runScripts(scripts, { ...options, continueOnError: true, stdout, stderr });
  } catch (error) {
    const { results } = /** @type {{ results?: Ended[] }} */ (error);
    if (!results) throw error;
    return results;
  }
}

/** @param {Ended} ended */
function judge({ name, code }) {
  const report = suites.find(({ script }) => script === name)?.report;
  if (report) return { name: report, ...countTests(report, code === 0) };
  const failed = code === 0 ? 0 : 1;
  return { name, passed: 1 - failed, failed, skipped: 0, failures: [] };
}

rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
// A browser opens several pages of the unit tests after another: all engines share one run.
process.env.BROWSERS = engines.join(',');
// Tests wait for deadlines of the product, so one more than there are cores keeps all cores busy.
const maxParallel = Number(process.env.TEST_PARALLEL ?? availableParallelism() + 1);
const ended = [
  ...(await run(builds, { parallel: false })),
  ...(await run([...suites.map(({ script }) => script), ...checks], {
    ...{ parallel: true, maxParallel, aggregateOutput: true },
  })),
];

const results = ended.map(judge);
for (const { name, passed, failed, skipped } of results) {
  const mark = failed > 0 ? 'FAILED' : 'ok';
  console.log(`${mark.padEnd(8)}${name.padEnd(18)}${passed} of ${passed + failed + skipped}`);
}
const failures = results.flatMap(({ name, failures: tests }) =>
  tests.map(({ title, message }) => `FAILED  ${name}: ${title}\n        ${message.slice(0, 500)}`),
);
// Also a file: a log of thousands of lines is read from its end.
writeFileSync(`${reports}/failures.txt`, failures.join('\n'));
if (failures.length > 0) console.log(`\n${failures.join('\n')}`);
/** @param {'passed' | 'failed' | 'skipped'} key */
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
const ending = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : '';
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed${ending}`);
process.exitCode = sum('failed') > 0 ? 1 : 0;
