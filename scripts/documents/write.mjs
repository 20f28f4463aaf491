// Writes docs/reference.md from custom-elements.json, and llms.txt from the other documents.
import { readFileSync, writeFileSync } from 'node:fs';
import { documents, readDocument } from './list.mjs';
import { writeReference } from './reference.mjs';

function writeIndex() {
  const { summary } = readDocument('README.md');
  const lines = documents.map((document) => {
    const { title, summary: about } = readDocument(document);
    return `- [${title}](${document}): ${about}`;
  });
  return `# monerium-connect\n\n> ${summary}\n\n## Documents\n\n${lines.join('\n')}\n`;
}

const manifest = JSON.parse(readFileSync('custom-elements.json', 'utf8'));
writeFileSync('docs/reference.md', writeReference(manifest));
writeFileSync('llms.txt', writeIndex());
