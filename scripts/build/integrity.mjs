// The last step of a build: writes dist/integrity.json, the values of `integrity` for a script tag,
// and dist/importmap.json, the same for the files that the script loads by itself.
// https://www.w3.org/TR/SRI/
// https://html.spec.whatwg.org/multipage/webappapis.html#import-map-integrity-map
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

/**
 * @param {string} name
 * @param {object} value
 */
function write(name, value) {
  writeFileSync(`dist/${name}`, `${JSON.stringify(value, null, 2)}\n`);
}

const integrity = Object.fromEntries(files.map((file) => [file, hash(file)]));
write('integrity.json', integrity);

/** These have a tag of their own, with `integrity`. */
const withTag = /^monerium-connect(\.wallet)?(\.iife)?\.min\.js$/;
/** @type {{ version: string }} */
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const folder = `https://cdn.jsdelivr.net/npm/monerium-connect@${version}/dist/`;
const loaded = files.filter((file) => !withTag.test(file));
write('importmap.json', {
  integrity: Object.fromEntries(loaded.map((file) => [folder + file, integrity[file]])),
});
