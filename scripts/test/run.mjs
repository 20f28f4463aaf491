// Runs every check and every test, several at a time, and ends with one line of counts. It goes on
// after a failure. The names are scripts of package.json: `npm run lint` is the same check alone.
//   node scripts/test/run.mjs chromium firefox webkit --coverage
import { mkdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import pLimit from 'p-limit';
import { countTests, reports } from './junit.mjs';
import { skipWithout } from '../setup/folders.mjs';
import { judge, summarize } from './summary.mjs';

const { values, positionals: engines } = parseArgs({
  ...{ allowPositionals: true, options: { coverage: { type: 'boolean', default: false } } },
});

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
  { script: values.coverage ? 'test:node -- --coverage' : 'test:node', report: 'node' },
  { script: 'test:look', report: 'look' },
];
/** Each passes or fails as a whole. */
const checks = [
  ...['lint', 'types', 'types:plain', 'package:check', 'format:check', 'prose', 'commits', 'size'],
];

/** These need the packages of a folder, by its name. */
const apart = /** @type {const} */ ({
  'types:examples': 'examples',
  'types:others': 'test/others',
  'types:webkit': 'test/webkit',
  'types:frameworks': 'test/types',
});

/** @param {keyof typeof apart} script */
async function runApart(script) {
  const reason = skipWithout(apart[script]);
  if (!reason) return run(script);
  return { name: script, seconds: 0, passed: 0, skipped: [reason], failures: [] };
}

/**
 * Its output is printed when it has ended, so that those of several are not mixed.
 * @param {string} script with its arguments
 */
async function run(script) {
  const options = /** @type {const} */ ({ all: true, reject: false, stdin: 'ignore' });
  const ended = await execa('npm', ['run', ...script.split(' ')], options);
  console.log(ended.all);
  const seconds = Math.round(ended.durationMs / 1000);
  const { report } = suites.find((suite) => suite.script === script) ?? {};
  const tests = report ? countTests(report) : undefined;
  return judge(
    report ?? script,
    { isGood: ended.exitCode === 0, output: ended.all, seconds },
    tests,
  );
}

rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
// A browser opens several pages of the unit tests after another: all engines share one run.
process.env.BROWSERS = engines.join(',');
// Tests wait for deadlines of the product, so one more than there are cores keeps all cores busy.
const maxParallel = Number(process.env.TEST_PARALLEL ?? availableParallelism() + 1);
const limit = pLimit(maxParallel);
const results = [];
for (const script of builds) results.push(await run(script));
const others = [...suites.map(({ script }) => script), ...checks];
results.push(...(await limit.map(others, run)));
for (const script of /** @type {(keyof typeof apart)[]} */ (Object.keys(apart))) {
  results.push(await runApart(script));
}
if (values.coverage) results.push(await run('coverage:server'));

console.log(summarize(results));
process.exitCode = results.some(({ failures }) => failures.length > 0) ? 1 : 0;
