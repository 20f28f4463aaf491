// Reads test/faults.md, and for each of its rows the tests that show it and the mutants that must
// make them fail. `npm run faults` writes them into build/reports/faults.md.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readMutants, readTests } from './mutants.mjs';

export const DOCUMENT = 'test/faults.md';
const REPORT = 'build/reports/faults.md';

/** The rows of the document, with all that is known of each. */
export function readRows() {
  const [tests, mutants] = [readTests(), readMutants()];
  const headings = [...readFileSync(DOCUMENT, 'utf8').matchAll(/^### (\d+)\. (.*)$/gm)];
  return headings.map(([, digits = '', name = '']) => {
    const isNamed = new RegExp(`#${digits}\\b`);
    return {
      number: Number(digits),
      name,
      tests: tests.filter(({ title }) => isNamed.test(title)),
      mutants: mutants.filter(({ fault }) => fault === Number(digits)),
    };
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rows = readRows();
  const parts = rows.map(({ number, name, tests, mutants }) => {
    const shown = tests.map(
      ({ file, title }) => `- \`${file}\`: ${title.replace(/\$\{[^}]*\}/g, '…')}`,
    );
    const red = mutants.map(({ rule, place }) => `- Red when ${rule} (\`${place}\`)`);
    return `## ${number}. ${name}\n\n${[...shown, ...red].join('\n')}\n`;
  });
  mkdirSync('build/reports', { recursive: true });
  writeFileSync(REPORT, `# The rows of ${DOCUMENT}, and what shows them\n\n${parts.join('\n')}`);
  console.log(`${rows.length} rows: ${REPORT}`);
}
