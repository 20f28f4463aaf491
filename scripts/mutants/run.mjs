// Breaks one rule of the code after the other, in a copy, and sees whether the tests notice.
//   node scripts/mutants/run.mjs ['#12 '] [--check]
// A mutant is noticed when a test fails on the broken code that passes without the change. The
// pattern chooses rows; `--check` only looks for their places. Writes build/reports/mutants.txt.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { execa } from 'execa';
import pLimit from 'p-limit';
import { folders, isInstalled } from '../setup/folders.mjs';
import { FAILED_TEST } from '../test/summary.mjs';
import { findStale, mutate, nameOf, readMutants } from './mutants.mjs';

/** @typedef {import('./mutants.mjs').Mutant} Mutant */

const LEFT_OUT = new Set(['.git', 'dist', 'build', 'coverage']);
/** For the tests of one file, in milliseconds. */
const LIMIT = 300_000;

const [pattern = ''] = process.argv.slice(2).filter((argument) => argument !== '--check');
const mutants = readMutants().filter((mutant) =>
  new RegExp(pattern).test([nameOf(mutant), mutant.place, ...mutant.tests].join(' ')),
);
const stale = findStale(mutants);
for (const line of stale) console.error(line);
console.log(`${mutants.length} mutants, ${stale.length} without a place or a test`);
if (stale.length > 0 || mutants.length === 0) process.exit(1);
if (process.argv.includes('--check')) process.exit(0);

/** @returns {string} the folder of a new copy, which is gone when this process ends */
function copyProject() {
  const copy = mkdtempSync(join(tmpdir(), 'monerium-connect-mutants-'));
  process.once('exit', () => rmSync(copy, { recursive: true, force: true }));
  const isWanted = (/** @type {string} */ source) =>
    !LEFT_OUT.has(relative('.', source)) && basename(source) !== 'node_modules';
  cpSync('.', copy, { recursive: true, filter: isWanted });
  const apart = /** @type {import('../setup/folders.mjs').Folder[]} */ (Object.keys(folders));
  for (const folder of ['.', ...apart.filter(isInstalled)]) {
    const packages = join(folder, 'node_modules');
    symlinkSync(join(process.cwd(), packages), join(copy, packages), 'junction');
  }
  return copy;
}

/**
 * Runs those tests of a file whose titles fit, on what is in the copy. A browser that did not start
 * has shown nothing: then once more.
 * @param {string} copy
 * @param {string} file
 * @param {string} title a pattern
 * @param {number} [tries]
 * @returns {Promise<string[]>} the tests that failed
 */
async function listFailures(copy, file, title, tries = 2) {
  rmSync(join(copy, 'build'), { recursive: true, force: true });
  const args = file.startsWith('test/unit')
    ? ['node_modules/.bin/wtr', '--config=scripts/test/web-test-runner.config.mjs', '--files']
    : ['--import=tsx', '--test', '--test-reporter=spec', `--test-name-pattern=${title}`];
  const { all, timedOut } = await execa(process.execPath, [...args, file], {
    cwd: copy,
    reject: false,
    timeout: LIMIT,
    all: true,
    // With as many random cases as in CI.
    env: { CI: 'true', TEST_TITLE: title },
  });
  const output = stripVTControlCharacters(all);
  if (!/^\s*[✔✓✖𐄂] /mu.test(output) && !timedOut && tries > 1)
    return listFailures(copy, file, title, tries - 1);
  const failed = output.split('\n').filter((line) => FAILED_TEST.test(line));
  const titles = failed.map((line) => line.trim().replace(/ \([\d.]+ms\)$/, ''));
  // A file that does not load has shown nothing.
  return titles.filter((name) => !name.endsWith('.test.ts') && name !== '✖ failing tests:');
}

/** What fails in a file without a change. @type {Map<string, Promise<string[]>>} */
const unsound = new Map();

/**
 * @param {Mutant} mutant
 * @param {string} copy as the code is
 * @returns {Promise<string | undefined>} the first test that notices
 */
async function findNotice(mutant, copy) {
  for (const file of mutant.tests) {
    // Once, for all mutants.
    const own = mutants.filter(({ tests }) => tests.includes(file));
    const title = own.map((one) => one.title.source).join('|');
    const known = unsound.get(file) ?? listFailures(copy, file, title);
    unsound.set(file, known);
    const before = await known;
    const { file: broken, text } = mutate(mutant);
    writeFileSync(join(copy, broken), text);
    const failed = await listFailures(copy, file, mutant.title.source);
    writeFileSync(join(copy, broken), readFileSync(broken));
    const seen = failed.find((name) => !before.includes(name));
    if (seen) return `${file}: ${seen}`;
  }
  return undefined;
}

const parallel = availableParallelism();
const free = Array.from({ length: parallel }, copyProject);
/** @type {string[]} */
const lines = [];
await pLimit(parallel).map(mutants, async (mutant) => {
  const copy = free.pop() ?? '';
  const notice = await findNotice(mutant, copy);
  free.push(copy);
  const line = `${notice ? 'noticed' : 'NOT NOTICED'}  ${nameOf(mutant)}  (${notice ?? 'no test'})`;
  console.log(line);
  lines.push(line);
});
mkdirSync('build/reports', { recursive: true });
writeFileSync('build/reports/mutants.txt', `${lines.sort().join('\n')}\n`);
const missed = lines.filter((line) => line.startsWith('NOT'));
console.log(`${lines.length - missed.length} noticed, ${missed.length} not`);
process.exitCode = missed.length > 0 ? 1 : 0;
