// Runs every check and every test, several at a time, and ends with one line of counts. It goes on
// after a failure. The names are scripts of package.json: `npm run lint` is the same check alone.
//   node scripts/test/run.mjs chromium firefox webkit
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { execa } from 'execa';
import pLimit from 'p-limit';
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

/** @typedef {{ script: string, isGood: boolean, output: string, seconds: number }} Ended */

/**
 * Its output is printed when it has ended, so that those of several are not mixed.
 * @param {string} script with its arguments
 * @returns {Promise<Ended>}
 */
async function run(script) {
  const options = /** @type {const} */ ({ all: true, reject: false, stdin: 'ignore' });
  const ended = await execa('npm', ['run', ...script.split(' ')], options);
  console.log(ended.all);
  const seconds = Math.round(ended.durationMs / 1000);
  return { script, isGood: ended.exitCode === 0, output: ended.all, seconds };
}

/** @param {Ended} ended */
function judge({ script, isGood, output, seconds }) {
  const { report } = suites.find((suite) => suite.script === script) ?? {};
  const tests = report ? countTests(report) : { passed: isGood ? 1 : 0, skipped: 0, failures: [] };
  const { passed, skipped, failures } = tests;
  // A suite that broke off has no failed test, or no test at all.
  const isExplained = isGood ? passed > 0 : failures.length > 0;
  if (!isExplained) failures.push({ title: 'ended with an error', message: output.slice(-4_000) });
  return { name: report ?? script, passed, failed: failures.length, skipped, failures, seconds };
}

rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
// A browser opens several pages of the unit tests after another: all engines share one run.
process.env.BROWSERS = engines.join(',');
// Tests wait for deadlines of the product, so one more than there are cores keeps all cores busy.
const maxParallel = Number(process.env.TEST_PARALLEL ?? availableParallelism() + 1);
const limit = pLimit(maxParallel);
/** @type {Ended[]} */
const ended = [];
for (const script of builds) ended.push(await run(script));
const others = [...suites.map(({ script }) => script), ...checks];
ended.push(...(await limit.map(others, run)));

const results = ended.map(judge);
for (const { name, passed, failed, skipped, seconds } of results) {
  const mark = failed > 0 ? 'FAILED' : 'ok';
  const counts = `${passed} of ${passed + failed + skipped}`;
  console.log(`${mark.padEnd(8)}${name.padEnd(18)}${counts.padEnd(14)}${seconds} s`);
}
const failures = results.flatMap(({ name, failures: tests }) =>
  tests.map(({ title, message }) => `FAILED  ${name}: ${title}\n        ${message}`),
);
// Also a file: a log of thousands of lines is read from its end.
writeFileSync(`${reports}/failures.txt`, failures.join('\n'));
if (failures.length > 0) console.log(`\n${failures.join('\n')}`);
/** @param {'passed' | 'failed' | 'skipped'} key */
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
const ending = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : '';
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed${ending}`);
process.exitCode = sum('failed') > 0 ? 1 : 0;
