// Checks words and sentences of the documents, and names the place of each fault: `npm run prose`.
import { readFileSync } from 'node:fs';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import remarkRetext from 'remark-retext';
import retextEnglish from 'retext-english';
import retextIndefiniteArticle from 'retext-indefinite-article';
import retextRepeatedWords from 'retext-repeated-words';
import { unified } from 'unified';
import { VFile } from 'vfile';
import { documents, ownDocuments } from './list.mjs';
import plainWords from './plain-words.mjs';

const english = unified().use(retextEnglish).use(retextRepeatedWords).use(retextIndefiniteArticle);
const linter = unified()
  .use(remarkParse)
  .use(remarkGfm)
  .use(plainWords)
  .use(remarkRetext, /** @type {any} */ (english));

/** @param {string} path */
async function check(path) {
  const file = new VFile({ path, value: readFileSync(path, 'utf8') });
  await linter.run(linter.parse(file), file);
  for (const { line = 1, column = 1, reason } of file.messages) {
    console.error(`${path}:${line}:${column}  ${reason}`);
    process.exitCode = 1;
  }
}

for (const path of [...documents, ...ownDocuments, 'test/faults.md']) await check(path);
