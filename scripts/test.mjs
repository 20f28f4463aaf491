// Runs every check of the project, several at once, goes on after a failure, and closes with one
// line of counts. Tests wait for deadlines of the product, so one at a time leaves cores idle.
// `npm test -- --part unit` runs one part, `--browser firefox` one engine; both can be repeated.
// `--lanes 1` runs one part after the other. Without `--all` (`npm run test:all`) an engine that is
// not installed is left out, and said so.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { engines } from './browsers.mjs';
import { npmCommand } from './npm.mjs';

/**
 * A check passes or fails as one; a suite counts its own tests. The scripts are those of
 * package.json, so that a part run alone is the same part.
 */
const parts = [
  { name: 'build', script: 'build', isSuite: false },
  { name: 'reproducible', script: 'reproducible', isSuite: false },
  { name: 'types', script: 'types', isSuite: false },
  { name: 'lint', script: 'lint', isSuite: false },
  { name: 'format', script: 'format:check', isSuite: false },
  { name: 'manifest', script: 'manifest:check', isSuite: false },
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
/** @typedef {{ name: string, counts: Counts, seconds: number }} Result */

const folder = mkdtempSync(join(tmpdir(), 'monerium-connect-test-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/**
 * Answers whether the script ended with exit code 0, and what it printed.
 * @param {Run} run
 * @param {string} countsFile
 * @returns {Promise<{ exitedWell: boolean, output: string }>}
 */
function runScript({ script, env: additions }, countsFile) {
  const { file, args, shell } = npmCommand('run', '--silent', script);
  const env = { ...process.env, ...additions, TEST_COUNTS_FILE: countsFile };
  const child = spawn(file, args, { env, shell, stdio: ['ignore', 'pipe', 'pipe'] });
  /** @type {Buffer[]} */
  const chunks = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => chunks.push(data));
  return new Promise((resolve) => {
    /** @param {boolean} exitedWell */
    const end = (exitedWell) => resolve({ exitedWell, output: Buffer.concat(chunks).toString() });
    child.once('error', () => end(false));
    child.once('close', (code) => end(code === 0));
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

/**
 * @param {Run} run
 * @returns {Promise<Result>}
 */
async function runPart(run) {
  const { name, script, isSuite } = run;
  console.log(`… ${name}`);
  const started = Date.now();
  const countsFile = join(folder, `${name}.json`);
  const { exitedWell, output } = await runScript(run, countsFile);
  console.log(`\n──── ${name}: npm run ${script}\n${output}`);
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

/** @param {Result} result */
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
    lanes: { type: 'string', default: String(availableParallelism() + 1) },
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

const chosen = parts.filter(({ name }) => values.part?.includes(name) ?? true);
const runs = chosen.flatMap((part) => runsOf(part, browsers));
/** @type {Map<Run, Result>} */
const resultOf = new Map();

/** @param {Run[]} queue */
async function runLane(queue) {
  for (let run = queue.shift(); run; run = queue.shift()) resultOf.set(run, await runPart(run));
}

// These write `dist`, which others read.
const first = runs.filter(({ name }) => name === 'build' || name === 'reproducible');
await runLane([...first]);
// The longest come last on the list.
const queue = runs.filter((run) => !first.includes(run)).reverse();
await Promise.all(Array.from({ length: Number(values.lanes) }, () => runLane(queue)));
const results = runs.map((run) => /** @type {Result} */ (resultOf.get(run)));

/** @param {keyof Counts} key */
const sum = (key) => results.reduce((total, { counts }) => total + counts[key], 0);
console.log(`\n${[...results.map(summary), ...leftOut].join('\n')}\n`);
const skipped = sum('skipped');
const ending = skipped > 0 ? `, ${String(skipped)} skipped` : '';
console.log(`${String(sum('passed'))} passed, ${String(sum('failed'))} failed${ending}`);
process.exitCode = sum('failed') > 0 ? 1 : 0;
