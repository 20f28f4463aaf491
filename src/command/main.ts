#!/usr/bin/env node
/** `monerium-connect`: the commands of the package. Each reads its own arguments. */
import { readFileSync } from 'node:fs';

const USAGE = `Usage: monerium-connect <command>

  demo           a shop, its backend and an emulator of Monerium, on this machine
  emulator       an emulator of Monerium alone
  check-backend  checks a backend against the contract
  check-store    checks a store of your own in four processes

--help after a command lists its options. --version prints the version.
`;

const commands = new Map<string, () => Promise<unknown>>([
  ['demo', () => import('./demo.js')],
  ['emulator', () => import('../testing/emulator/main.js')],
  ['check-backend', () => import('../testing/contract-kit/main.js')],
  ['check-store', () => import('../testing/contract-kit/main.js')],
  // A process of `check-store`.
  ['store-worker', () => import('../testing/contract-kit/main.js')],
]);

/** The file is as far away from here as from the built command. */
function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

const name = process.argv[2] ?? '';
const run = commands.get(name);
if (run) {
  await run();
} else if (name === '--version') {
  console.log(readVersion());
} else if (['help', '--help', '-h'].includes(name)) {
  console.log(USAGE);
} else {
  console.error(USAGE);
  process.exitCode = 2;
}
