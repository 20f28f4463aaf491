// Breaks one rule of the code after the other and sees whether the tests notice.
//   node scripts/mutants/run.mjs [--only '#(12|13) '] [--parallel 2] [--check] [table …]
// A mutant is noticed when the tests that are named for it fail on the broken code, and pass
// without the change. `--check` only looks for the places. Writes build/reports/mutants.json.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { copyProject, runMutant, runTests } from './copy.mjs';
import { findStale, nameOf, readMutants, titlesOf } from './tables.mjs';

/** @typedef {import('./tables.mjs').Mutant} Mutant */
/** @typedef {import('./copy.mjs').Run} Run */
/** @typedef {{ mutant: Mutant, seen: string[], isGood: boolean }} Result */

process.chdir(fileURLToPath(new URL('../..', import.meta.url)));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: '' },
    parallel: { type: 'string', default: '2' },
    check: { type: 'boolean', default: false },
  },
});

const only = new RegExp(values.only);
const mutants = (await readMutants(positionals)).filter((mutant) => only.test(nameOf(mutant)));
const stale = findStale(mutants);
for (const line of stale) console.error(line);
if (stale.length > 0 || mutants.length === 0) {
  console.error(`${mutants.length} mutants, ${stale.length} without a place.`);
  process.exit(1);
}
if (values.check) process.exit(0);

/**
 * Takes the items one after the other, with as many workers as there are copies.
 * @template Item, Result
 * @param {Item[]} items
 * @param {(item: Item, copy: string) => Promise<Result>} work
 * @returns {Promise<Result[]>} in the order of the items
 */
async function inCopies(items, work) {
  /** @type {Result[]} */
  const results = [];
  const queue = [...items.entries()];
  await Promise.all(
    copies.map(async (copy) => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        results[next[0]] = await work(next[1], copy);
      }
    }),
  );
  return results;
}

/**
 * Whether the tests of a file can judge: all pass on the code as it is, and no mutant lacks one.
 * One run for each file.
 * @param {string} test
 * @param {string} copy
 */
async function canJudge(test, copy) {
  const own = mutants.filter((mutant) => mutant.test === test);
  const title = [...new Set(own.map(titlesOf))].join('|');
  const { passed, failed, output } = await runTests(copy, test, title);
  const untested = own.filter(
    (mutant) => !passed.some((name) => new RegExp(titlesOf(mutant)).test(name)),
  );
  console.log(`as it is: ${test}, ${passed.length} passed, ${failed.length} failed`);
  for (const name of failed) console.error(`  fails without a mutant: ${name}`);
  for (const mutant of untested) console.error(`  no test passes for “${nameOf(mutant)}”`);
  if (passed.length + failed.length === 0) console.error(output);
  return failed.length === 0 && untested.length === 0;
}

/**
 * The tests that noticed. Of a row of the faults, those with its number.
 * @param {Mutant} mutant
 * @param {Run} run
 */
function seenBy({ fault }, { failed, isLate }) {
  if (fault) return failed.filter((title) => new RegExp(`#${fault}\\b`).test(title));
  return isLate ? ['the tests do not end'] : failed;
}

/**
 * @param {Mutant} mutant
 * @param {string} copy
 * @returns {Promise<Result>}
 */
async function judge(mutant, copy) {
  const started = Date.now();
  const run = await runMutant(copy, mutant);
  const seen = seenBy(mutant, run);
  const isGood = mutant.survives ? seen.length === 0 && run.passed.length > 0 : seen.length > 0;
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const verdict = seen[0] ?? mutant.survives ?? 'NO TEST NOTICES';
  console.log(`${isGood ? 'good' : 'BAD '} ${seconds} s  ${nameOf(mutant)}\n        ${verdict}`);
  return { mutant, seen, isGood };
}

const copies = Array.from({ length: Number(values.parallel) }, copyProject);
const files = [...new Set(mutants.map(({ test }) => test))];
const areFit = await inCopies(files, canJudge);
const fit = mutants.filter(({ test }) => areFit[files.indexOf(test)]);
const results = await inCopies(fit, judge);

mkdirSync('build/reports', { recursive: true });
writeFileSync('build/reports/mutants.json', JSON.stringify(results, null, 2));
const bad = results.filter(({ isGood }) => !isGood).length;
const explained = results.filter(({ mutant, isGood }) => mutant.survives && isGood).length;
const untried = mutants.length - fit.length;
console.log(
  `${mutants.length} mutants: ${fit.length - bad - explained} noticed, ${explained} explained, ` +
    `${bad} not as expected, ${untried} not tried since their tests are red`,
);
process.exitCode = bad + untried > 0 ? 1 : 0;
