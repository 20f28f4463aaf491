// Runs every check and every test, several at a time, and ends with one line of counts. A failure
// is printed at once, and the run goes on. The names are scripts of package.json: `npm run lint` is
// the same check alone. `--rest` leaves out what `npm test` runs in the same way anywhere.
// The output of each is in build/reports/tests.
//   node scripts/test/run.mjs [--all [--rest]]
import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { execa } from 'execa';
import pLimit from 'p-limit';
import { skipWithout } from '../setup/folders.mjs';
import { describe, FAILED_TEST, judge, summarize } from './summary.mjs';

const REPORTS = 'build/reports/tests';
const isAll = process.argv.includes('--all');
const isRest = process.argv.includes('--rest');
const engines = isAll ? ['chromium', 'firefox', 'webkit'] : ['chromium'];

/** These write files that others read, one after the other. */
const writers = [
  ...(isRest ? [] : ['manifest:check', 'documents:check']),
  'build',
  ...(isAll ? ['reproducible'] : []),
  'build:site',
  ...(isRest ? [] : ['readme:check']),
];
/** These read none of those files. */
const early = isRest ? ['test:unit'] : ['types', 'test:unit'];
/** These are the same without Firefox, WebKit, databases, and the packages of other folders. */
const anywhere = ['format:check', 'test:look', 'types:plain', 'package:check', 'size', 'prose'];
/** Those that take most start first. */
const late = [
  ...(isAll ? ['test:integration', 'coverage:server'] : ['test:server']),
  isRest ? 'test:apart' : 'test:node',
  ...['2/2', '1/2'].flatMap((part) => engines.map((engine) => `test:e2e ${engine} ${part}`)),
  ...(isRest ? ['lint:apart'] : ['lint', ...anywhere, 'commits']),
];
/** `npm test` has none of these: they need the packages of a folder, by its name. */
const apart = /** @type {const} */ ({
  'types:examples': 'examples',
  'types:others': 'test/others',
  'types:webkit': 'test/webkit',
  'types:frameworks': 'test/types',
});

/** @type {import('./summary.mjs').Result[]} */
const results = [];

/**
 * @param {string} name
 * @param {string} reason
 */
function skip(name, reason) {
  results.push({ name, seconds: 0, passed: 0, failed: 0, skipped: [reason], failures: '' });
}

/** @param {string} lane a script, and for the end-to-end tests their engine and part */
async function run(lane) {
  const [script = '', engine, part] = lane.split(' ');
  const isSuite = /^(test|coverage):/.test(script);
  const name = lane.replace(/^test:|\/2$/g, '').replaceAll(' ', '-');
  const env = {
    // A browser opens several pages of the unit tests after another: all engines share one run.
    BROWSERS: engine ?? engines.slice(isRest ? 1 : 0).join(','),
    ...(part && { PART: part, ONLY: isRest ? 'others' : isAll ? '' : 'journeys' }),
  };
  const running = execa('npm', ['run', script], { env, all: true, reject: false, stdin: 'ignore' });
  running.all?.pipe(createWriteStream(`${REPORTS}/${name.replaceAll(':', '-')}.log`));
  for await (const line of running.iterable({ from: 'all' })) {
    if (isSuite && FAILED_TEST.test(line)) console.log(`${name}: ${line.trim()}`);
  }
  const { exitCode, all: output, durationMs } = await running;
  const ended = { isGood: exitCode === 0, output, seconds: Math.round(durationMs / 1000) };
  const result = judge(name, ended, isSuite);
  results.push(result);
  console.log(describe(result));
}

rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS, { recursive: true });
// Tests wait for the network and for browsers: one more than there are cores keeps all cores busy.
const { TEST_PARALLEL } = process.env;
const limit = pLimit(Number(TEST_PARALLEL) || availableParallelism() + 1);
const start = (/** @type {string} */ lane) => limit(run, lane);
const built = limit(async () => {
  for (const script of writers) await run(script);
});
const meanwhile = early.map(start);
await built;
for (const [name, folder] of Object.entries(isAll ? apart : {})) {
  const reason = skipWithout(folder);
  if (reason) skip(name, reason);
  else late.push(name);
}
await Promise.all([...late.map(start), ...meanwhile]);
if (!isAll) {
  const others = ['the rest of test:e2e', 'test:integration', 'reproducible'];
  others.push(...Object.keys(apart));
  skip('test:all', `only in \`npm run test:all\`: ${others.join(', ')}`);
}

console.log(`\n${summarize(results)}`);
process.exitCode = results.some(({ failed }) => failed > 0) ? 1 : 0;
