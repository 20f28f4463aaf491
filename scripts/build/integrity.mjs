// The last step of a build: writes dist/integrity.json, the values of `integrity` for a script tag.
// https://www.w3.org/TR/SRI/
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const files = readdirSync('dist', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.min.js'))
  .map((file) => file.replaceAll('\\', '/'))
  .sort();

/** @param {string} file */
function hash(file) {
  const digest = createHash('sha384')
    .update(readFileSync(`dist/${file}`))
    .digest('base64');
  return `sha384-${digest}`;
}

const integrity = Object.fromEntries(files.map((file) => [file, hash(file)]));
writeFileSync('dist/integrity.json', `${JSON.stringify(integrity, null, 2)}\n`);
