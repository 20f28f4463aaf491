// What `npm test` says at its end, and the reports that it reads.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readTests, type Test } from '../../scripts/test/junit.mjs';
import { judge, summarize, type Tests } from '../../scripts/test/summary.mjs';

const good = { isGood: true, output: '', seconds: 3 };
const bad = { isGood: false, output: 'src/server/valkey.ts has 93 %', seconds: 3 };
const tests: Tests = { passed: 7, skipped: [], failures: [] };

describe('the summary', () => {
  it('ends with the sum of suites and checks', () => {
    const results = [judge('node', good, tests), judge('lint', good)];
    assert.match(
      summarize(results),
      /^ok +node +7 of 7 +3 s\nok +lint +1 of 1 .*\n\n8 passed, 0 failed$/,
    );
  });

  it('says first what was skipped and why, once for each reason', () => {
    const skipped = ['no X: install x', 'no Y', 'no X: install x'];
    const lines = summarize([judge('node', good, { ...tests, skipped })]).split('\n');
    assert.deepEqual(lines.slice(0, 3), [
      '2 skipped     no X: install x',
      '1 skipped     no Y',
      '',
    ]);
    assert.equal(lines.at(-1), '7 passed, 0 failed, 3 skipped');
  });

  it('names a check that fails, and what it said', () => {
    const text = summarize([judge('coverage:server', bad)]);
    assert.match(text, /FAILED {2}coverage:server: ended with an error\n.*valkey\.ts has 93 %/);
    assert.match(text, /\n0 passed, 1 failed$/);
  });

  it('names a failed test, and a suite that broke off without one', () => {
    const failures = [{ title: 'a button: is there', message: 'no button' }];
    const results = [
      judge('unit', bad, { ...tests, failures }),
      judge('node', bad, tests),
      judge('look', good, { ...tests, passed: 0 }),
    ];
    const named = summarize(results).match(/^FAILED .*: .*$/gm);
    assert.deepEqual(named, [
      'FAILED  unit: a button: is there',
      'FAILED  node: ended with an error',
      'FAILED  look: ended with an error',
    ]);
  });
});

describe('the report of the tests in Node', () => {
  const folder = mkdtempSync(join(tmpdir(), 'monerium-connect-report-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs two files of tests, the second of which passes. */
  function report(code: string): string[] {
    const names = ['first.test.mjs', 'second.test.mjs', 'report.xml'];
    const [first = '', second = '', xml = ''] = names.map((name) => join(folder, name));
    const imports = `import { after, describe, it } from 'node:test';\n`;
    writeFileSync(first, `${imports}const fail = () => { throw new Error('broken'); };\n${code}`);
    writeFileSync(second, `${imports}it('second', () => {});`);
    const reporter = new URL('../../scripts/test/junit-reporter.mjs', import.meta.url);
    const env = { ...process.env };
    // With it, Node takes the run for one file of this one.
    delete env['NODE_TEST_CONTEXT'];
    const destination = `--test-reporter-destination=${xml}`;
    spawnSync(
      process.execPath,
      ['--test', `--test-reporter=${reporter}`, destination, first, second],
      { env },
    );
    const say = ({ suite, title, result, message }: Test) =>
      [result, suite, title.replace(`${folder}/`, ''), message].filter(Boolean).join(' | ');
    return readTests(xml).map(say);
  }

  it('has a failure of a hook of a suite', () => {
    assert.deepEqual(report(`describe('suite', () => { after(fail); it('first', () => {}); });`), [
      'passed | second',
      'passed | suite | first',
      'failed | suite | the suite as a whole | failed running after hook',
    ]);
  });

  it('has a failure of a hook of a file, and the tests after it', () => {
    assert.deepEqual(report(`after(fail); it('first', () => {});`), [
      'passed | first',
      'failed | first.test.mjs | broken',
      'passed | second',
    ]);
  });

  it('has a failed test once, and the reason of a skipped one', () => {
    const code = `describe('suite', () => { it('first', fail); it('other', { skip: 'no X' }); });`;
    assert.deepEqual(report(code), [
      'passed | second',
      'failed | suite | first | broken',
      'skipped | suite | other | no X',
    ]);
  });
});
