// The table of faults: every row has a test that carries its number, and a mutant that it notices.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { DOCUMENT, readRows } from '../../scripts/mutants/faults.mjs';
import { findStale, readMutants, readTests } from '../../scripts/mutants/mutants.mjs';

/** What no test can show: docs/security.md says what the site has to do. */
const DOCUMENTED = [102, 104, 145, 146];
const rows = readRows();
const mutants = readMutants();
const tested = rows.filter(({ number }) => !DOCUMENTED.includes(number));
const numbersOf = (some: { number: number }[]): number[] => some.map(({ number }) => number);

describe(`the rows of ${DOCUMENT}`, () => {
  it('are there once each, and for every number in the title of a test', () => {
    const numbers = numbersOf(rows);
    assert.equal(new Set(numbers).size, numbers.length);
    const named = readTests().flatMap(({ title }) => title.match(/(?<=#)\d+\b/g) ?? []);
    assert.deepEqual(
      [...new Set(named.map(Number))].filter((number) => !numbers.includes(number)),
      [],
    );
  });

  it('have a test each whose title carries the number', () => {
    assert.deepEqual(numbersOf(tested.filter(({ tests }) => tests.length === 0)), []);
  });

  it('have a mutant each, in test/mutants.txt', () => {
    assert.deepEqual(numbersOf(tested.filter((row) => row.mutants.length === 0)), []);
    const known = new Set(numbersOf(tested));
    const strangers = mutants.filter(({ fault }) => !known.has(fault));
    assert.deepEqual(strangers, []);
  });

  it('link to what the site has to do where no test can show them', () => {
    const document = readFileSync(DOCUMENT, 'utf8');
    for (const number of DOCUMENTED) {
      assert.match(
        document,
        new RegExp(`^### ${number}\\. [^#]*\\(\\.\\./docs/security\\.md\\)`, 'm'),
      );
    }
  });
});

describe('the mutants of test/mutants.txt', () => {
  it('have each a place in the source, and only one', () => {
    assert.deepEqual(findStale(mutants), []);
  });
});
