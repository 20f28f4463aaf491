// Each house rule is seen red on a text that breaks it, and green on its twin that does not.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { ESLint } from 'eslint';
import { houseRules } from '../../scripts/check/house-rules.js';

interface Case {
  name: string;
  file: string;
  rule: string;
  red: string;
  green: string;
  /** Where the red text is allowed, when that is what the rule says. */
  owner?: string;
}

const globals = 'no-restricted-globals';
const syntax = 'no-restricted-syntax';

/** A global in a file that may not use it; `owner` is the file that may. */
function globalCase(member: string, file: string, owner?: string, red = member): Case {
  return {
    name: `\`${red}\``,
    file,
    rule: globals,
    red: `export const it = () => ${red};`,
    green: `export const it = (input: { ${member}: string }) => input;`,
    ...(owner && { owner }),
  };
}

const waysTo = (member: string) => [`globalThis.${member}`, `globalThis['${member}']`];
const waysByWindow = (member: string) =>
  ['window', 'self', 'top', 'parent'].map((object) => `${object}.${member}`);

const windowMembers = ['document', 'location', 'history', 'navigator', 'open', 'addEventListener'];
const element = 'src/element/monerium-connect.ts';

const globalRuleCases: Case[] = [
  ...windowMembers.map((name) =>
    globalCase(name, 'src/core/oauth/oauth.ts', 'src/core/browser/window.ts'),
  ),
  ...[...waysTo('location'), ...waysByWindow('location')].map((way) =>
    globalCase('location', 'src/core/oauth/oauth.ts', 'src/core/browser/window.ts', way),
  ),
  globalCase('location', 'src/core/flow/flow.ts', 'src/wallet/chooser.ts'),
  globalCase('location', 'src/core/reading.ts', 'src/core/browser/window.ts'),
  globalCase('localStorage', 'src/wallet/chooser.ts', 'src/core/browser/transaction.ts'),
  globalCase('location', element, 'src/core/browser/transaction.ts'),
  globalCase('localStorage', 'src/core/browser/window.ts', 'src/core/browser/transaction.ts'),
  globalCase(
    'sessionStorage',
    'src/element/element-controller.ts',
    'src/core/browser/transaction.ts',
  ),
  ...['customElements', ...waysTo('customElements')].map((way) =>
    globalCase('customElements', element, 'src/define.ts', way),
  ),
  // The file that defines the element may use the registry, but not by way of the window.
  ...waysByWindow('customElements').flatMap((way) =>
    [element, 'src/define.ts'].map((file) => globalCase('customElements', file, undefined, way)),
  ),
  ...['window', 'self', 'top', 'parent'].map((name) => ({
    name: `\`${name}\` by itself`,
    file: 'src/element/element-controller.ts',
    rule: globals,
    red: `export const it = () => ${name};`,
    green: `export const it = (${name}: string) => ${name};`,
    owner: 'src/core/browser/window.ts',
  })),
  {
    name: 'a window global in a file that is not listed',
    file: 'src/new-file.ts',
    rule: globals,
    red: `export const it = () => document.title;`,
    green: `export type It = Document;`,
    owner: 'src/core/browser/window.ts',
  },
  {
    name: 'a window global asked for by typeof',
    file: 'src/core/oauth/oauth.ts',
    rule: globals,
    red: `export const inPage = typeof window === 'object';`,
    green: `export type Page = typeof window;`,
    owner: 'src/core/browser/window.ts',
  },
];

const detourCases: Case[] = [
  {
    name: 'navigator.locks',
    file: 'src/core/browser/window.ts',
    rule: syntax,
    red: `export const it = () => navigator.locks.request('a', () => {});`,
    green: `export const it = () => navigator.onLine;`,
    owner: 'src/core/browser/transaction.ts',
  },
  {
    name: 'navigator.locks of the global object',
    file: 'src/core/browser/window.ts',
    rule: syntax,
    red: `export const it = () => globalThis.navigator['locks'];`,
    green: `export const it = () => globalThis.navigator.onLine;`,
    owner: 'src/core/browser/transaction.ts',
  },
  {
    name: 'locks taken out of navigator',
    file: 'src/core/browser/window.ts',
    rule: syntax,
    red: `export const it = () => { const { locks } = navigator; return locks; };`,
    green: `export const it = () => { const { onLine } = navigator; return onLine; };`,
    owner: 'src/core/browser/transaction.ts',
  },
  {
    name: 'storage of another window',
    file: 'src/core/browser/window.ts',
    rule: syntax,
    red: `export const it = () => document.defaultView?.localStorage;`,
    green: `export const it = () => document.defaultView?.origin;`,
    owner: 'src/core/browser/transaction.ts',
  },
  {
    name: 'storage taken out of the window',
    file: 'src/core/browser/window.ts',
    rule: syntax,
    red: `export const it = () => { const { sessionStorage: kept } = window; return kept; };`,
    green: `export const it = () => { const { origin: kept } = window; return kept; };`,
    owner: 'src/core/browser/transaction.ts',
  },
  {
    name: 'the registry of another window',
    file: 'src/core/browser/window.ts',
    rule: syntax,
    red: `export const it = () => document.defaultView?.customElements;`,
    green: `export const it = () => document.defaultView?.origin;`,
  },
  {
    name: 'the global object under another name',
    file: 'src/element/element-controller.ts',
    rule: syntax,
    red: `const all = globalThis; export const it = () => all.location;`,
    green: `export const it = () => globalThis.crypto;`,
    owner: 'src/core/browser/window.ts',
  },
  {
    name: 'members taken out of the global object',
    file: 'src/core/oauth/oauth.ts',
    rule: syntax,
    red: `const { location: here } = globalThis; export const it = () => here;`,
    green: `export const it = () => globalThis.fetch;`,
    owner: 'src/core/browser/window.ts',
  },
  {
    name: 'the global object handed to a function',
    file: 'src/core/oauth/oauth.ts',
    rule: syntax,
    red: `export const it = () => Reflect.get(globalThis, 'location');`,
    green: `export const it = () => Reflect.get({}, 'location');`,
    owner: 'src/core/browser/window.ts',
  },
  {
    name: 'a computed member of the global object',
    file: 'src/core/oauth/oauth.ts',
    rule: syntax,
    red: `export const it = (name: 'fetch') => globalThis[name];`,
    green: `export const it = () => globalThis['fetch'];`,
    owner: 'src/core/browser/window.ts',
  },
];

const habitCases: Case[] = [
  {
    name: 'unsafe directives of Lit',
    file: 'src/element/monerium-connect.ts',
    rule: syntax,
    red: `import { unsafeHTML as raw } from 'lit/directives/unsafe-html.js'; raw;`,
    green: `import { live } from 'lit/directives/live.js'; live;`,
  },
  {
    name: 'Math.random',
    file: 'src/core/oauth/oauth.ts',
    rule: 'no-restricted-properties',
    red: `export const it = () => Math.random();`,
    green: `export const it = () => crypto.getRandomValues(new Uint8Array(32));`,
  },
  {
    name: 'console.log',
    file: 'src/core/browser/window.ts',
    rule: syntax,
    red: `console.log('here');`,
    green: `console.warn('a'); console.info('b'); console.error('c');`,
  },
  {
    name: 'console.log by a string',
    file: 'src/core/browser/window.ts',
    rule: syntax,
    red: `console['log']('here');`,
    green: `export const say = (level: 'info' | 'warn') => { console[level]('a'); };`,
  },
  {
    name: 'innerHTML',
    file: 'src/element/monerium-connect.ts',
    rule: syntax,
    red: `export const it = (element: Element) => { element.innerHTML = ''; };`,
    green: `export const it = (element: Element) => { element.textContent = ''; };`,
  },
  {
    name: 'innerHTML by a string',
    file: 'src/core/browser/window.ts',
    rule: syntax,
    red: `export const it = (element: Element) => element['outerHTML'];`,
    green: `export const it = (element: Element) => element['textContent'];`,
  },
  {
    name: 'innerHTML bound in a template',
    file: 'src/element/monerium-connect.ts',
    rule: syntax,
    red: "import { html } from 'lit'; export const it = (x: string) => html`<p .innerHTML=${x}></p>`;",
    green:
      "import { html } from 'lit'; export const it = (x: string) => html`<p .title=${x}></p>`;",
  },
  {
    name: 'unsafeHTML',
    file: 'src/element/monerium-connect.ts',
    rule: syntax,
    red: `export const it = (unsafeHTML: (x: string) => unknown) => unsafeHTML('<b>');`,
    green: `export const it = (html: (x: string) => unknown) => html('b');`,
  },
  {
    name: 'unsafeCSS',
    file: 'src/element/monerium-connect.styles.ts',
    rule: syntax,
    red: `import { unsafeCSS } from 'lit'; export const it = unsafeCSS('a {}');`,
    green: "import { css } from 'lit'; export const it = css`a {}`;",
  },
  {
    name: 'an enum',
    file: 'src/core/errors.ts',
    rule: syntax,
    red: `export enum Code { Aborted }`,
    green: `export type Code = 'aborted';`,
  },
  {
    name: 'eval',
    file: 'src/core/browser/window.ts',
    rule: 'no-eval',
    red: `eval('1');`,
    green: `JSON.parse('1');`,
  },
  {
    name: 'a function made from a string',
    file: 'src/core/browser/window.ts',
    rule: 'no-new-func',
    red: `export const it = new Function('return 1');`,
    green: `export const it = () => 1;`,
  },
];

describe('lint rules of the house', () => {
  const eslint = new ESLint({ overrideConfigFile: true, overrideConfig: houseRules });

  async function reported(code: string, filePath: string): Promise<(string | null)[]> {
    const [result] = await eslint.lintText(code, { filePath });
    assert.ok(result, 'no result');
    const fatal = result.messages.find((message) => message.fatal);
    assert.equal(fatal, undefined, fatal?.message);
    return result.messages.map((message) => message.ruleId);
  }

  const groups = { globalRuleCases, detourCases, habitCases };
  for (const { name, file, rule, red, green, owner } of Object.values(groups).flat()) {
    it(`forbids ${name} in ${file}`, async () => {
      assert.ok((await reported(red, file)).includes(rule), `${rule} is silent on: ${red}`);
      assert.deepEqual(await reported(green, file), [], green);
      if (owner) assert.deepEqual(await reported(red, owner), [], `${owner} may: ${red}`);
    });
  }
});

/** One for each place of the rules. */
const FILES = [
  'src/core/oauth/oauth.ts',
  'src/core/browser/page.ts',
  'src/core/browser/transaction.ts',
  'src/locales/registry.ts',
  'src/define.ts',
];

describe('the ESLint configuration in use', () => {
  let eslint: ESLint;

  before(() => {
    eslint = new ESLint({ overrideConfigFile: 'scripts/check/eslint.config.js' });
  });

  for (const file of FILES) {
    it(`has the rules of the house for ${file}`, async () => {
      const inUse = (await eslint.calculateConfigForFile(file)) as { rules: object };
      const houseOnly = new ESLint({ overrideConfigFile: true, overrideConfig: houseRules });
      const wanted = (await houseOnly.calculateConfigForFile(file)) as { rules: object };
      assert.deepEqual({ ...inUse.rules, ...wanted.rules }, inUse.rules);
    });
  }

  it('forbids any, non-null assertions and long functions in src', async () => {
    const body = Array.from({ length: 61 }, () => '  again();').join('\n');
    const code = `const a: any = 1;\na!;\nfunction again() {\n${body}\n}\n`;
    const [result] = await eslint.lintText(code, { filePath: 'src/core/errors.ts' });
    const rules = new Set(result?.messages.map(({ ruleId }) => ruleId));
    for (const rule of ['no-explicit-any', 'no-non-null-assertion']) {
      assert.ok(rules.has(`@typescript-eslint/${rule}`), rule);
    }
    assert.equal(rules.has('max-lines-per-function'), true);
  });
});
