// Runs every check and every test, several at a time, and ends with one line of counts. A failure
// is said at once, and the run goes on. The names are scripts of package.json: `npm run lint` is
// the same check alone. What each has said is in build/reports/tests.
//   node scripts/test/run.mjs chromium firefox webkit --coverage
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import pLimit from 'p-limit';
import { AT_ONCE, readReport } from './report.mjs';
import { skipWithout } from '../setup/folders.mjs';
import { describe, judge, summarize } from './summary.mjs';

const { values, positionals: engines } = parseArgs({
  ...{ allowPositionals: true, options: { coverage: { type: 'boolean', default: false } } },
});

/** These write files that others read, one after the other. */
const writers = [
  ...['manifest:check', 'documents:check', 'build', 'build:site', 'readme:check'],
  ...(process.env.CI ? ['reproducible'] : []),
];
/** These read nothing of it. */
const early = ['types', 'test:unit'];
/** The one that waits most starts first. */
const late = [
  values.coverage ? 'test:node -- --coverage' : 'test:node',
  ...engines.flatMap((engine) =>
    [1, 2].map((part) => `test:e2e -- --browser ${engine} --part ${part}/2`),
  ),
  ...['lint', 'format:check', 'prose', 'commits', 'types:plain', 'package:check', 'size'],
  'test:look',
];
/** These need the packages of a folder, by its name. */
const apart = /** @type {const} */ ({
  'types:examples': 'examples',
  'types:others': 'test/others',
  'types:webkit': 'test/webkit',
  'types:frameworks': 'test/types',
});
const REPORTS = 'build/reports/tests';

/** @type {import('./summary.mjs').Result[]} */
const results = [];

/** @param {string} script with its arguments */
async function run(script) {
  const missing = script in apart && skipWithout(apart[/** @type {keyof typeof apart} */ (script)]);
  if (missing) {
    const tests = [{ title: script, result: /** @type {const} */ ('skipped'), message: missing }];
    results.push({ name: script, seconds: 0, tests });
    return;
  }
  // `test:e2e -- --browser firefox --part 1/2` reports as `e2e-firefox-1`.
  const [, suite, browser, part] =
    /^test:(\w+)(?:.*--browser (\w+))?(?:.*--part (\d))?/.exec(script) ?? [];
  const name = [suite, browser, part].filter(Boolean).join('-') || script;
  const options = /** @type {const} */ ({ all: true, reject: false, stdin: 'ignore' });
  const running = execa('npm', ['run', ...script.split(' ')], options);
  for await (const line of running.iterable({ from: 'all' })) {
    if (line.startsWith(AT_ONCE)) console.log(line);
  }
  const { exitCode, all: output, durationMs } = await running;
  writeFileSync(`${REPORTS}/${name.replaceAll(':', '-')}.log`, output);
  const ended = { isGood: exitCode === 0, output, seconds: Math.round(durationMs / 1000) };
  const result = judge(name, ended, suite ? readReport(name) : undefined);
  results.push(result);
  console.log(describe(result));
  if (!suite && !ended.isGood) console.log(output);
}

rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS, { recursive: true });
// A browser opens several pages of the unit tests after another: all engines share one run.
process.env.BROWSERS = engines.join(',');
// Tests wait for deadlines of the product, so one more than there are cores keeps all cores busy.
const limit = pLimit(Number(process.env.TEST_PARALLEL ?? availableParallelism() + 1));
const built = limit(async () => {
  for (const script of writers) await run(script);
});
const meanwhile = limit.map(early, run);
await built;
await limit.map(late, run);
await meanwhile;
await limit.map(Object.keys(apart), run);
if (values.coverage) await run('coverage:server');

console.log(`\n${summarize(results)}`);
process.exitCode = results.some(({ tests }) => tests.some(({ result }) => result === 'failed'))
  ? 1
  : 0;
