// Who may import whom, checked by dependency-cruiser. An `import type` counts as well. A folder of
// src/ is a layer: it imports from itself and from the layers below it. `core` is the files of
// src/core/ itself, without its folders and the files that every folder may import.
import { fileURLToPath } from 'node:url';
import { isInstalled } from '../setup/folders.mjs';

/** Which folders of src/ lie below each folder. Each may import the shared files as well. */
const below = {
  element: ['core', 'core/flow', 'core/browser', 'core/further', 'core/oauth', 'locales'],
  core: ['core/flow', 'core/browser', 'core/further', 'core/oauth'],
  'core/flow': ['core/browser', 'core/further', 'core/oauth'],
  'core/browser': ['core/further', 'core/oauth'],
  // What the core and the files that are loaded on use know of each other.
  'core/further': [],
  'core/oauth': [],
  server: ['core/oauth'],
  // Loaded on use, in files of their own: they import nothing of the element.
  wallet: ['core/oauth'],
  doctor: ['core/further', 'core/oauth'],
  notes: ['core/further', 'core/oauth'],
  locales: [],
  // These run in Node, and may use what the server is made of.
  testing: ['element', 'core/flow', 'server', 'core/oauth'],
  command: ['testing', 'server'],
};

/** The shared files: states, options, codes and texts. Every folder may import them. */
const shared = '^src/core/(connection|options|errors|texts)[.]ts$';
const entries = '^src/(index|define|script|core|react(-component|-connection)?)[.]ts$';
const lit = '(^|/)node_modules/(lit|lit-html|lit-element|@lit/[^/]+)/';

/** @param {string[]} folders */
const inside = (folders) =>
  folders.map((folder) => (folder === 'core' ? '^src/core/[^/]+$' : `^src/${folder}/`));

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const layers = Object.entries(below).map(([folder, lower]) => ({
  name: `layer-${folder}`,
  comment: `src/${folder} may import ${[folder, ...lower].join(', ')} and the shared files.`,
  severity: 'error',
  from: { path: inside([folder]), pathNot: shared },
  to: { path: '^src/', pathNot: [...inside([folder, ...lower]), shared, entries] },
}));

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const forbidden = [
  ...layers,
  {
    name: 'shared-files-import-oauth-only',
    comment: 'connection, options, errors and texts import each other and src/core/oauth.',
    severity: 'error',
    from: { path: shared },
    to: { path: '^src/', pathNot: [shared, '^src/core/oauth/', entries] },
  },
  {
    name: 'only-entries-import-entries',
    comment:
      'Entries are for applications. Only index.ts, script.ts and those for React import one.',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/(index|script|react(-component|-connection)?)[.]ts$' },
    to: { path: entries },
  },
  {
    name: 'src-has-known-places',
    comment: 'A file of src/ is an entry, a shared file, or in a folder of the table `below`.',
    severity: 'error',
    from: { path: '^src/', pathNot: [entries, shared, ...inside(Object.keys(below))] },
    to: {},
  },
  {
    name: 'languages-are-loaded',
    comment: 'A language is a file of its own: only what finds and loads it may be imported.',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/locales/' },
    to: { path: '^src/locales/', pathNot: '^src/locales/(registry|languages|not-imported)[.]ts$' },
  },
  {
    name: 'lit-is-for-the-element',
    comment: 'Only src/element imports Lit, and src/react-component.ts its wrapper for React.',
    severity: 'error',
    from: { path: '^src/', pathNot: ['^src/element/', '^src/react-component[.]ts$'] },
    to: { path: lit },
  },
  {
    name: 'lit-is-the-only-package',
    comment: 'The product needs Lit and nothing else, in browsers and on servers.',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/(react-(component|connection)[.]ts$|testing/|command/)' },
    to: { dependencyTypesNot: ['local'], pathNot: [lit, '^src/'] },
  },
  {
    name: 'src-stands-alone',
    comment: 'What ships imports nothing of the demo, the examples, the tests or the scripts.',
    severity: 'error',
    from: { path: '^src/' },
    to: { path: '^(demo|examples|test|scripts)/' },
  },
  {
    name: 'no-circle',
    comment: 'Files that need each other are one file, or one of them needs a third.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-missing-file',
    comment: 'The import names a file or a package that is not there.',
    severity: 'error',
    from: {
      path: '^(src|demo|examples|scripts)/',
      ...(!isInstalled('examples') && { pathNot: '^examples/' }),
    },
    to: { couldNotResolve: true },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden,
  options: {
    // Imports that only types need are gone after compilation, and still say who knows whom.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: fileURLToPath(new URL('../../tsconfig.json', import.meta.url)) },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
    exclude: { path: '^(dist|build|coverage)/' },
  },
};
