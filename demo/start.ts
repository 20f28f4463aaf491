/** `npm start`: the demo, for a person with a browser. */
import { createInterface } from 'node:readline';
import { startDemo } from './demo.js';
import { exitWith } from './start-failure.js';

async function start(): Promise<void> {
  const demo = await startDemo(process.env);
  const key = process.env.BACKEND_KEY
    ? 'with the key in BACKEND_KEY'
    : 'with a throwaway key, since BACKEND_KEY is not set: it ends with this run';
  console.log(`
  Open   ${demo.origin}/

  Behind it: Monerium's emulator  ${demo.emulator.url}
             the site's backend   ${demo.backend.url}

  The backend keeps its tokens in SQLite, encrypted ${key}.

  r and Enter restart the backend: who is connected stays so.
  Ctrl-C ends all three.
`);

  createInterface({ input: process.stdin }).on('line', (line) => {
    if (line.trim() !== 'r') return;
    demo.restartBackend().then(() => console.log('  The backend has restarted.\n'), exitWith);
  });

  // Ctrl-C comes two times, from the terminal and from tsx: the second must not cut the end short.
  let stopping: Promise<never> | undefined;
  const stop = (): void => void (stopping ??= demo.close().then(() => process.exit(0)));
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

start().catch(exitWith);
