/** `npx monerium-connect`: the commands of the package. Each reads its own arguments. */

const USAGE = `Usage: npx monerium-connect <command>

  emulator       an emulator of Monerium on this machine
  check-backend  checks a backend against the contract
  check-store    checks a store of your own in four processes

--help after a command lists its options.
`;

const commands = new Map<string, () => Promise<unknown>>([
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
} else if (name === '--help' || name === '-h') {
  console.log(USAGE);
} else {
  console.error(USAGE);
  process.exitCode = 2;
}

export {};
