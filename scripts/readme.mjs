// Writes version and integrity into the script tags of the documentation and of the framework apps;
// with `--check` only compares. Needs a fresh `npm run build`.
import { readFileSync, writeFileSync } from 'node:fs';
import { isReleased } from './changelog.mjs';

const documents = ['README.md', 'docs/frameworks.md'];
/** They get the package as it is here, released or not. */
const apps = ['test/frameworks/html/index.html', 'test/frameworks/tag-manager/tag.html'];
const tag = /(monerium-connect@)[^/]+(\/dist\/([\w.-]+)"\s+integrity=")[^"]*/g;

/** @param {string} file */
const read = (file) => readFileSync(file, 'utf8');

/** @type {{ version: string }} */
const { version } = JSON.parse(read('package.json'));
/** @type {Record<string, string>} */
const integrity = JSON.parse(read('dist/integrity.json'));

/**
 * @param {string} document
 * @returns {string}
 */
function fresh(document) {
  return read(document).replaceAll(tag, (_, before, between, file) => {
    return `${before}${version}${between}${integrity[file]}`;
  });
}

// What is on npm does not change any more, so its tags stay until the next release.
const isFinal = isReleased(read('CHANGELOG.md'), version);
if (isFinal) console.log(`${version} is released: its script tags stay as they are.`);

for (const file of isFinal ? apps : [...documents, ...apps]) {
  const text = fresh(file);
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (text !== read(file)) {
    console.error(`The script tag in ${file} is stale: run \`npm run readme\`, commit it.`);
    process.exitCode = 1;
  }
}
