/** `npm run backend`: the backend alone, for a site and a Monerium that run elsewhere. */
import cluster from 'node:cluster';
import { parseArgs } from 'node:util';
import { exitWith, StartFailure } from '../../src/testing/start-failure.js';
import { startBackend } from './backend.js';
import { startProcesses } from './processes.js';
import { readEnvironment } from './settings.js';

function readCount(): number {
  const { values } = parseArgs({ options: { processes: { type: 'string', default: '1' } } });
  const count = Number(values.processes);
  if (Number.isInteger(count) && count >= 1 && count <= 64) return count;
  throw new StartFailure(`--processes ${values.processes} is not a number from 1 to 64.`);
}

/** Says where the backend is, and returns how to stop it. */
async function start(): Promise<() => Promise<void>> {
  const count = readCount();
  if (cluster.isPrimary && count > 1) {
    const processes = await startProcesses(count).catch(() => process.exit(1));
    console.log(`Backend: http://localhost:${processes.port}, in ${count} processes`);
    return processes.close;
  }
  const backend = await startBackend(readEnvironment(process.env));
  if (cluster.isPrimary) console.log(`Backend: ${backend.url}`);
  return () => backend.close();
}

async function run(): Promise<void> {
  const close = await start();
  // Ctrl-C sends two signals, one from the terminal and one from tsx. Only the first one counts.
  let stopped: Promise<never> | undefined;
  const stop = (): void => void (stopped ??= close().then(() => process.exit(0)));
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

run().catch(exitWith);
