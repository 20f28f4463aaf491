// Builds once more, in another time zone and language, and fails when a byte of dist/ differs or
// names a place of this machine. Needs a fresh `npm run build`.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { npmCommand } from './npm.mjs';

/** @returns {Map<string, string>} the contents of dist/ by file */
function readBuild() {
  const names = readdirSync('dist', { recursive: true, encoding: 'utf8' }).sort();
  const files = names.map((name) => join('dist', name)).filter((file) => statSync(file).isFile());
  return new Map(files.map((file) => [file, readFileSync(file, 'latin1')]));
}

const first = readBuild();
const { file: npm, args, shell } = npmCommand('run', '--silent', 'build');
const env = { ...process.env, TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8' };
execFileSync(npm, args, { env, shell, stdio: ['ignore', 'ignore', 'pipe'] });
const second = readBuild();

for (const file of new Set([...first.keys(), ...second.keys()])) {
  const text = second.get(file);
  if (first.get(file) !== text) console.error(`${file} differs from build to build.`);
  else if (text?.includes(process.cwd())) console.error(`${file} names ${process.cwd()}.`);
  else continue;
  process.exitCode = 1;
}
