// The documents of the package, in the order in which they are read: that of docs/README.md.
import { readdirSync, readFileSync } from 'node:fs';

const index = readFileSync('docs/README.md', 'utf8');
const linked = [...index.matchAll(/\(([\w-]+\.md)\)/g)].map(([, name]) => `docs/${name}`);
export const documents = ['README.md', 'docs/README.md', ...linked, 'CHANGELOG.md'];

const files = [...readdirSync('.'), ...readdirSync('docs').map((name) => `docs/${name}`)];
const own = files.filter((file) => file.endsWith('.md') && !documents.includes(file));
/** For those who work on the project. They are not in the package. */
export const ownDocuments = [...own, 'demo/backend/README.md'];

/**
 * @param {string} document
 * @returns {{ text: string, title: string, summary: string }} `summary` is its first sentence
 */
export function readDocument(document) {
  const text = readFileSync(document, 'utf8');
  const [, title = document] = /^# (.+)$/m.exec(text) ?? [];
  const [, rest = ''] = /^# .+\n\n([\s\S]*)/m.exec(text) ?? [];
  const paragraph = rest.split('\n\n').find((part) => /^[\w`[]/.test(part)) ?? '';
  const [summary = ''] = /^.*?[.](?= |$)/.exec(paragraph.replaceAll('\n', ' ')) ?? [];
  return { text, title, summary: summary.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1') };
}
