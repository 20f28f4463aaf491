// The long run: every property test, the race and the model with their full numbers (DEEP=1). What
// came of it becomes a section of docs/deep-tests.md. SEED=… repeats the cases of another run.
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { saveSection, toTable } from './report.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const seed = process.env.SEED ?? String(Date.now() % 2 ** 31);
const started = Date.now();

const folder = 'test/unit/';
const properties = readdirSync(folder)
  .filter((name) => name.endsWith('.test.ts'))
  .filter((name) => readFileSync(folder + name, 'utf8').includes('itHolds('))
  .map((name) => folder + name);

/** @param {string} file */
const nodeTest = (file) => [
  ...['--import=tsx', '--test', '--test-reporter=tap', '--test-timeout=3600000'],
  file,
];
const unitTests = ['node_modules/.bin/wtr', '--config', 'scripts/tap.config.mjs', '--files'];

/** @type {{ name: string, browser: string, args: string[] }[]} */
const parts = [
  { name: 'server', browser: '', args: nodeTest('test/node/server-properties.test.ts') },
  { name: 'unit', browser: 'chromium', args: [...unitTests, ...properties] },
  ...['chromium', 'firefox'].flatMap((browser) =>
    ['race', 'model'].map((name) => ({
      ...{ name, browser },
      args: nodeTest(`test/e2e/${name}.test.ts`),
    })),
  ),
];

/**
 * @param {(typeof parts)[number]} part
 * @returns {Promise<string>} its TAP
 */
function run({ name, browser, args }) {
  console.log(`──── ${name} ${browser}`);
  const title = name === 'unit' ? 'in \\d+ cases$' : '';
  const env = { ...process.env, DEEP: '1', SEED: seed, TEST_TITLE: title, BROWSERS: browser };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => {
    process.stdout.write(chunk);
    output += chunk;
  });
  return new Promise((resolve) => {
    child.once('close', () => resolve(stripVTControlCharacters(output)));
  });
}

/**
 * The tests of a run, without suites: how each ended, and what it told of itself.
 * @param {string} tap
 */
function readTests(tap) {
  return tap
    .split(/^(?=[ \t]*(?:not )?ok \d+ - )/m)
    .filter((text) => /^[ \t]*(not )?ok /.test(text) && !text.includes("type: 'suite'"))
    .map((text) => {
      const [, failure, title = ''] = /^\s*(not )?ok \d+ - (.*)/.exec(text) ?? [];
      // The title says how many cases there are, or the test says itself what it has seen.
      const [end = '', cases] = /(?:, in|:) (\d+)(?: cases)?$/.exec(title) ?? [];
      const told = /^# (\d+ r.*)$/m.exec(text)?.[1] ?? `${cases ?? '?'} cases`;
      return {
        title: title.slice(0, title.length - end.length).replaceAll('\\#', '#'),
        found: failure ? `FAILED: ${told}` : told,
        seconds: Math.round(Number(/duration_ms: ([\d.]+)/.exec(text)?.[1]) / 1000),
        isGood: !failure,
      };
    });
}

const rows = [];
let isGood = true;
for (const part of parts) {
  const tests = readTests(await run(part));
  isGood &&= tests.length > 0 && tests.every((test) => test.isGood);
  if (tests.length === 0)
    rows.push([`${part.name} ${part.browser}`, '', 'FAILED: no test ran', '']);
  for (const { title, found, seconds } of tests) {
    rows.push([`${part.name} ${part.browser}`.trim(), title, found, `${seconds}`]);
  }
}

const date = new Date().toISOString().slice(0, 10);
const minutes = Math.round((Date.now() - started) / 60_000);
const verdict = isGood ? 'all passed' : 'NOT ALL PASSED';
const line = `${date}, \`SEED=${seed} npm run test:deep\`: ${verdict}, ${minutes} minutes.`;
const table = toTable(['part', 'what holds', 'how often', 'seconds'], rows);
await saveSection('Properties, race and model', `${line}\n\n${table}`);
console.log(line);
process.exitCode = isGood ? 0 : 1;
