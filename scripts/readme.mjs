// Writes version and integrity into the script tags of the documentation; with `--check` only
// compares. Needs a fresh `npm run build`.
import { readFileSync, writeFileSync } from 'node:fs';
import { isReleased } from './changelog.mjs';

const documents = [
  ...['README.md', 'docs/frameworks.md'],
  ...['test/frameworks/html/index.html', 'test/frameworks/tag-manager/tag.html'],
];
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
if (isReleased(read('CHANGELOG.md'), version)) {
  console.log(`${version} is released: its script tags stay as they are.`);
} else {
  for (const document of documents) {
    const text = fresh(document);
    if (!process.argv.includes('--check')) writeFileSync(document, text);
    else if (text !== read(document)) {
      console.error(`The script tag in ${document} is stale: run \`npm run readme\`, commit it.`);
      process.exitCode = 1;
    }
  }
}
