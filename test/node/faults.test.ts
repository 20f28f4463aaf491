// The table of faults: every row has a test that carries its number, and a change that was seen.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { DOCUMENT, readRows, refresh } from '../../scripts/faults.mjs';
import mutants from '../mutants/faults.mjs';

/** What no test can show: the README says what the site has to do. */
const DOCUMENTED = [102, 104];
const NUMBERS = [
  ...Array.from({ length: 87 }, (_, at) => at + 1),
  ...[95, 96, 97, 98, 99, 100, 101, 102, 103, 104],
];

const document = readFileSync(DOCUMENT, 'utf8');
const rows = readRows(document);
const tested = rows.filter(({ number }) => !DOCUMENTED.includes(number));

describe(`the rows of ${DOCUMENT}`, () => {
  it('are all there, once each', () => {
    const numbers = rows.map(({ number }) => number).sort((a, b) => a - b);
    assert.deepEqual(numbers, NUMBERS);
  });

  it('have a test each whose title carries the number, in a file that the row names', () => {
    const bare = tested.filter(({ number, tests }) => {
      const [, row = ''] =
        new RegExp(`^### ${number}\\. ([^]*?)(?=^##|$(?![^]))`, 'm').exec(document) ?? [];
      return !tests.some(({ file }) => row.includes(`- \`${file}\`: `));
    });
    assert.deepEqual(
      bare.map(({ number }) => number),
      [],
    );
  });

  it('have a change each that the tests notice, in test/mutants/faults.mjs', () => {
    const untried = tested.filter((row) => row.mutants.length === 0);
    assert.deepEqual(
      untried.map(({ number }) => number),
      [],
    );
    const known = new Set(tested.map(({ number }) => number));
    assert.deepEqual(
      mutants.filter(({ row }) => !known.has(row)),
      [],
    );
  });

  it('have no change whose text has gone from the source, or stands there twice', () => {
    const stale = mutants.filter(
      ({ file, search }) => readFileSync(file, 'utf8').split(search).length !== 2,
    );
    assert.deepEqual(
      stale.map(({ row, search }) => [row, search]),
      [],
    );
  });

  it('name the place in the README where they are not for tests', () => {
    for (const number of DOCUMENTED) {
      assert.match(
        document,
        new RegExp(`^### ${number}\\. [^#]*\\(\\.\\./README\\.md#security\\)`, 'm'),
      );
    }
  });

  it('are written anew by npm run faults', async () => {
    assert.equal(document, await refresh(document), 'stale: run `npm run faults`');
  });
});
