// Keeps docs/deep-tests.md: one section for each kind of run, replaced by the next run of its kind.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

const file = fileURLToPath(new URL('../docs/deep-tests.md', import.meta.url));
const INTRODUCTION = `# Deep tests

What the long runs have shown last. Written by the runs themselves: \`npm run test:deep\` and
\`npm run test:mutants -- --save\`.
`;

/**
 * @param {string[]} head
 * @param {string[][]} rows
 */
export function toTable(head, rows) {
  const lines = [head, head.map(() => '---'), ...rows];
  /** @param {string} cell */
  const escape = (cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ');
  return lines.map((cells) => `| ${cells.map(escape).join(' | ')} |`).join('\n');
}

/**
 * @param {string} title
 * @param {string} text
 */
export async function saveSection(title, text) {
  const before = existsSync(file) ? readFileSync(file, 'utf8') : INTRODUCTION;
  const [start = '', ...sections] = before.split(/^## /m);
  const others = sections.filter((section) => !section.startsWith(`${title}\n`));
  const after = [start, ...[...others, `${title}\n\n${text}\n`].sort()].join('\n## ');
  const style = await resolveConfig(file);
  writeFileSync(file, await format(after, { ...style, parser: 'markdown' }));
}
