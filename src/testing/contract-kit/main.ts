/** `monerium-connect`: checks any backend against the contract, and any store. */
import { parseArgs } from 'node:util';
import { assertRedirectUri } from '../emulator/client.js';
import { startEmulator, type Emulator } from '../emulator/emulator.js';
import { checkBackend, type CheckOptions } from './check-backend.js';
import { readNumber, StartFailure } from '../start-failure.js';
import { summarize, watch } from './report.js';
import { runCheckStore } from './store/command.js';
import { WORKER } from './store/store-process.js';
import { runStoreWorker } from './store/store-worker.js';

const USAGE = `Usage: monerium-connect check-backend <url> --origin <origin> --redirect-uri <uri> --client-id <id>
       monerium-connect check-store <file>

Checks the endpoint of \`backend-url\` against the contract, or with --start the flow that your
server starts. Starts an emulator in place of Monerium.
Before you run it, set your backend's address of Monerium's API to http://127.0.0.1:4010.

  --origin          the origin of your pages, such as https://shop.example
  --redirect-uri    a redirect URI that your backend accepts
  --client-id       the client ID that your backend accepts
  --cors            your pages are on another origin than your backend
  --start           your server starts the flow: <url> is what start, callback and session are below
  --stay-connected  your pages have the attribute stay-connected: GET and DELETE
  --header          a header of every request, such as 'X-CSRF-Token: 1'; may be repeated
  --port            where the emulator listens (4010)
  --host            on which address (127.0.0.1)
  --timeout         how long a response may take, in milliseconds (20000)

The exit code is 0 if everything passes, 1 if something fails, and 2 if it could not start.
`;

function readArguments() {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      origin: text,
      'redirect-uri': text,
      'client-id': text,
      timeout: text,
      port: text,
      host: text,
      header: { type: 'string', multiple: true },
      cors: { type: 'boolean', default: false },
      'stay-connected': { type: 'boolean', default: false },
      start: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [command, url, ...others] = positionals;
  if (values.help) return USAGE;
  const { origin, 'redirect-uri': redirectUri, 'client-id': clientId } = values;
  if (command !== 'check-backend' || others.length > 0) throw new StartFailure(USAGE);
  if (!url) throw new StartFailure(USAGE);
  const needed = { origin, 'redirect-uri': redirectUri, 'client-id': clientId };
  const missing = Object.entries(needed).flatMap(([name, value]) => (value ? [] : [`--${name}`]));
  if (!origin || !redirectUri || !clientId) {
    throw new StartFailure(`Missing: ${missing.join(', ')}.\n\n${USAGE}`);
  }
  if (!URL.canParse(url)) throw new StartFailure(`${url} is not a URL.`);
  if (values.start && !redirectUri.endsWith('/callback')) {
    throw new StartFailure('With --start, --redirect-uri ends with /callback.');
  }
  checkRedirectUri(redirectUri);
  const options: CheckOptions = {
    url: values.start ? url.replace(/\/$/, '') : url,
    origin,
    redirectUri,
    clientId,
    cors: values.cors,
    stayConnected: values['stay-connected'],
    start: values.start,
    timeoutMs: readNumber('--timeout', values.timeout ?? '20000', 600_000),
    headers: Object.fromEntries((values.header ?? []).map(readHeader)),
  };
  const port = readNumber('--port', values.port ?? '4010', 65_535);
  return { options, port, hostname: values.host ?? '127.0.0.1' };
}

function checkRedirectUri(uri: string): void {
  try {
    assertRedirectUri(uri);
  } catch (error) {
    throw error instanceof TypeError ? new StartFailure(error.message) : error;
  }
}

function readHeader(line: string): [string, string] {
  const [, name = '', value = ''] = /^([^:\s]+):\s*(.*)$/.exec(line) ?? [];
  if (name === '') throw new StartFailure(`--header needs 'Name: value', not '${line}'.`);
  return [name.toLowerCase(), value];
}

async function start(port: number, hostname: string): Promise<Emulator> {
  try {
    return await startEmulator({ port, hostname });
  } catch (error) {
    const { code = '' } = error as { code?: string };
    throw new StartFailure(`No emulator on ${hostname}:${port}: ${code}. Try --port.`);
  }
}

/** Without a backend, every clause would fail. */
async function assertReachable(url: string): Promise<void> {
  await fetch(url, { method: 'OPTIONS', redirect: 'manual' }).catch(() => {
    throw new StartFailure(`Nothing answers at ${url}.`);
  });
}

async function runCheckBackend(): Promise<number> {
  const wanted = readArguments();
  if (typeof wanted === 'string') {
    console.log(wanted);
    return 0;
  }
  const { options, port, hostname } = wanted;
  await assertReachable(options.url);
  const emulator = await start(port, hostname);
  console.log(`Backend   ${options.url}`);
  console.log(`Monerium  ${emulator.url}, which has to be your backend's address of its API\n`);
  try {
    const findings = await checkBackend(emulator, { ...options, ...watch() });
    return summarize(findings);
  } finally {
    await emulator.close();
  }
}

async function main(): Promise<void> {
  const [command, file = '', apiUrl = ''] = process.argv.slice(2);
  if (command === WORKER) return runStoreWorker(file, apiUrl);
  const run = command === 'check-store' ? runCheckStore : runCheckBackend;
  process.exitCode = await run();
}

main().catch((error: unknown) => {
  const isUsage =
    Object(error) === error &&
    String((error as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS');
  console.error(error instanceof StartFailure || isUsage ? (error as Error).message : error);
  process.exitCode = 2;
});
