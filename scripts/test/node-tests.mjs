// Runs the `*.test.ts` files of one folder with Node's own test runner: `node-tests.mjs test/node`.
// The files are listed here because Node 20 expands no pattern, and an empty folder must not pass.
// With `--together` they run in one process and share their browsers; `--browser` names the engine.
// `--part 1/2` takes every second file: most of these tests wait, so two parts at once are faster.
// `--coverage` leaves for c8 what was run.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { reports } from './junit.mjs';

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
const names = existsSync(folder) ? readdirSync(folder) : [];
const [part = 1, parts = 1] = values.part.split('/').map(Number);
const all = names.filter((name) => name.endsWith('.test.ts')).sort();
const files = all.filter((_, index) => index % parts === part - 1);
if (files.length === 0) {
  console.error(`No test file in ${folder}.`);
  process.exit(1);
}
const paths = files.map((name) => resolve(folder, name));

/** Makes a module that imports them all, and is gone when this process ends. */
function importTogether() {
  const parent = mkdtempSync(join(tmpdir(), 'monerium-connect-tests-'));
  process.once('exit', () => rmSync(parent, { recursive: true, force: true }));
  const whole = join(parent, 'all.mjs');
  writeFileSync(whole, paths.map((path) => `import '${pathToFileURL(path)}';`).join('\n'));
  return whole;
}

mkdirSync(reports, { recursive: true });
const kind = [values.browser, parts > 1 && part].filter(Boolean);
const report = [basename(folder), ...kind].join('-');
const args = [
  '--import=tsx',
  '--test',
  `--test-concurrency=${values.concurrency}`,
  // For a whole file: a handle left open would otherwise keep the run from ending.
  `--test-timeout=${values.together ? 1_800_000 : 600_000}`,
  '--test-reporter=spec',
  '--test-reporter-destination=stdout',
  `--test-reporter=${new URL('junit-reporter.mjs', import.meta.url)}`,
  `--test-reporter-destination=${reports}/${report}.xml`,
  ...(values.together ? [importTogether()] : paths),
];
if (values.coverage) rmSync(COVERAGE, { recursive: true, force: true });
const env = {
  ...process.env,
  ...(values.browser && { BROWSERS: values.browser }),
  ...(values.coverage && { NODE_V8_COVERAGE: COVERAGE }),
};
process.exitCode = spawnSync(process.execPath, args, { env, stdio: 'inherit' }).status ?? 1;
