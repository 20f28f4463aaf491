// Runs every check and every test, several at a time, and ends with one line of counts. A failure
// is said at once, and the run goes on. The names are scripts of package.json: `npm run lint` is
// the same check alone. What each has said is in build/reports/tests.
//   node scripts/test/run.mjs [--all]
import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { execa } from 'execa';
import pLimit from 'p-limit';
import { skipWithout } from '../setup/folders.mjs';
import { describe, FAILED_TEST, judge, summarize } from './summary.mjs';

const REPORTS = 'build/reports/tests';
const isAll = process.argv.includes('--all');
const engines = isAll ? ['chromium', 'firefox', 'webkit'] : ['chromium'];

/** These write files that others read, one after the other. */
const writers = ['manifest:check', 'documents:check', 'build', 'build:site', 'readme:check'];
/** These read nothing of it. */
const early = ['types', 'test:unit'];
/** Those that take most start first. */
const late = [
  ...(isAll ? ['test:servers', 'test:node'] : ['test:node']),
  ...engines.flatMap((engine) => [`test:e2e ${engine} 1/2`, `test:e2e ${engine} 2/2`]),
  ...['lint', 'format:check', 'test:look', 'types:plain', 'package:check', 'size'],
  ...['prose', 'commits'],
];
/** Only `npm run test:all` has these, at its end. */
const rest = ['reproducible', 'coverage:server'];
/** And these, which need the packages of a folder, by its name. */
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
  const isSuite = script.startsWith('test:');
  const name = lane.replace(/^test:|\/2$/g, '').replaceAll(' ', '-');
  const env = {
    // A browser opens several pages of the unit tests after another: all engines share one run.
    BROWSERS: engine ?? engines.join(','),
    ...(part && { PART: part, ...(!isAll && { ONLY: 'journeys' }) }),
    ...(isAll && /^test:(node|servers)$/.test(script) && { NODE_V8_COVERAGE: 'coverage/tmp' }),
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

for (const folder of [REPORTS, 'coverage/tmp']) rmSync(folder, { recursive: true, force: true });
mkdirSync(REPORTS, { recursive: true });
// Tests wait for the network and for browsers: one more than there are cores keeps all cores busy.
const limit = pLimit(Number(process.env.TEST_PARALLEL ?? availableParallelism() + 1));
const built = limit(async () => {
  for (const script of writers) await run(script);
});
const meanwhile = limit.map(early, run);
await built;
await limit.map(late, run);
await meanwhile;
if (isAll) {
  for (const [name, folder] of Object.entries(apart)) {
    const reason = skipWithout(folder);
    if (reason) skip(name, reason);
    else await run(name);
  }
  for (const script of rest) await run(script);
} else {
  const others = ['the rest of test:e2e', 'test:servers', ...rest, ...Object.keys(apart)];
  skip('test:all', `only in \`npm run test:all\`: ${others.join(', ')}`);
}

console.log(`\n${summarize(results)}`);
process.exitCode = results.some(({ failed }) => failed > 0) ? 1 : 0;
