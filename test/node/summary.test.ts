// What `npm test` says at its end, read from what the two runners print.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judge, summarize } from '../../scripts/test/summary.mjs';

const good = (output: string) => ({ output, isGood: true, seconds: 3 });
const bad = (output: string) => ({ output, isGood: false, seconds: 3 });
const node = ['✔ a (1ms)', '﹣ b (0.1ms) # no X', '  ﹣ c (0.1ms) # no X', 'ℹ pass 2', 'ℹ fail 0'];
const failing = ['✖ is there (3ms)', 'ℹ pass 1', 'ℹ fail 1', '✖ failing tests:', 'no button'];
const browser = [' a [Chromium]', '   \u001b[32m✓\u001b[89m is', '   𐄂 is not', '   - waits'];

describe('the summary', () => {
  it('ends with the sum of suites and checks, after what was skipped and why', () => {
    const results = [judge('node', good(node.join('\n')), true), judge('lint', good(''), false)];
    assert.deepEqual(summarize(results).split('\n'), [
      '2 skipped     no X',
      '',
      'ok      node                2 of 4        3 s',
      'ok      lint                1 of 1        3 s',
      '',
      '3 passed, 0 failed, 2 skipped',
    ]);
  });

  it('counts what Web Test Runner says', () => {
    const { passed, failed, skipped } = judge('unit', bad(browser.join('\n')), true);
    assert.deepEqual([passed, failed, skipped], [1, 1, ['waits: no reason']]);
  });

  it('names what has failed: a check, a test, and a suite that broke off or has no test', () => {
    const results = [
      judge('lint', bad('an error'), false),
      judge('node', bad(failing.join('\n')), true),
      judge('e2e', bad('✔ a (1ms)'), true),
      judge('look', good('ℹ pass 0'), true),
    ];
    const text = summarize(results);
    assert.deepEqual(text.match(/^FAILED {2}.*: .*/gm), [
      'FAILED  lint: an error',
      'FAILED  node: no button',
      'FAILED  e2e: ✔ a (1ms)',
      'FAILED  look: ℹ pass 0',
    ]);
    assert.match(text, /\n1 passed, 4 failed$/);
  });
});
