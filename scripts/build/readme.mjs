// Writes version and integrity into the script tags of the documents and of the framework apps, and
// the sizes into README.md. Needs a fresh `npm run build`.
import { readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { isReleased } from '../release/changelog.mjs';

const documents = ['README.md', 'docs/frameworks.md'];
/** They get the package as it is here, released or not. */
const apps = ['test/frameworks/html/index.html', 'test/frameworks/tag-manager/tag.html'];
const tag = /(monerium-connect@)[^/]+(\/dist\/([\w.-]+)"\s+integrity=")[^"]*/g;

/** A row of a table: a file, and its size in bytes. */
const size = /(`(dist\/[\w./-]+)`[^|\n]*\| *)[\d,]+/g;

/** A sentence with the size of a file in bytes. */
const sentence = /[\d,]+( bytes \(`(dist\/[\w./-]+)`)/g;

/** @param {string} file */
const sizeOf = (file) => brotliCompressSync(readFileSync(file)).length.toLocaleString('en-US');

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
  return read(document)
    .replaceAll(tag, (_, before, between, file) => {
      return `${before}${version}${between}${integrity[file]}`;
    })
    .replaceAll(size, (_, before, file) => `${before}${sizeOf(file)}`)
    .replaceAll(sentence, (_, after, file) => `${sizeOf(file)}${after}`);
}

// What is on npm does not change any more, so its tags stay until the next release.
const isFinal = isReleased(read('CHANGELOG.md'), version);
if (isFinal) console.log(`${version} is released: its script tags stay as they are.`);

for (const file of isFinal ? apps : [...documents, ...apps]) writeFileSync(file, fresh(file));
