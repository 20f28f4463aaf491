// Runs every check of the project, goes on after a failure, and closes with one line of counts.
// `npm test -- --part unit` runs one part, `--browser firefox` one engine; both can be repeated.
// Without `--all` (`npm run test:all`) an engine that is not installed is left out, and said so.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { engines } from './browsers.mjs';
import { npmCommand } from './npm.mjs';

/**
 * A check passes or fails as one; a suite counts its own tests. The scripts are those of
 * package.json, so that a part run alone is the same part.
 */
const parts = [
  { name: 'types', script: 'types', isSuite: false },
  { name: 'lint', script: 'lint', isSuite: false },
  { name: 'format', script: 'format:check', isSuite: false },
  { name: 'manifest', script: 'manifest:check', isSuite: false },
  { name: 'build', script: 'build', isSuite: false },
  { name: 'reproducible', script: 'reproducible', isSuite: false },
  { name: 'size', script: 'size', isSuite: false },
  { name: 'readme', script: 'readme:check', isSuite: false },
  { name: 'package', script: 'package:check', isSuite: false },
  { name: 'frameworks', script: 'types:frameworks', isSuite: false },
  { name: 'node', script: 'test:node', isSuite: true },
  { name: 'unit', script: 'test:unit', isSuite: true },
  { name: 'e2e', script: 'test:e2e', isSuite: true },
];

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
/** @typedef {(typeof parts)[number] & { env: Record<string, string> }} Run */

const folder = mkdtempSync(join(tmpdir(), 'monerium-connect-test-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/**
 * @param {Run} run
 * @param {string} countsFile
 * @returns {Promise<boolean>} whether the script ended with exit code 0
 */
function runScript({ script, env: additions }, countsFile) {
  const { file, args, shell } = npmCommand('run', '--silent', script);
  const env = { ...process.env, ...additions, TEST_COUNTS_FILE: countsFile };
  const child = spawn(file, args, { env, shell, stdio: 'inherit' });
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}

/**
 * A suite that crashed leaves no counts or an exit code that its counts do not explain, and one
 * without tests proves nothing: each is one failure.
 * @param {boolean} exitedWell
 * @param {string} countsFile
 * @returns {Counts}
 */
function suiteCounts(exitedWell, countsFile) {
  /** @type {Counts} */
  let counts;
  try {
    counts = JSON.parse(readFileSync(countsFile, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const isEmpty = counts.passed + counts.failed + counts.skipped === 0;
  const unexplained = !exitedWell && counts.failed === 0;
  return isEmpty || unexplained ? { ...counts, failed: counts.failed + 1 } : counts;
}

/** @param {Run} run */
async function runPart(run) {
  const { name, script, isSuite } = run;
  console.log(`\n──── ${name}: npm run ${script}`);
  const started = Date.now();
  const countsFile = join(folder, `${name}.json`);
  const exitedWell = await runScript(run, countsFile);
  const counts = isSuite
    ? suiteCounts(exitedWell, countsFile)
    : { passed: exitedWell ? 1 : 0, failed: exitedWell ? 0 : 1, skipped: 0 };
  return { name, counts, seconds: (Date.now() - started) / 1000 };
}

/**
 * What needs a browser runs in one after the other, so that each counts for itself.
 * @param {(typeof parts)[number]} part
 * @param {string[]} browsers
 * @returns {Run[]}
 */
function runsOf(part, browsers) {
  if (part.name !== 'unit' && part.name !== 'e2e') return [{ ...part, env: {} }];
  return browsers.map((browser) => {
    return { ...part, name: `${part.name} ${browser}`, env: { BROWSERS: browser } };
  });
}

/** @param {Awaited<ReturnType<typeof runPart>>} result */
function summary({ name, counts, seconds }) {
  const { passed, failed, skipped } = counts;
  const mark = failed > 0 ? 'FAILED' : 'ok';
  const ran = `${String(passed)} of ${String(passed + failed + skipped)}`;
  return `${mark.padEnd(7)}${name.padEnd(14)}${ran.padStart(12)}${seconds.toFixed(1).padStart(9)} s`;
}

/**
 * @param {string} option
 * @param {string[]} known
 * @param {string[]} [given]
 */
function checkNames(option, known, given = []) {
  const unknown = given.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  console.error(`No ${option} ${unknown.join(', ')}; there are ${known.join(', ')}.`);
  process.exit(1);
}

const { values } = parseArgs({
  options: {
    part: { type: 'string', multiple: true },
    browser: { type: 'string', multiple: true },
    all: { type: 'boolean', default: false },
  },
});
const names = /** @type {import('./browsers.mjs').Engine[]} */ (Object.keys(engines));
checkNames(
  'part',
  parts.map(({ name }) => name),
  values.part,
);
checkNames('browser', names, values.browser);
const wanted = names.filter((name) => values.browser?.includes(name) ?? true);
// Chromium is never left out, nor is an engine that somebody has named.
const isOptional = !values.all && !values.browser;
const missing = wanted.filter((name) => {
  const { find, path } = engines[name];
  return isOptional && name !== 'chromium' && !process.env[path] && !find();
});
const browsers = wanted.filter((name) => !missing.includes(name));
const leftOut = missing.map((name) => `Not installed, so not tested: ${name} (npm run test:all).`);
console.log([`Browsers: ${browsers.join(', ')}`, ...leftOut].join('\n'));

/** @type {Awaited<ReturnType<typeof runPart>>[]} */
const results = [];
for (const part of parts) {
  if (values.part && !values.part.includes(part.name)) continue;
  for (const run of runsOf(part, browsers)) results.push(await runPart(run));
}

/** @param {keyof Counts} key */
const sum = (key) => results.reduce((total, { counts }) => total + counts[key], 0);
console.log(`\n${[...results.map(summary), ...leftOut].join('\n')}\n`);
const skipped = sum('skipped');
const ending = skipped > 0 ? `, ${String(skipped)} skipped` : '';
console.log(`${String(sum('passed'))} passed, ${String(sum('failed'))} failed${ending}`);
process.exitCode = sum('failed') > 0 ? 1 : 0;
