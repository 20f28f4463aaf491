// Packs the package as it would be published and looks at it as those see it who install it. Needs
// a fresh `npm run build`.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownDocuments } from '../documents/list.mjs';
import { npmCommand } from '../setup/npm.mjs';

/** No more than this: an installation takes the room, and a reader looks at the list. */
const MAX_FILES = 250;
const MAX_BYTES = 700_000;

/** Every file of the package is made by the build, or one that git has. @param {string[]} packed */
function checkFiles(packed) {
  const { stdout } = spawnSync('git', ['ls-files'], { encoding: 'utf8' });
  const known = stdout?.split('\n') ?? [];
  // An archive of the project is no repository.
  const isStray = (/** @type {string} */ name) => known.length > 1 && !known.includes(name);
  for (const name of packed.filter((name) => !name.startsWith('dist/'))) {
    if (!ownDocuments.includes(name) && !isStray(name)) continue;
    console.error(`${name} is packed and should not be.`);
    process.exitCode = 1;
  }
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
