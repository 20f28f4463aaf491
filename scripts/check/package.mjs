// Packs the package as it would be published and looks at it as those see it who install it. Needs
// a fresh `npm run build`.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entries, languages } from '../build/rollup.config.js';
import { ownDocuments } from '../documents/list.mjs';
import { npmCommand } from '../setup/npm.mjs';

/** Without what is there to check them: packages, and their settings. @param {string} folder */
function filesOf(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).replaceAll('\\', '/'))
    .filter((name) => !/[/]node_modules[/]|[.]json$/.test(name));
}

/** What several entries share, of scripts and of types. */
// prettier-ignore
const SHARED = [
  'errors', 'exchange', 'flow-connector', 'identity', 'not-imported', 'options', 'registry',
  'stored-row', 'texts', 'wallet',
];
const SHARED_TYPES = ['connection', 'errors', 'exchange', 'options', 'store', 'wallet'];
/** What the command and the entry for tests share: its names have hashes of the contents. */
const SHARED_BY_NODE = /^dist\/testing\/\w+-[A-Z0-9]{8}\.js$/;
/** No more than this: an installation takes the room, and a reader looks at the list. */
const MAX_FILES = 250;
const MAX_BYTES = 700_000;

/** Every file that belongs into the package. */
function expectedFiles() {
  const scripts = ['', '.iife', '.wallet', '.wallet.iife', '.doctor', '.notes'];
  return [
    'package.json',
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
    'custom-elements.json',
    'llms.txt',
    'dist/LICENSES.txt',
    'dist/integrity.json',
    'dist/importmap.json',
    'dist/bin/monerium-connect.js',
    'dist/testing/LICENSES.txt',
    ...['index', 'browser'].flatMap((name) => [
      `dist/testing/${name}.js`,
      `dist/testing/${name}.d.ts`,
    ]),
    'editors/vscode.html-custom-data.json',
    'editors/vscode.css-custom-data.json',
    'editors/web-types.json',
    ...['docs', 'examples'].flatMap(filesOf).filter((name) => !ownDocuments.includes(name)),
    ...['element', 'preact', 'react', 'solid', 'svelte', 'vue'].map((name) => `types/${name}.d.ts`),
    ...Object.keys(entries).flatMap((name) => [`dist/${name}.js`, `dist/${name}.d.ts`]),
    ...SHARED.map((name) => `dist/shared/${name}.js`),
    ...SHARED_TYPES.map((name) => `dist/types/${name}.d.ts`),
    ...scripts.map((name) => `dist/monerium-connect${name}.min.js`),
    ...languages.map((name) => `dist/locales/${name}.min.js`),
  ];
}

/** @param {string[]} packed */
function checkFiles(packed) {
  const expected = expectedFiles();
  const extra = packed.filter((name) => !expected.includes(name) && !SHARED_BY_NODE.test(name));
  const missing = expected.filter((name) => !packed.includes(name));
  for (const name of extra) console.error(`${name} is packed and should not be.`);
  for (const name of missing) console.error(`${name} is missing from the package.`);
  if (extra.length + missing.length > 0) process.exitCode = 1;
}

/**
 * Shows what a tool says only when it finds something.
 * @param {string} tool
 * @param {...string} args
 */
function run(tool, ...args) {
  const script = `node_modules/${tool}`;
  const { status, stdout } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  if (status === 0) return;
  console.error(stdout);
  process.exitCode = 1;
}

const folder = mkdtempSync(join(tmpdir(), 'monerium-connect-pack-'));
try {
  const pack = ['pack', '--json', '--ignore-scripts', '--no-dry-run', '--pack-destination', folder];
  const { file, args, shell } = npmCommand(...pack);
  const [{ filename, files, size }] = JSON.parse(
    execFileSync(file, args, { encoding: 'utf8', shell }),
  );
  checkFiles(files.map((/** @type {{ path: string }} */ { path }) => path));
  if (files.length > MAX_FILES || size > MAX_BYTES) {
    console.error(`The package has ${files.length} files and ${size} bytes.`);
    process.exitCode = 1;
  }
  const tarball = join(folder, filename);
  run('publint/src/cli.js', 'run', tarball, '--strict');
  run('@arethetypeswrong/cli/dist/index.js', tarball, '--profile', 'esm-only');
} finally {
  rmSync(folder, { recursive: true });
}
