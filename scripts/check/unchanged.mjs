// Runs a script of package.json once more, and fails when it changes a byte of what it writes, or
// writes a path of this machine. Time zone and language are others than usual.
//   node scripts/check/unchanged.mjs build dist
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { npmCommand } from '../setup/npm.mjs';

const [script = '', ...places] = process.argv.slice(2);

/** @param {string} place */
function filesOf(place) {
  if (!statSync(place).isDirectory()) return [place];
  const names = readdirSync(place, { recursive: true, encoding: 'utf8' }).sort();
  return names.map((name) => join(place, name)).filter((file) => statSync(file).isFile());
}

/** @returns {Map<string, string>} the contents by file */
const read = () =>
  new Map(places.flatMap(filesOf).map((file) => [file, readFileSync(file, 'latin1')]));

const before = read();
const { file: npm, args, shell } = npmCommand('run', '--silent', script);
const env = { ...process.env, TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8' };
execFileSync(npm, args, { env, shell, stdio: ['ignore', 'ignore', 'inherit'] });
const after = read();

for (const file of new Set([...before.keys(), ...after.keys()])) {
  const text = after.get(file);
  if (before.get(file) !== text) console.error(`\`npm run ${script}\` has changed ${file}.`);
  else if (text?.includes(process.cwd())) console.error(`${file} names ${process.cwd()}.`);
  else continue;
  process.exitCode = 1;
}
