// The rules of the layers: `imports/` holds a small project, and a file that breaks each rule.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import type { ICruiseResult } from 'dependency-cruiser';
import config from '../../scripts/check/imports.config.mjs';

const TOOL = resolve('node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
const CONFIG = resolve('scripts/check/imports.config.mjs');

/** The files that break a rule, by rule. */
const WRONG: Record<string, string[]> = {
  'layer-element': ['src/element/imports-server.ts'],
  'layer-core': ['src/core/imports-element.ts'],
  'layer-core/flow': ['src/core/flow/imports-connector.ts', 'src/core/flow/imports-element.ts'],
  'layer-core/browser': ['src/core/browser/imports-flow.ts'],
  'layer-core/further': ['src/core/further/imports-page.ts'],
  'layer-core/oauth': [
    'src/core/oauth/imports-page-in-a-type.ts',
    'src/core/oauth/imports-page-later.ts',
    'src/core/oauth/imports-page.ts',
  ],
  'layer-server': ['src/server/imports-page.ts'],
  'layer-testing': ['src/testing/imports-page.ts'],
  'layer-command': ['src/command/imports-flow.ts'],
  'layer-wallet': ['src/wallet/imports-element.ts'],
  'layer-doctor': ['src/doctor/imports-element.ts'],
  'layer-notes': ['src/notes/imports-element.ts'],
  'layer-locales': ['src/locales/imports-element.ts'],
  'languages-are-loaded': ['src/element/imports-language.ts'],
  'shared-files-import-oauth-only': ['src/core/options.ts'],
  'only-entries-import-entries': ['src/core/flow/imports-define.ts'],
  'src-has-known-places': ['src/utils/helper.ts'],
  'lit-is-for-the-element': ['src/core/flow/imports-lit.ts'],
  'lit-is-the-only-package': ['src/core/oauth/imports-node.ts', 'src/element/imports-package.ts'],
  'src-stands-alone': ['src/server/imports-demo.ts'],
  'no-circle': ['src/core/flow/circle-one.ts'],
  'no-missing-file': ['demo/imports-nothing.ts'],
};

/** The tool itself, as `npm run lint` runs it, in the small house. */
function cruise(): ICruiseResult {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [TOOL, '--config', CONFIG, '--output-type', 'json', 'src', 'demo'],
    { cwd: 'test/node/imports', encoding: 'utf8' },
  );
  assert.equal(stderr, '');
  return JSON.parse(stdout) as ICruiseResult;
}

describe('the rules of who may import whom', () => {
  it('each refuse the file that breaks it, and nothing else', () => {
    const found: Record<string, string[]> = {};
    for (const { rule, from } of cruise().summary.violations) {
      found[rule.name] = [...new Set([...(found[rule.name] ?? []), from])].sort();
    }
    assert.deepEqual(found, WRONG);
  });

  it('have a wrong file each', () => {
    const names = config.forbidden?.map(({ name }) => name) ?? [];
    assert.deepEqual(names.sort(), Object.keys(WRONG).sort());
  });
});
