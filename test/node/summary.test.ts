// What `npm test` says at its end, and the reports that it reads.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readReport, type Test } from '../../scripts/test/report.mjs';
import { judge, summarize } from '../../scripts/test/summary.mjs';

const good = { isGood: true, output: '', seconds: 3 };
const bad = { isGood: false, output: 'src/server/valkey.ts has 93 %', seconds: 3 };
const passed: Test[] = [1, 2].map((title) => ({ title: `test ${title}`, result: 'passed' }));
const skipped: Test[] = ['no X: install x', 'no Y', 'no X: install x'].map((message) => {
  return { title: 'other', result: 'skipped', message };
});
const failed: Test = { title: 'a button: is there', result: 'failed', message: 'no button' };

describe('the summary', () => {
  it('ends with the sum of suites and checks', () => {
    const results = [judge('node', good, passed), judge('lint', good)];
    assert.match(
      summarize(results),
      /^ok +node +2 of 2 +3 s\nok +lint +1 of 1 .*\n\n3 passed, 0 failed$/,
    );
  });

  it('says first what was skipped and why, once for each reason', () => {
    const lines = summarize([judge('node', good, [...passed, ...skipped])]).split('\n');
    assert.deepEqual(lines.slice(0, 3), [
      '2 skipped     no X: install x',
      '1 skipped     no Y',
      '',
    ]);
    assert.equal(lines.at(-1), '2 passed, 0 failed, 3 skipped');
  });

  it('names a check that fails, and what it said', () => {
    const text = summarize([judge('coverage:server', bad)]);
    assert.match(text, /FAILED {2}coverage:server: ended with an error\n.*valkey\.ts has 93 %/);
    assert.match(text, /\n0 passed, 1 failed$/);
  });

  it('names a failed test, and a suite that broke off without one', () => {
    const results = [
      judge('unit', bad, [...passed, failed]),
      judge('node', bad, passed),
      judge('look', good, []),
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
  function report(code: string): { seen: string[]; said: string } {
    const [first = '', second = ''] = ['first', 'second'].map((name) => `${name}.test.mjs`);
    const imports = `import { after, describe, it } from 'node:test';\n`;
    const broken = `${imports}const fail = () => { throw new Error('broken'); };\n${code}`;
    writeFileSync(join(folder, first), broken);
    writeFileSync(join(folder, second), `${imports}it('second', () => {});`);
    const reporter = new URL('../../scripts/test/node-reporter.mjs', import.meta.url);
    const env: NodeJS.ProcessEnv = { ...process.env, TEST_REPORT: 'own' };
    // With it, Node takes the run for one file of this one.
    delete env['NODE_TEST_CONTEXT'];
    const args = ['--test', `--test-reporter=${reporter}`, first, second];
    const { stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' });
    const seen = readReport('own', folder).map(({ result, title, message }) =>
      [result, title, message].filter(Boolean).join(' | '),
    );
    return { seen, said: stderr };
  }

  it('has a failure of a hook of a suite, and says it at once', () => {
    const code = `describe('suite', () => { after(fail); it('first', () => {}); });`;
    const { seen, said } = report(code);
    assert.deepEqual(seen, [
      'passed | suite: first',
      'failed | suite | failed running after hook',
      'passed | second',
    ]);
    assert.match(said, /^Failed: own: suite: failed running after hook\n/);
  });

  it('has a failure of a hook of a file, and the tests after it', () => {
    assert.deepEqual(report(`after(fail); it('first', () => {});`).seen, [
      'passed | first',
      'failed | first.test.mjs | broken',
      'passed | second',
    ]);
  });

  it('has a failed test once, and the reason of a skipped one', () => {
    const code = `describe('suite', () => { it('first', fail); it('other', { skip: 'no X' }); });`;
    assert.deepEqual(report(code).seen, [
      'failed | suite: first | broken',
      'skipped | suite: other | no X',
      'passed | second',
    ]);
  });

  it('counts neither a suite, nor a test of tests, nor a file without any', () => {
    const code = `describe('suite', () => {
      it('first', async (t) => { await t.test('inner', () => {}); });
    });`;
    assert.deepEqual(report(code).seen, ['passed | suite: first: inner', 'passed | second']);
    assert.deepEqual(report('').seen, ['passed | second']);
  });
});
