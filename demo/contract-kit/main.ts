/** `npx monerium-connect check-backend`: the wire contract against any backend. */
import { parseArgs } from 'node:util';
import { startEmulator, type Emulator } from '../emulator/emulator.js';
import { checkBackend, type CheckOptions, type Finding } from './check-backend.js';

const USAGE = `Usage: npx monerium-connect check-backend <url> --origin <origin> --redirect-uri <uri> --client-id <id>

Holds the endpoint behind \`backend-url\` against the contract, with an emulator as its Monerium.
Point your backend's address of Monerium's API at http://127.0.0.1:4010 before.

  --origin         the origin of your pages, such as https://shop.example
  --redirect-uri   a redirect URI that your backend takes
  --client-id      the client ID that your backend takes
  --cors           your pages are on another origin than your backend
  --header         a header of every post, such as 'X-CSRF-Token: 1'; may be repeated
  --monerium-port  where the emulator listens (4010)
  --monerium-host  on which address (127.0.0.1)
  --timeout        how long an answer may take, in milliseconds (20000)

It ends with 0 when everything holds, 1 when something does not, and 2 when it could not begin.
`;

/** Something the person at the keyboard can mend: one line, no stack. */
class StartFailure extends Error {}

function readArguments() {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...{ origin: text, 'redirect-uri': text, 'client-id': text, timeout: text },
      ...{ 'monerium-port': text, 'monerium-host': text },
      header: { type: 'string', multiple: true },
      cors: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [command, url, ...others] = positionals;
  if (values.help) return undefined;
  const { origin, 'redirect-uri': redirectUri, 'client-id': clientId } = values;
  if (command !== 'check-backend' || others.length > 0) throw new StartFailure(USAGE);
  if (!url || !origin || !redirectUri || !clientId) throw new StartFailure(USAGE);
  if (!URL.canParse(url)) throw new StartFailure(`${url} is not a URL.`);
  const options: CheckOptions = {
    ...{ url, origin, redirectUri, clientId, cors: values.cors },
    timeoutMs: readNumber('--timeout', values.timeout ?? '20000', 600_000),
    headers: Object.fromEntries((values.header ?? []).map(readHeader)),
  };
  const port = readNumber('--monerium-port', values['monerium-port'] ?? '4010', 65_535);
  return { options, port, hostname: values['monerium-host'] ?? '127.0.0.1' };
}

function readNumber(option: string, value: string, most: number): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 0 && number <= most) return number;
  throw new StartFailure(`${option} needs a whole number up to ${most}, not ${value}.`);
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
    throw new StartFailure(`No emulator on ${hostname}:${port}: ${code}. Try --monerium-port.`);
  }
}

/** One that is not there would break every clause. */
async function findBackend(url: string): Promise<void> {
  await fetch(url, { method: 'OPTIONS', redirect: 'manual' }).catch(() => {
    throw new StartFailure(`Nothing answers at ${url}.`);
  });
}

function print({ name, hint, seen }: Finding): void {
  const line = seen === undefined ? `holds  ${name}` : `FAILS  ${name}: ${seen}`;
  console.log(seen === undefined ? line : `${line}\n       → ${hint}`);
}

async function main(): Promise<number> {
  const wanted = readArguments();
  if (!wanted) {
    console.log(USAGE);
    return 0;
  }
  const { options, port, hostname } = wanted;
  await findBackend(options.url);
  const emulator = await start(port, hostname);
  console.log(`Backend   ${options.url}`);
  console.log(`Monerium  ${emulator.url}, which has to be your backend's address of its API\n`);
  try {
    const findings = await checkBackend(emulator, { ...options, onFinding: print });
    const broken = findings.filter(({ seen }) => seen !== undefined).length;
    console.log(`\n${findings.length - broken} hold, ${broken} fail`);
    return broken > 0 ? 1 : 0;
  } finally {
    await emulator.close();
  }
}

main()
  .then((code) => (process.exitCode = code))
  .catch((error: unknown) => {
    const isUsage =
      Object(error) === error &&
      String((error as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS');
    console.error(error instanceof StartFailure || isUsage ? (error as Error).message : error);
    process.exitCode = 2;
  });
