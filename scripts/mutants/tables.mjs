// The tables of test/mutants.
import { readdirSync, readFileSync } from 'node:fs';
import { mutate } from './locate.mjs';

/**
 * One rule that the code breaks, and the tests that must notice.
 * @typedef {import('./locate.mjs').Place & Tested} Mutant
 *
 * @typedef {object} Tested
 * @property {string} rule What the broken code does, as a sentence in the present tense.
 * @property {number} [fault] A row of test/faults.md. Then a test with its number has to fail.
 * @property {string} test The file of tests without `test/` and its ending: `unit/page`.
 * @property {string} [title] A pattern for the titles of the tests that run. Without it, the tests
 *   with the number of the fault, or all.
 * @property {string} [survives] Why no test can notice. It is an error when one does.
 */

const folder = new URL('../../test/mutants/', import.meta.url);

/**
 * @param {string[]} [names] all tables without them
 * @returns {Promise<Mutant[]>}
 */
export async function readMutants(names = []) {
  const files = readdirSync(folder).filter((file) => file.endsWith('.mjs'));
  const all = files.map((file) => file.replace(/\.mjs$/, '')).sort();
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0)
    throw new Error(`No table ${unknown.join(', ')}, only ${all.join(', ')}.`);
  const chosen = names.length > 0 ? names : all;
  const tables = await Promise.all(chosen.map((name) => import(`${folder.href}${name}.mjs`)));
  return tables.flatMap((table) => /** @type {Mutant[]} */ (table.default));
}

/** @param {Mutant} mutant */
export const nameOf = ({ fault, rule }) => (fault ? `#${fault} ${rule}` : rule);

/** @param {Mutant} mutant */
export const titlesOf = ({ fault, title }) => title ?? (fault ? `#${fault}\\b` : '.');

/**
 * What is wrong with a table: a place that is not in the source any more, or there twice, and a
 * file of tests that is gone or does not know the fault.
 * @param {Mutant[]} mutants
 * @returns {string[]}
 */
export function findStale(mutants) {
  return mutants.flatMap((mutant) => {
    try {
      mutate(mutant);
      const file = `test/${mutant.test}.test.ts`;
      const tests = readFileSync(file, 'utf8');
      const isKnown = !mutant.fault || new RegExp(`#${mutant.fault}\\b`).test(tests);
      return isKnown ? [] : [`“${nameOf(mutant)}”: no test in ${file} has the number.`];
    } catch (error) {
      return [`#${mutant.fault ?? ''} ${/** @type {Error} */ (error).message}`];
    }
  });
}
