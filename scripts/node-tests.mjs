// Runs the `*.test.ts` files of one folder with Node's own test runner: `node-tests.mjs test/e2e`.
// The files are listed here since Node 20 expands no pattern, and an empty folder must not pass.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const [folder = '', ...options] = process.argv.slice(2);
const names = existsSync(folder) ? readdirSync(folder) : [];
const files = names.filter((name) => name.endsWith('.test.ts')).sort();
if (files.length === 0) {
  console.error(`No test file in ${folder}.`);
  process.exit(1);
}

const args = [
  '--import=tsx',
  '--test',
  // In sequence: two browsers at once on two cores make timing tests unsteady.
  '--test-concurrency=1',
  // For a whole file: a handle left open would otherwise keep the run from ending.
  '--test-timeout=120000',
  '--test-reporter=spec',
  '--test-reporter-destination=stdout',
  '--test-reporter=./scripts/node-test-counts.mjs',
  '--test-reporter-destination=stderr',
  ...options,
  ...files.map((name) => join(folder, name)),
];
process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
