// Each rule of the house reports a wrong example, except in the files that may do it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ESLint } from 'eslint';
import { houseRules } from '../../scripts/check/house-rules.js';

const PAGE = 'src/core/browser/window.ts';
const PURE = 'src/core/oauth/oauth.ts';
const STORAGE = 'src/core/browser/transaction.ts';
const globals = 'no-restricted-globals';
const syntax = 'no-restricted-syntax';
const words = 'house/plain-words';
const LIT = "import { html, unsafeCSS } from 'lit';";

/** The file where the code is wrong, the rule, the code, and a file that may do it. */
const wrong: [file: string, rule: string, code: string, owner?: string][] = [
  [PURE, globals, 'location.href;', PAGE],
  [PURE, globals, "globalThis['location'];", PAGE],
  [PURE, globals, 'parent.location;', PAGE],
  [PURE, globals, "typeof window === 'object';", PAGE],
  ['src/new-file.ts', globals, 'document.title;', PAGE],
  [PAGE, globals, 'localStorage.length;', STORAGE],
  ['src/wallet/chooser.ts', globals, 'sessionStorage.length;', STORAGE],
  ['src/element/view.ts', globals, "customElements.get('a');", 'src/define.ts'],
  ['src/define.ts', globals, "self.customElements.get('a');"],
  [PAGE, syntax, "navigator['locks'];", STORAGE],
  [PAGE, syntax, 'const { locks } = navigator; locks;', STORAGE],
  [PAGE, syntax, 'document.defaultView?.localStorage;', STORAGE],
  [PAGE, syntax, 'document.defaultView?.customElements;'],
  [PURE, syntax, 'const all = globalThis; all.location;', PAGE],
  [PURE, syntax, "Reflect.get(globalThis, 'location');", PAGE],
  [PURE, syntax, 'const key = String(1); globalThis[key];', PAGE],
  [PURE, 'no-restricted-properties', 'Math.random();'],
  [PAGE, syntax, "console['log']('here');"],
  [PAGE, syntax, "document.body['outerHTML'] = '';"],
  [PAGE, syntax, LIT + 'html`<p .innerHTML=${unsafeCSS}></p>`;'],
  [PAGE, syntax, "import { unsafeHTML as raw } from 'lit/directives/unsafe-html.js'; raw;"],
  ['src/core/errors.ts', syntax, 'enum Code { Aborted }'],
  ['src/core/errors.ts', syntax, "export const all = [...['a', 'b'], 'c'];"],
  [PAGE, 'no-eval', "eval('1');"],
  [PAGE, 'no-new-func', "new Function('return 1');"],
  [PURE, words, '/** The listener is\n * told. */'],
  ['test/unit/a.test.ts', words, "// It is told\n// whatever happens.\nit('works', () => {});"],
  ['test/unit/a.test.ts', words, "it('is told so', () => 'is told');"],
  ['src/doctor/panel.ts', words, "show('The page is told.');", PURE],
  ['src/testing/fixture.ts', words, 'show(`The page is ${how} told.`, `is told ${what}`);', PURE],
];

const fine = `const own = (location: string) => location; own('a'); globalThis.crypto;
  globalThis['fetch']; console.warn('a'); crypto.getRandomValues(new Uint8Array(1));
  type It = Document & typeof window; JSON.parse('1') as It;`;

describe('lint rules of the house', () => {
  const eslint = new ESLint({ overrideConfigFile: true, overrideConfig: houseRules });

  async function report(code: string, filePath: string): Promise<(string | null)[]> {
    const [result] = await eslint.lintText(code, { filePath });
    return result?.messages.map(({ ruleId }) => ruleId) ?? assert.fail('no result');
  }

  for (const [file, rule, code, owner] of wrong) {
    it(`forbid in ${file}: ${code}`, async () => {
      assert.deepEqual([...new Set(await report(code, file))], [rule]);
      if (owner) assert.deepEqual(await report(code, owner), []);
    });
  }

  it('allow code that does not use the page', async () => {
    assert.deepEqual(await report(fine, PURE), []);
  });

  it('are part of the configuration in use, with those for any and long functions', async () => {
    const used = new ESLint({ overrideConfigFile: 'scripts/check/eslint.config.js' });
    const { rules } = (await used.calculateConfigForFile(PURE)) as { rules: object };
    const { rules: house } = (await eslint.calculateConfigForFile(PURE)) as { rules: object };
    assert.deepEqual({ ...rules, ...house }, rules);
    for (const name of ['@typescript-eslint/no-explicit-any', 'max-lines-per-function']) {
      assert.equal((Reflect.get(rules, name) as unknown[])[0], 2, name);
    }
  });
});
