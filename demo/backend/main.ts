/** `npm run backend`: the backend by itself, for a site and a Monerium that run elsewhere. */
import { exitWith, StartFailure } from '../start-failure.js';
import { startBackend, type Backend } from './backend.js';

function required(name: string, meaning: string): string {
  const value = process.env[name];
  if (!value) throw new StartFailure(`${name} is missing: ${meaning}.`);
  return value;
}

function start(): Promise<Backend> {
  return startBackend({
    port: Number(process.env.BACKEND_PORT ?? '0'),
    apiUrl: process.env.MONERIUM_API_URL ?? 'https://api.monerium.dev',
    clientId: required('MONERIUM_CLIENT_ID', 'the ID of your Authorization Code Flow client'),
    redirectUris: required('MONERIUM_REDIRECT_URIS', 'as registered, with commas between')
      .split(',')
      .map((uri) => uri.trim()),
    database: required('BACKEND_DATABASE', 'the SQLite file that keeps the tokens'),
    key: process.env.BACKEND_KEY,
  });
}

async function run(): Promise<void> {
  const backend = await start();
  console.log(`Backend: ${backend.url}`);
  // Ctrl-C comes two times, from the terminal and from tsx: the second must not cut the end short.
  let stopping: Promise<never> | undefined;
  const stop = (): void => void (stopping ??= backend.close().then(() => process.exit(0)));
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

run().catch(exitWith);
