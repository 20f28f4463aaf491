// Writes into docs/faults.md, under each row, the tests that show it and the change that turns them
// red. `test/node/faults.test.ts` compares.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import mutants from '../test/mutants/faults.mjs';

export const DOCUMENT = 'docs/faults.md';
const FOLDERS = ['test/unit', 'test/e2e', 'test/node'];

/** @typedef {{ file: string, title: string }} Test */

/** A title as it stands in the source: what a test fills in is left open. */
const TITLE = /(['"`])((?:(?!\1).)*#\d+ (?:(?!\1).)*)\1/g;

/** Every test whose title names a row. */
function readTests() {
  return FOLDERS.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.test.ts'))
      .sort()
      .flatMap((name) => {
        const file = join(folder, name);
        const titles = [...readFileSync(file, 'utf8').matchAll(TITLE)];
        return titles.map(([, , title = '']) => ({ file, title }));
      }),
  );
}

/**
 * The rows of the document, with all that is known of each.
 * @param {string} document
 */
export function readRows(document) {
  const tests = readTests();
  const numbers = [...document.matchAll(/^### (\d+)\. /gm)].map(([, number]) => Number(number));
  return numbers.map((number) => ({
    number,
    tests: tests.filter(({ title }) => new RegExp(`#${number}\\b`).test(title)),
    mutants: mutants.filter(({ row }) => row === number),
  }));
}

/** @param {string} text */
const code = (text) =>
  (text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``).replace(/\s+/g, ' ');

/** @param {ReturnType<typeof readRows>[number]} row */
function describe({ tests, mutants }) {
  const shown = tests.map(({ file, title }) => {
    const open = title.replace(/^#\d+( #\d+)* /, '').replace(/\$\{[^}]*\}/g, '…');
    return `- \`${file}\`: ${open}`;
  });
  const broken = mutants.map(({ name, file, search, replace }) => {
    const change = replace ? `${code(search)} → ${code(replace)}` : `${code(search)} is taken out`;
    return `- Red when ${name}. \`${file}\`: ${change}`;
  });
  return [...shown, ...broken].join('\n');
}

/**
 * The document with fresh lines under its rows.
 * @param {string} document
 */
export async function refresh(document) {
  const rows = readRows(document);
  const [start = '', ...parts] = document.split(/^(?=### \d+\. )/m);
  const written = parts.map((part, at) => {
    const [own = '', next = ''] = part.split(/^(?=## )/m);
    const [prose = ''] = own.split(/^(?=- )/m);
    return `${prose}\n${describe(/** @type {typeof rows[number]} */ (rows[at]))}\n\n${next}`;
  });
  const style = await resolveConfig(DOCUMENT);
  return format(start + written.join(''), { ...style, parser: 'markdown' });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(DOCUMENT, await refresh(readFileSync(DOCUMENT, 'utf8')));
}
