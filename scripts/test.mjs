// Runs every check of the project, goes on after a failure, and closes with one line of counts.
// `npm test -- --part unit` runs one part; `--part` can be given several times.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
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

const folder = mkdtempSync(join(tmpdir(), 'monerium-connect-test-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/**
 * @param {string} script
 * @param {string} countsFile
 * @returns {Promise<boolean>} whether the script ended with exit code 0
 */
function runScript(script, countsFile) {
  const { file, args, shell } = npmCommand('run', '--silent', script);
  const env = { ...process.env, TEST_COUNTS_FILE: countsFile };
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

/** @param {(typeof parts)[number]} part */
async function runPart({ name, script, isSuite }) {
  console.log(`\n──── ${name}: npm run ${script}`);
  const started = Date.now();
  const countsFile = join(folder, `${name}.json`);
  const exitedWell = await runScript(script, countsFile);
  const counts = isSuite
    ? suiteCounts(exitedWell, countsFile)
    : { passed: exitedWell ? 1 : 0, failed: exitedWell ? 0 : 1, skipped: 0 };
  return { name, counts, seconds: (Date.now() - started) / 1000 };
}

/** @param {Awaited<ReturnType<typeof runPart>>} result */
function summary({ name, counts, seconds }) {
  const { passed, failed, skipped } = counts;
  const mark = failed > 0 ? 'FAILED' : 'ok';
  const ran = `${String(passed)} of ${String(passed + failed + skipped)}`;
  return `${mark.padEnd(7)}${name.padEnd(13)}${ran.padStart(12)}${seconds.toFixed(1).padStart(9)} s`;
}

const { values } = parseArgs({ options: { part: { type: 'string', multiple: true } } });
const unknown = values.part?.filter((name) => !parts.some((part) => part.name === name)) ?? [];
if (unknown.length > 0) {
  console.error(
    `No part ${unknown.join(', ')}; there are ${parts.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(1);
}

/** @type {Awaited<ReturnType<typeof runPart>>[]} */
const results = [];
for (const part of parts) {
  if (!values.part || values.part.includes(part.name)) results.push(await runPart(part));
}

/** @param {keyof Counts} key */
const sum = (key) => results.reduce((total, { counts }) => total + counts[key], 0);
console.log(`\n${results.map(summary).join('\n')}\n`);
const skipped = sum('skipped');
const ending = skipped > 0 ? `, ${String(skipped)} skipped` : '';
console.log(`${String(sum('passed'))} passed, ${String(sum('failed'))} failed${ending}`);
process.exitCode = sum('failed') > 0 ? 1 : 0;
