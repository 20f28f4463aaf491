// Runs the `*.test.ts` files of one folder with Node's own test runner: `node-tests.mjs test/node`.
// The files are listed here because Node 20 expands no pattern, and an empty folder must not pass.
// With `--together` they run in one process and share their browsers; `--browser` names the engine.
// `--part 1/2` takes every second file: most of these tests wait, so two parts at once are faster.
// `--coverage` leaves for c8 what was run.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';

const SLOW = /^(check-|contract-|durable-object|examples|other-languages|server-proc|wordpress)/;
/** Where c8 looks. */
const COVERAGE = 'coverage/tmp';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    together: { type: 'boolean', default: false },
    concurrency: { type: 'string', default: '1' },
    browser: { type: 'string' },
    part: { type: 'string', default: '1/1' },
    coverage: { type: 'boolean', default: false },
  },
});
const [folder = ''] = positionals;
const [part = 1, parts = 1] = values.part.split('/').map(Number);
const all = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
/** Those that wait for half a minute and more start first. */
const rank = (/** @type {string} */ name) => (SLOW.test(name) ? 0 : 1);
const sorted = all.sort().sort((a, b) => rank(a) - rank(b));
const names = sorted.filter((_, index) => index % parts === part - 1);
if (names.length === 0) throw new Error(`No test file in ${folder}.`);
const paths = names.map((name) => resolve(folder, name));

/** Makes a module that imports them all, and is gone when this process ends. */
function importTogether() {
  const parent = mkdtempSync(join(tmpdir(), 'monerium-connect-tests-'));
  process.once('exit', () => rmSync(parent, { recursive: true, force: true }));
  const whole = join(parent, 'all.mjs');
  writeFileSync(whole, paths.map((path) => `import '${pathToFileURL(path)}';`).join('\n'));
  return whole;
}

const args = [
  '--import=tsx',
  '--test',
  `--test-concurrency=${values.concurrency}`,
  // For a whole file: a handle left open would otherwise keep the run from ending.
  `--test-timeout=${values.together ? 1_800_000 : 600_000}`,
  ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
  `--test-reporter=${new URL('node-reporter.mjs', import.meta.url)}`,
  '--test-reporter-destination=stderr',
  ...(values.together ? [importTogether()] : paths),
];
if (values.coverage) rmSync(COVERAGE, { recursive: true, force: true });
const kind = [values.browser, parts > 1 && part].filter(Boolean);
const env = {
  ...process.env,
  TEST_REPORT: [basename(folder), ...kind].join('-'),
  ...(values.browser && { BROWSERS: values.browser }),
  ...(values.coverage && { NODE_V8_COVERAGE: COVERAGE }),
};
process.exitCode = spawnSync(process.execPath, args, { env, stdio: 'inherit' }).status ?? 1;
