// Packs the package as it would be published and looks at it as those see it who install it. Needs
// a fresh `npm run build`.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { languages } from '../build/rollup.config.js';
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

/**
 * Every file that belongs into the package. The modules follow from src/: a file of types alone has
 * a declaration and no script.
 */
function expectedFiles() {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    // The tools for developers are one file each, and listed below.
    .filter((name) => name.endsWith('.ts') && !/^(testing|command)[\\/]/.test(name))
    .map((name) => `dist/${name.replaceAll('\\', '/').replace(/\.ts$/, '')}`);
  const scripts = ['dist/monerium-connect', 'dist/monerium-connect.wallet'].flatMap((name) => [
    `${name}.min.js`,
    `${name}.iife.min.js`,
  ]);
  scripts.push('dist/monerium-connect.doctor.min.js', 'dist/monerium-connect.notes.min.js');
  const locales = languages.map((name) => `dist/locales/${name}.min.js`);
  const withCode = sources.filter((name) => existsSync(`${name}.js`)).map((name) => `${name}.js`);
  return [
    ...['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'custom-elements.json'],
    ...['llms.txt', 'CONTRIBUTING.md', 'SECURITY.md', 'ACCESSIBILITY.md', 'test/faults.md'],
    'dist/documents.md',
    ...['bench.md', 'bench.svg', 'server.md', 'scale.md'].map(
      (name) => `test/bench/results/${name}`,
    ),
    ...['dist/LICENSES.txt', 'dist/integrity.json', 'dist/importmap.json'],
    ...['dist/bin/monerium-connect.js', 'dist/bin/LICENSES.txt'],
    ...['index', 'browser'].flatMap((name) => [
      `dist/testing/${name}.js`,
      `dist/testing/${name}.d.ts`,
    ]),
    'dist/testing/LICENSES.txt',
    ...['editors/vscode.html-custom-data.json', 'editors/vscode.css-custom-data.json'],
    'editors/web-types.json',
    ...['docs', 'examples'].flatMap(filesOf).filter((name) => !ownDocuments.includes(name)),
    ...['element', 'preact', 'react', 'solid', 'svelte', 'vue'].map((name) => `types/${name}.d.ts`),
    ...sources.map((name) => `${name}.d.ts`),
    ...locales,
    ...[...withCode, ...scripts].flatMap((name) => [name, `${name}.map`]),
  ];
}

/** @param {string[]} packed */
function checkFiles(packed) {
  const expected = expectedFiles();
  const extra = packed.filter((name) => !expected.includes(name));
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
  const [{ filename, files }] = JSON.parse(execFileSync(file, args, { encoding: 'utf8', shell }));
  checkFiles(files.map((/** @type {{ path: string }} */ { path }) => path));
  const tarball = join(folder, filename);
  run('publint/src/cli.js', 'run', tarball, '--strict');
  run('@arethetypeswrong/cli/dist/index.js', tarball, '--profile', 'esm-only');
} finally {
  rmSync(folder, { recursive: true });
}
