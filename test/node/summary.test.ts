// The report of the tests, from which `npm test` makes its summary.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readTests, type Test } from '../../scripts/test/junit.mjs';

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
});
