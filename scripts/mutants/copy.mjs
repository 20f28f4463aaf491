// A copy of the project in which code is broken and tests run. The sources are never touched.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { folders, isInstalled } from '../setup/folders.mjs';
import { readTests } from '../test/junit.mjs';
import { mutate } from './locate.mjs';
import { titlesOf } from './tables.mjs';

/** @typedef {import('./tables.mjs').Mutant} Mutant */
/** @typedef {{ passed: string[], failed: string[], isLate: boolean, output: string }} Run */

const LEFT_OUT = new Set(['.git', 'dist', 'build', 'coverage']);
/** Milliseconds that a run may take, by the folder of its tests. */
const LIMITS = { unit: 150_000, node: 150_000, e2e: 300_000 };

/** @returns {string} the folder of a new copy, which is gone when this process ends */
export function copyProject() {
  const copy = mkdtempSync(join(tmpdir(), 'monerium-connect-mutants-'));
  process.once('exit', () => rmSync(copy, { recursive: true, force: true }));
  const filter = (/** @type {string} */ source) =>
    !LEFT_OUT.has(relative('.', source)) && basename(source) !== 'node_modules';
  cpSync('.', copy, { recursive: true, filter });
  const apart = /** @type {import('../setup/folders.mjs').Folder[]} */ (Object.keys(folders));
  for (const folder of ['.', ...apart.filter(isInstalled)]) {
    const packages = join(folder, 'node_modules');
    symlinkSync(join(process.cwd(), packages), join(copy, packages), 'junction');
  }
  return copy;
}

/**
 * @param {string} test
 * @param {string} title
 * @param {string} report
 */
function testArguments(test, title, report) {
  const file = `test/${test}.test.ts`;
  if (test.startsWith('unit/')) {
    const config = 'scripts/mutants/web-test-runner.config.mjs';
    return ['node_modules/.bin/wtr', '--config', config, '--files', file];
  }
  return [
    ...['--import=tsx', '--test', `--test-name-pattern=${title}`],
    ...['--test-reporter=junit', `--test-reporter-destination=${report}`, file],
  ];
}

/**
 * Runs those tests of a file whose titles fit, on what is in the copy.
 * @param {string} copy
 * @param {string} test
 * @param {string} title
 * @returns {Promise<Run>}
 */
export async function runTests(copy, test, title) {
  const report = join(copy, 'report.xml');
  rmSync(report, { force: true });
  const kind = /** @type {keyof typeof LIMITS} */ (test.split('/')[0]);
  const child = spawn(process.execPath, testArguments(test, title, report), {
    ...{ cwd: copy, stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMITS[kind] },
    env: { ...process.env, TEST_TITLE: title, TEST_REPORT: report },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const isLate = await new Promise((resolve) => {
    child.once('close', (_, signal) => resolve(signal !== null));
  });
  const tests = readTests(report).filter((one) => new RegExp(title).test(one.title));
  /** @param {string} wanted */
  const list = (wanted) => tests.filter(({ result }) => result === wanted).map((one) => one.title);
  return { passed: list('passed'), failed: list('failed'), isLate, output };
}

/**
 * Runs the tests of a mutant on the broken code.
 * @param {string} copy
 * @param {Mutant} mutant
 * @returns {Promise<Run>}
 */
export async function runMutant(copy, mutant) {
  const { file, text } = mutate(mutant);
  writeFileSync(join(copy, file), text);
  try {
    const run = await runTests(copy, mutant.test, titlesOf(mutant));
    // A browser that did not start has shown nothing.
    const isEmpty = !run.isLate && run.passed.length + run.failed.length === 0;
    return isEmpty ? await runTests(copy, mutant.test, titlesOf(mutant)) : run;
  } finally {
    writeFileSync(join(copy, file), readFileSync(file));
  }
}
