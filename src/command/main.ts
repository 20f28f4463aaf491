/** `npx monerium-connect`: the commands of the package. Each reads its own arguments. */

const USAGE = `Usage: npx monerium-connect <command>

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
  ['--version', () => import('../testing/contract-kit/main.js')],
]);

const name = process.argv[2] ?? '';
const run = commands.get(name);
if (run) {
  await run();
} else if (['help', '--help', '-h'].includes(name)) {
  console.log(USAGE);
} else {
  console.error(USAGE);
  process.exitCode = 2;
}

export {};
