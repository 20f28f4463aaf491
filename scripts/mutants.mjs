// Breaks the code on purpose, one line at a time, and sees whether a test notices.
//   node scripts/mutants.mjs [--save] [table …]      tables of test/mutants, all by default
//   node scripts/mutants.mjs --only 'pattern of names' protocol
//   node scripts/mutants.mjs --only '#(12|13) ' faults  rows of docs/faults.md
// A mutant is killed when the tests that are named for it fail with it, and pass without it. The
// sources themselves are never touched: everything happens in a copy.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, stripVTControlCharacters } from 'node:util';
import { transformSync } from 'esbuild';
import { saveSection, toTable } from './report.mjs';

/**
 * One change, and the tests that must see it.
 * @typedef {object} Mutant
 * @property {string} name What the broken code does, as a sentence in the present tense.
 * @property {string} file The file that is changed, from the root of the project.
 * @property {string} search Text that stands in the file exactly once.
 * @property {string} replace
 * @property {'unit' | 'e2e' | 'node'} runner
 * @property {string} test The test file, from the root of the project.
 * @property {string} [title] A pattern for the titles of the tests that run; all without it.
 * @property {boolean} [isDeep] With the full numbers of a random test: a tenth may miss it.
 * @property {number} [row] A row of docs/faults.md. Then a test of that row has to fail.
 * @property {string} [survives] Why no test can see it. It is an error when one does.
 */

/** @typedef {{ passed: string[], failed: string[], isLate: boolean, output: string }} Run */
/** @typedef {{ mutant: Mutant, verdict: string, isGood: boolean, seconds: number }} Result */

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'monerium-connect-mutants-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, save: { type: 'boolean' } },
});

function copyProject() {
  const left = new Set(['node_modules', '.git', 'dist', 'coverage']);
  cpSync(root, folder, {
    recursive: true,
    filter: (source) => !left.has(relative(root, source)),
  });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
}

/** @param {Mutant} mutant */
const nameOf = ({ row, name }) => (row ? `#${row} ${name}` : name);

/**
 * Fits the titles of a row's tests.
 * @param {number} row
 */
const ofRow = (row) => new RegExp(`#${row}\\b`);

/** @returns {Promise<{ name: string, mutants: Mutant[] }[]>} */
async function readTables() {
  const files = readdirSync(join(root, 'test/mutants')).map((file) => file.replace(/\.mjs$/, ''));
  const names = positionals.length > 0 ? positionals : files.sort();
  return Promise.all(
    names.map(async (name) => {
      const table = await import(new URL(`../test/mutants/${name}.mjs`, import.meta.url).href);
      const wanted = /** @type {Mutant[]} */ (table.default).filter((mutant) =>
        new RegExp(values.only ?? '').test(nameOf(mutant)),
      );
      return { name, mutants: wanted };
    }),
  );
}

/**
 * The changed text. A table that has gone stale must not look like a killed mutant.
 * @param {Mutant} mutant
 */
function mutate(mutant) {
  const { file, search, replace } = mutant;
  const parts = readFileSync(join(root, file), 'utf8').split(search);
  if (parts.length !== 2) {
    throw new Error(
      `"${nameOf(mutant)}": its text stands ${parts.length - 1} times in ${file}, not once`,
    );
  }
  const text = parts.join(replace);
  // Text that cannot be parsed fails every test and proves nothing.
  if (/\.[cm]?[jt]s$/.test(file)) transformSync(text, { loader: 'ts', logLevel: 'silent' });
  return text;
}

/**
 * Runs the tests of a mutant on what is in the copy.
 * @param {Pick<Mutant, 'runner' | 'test' | 'title' | 'isDeep'>} tests
 * @returns {Run}
 */
function runTests({ runner, test, title, isDeep = false }) {
  const args =
    runner === 'unit'
      ? ['node_modules/.bin/wtr', '--config', 'scripts/tap.config.mjs', '--files', test]
      : [
          ...['--import=tsx', '--test', '--test-reporter=tap'],
          ...(title ? [`--test-name-pattern=${title}`] : []),
          test,
        ];
  const timeout = (runner === 'e2e' ? 300_000 : 150_000) * (isDeep ? 4 : 1);
  const { stdout, stderr, error } = spawnSync(process.execPath, args, {
    ...{ cwd: folder, encoding: 'utf8', timeout, killSignal: 'SIGTERM' },
    maxBuffer: 1 << 28,
    env: { ...process.env, TEST_TITLE: title ?? '', ...(isDeep && { DEEP: '1' }) },
  });
  const lines = stripVTControlCharacters(stdout);
  /** @param {RegExp} pattern */
  const list = (pattern) =>
    [...lines.matchAll(pattern)].map(([, name = '']) => name.replaceAll('\\#', '#'));
  return {
    passed: list(/^\s*ok \d+ - (.*?)(?<!# SKIP.*)$/gm),
    failed: list(/^\s*not ok \d+ - (.*)$/gm),
    isLate: error !== undefined,
    output: stdout + stderr,
  };
}

/**
 * @param {Mutant} mutant
 * @returns {Result}
 */
function judge(mutant) {
  const started = Date.now();
  const { file, survives, row } = mutant;
  writeFileSync(join(folder, file), mutate(mutant));
  let run = runTests(mutant);
  // A browser that did not start has said nothing about the mutant.
  if (!run.isLate && run.passed.length + run.failed.length === 0) run = runTests(mutant);
  const { passed, failed, isLate } = run;
  writeFileSync(join(folder, file), readFileSync(join(root, file)));
  const seen = row ? failed.filter((title) => ofRow(row).test(title)) : failed;
  const isKilled = seen.length > 0 || (isLate && !row);
  const isGood = survives ? !isKilled && passed.length > 0 : isKilled;
  const others = seen.length > 1 ? ` (and ${seen.length - 1} more)` : '';
  let verdict = survives ? `survives: ${survives}` : 'SURVIVES';
  if (isKilled) verdict = seen[0] ? `${seen[0]}${others}` : 'the tests do not end';
  return { mutant, verdict, isGood, seconds: (Date.now() - started) / 1000 };
}

/**
 * Every test passes on the sources as they are, and none is missing. One run for each file.
 * @param {Mutant[]} mutants
 */
function checkTests(mutants) {
  for (const test of new Set(mutants.map((mutant) => mutant.test))) {
    const own = mutants.filter((mutant) => mutant.test === test);
    const titles = new Set(own.map(({ title = '' }) => title));
    const title = titles.has('') ? '' : [...titles].join('|');
    const first = /** @type {Mutant} */ (own[0]);
    const { passed, failed, output } = runTests({ ...first, title });
    console.log(`whole: ${test}: ${passed.length} passed, ${failed.length} failed`);
    if (failed.length > 0 || passed.length === 0) {
      throw new Error(`${test} does not pass on the code as it is:\n${output}`);
    }
    const lost = own.find(({ row }) => row && !passed.some((name) => ofRow(row).test(name)));
    if (lost) throw new Error(`${test} has no test for "${nameOf(lost)}"`);
  }
}

const tables = await readTables();
const all = tables.flatMap(({ mutants }) => mutants);
// Stale entries are told before anything runs.
for (const mutant of all) mutate(mutant);
copyProject();
checkTests(all);

let bad = 0;
for (const { name, mutants } of tables) {
  const results = mutants.map((mutant) => {
    const result = judge(mutant);
    const { verdict, isGood, seconds } = result;
    console.log(
      `${isGood ? 'good' : 'BAD '} ${seconds.toFixed(1)} s  ${nameOf(mutant)}\n        ${verdict}`,
    );
    return result;
  });
  const lost = results.filter(({ isGood }) => !isGood).length;
  const explained = results.filter(({ mutant }) => mutant.survives).length;
  bad += lost;
  const line = `${mutants.length} mutants: ${mutants.length - lost - explained} killed, ${explained} explained, ${lost} not as expected`;
  console.log(`${name}: ${line}`);
  if (!values.save || values.only) continue;
  const rows = results.map(({ mutant, verdict }) => [
    `\`${mutant.file}\``,
    nameOf(mutant),
    mutant.survives ? verdict : `killed by “${verdict}”`,
  ]);
  const date = new Date().toISOString().slice(0, 10);
  const text = `${date}, \`npm run test:mutants -- ${name}\`: ${line}.\n\n${toTable(['file', 'the code broken', 'seen'], rows)}`;
  await saveSection(`Mutants: ${name}`, text);
}
process.exitCode = bad > 0 || all.length === 0 ? 1 : 0;
