import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rollup } from 'rollup';
import { minified } from '../../scripts/build/rollup.config.js';

describe('the classic script file', () => {
  it('#162 is built of ASCII characters only', async () => {
    const build = await rollup(minified('iife'));
    const { output } = await build.generate({ format: 'iife', inlineDynamicImports: true });
    await build.close();
    const { code } = output[0];
    assert.ok(code.includes('\\u2026'), 'the texts are there');
    assert.equal(/[^\0-\x7f]/.exec(code), null);
  });
});
