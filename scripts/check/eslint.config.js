// Run as `eslint -c scripts/check/eslint.config.js` from the project's root: patterns are relative
// to it.
import { fileURLToPath } from 'node:url';
import tseslint from 'typescript-eslint';
import { missingFolders } from '../setup/folders.mjs';
import { houseRules, noBareAssertion, noEnum, noSpreadLiteral } from './house-rules.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const typed = ['src/**/*.ts', 'test/**/*.ts', 'demo/**/*.ts', 'examples/**/*.ts', 'vite.config.ts'];
/** What ships for developers. It runs in Node, and prints. */
const tools = ['src/testing/**/*.ts', 'src/command/**/*.ts'];
/** One run of ESLint is quicker with them than with the service for editors. */
const project = ['.', 'examples', 'test/others', 'test/webkit'].map((at) => `${at}/tsconfig.json`);
/** Each has packages and types of its own, which its own build checks. */
const apps = ['test/frameworks/*/**'];

/**
 * What TypeScript does not find by itself.
 * @type {import('eslint').Linter.RulesRecord}
 */
const everywhere = {
  'no-restricted-syntax': ['error', noEnum, noBareAssertion, noSpreadLiteral],
  'prefer-const': 'error',
  'no-var': 'error',
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'no-eval': 'error',
  'no-implicit-coercion': 'error',
  'no-self-compare': 'error',
  'no-unreachable-loop': 'error',
  'no-useless-escape': 'error',
  'object-shorthand': 'error',
  'max-len': [
    'error',
    {
      code: 100,
      ignoreUrls: true,
      ignoreStrings: true,
      ignoreTemplateLiterals: true,
      ignoreRegExpLiterals: true,
    },
  ],
};

/**
 * Numbers in a template read well; everything else there should be said.
 * @type {import('eslint').Linter.RulesRecord}
 */
const typedRules = {
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
  '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
  '@typescript-eslint/consistent-type-imports': 'error',
  // An abort signal's reason and a caught error are passed on as they came.
  '@typescript-eslint/prefer-promise-reject-errors': [
    'error',
    { allowThrowingAny: true, allowThrowingUnknown: true },
  ],
  '@typescript-eslint/only-throw-error': [
    'error',
    { allowThrowingAny: true, allowThrowingUnknown: true },
  ],
  // Objects of functions are taken apart where no `this` is meant.
  '@typescript-eslint/unbound-method': 'off',
  // Without `await`, `async` still turns a throw into a rejection.
  '@typescript-eslint/require-await': 'off',
  // A function of the site may return nothing, or a promise of nothing.
  '@typescript-eslint/no-invalid-void-type': 'off',
  '@typescript-eslint/switch-exhaustiveness-check': 'error',
  '@typescript-eslint/no-unused-vars': [
    'error',
    { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
  ],
};

/** @type {import('eslint').Linter.RulesRecord} */
const size = {
  'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
  'max-depth': ['error', 3],
  'max-nested-callbacks': ['error', 3],
  complexity: ['error', 15],
};

export default [
  // The types of frameworks are checked by their own compilers, after a build.
  { ignores: ['dist/**', 'build/**', 'coverage/**', 'test/types/**', 'test/plain-types/**'] },
  // Without their packages all that these import is an error to a rule that asks for types.
  { ignores: missingFolders().map((folder) => `${folder}/**`) },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  // The product has no exceptions.
  { files: ['src/**/*.ts'], linterOptions: { noInlineConfig: true } },
  { files: ['**/*.{js,mjs}', '**/*.tsx', ...typed], rules: everywhere },
  ...tseslint.config(
    {
      files: ['**/*.{js,mjs}', 'test/frameworks/*/**/*.{ts,tsx}'],
      extends: [tseslint.configs.base],
      rules: { '@typescript-eslint/no-unused-vars': 'error' },
    },
    {
      files: ['src/**/*.ts'],
      ignores: tools,
      extends: [tseslint.configs.strictTypeChecked],
      rules: { ...typedRules, ...size },
    },
    {
      files: [...tools, 'test/**/*.ts', 'demo/**/*.ts', 'examples/**/*.ts', 'vite.config.ts'],
      ignores: apps,
      extends: [tseslint.configs.recommendedTypeChecked],
      rules: typedRules,
    },
    {
      files: [...tools, 'test/**/*.ts', 'demo/**/*.ts', 'examples/**/*.ts'],
      ignores: apps,
      rules: {
        // A handler of Node's server or of an event may be async: it catches for itself.
        '@typescript-eslint/no-misused-promises': [
          'error',
          { checksVoidReturn: { arguments: false } },
        ],
      },
    },
    {
      files: [...tools, 'demo/**/*.ts', 'examples/**/*.ts'],
      rules: { '@typescript-eslint/no-non-null-assertion': 'error' },
    },
    {
      files: ['test/**/*.ts'],
      ignores: apps,
      rules: {
        // `describe` and `it` of node:test return promises that the runner itself awaits, and an
        // assertion such as `expect(x).to.be.true` is an expression without effect.
        '@typescript-eslint/no-floating-promises': 'off',
        '@typescript-eslint/no-unused-expressions': 'off',
        // What a test reads from a response is checked by its assertions.
        '@typescript-eslint/no-unsafe-argument': 'off',
        '@typescript-eslint/no-unsafe-assignment': 'off',
        '@typescript-eslint/no-unsafe-call': 'off',
        '@typescript-eslint/no-unsafe-member-access': 'off',
        '@typescript-eslint/no-unsafe-return': 'off',
      },
    },
    {
      files: typed,
      ignores: apps,
      languageOptions: { parserOptions: { project, tsconfigRootDir: root } },
    },
  ),
  ...houseRules,
];
