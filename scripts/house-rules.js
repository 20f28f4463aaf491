// The project's own rules for src/, as ESLint configuration: who may import whom, and who may touch
// what of the window. They need no type information, so a test can lint any text with them.
import { posix } from 'node:path';
import tseslint from 'typescript-eslint';

/**
 * What each file may import: files of src/ without their ending, and packages. A file that is not
 * listed may import nothing, so a new file needs its line here. Types count as well.
 * @type {Record<string, string[]>}
 */
export const allowedImports = {
  'src/errors.ts': [],
  'src/oauth.ts': ['errors'],
  'src/exchange.ts': ['oauth', 'errors'],
  'src/monerium-api.ts': ['exchange', 'errors'],
  'src/posted-grant.ts': ['exchange'],
  'src/server.ts': ['monerium-api', 'posted-grant', 'exchange', 'errors'],
  'src/configuration.ts': ['exchange', 'oauth', 'errors'],
  'src/connection.ts': ['configuration', 'exchange', 'oauth', 'errors'],
  'src/transaction.ts': ['configuration', 'exchange', 'oauth', 'errors'],
  'src/browser.ts': ['configuration', 'exchange', 'oauth', 'errors'],
  'src/session.ts': ['exchange', 'errors'],
  'src/departure.ts': ['browser', 'transaction', 'configuration', 'oauth', 'errors'],
  'src/arrival.ts': ['browser', 'transaction', 'oauth', 'errors'],
  'src/popup.ts': ['arrival', 'browser', 'transaction', 'exchange', 'oauth', 'errors'],
  'src/page.ts': [
    ...['arrival', 'browser', 'transaction', 'configuration', 'connection', 'exchange', 'oauth'],
    ...['errors', 'lit'],
  ],
  'src/flow.ts': [
    ...['page', 'arrival', 'departure', 'popup', 'session', 'browser', 'transaction'],
    ...['configuration', 'connection', 'exchange', 'oauth', 'errors'],
  ],
  'src/connect-controller.ts': [
    ...['flow', 'page', 'browser', 'transaction', 'configuration', 'connection', 'exchange'],
    ...['oauth', 'errors', 'lit'],
  ],
  'src/locales/en.ts': ['connection', 'errors'],
  'src/monerium-connect.styles.ts': ['lit'],
  'src/monerium-connect.ts': [
    ...['connect-controller', 'monerium-connect.styles', 'locales/en'],
    ...['configuration', 'connection', 'exchange', 'errors', 'lit'],
  ],
  'src/define.ts': ['monerium-connect', 'page'],
  'src/index.ts': [
    ...['define', 'monerium-connect', 'configuration', 'connection', 'exchange', 'oauth', 'errors'],
  ],
};

const windowFiles = ['src/browser.ts', 'src/transaction.ts'];
const storageFiles = ['src/transaction.ts'];
const registryFiles = ['src/define.ts'];
/** The page's registry is kept on the global object under a symbol, which no list can name. */
const globalObjectFiles = [...windowFiles, 'src/page.ts'];

const storageGlobals = ['localStorage', 'sessionStorage', 'indexedDB', 'caches', 'cookieStore'];
const registryGlobals = ['customElements'];

/** What only a page has. `Event` and its like are missing: workers and Node have them too. */
const windowGlobals = [
  ...['window', 'self', 'top', 'parent', 'opener', 'frames', 'frameElement', 'name', 'origin'],
  ...['document', 'location', 'history', 'navigation', 'navigator', 'screen', 'visualViewport'],
  ...['open', 'close', 'closed', 'stop', 'focus', 'blur', 'print', 'alert', 'confirm', 'prompt'],
  ...['addEventListener', 'removeEventListener', 'dispatchEvent', 'postMessage', 'event'],
  ...['onload', 'onerror', 'onmessage', 'onpageshow', 'onpagehide', 'onstorage'],
  ...['BroadcastChannel', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'Worker', 'SharedWorker'],
  ...['isSecureContext', 'crossOriginIsolated', 'matchMedia', 'getComputedStyle', 'getSelection'],
  ...['requestAnimationFrame', 'cancelAnimationFrame', 'requestIdleCallback', 'scrollTo', 'length'],
  ...['innerWidth', 'innerHeight', 'outerWidth', 'outerHeight', 'screenX', 'screenY', 'status'],
];

/** Names by which a script reaches the global object. */
const globalObjects = ['globalThis', 'window', 'self', 'top', 'parent', 'frames'];

/** @param {string} text */
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/**
 * A pattern for every import that is not allowed.
 * @param {string} file
 */
function forbiddenImport(file) {
  const allowed = (allowedImports[file] ?? []).map((name) => {
    if (name === 'lit') return 'lit(?:\\/[a-z/-]+(?:\\.js)?)?';
    const relative = posix.relative(posix.dirname(file), `src/${name}.js`);
    return escaped(relative.startsWith('.') ? relative : `./${relative}`);
  });
  return `^(?!(?:${allowed.join('|')})$)`;
}

/** @param {string} file */
function importRules(file) {
  const regex = forbiddenImport(file);
  const message = `${file} may not import this: see allowedImports in scripts/house-rules.js.`;
  const unsafe = 'Markup from a string can run a script: use a template.';
  return {
    names: {
      patterns: [
        { regex, message },
        { regex: 'unsafe-', message: unsafe },
      ],
    },
    // `no-restricted-imports` sees neither `import('./x.js')` nor `import('./x.js').Type`.
    syntax: [
      {
        selector: `ImportExpression:not([source.value=/${regex.replace('^(?!', '^(?:')}/])`,
        message,
      },
      { selector: `TSImportType:not([source.value=/${regex.replace('^(?!', '^(?:')}/])`, message },
    ],
  };
}

/**
 * @param {string} file
 * @returns {import('eslint').Linter.RuleEntry}
 */
function globalRules(file) {
  /** @param {string[]} names @param {string} owner */
  const banned = (names, owner) =>
    names.map((name) => ({ name, message: `Only ${owner} may touch it.` }));
  const globals = [
    ...(storageFiles.includes(file) ? [] : banned(storageGlobals, 'src/transaction.ts')),
    ...(registryFiles.includes(file) ? [] : banned(registryGlobals, 'src/define.ts')),
    ...(windowFiles.includes(file) ? [] : banned(windowGlobals, 'src/browser.ts')),
  ];
  return ['error', { globals, checkGlobalObject: true, globalObjects }];
}

/**
 * The ways around the list of globals: the same member of another object, such as
 * `document.defaultView.localStorage`, and the global object under another name.
 * @param {string} file
 */
function detours(file) {
  /** @param {string} name */
  const members = (name) =>
    `MemberExpression:matches([property.name=${name}], [property.value=${name}]), ` +
    `ObjectPattern > Property[key.name=${name}]`;
  const rules = [];
  if (!storageFiles.includes(file)) {
    const message = 'Only src/transaction.ts may touch storage and locks.';
    rules.push({ selector: members('/^(localStorage|sessionStorage|locks)$/'), message });
  }
  if (!registryFiles.includes(file)) {
    const message = 'Only src/define.ts may touch customElements.';
    rules.push({ selector: members('/^customElements$/'), message });
  }
  if (!globalObjectFiles.includes(file)) {
    rules.push({
      selector:
        ':not(MemberExpression, TSTypeQuery, UnaryExpression[operator="typeof"]) > ' +
        'Identifier[name="globalThis"]',
      message: 'The global object may not be passed on: only src/browser.ts may touch the window.',
    });
    rules.push({
      selector:
        'MemberExpression[computed=true][object.name="globalThis"]:not([property.type="Literal"])',
      message: 'A computed member of the global object could be any: only src/browser.ts may.',
    });
  }
  return rules;
}

const markupFromStrings = [
  {
    selector:
      'MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|srcdoc)$/], ' +
      'MemberExpression[property.value=/^(innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|srcdoc)$/], ' +
      'TemplateElement[value.raw=/[.](innerHTML|outerHTML|srcdoc)=/], ' +
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

/**
 * @param {string} file
 * @returns {import('eslint').Linter.RulesRecord}
 */
function rulesFor(file) {
  const imports = importRules(file);
  return {
    'no-restricted-imports': ['error', imports.names],
    'no-restricted-globals': globalRules(file),
    'no-restricted-syntax': [
      'error',
      noEnum,
      ...imports.syntax,
      ...detours(file),
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
  };
}

/** `checkGlobalObject` follows only names that are declared as globals. */
const declared = Object.fromEntries(globalObjects.map((name) => [name, 'readonly']));

/** @type {import('eslint').Linter.Config[]} */
export const houseRules = [
  {
    files: ['src/**/*.ts'],
    languageOptions: { parser: tseslint.parser, globals: declared },
    rules: rulesFor('A file without a line'),
  },
  // A later block wins, so each listed file has the rules made for it.
  ...Object.keys(allowedImports).map((file) => ({ files: [file], rules: rulesFor(file) })),
];
