// The project's own rules as ESLint configuration: which folder of src/ may touch what of the page,
// and the words of comments, titles and texts. They need no type information, so a test can lint
// any text with them. Who may import whom is checked by dependency-cruiser (`imports.config.mjs`).
import tseslint from 'typescript-eslint';
import { plainWords } from './plain-words.js';

const storageGlobals = ['localStorage', 'sessionStorage', 'indexedDB', 'caches', 'cookieStore'];
const registryGlobals = ['customElements'];

/** What only a page has. `Event` and its like are missing: workers and Node have them too. */
// prettier-ignore
const windowGlobals = [
  'window', 'self', 'top', 'parent', 'opener', 'frames', 'frameElement', 'name', 'origin',
  'document', 'location', 'history', 'navigation', 'navigator', 'screen', 'visualViewport',
  'open', 'close', 'closed', 'stop', 'focus', 'blur', 'print', 'alert', 'confirm', 'prompt',
  'addEventListener', 'removeEventListener', 'dispatchEvent', 'postMessage', 'event',
  'onload', 'onerror', 'onmessage', 'onpageshow', 'onpagehide', 'onstorage',
  'BroadcastChannel', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'Worker', 'SharedWorker',
  'isSecureContext', 'crossOriginIsolated', 'matchMedia', 'getComputedStyle', 'getSelection',
  'requestAnimationFrame', 'cancelAnimationFrame', 'requestIdleCallback', 'scrollTo', 'length',
  'innerWidth', 'innerHeight', 'outerWidth', 'outerHeight', 'screenX', 'screenY', 'status',
];

/** Names by which a script reaches the global object. */
const globalObjects = ['globalThis', 'window', 'self', 'top', 'parent', 'frames'];

/**
 * What a place may touch beyond the language itself.
 * @typedef {{ window?: boolean, storage?: boolean, registry?: boolean }} Permissions
 */

const onlyStorage =
  'Only src/core/browser/transaction.ts may touch storage and locks, and src/doctor/storage.ts.';
const onlyRegistry = 'Only src/define.ts and src/react-component.ts may touch customElements.';
const onlyWindow =
  'Only src/core/browser, src/wallet, src/doctor and src/notes may touch the window.';

/**
 * @param {Permissions} may
 * @returns {import('eslint').Linter.RuleEntry}
 */
function globalRules(may) {
  /** @param {string[]} names @param {string} message */
  const banned = (names, message) => names.map((name) => ({ name, message }));
  const globals = [
    ...(may.storage ? [] : banned(storageGlobals, onlyStorage)),
    ...(may.registry ? [] : banned(registryGlobals, onlyRegistry)),
    ...(may.window ? [] : banned(windowGlobals, onlyWindow)),
  ];
  return ['error', { globals, checkGlobalObject: true, globalObjects }];
}

/**
 * The ways around the list of globals: the same member of another object, such as
 * `document.defaultView.localStorage`, and the global object under another name.
 * @param {Permissions} may
 */
function detours(may) {
  /** @param {string} name */
  const members = (name) =>
    `MemberExpression:matches([property.name=${name}], [property.value=${name}]), ` +
    `ObjectPattern > Property[key.name=${name}]`;
  const anotherName =
    ':not(MemberExpression, TSTypeQuery, UnaryExpression[operator="typeof"]) > ' +
    'Identifier[name="globalThis"]';
  const computedMember =
    'MemberExpression[computed=true][object.name="globalThis"]:not([property.type="Literal"])';
  const storage = {
    selector: members('/^(localStorage|sessionStorage|locks)$/'),
    message: onlyStorage,
  };
  const registry = { selector: members('/^customElements$/'), message: onlyRegistry };
  return [
    ...(may.storage ? [] : [storage]),
    ...(may.registry ? [] : [registry]),
    ...(may.window
      ? []
      : [anotherName, computedMember].map((selector) => ({ selector, message: onlyWindow }))),
  ];
}

const markupFromStrings = [
  {
    selector:
      'MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|srcdoc)$/], ' +
      'MemberExpression[property.value=/^(innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|srcdoc)$/], ' +
      'TemplateElement[value.raw=/[.](innerHTML|outerHTML|srcdoc)=/], ' +
      'ImportDeclaration[source.value=/unsafe-/], ' +
      'Identifier[name=/^unsafe(HTML|SVG|MathML|Static|CSS)$/]',
    message: 'Markup from a string can run a script: use a template.',
  },
];

/** Debugging output; `console[level]` is left to the type of `level`. */
const consoleOutput = {
  selector:
    'MemberExpression[object.name="console"][computed=false]:not([property.name=/^(warn|info|error)$/]), ' +
    'MemberExpression[object.name="console"] > Literal.property:not([value=/^(warn|info|error)$/])',
  message: 'Only console.warn, info and error.',
};

/** Shared with the rest of the project: an enum is code that types alone can say. */
export const noEnum = {
  selector: 'TSEnumDeclaration',
  message: 'Use a union of string literals.',
};

/** Shared as well: it saves lines and nothing else. */
export const noSpreadLiteral = {
  selector:
    ':not(ObjectExpression) > SpreadElement > ArrayExpression, ObjectExpression > SpreadElement > ObjectExpression',
  message: 'Write the elements without a spread.',
};

/** Node finds the failed expression in the source, which can take minutes where it was compiled. */
export const noBareAssertion = {
  selector:
    "CallExpression[callee.object.name='assert'][callee.property.name='ok'][arguments.length=1]",
  message: 'Give assert.ok() a message, or use assert.equal().',
};

/**
 * @param {string} files
 * @param {Permissions} may
 * @returns {import('eslint').Linter.Config}
 */
const place = (files, may) => ({
  files: [files],
  ignores: ['src/testing/**', 'src/command/**'],
  languageOptions: { parser: tseslint.parser, globals: declared },
  rules: {
    'no-restricted-globals': globalRules(may),
    'no-restricted-syntax': [
      'error',
      noEnum,
      noSpreadLiteral,
      ...detours(may),
      ...markupFromStrings,
      consoleOutput,
    ],
    'no-restricted-properties': [
      'error',
      { object: 'Math', property: 'random', message: 'Use crypto.getRandomValues().' },
    ],
    'no-eval': 'error',
    'no-implied-eval': 'error',
    'no-new-func': 'error',
  },
});

/** `checkGlobalObject` follows only names that are declared as globals. */
const declared = Object.fromEntries(globalObjects.map((name) => [name, 'readonly']));

/** What prints texts for developers. */
const printing = ['src/{command,doctor,notes,testing}/**', '{demo,examples,scripts}/**'];

/** @type {import('eslint').Linter.Config[]} */
const words = [
  {
    files: ['**/*.{js,mjs,ts,tsx}'],
    ignores: ['scripts/documents/words.mjs'],
    languageOptions: { parser: tseslint.parser },
    plugins: { house: { rules: { 'plain-words': plainWords } } },
    rules: { 'house/plain-words': ['error', 'titles'] },
  },
  {
    files: [...printing, 'src/core/{errors,texts}.ts'],
    ignores: ['scripts/documents/words.mjs'],
    rules: { 'house/plain-words': ['error', 'strings'] },
  },
];

/** The last place that fits a file counts. */
export const houseRules = [
  ...words,
  place('src/**/*.ts', {}),
  place('src/core/browser/**/*.ts', { window: true }),
  place('src/wallet/**/*.ts', { window: true }),
  place('src/doctor/**/*.ts', { window: true }),
  place('src/notes/**/*.ts', { window: true }),
  // The doctor imports nothing of core/browser, so it reads storage itself.
  place('src/doctor/storage.ts', { window: true, storage: true }),
  place('src/core/browser/transaction.ts', { window: true, storage: true }),
  place('src/define.ts', { registry: true }),
  // Not at its evaluation as there, but when React has set the properties.
  place('src/react-component.ts', { registry: true }),
  // The global object, where all copies of the script and the languages meet.
  place('src/locales/registry.ts', { window: true }),
];
