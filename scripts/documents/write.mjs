// Writes docs/reference.md from custom-elements.json, and llms.txt from the other documents.
// `-- --all <file>` writes all documents into one file instead.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { documents, readDocument } from './list.mjs';
import { writeReference } from './reference.mjs';

const { values } = parseArgs({ options: { all: { type: 'string' } } });

function writeIndex() {
  const { summary } = readDocument('README.md');
  const lines = documents.map((document) => {
    const { title, summary: about } = readDocument(document);
    return `- [${title}](${document}): ${about}`;
  });
  return `# monerium-connect\n\n> ${summary}\n\n## Documents\n\n${lines.join('\n')}\n`;
}

if (values.all === undefined) {
  const manifest = JSON.parse(readFileSync('custom-elements.json', 'utf8'));
  writeFileSync('docs/reference.md', writeReference(manifest));
  writeFileSync('llms.txt', writeIndex());
} else {
  const texts = documents.map((name) => `<!-- ${name} -->\n\n${readDocument(name).text}`);
  writeFileSync(values.all, texts.join('\n'));
}
