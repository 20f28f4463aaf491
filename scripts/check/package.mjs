// Packs the package as it would be published and looks at it as those see it who install it. Needs
// a fresh `npm run build`.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { documents } from '../documents/list.mjs';
import { npmCommand } from '../setup/npm.mjs';

/** No more than this: an installation takes the room, and a reader looks at the list. */
const MAX_FILES = 250;
const MAX_BYTES = 700_000;

/** Of the files that git has: these have to be in the package, and no others. */
const SHIPPED =
  /^((package|custom-elements)\.json|LICENSE|llms\.txt|(types|editors)\/.+|docs\/pictures\/.+|examples\/.+(?<!\.json))$/;
/** What the build writes. */
const BUILT = /^dist\/.*(\.js|\.d\.ts|integrity\.json|importmap\.json|LICENSES\.txt)$/;

/** @param {string[]} packed */
function checkFiles(packed) {
  const built = readdirSync('dist', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).replaceAll('\\', '/'));
  const known = spawnSync('git', ['ls-files'], { encoding: 'utf8' }).stdout?.split('\n') ?? [];
  const notices = ['dist/LICENSES.txt', 'dist/testing/LICENSES.txt'];
  const kept = known.filter((name) => SHIPPED.test(name) || documents.includes(name));
  const expected = [...kept, ...notices, ...built.filter((name) => BUILT.test(name))];
  // An archive of the project is no repository.
  const extra = kept.length > 0 ? packed.filter((name) => !expected.includes(name)) : [];
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
