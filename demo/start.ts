/** `npm start`: the demo, for a person with a browser. */
import { createInterface } from 'node:readline';
import { startDemo } from './demo.js';
import { exitWith } from '../src/testing/start-failure.js';

async function start(): Promise<void> {
  const demo = await startDemo(process.env);
  const key = process.env.BACKEND_KEY
    ? 'with the key in BACKEND_KEY'
    : 'with a key for this run only, since BACKEND_KEY is not set';
  const database = process.env.BACKEND_DATABASE ? 'BACKEND_DATABASE' : 'a SQLite file of this run';
  console.log(`
  Open   ${demo.origin}/

  Monerium's emulator  ${demo.emulator.url}
  The site's backend   ${demo.backend.url}

  The backend keeps its tokens in ${database}, encrypted ${key}.

  r and Enter restart the backend. Customers stay connected.
  Ctrl-C ends all three.
`);

  createInterface({ input: process.stdin }).on('line', (line) => {
    if (line.trim() !== 'r') return;
    demo.restartBackend().then(() => console.log('  The backend has restarted.\n'), exitWith);
  });

  // Ctrl-C sends two signals, one from the terminal and one from tsx. Only the first one counts.
  let stopped: Promise<never> | undefined;
  const stop = (): void => void (stopped ??= demo.close().then(() => process.exit(0)));
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

start().catch(exitWith);
