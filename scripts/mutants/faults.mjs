// Reads test/faults.md, and for each of its rows the tests that show it and the mutants that must
// turn them red. `npm run faults` writes what there is into build/reports/faults.md, with what the
// last `npm run test:mutants` has seen.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readMutants } from './tables.mjs';

export const DOCUMENT = 'test/faults.md';
const FOLDERS = ['test/unit', 'test/e2e', 'test/node'];
const REPORT = 'build/reports/faults.md';
const SEEN = 'build/reports/mutants.json';

/** @typedef {import('./tables.mjs').Mutant} Mutant */
/** @typedef {{ file: string, title: string }} Test */
/** @typedef {{ number: number, name: string, tests: Test[], mutants: Mutant[] }} Row */

/** A title as it stands in the source: what a test fills in is left open. */
const TITLE = /(['"`])((?:(?!\1).)*#\d+ (?:(?!\1).)*)\1/g;

/** @returns {Test[]} every test whose title names a row */
export function readTests() {
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

/** @returns {Promise<Row[]>} the rows of the document, with all that is known of each */
export async function readRows() {
  const tests = readTests();
  const mutants = await readMutants();
  const headings = [...readFileSync(DOCUMENT, 'utf8').matchAll(/^### (\d+)\. (.*)$/gm)];
  return headings.map(([, digits = '', name = '']) => {
    const isNamed = new RegExp(`#${digits}\\b`);
    return {
      ...{ number: Number(digits), name },
      tests: tests.filter(({ title }) => isNamed.test(title)),
      mutants: mutants.filter(({ fault }) => fault === Number(digits)),
    };
  });
}

/**
 * What the last run of the mutants has seen, by number and rule.
 * @returns {Map<string, string>}
 */
function readSeen() {
  /** @type {{ mutant: Mutant, seen: string[] }[]} */
  const results = existsSync(SEEN) ? JSON.parse(readFileSync(SEEN, 'utf8')) : [];
  return new Map(
    results.map(({ mutant: { fault, rule }, seen }) => [
      `${fault} ${rule}`,
      seen.length > 0 ? `noticed by ${seen.length}: “${seen[0]}”` : 'NOT NOTICED',
    ]),
  );
}

/**
 * @param {Row} row
 * @param {Map<string, string>} seen
 */
function describe({ number, name, tests, mutants }, seen) {
  const lines = [
    ...tests.map(({ file, title }) => `- \`${file}\`: ${title.replace(/\$\{[^}]*\}/g, '…')}`),
    ...mutants.map(({ rule, file, test }) => {
      const verdict = seen.get(`${number} ${rule}`) ?? 'not run';
      return `- Red when ${rule} (\`${file}\`, test/${test}.test.ts): ${verdict}`;
    }),
  ];
  return `## ${number}. ${name}\n\n${lines.join('\n')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rows = await readRows();
  const seen = readSeen();
  mkdirSync('build/reports', { recursive: true });
  const parts = rows.map((row) => describe(row, seen));
  writeFileSync(REPORT, `# The rows of ${DOCUMENT}, and what shows them\n\n${parts.join('\n')}`);
  console.log(`${rows.length} rows: ${REPORT}`);
}
