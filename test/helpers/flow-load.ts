// Many flows at once over several processes of a site whose server starts them.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { buildSync } from 'esbuild';
import pg from 'pg';
import { SQL_SCHEMA } from '../../src/server/sql.js';
import type { Emulator } from '../../src/testing/emulator/emulator.js';
import { BASE, CLIENT_ID, SECRET } from './connect-site.js';
import type { FlowProcess } from './flow-process.js';

export interface Processes {
  readonly ports: readonly number[];
  stop(): void;
}

export async function prepareStore(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(SQL_SCHEMA);
  await client.end();
}

/** Compiled once, and started as often as there are processes. */
export async function startProcesses(
  number: number,
  { kind, url, apiUrl }: Pick<FlowProcess, 'kind' | 'url' | 'apiUrl'>,
): Promise<Processes> {
  mkdirSync('build', { recursive: true });
  const folder = mkdtempSync('build/flows-');
  const outfile = `${folder}/process.mjs`;
  buildSync({
    entryPoints: ['test/helpers/flow-process.ts'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    external: ['pg'],
  });
  const own: FlowProcess = {
    kind,
    url,
    apiUrl,
    clientId: CLIENT_ID,
    baseUrl: BASE,
    secret: SECRET,
  };
  const children = Array.from({ length: number }, () =>
    fork(outfile, [JSON.stringify(own)], { execArgv: [] }),
  );
  const ports = await Promise.all(
    children.map(async (child) => ((await once(child, 'message')) as [number])[0]),
  );
  const stop = () => {
    for (const child of children) child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  return { ports, stop };
}

/** How a flow ended, and how long its requests took, in milliseconds. */
export interface Ending {
  readonly results: readonly string[];
  readonly startMs: number;
  readonly callbackMs: readonly number[];
}

async function open(port: number, path: string, cookie = '') {
  const begun = performance.now();
  const url = `http://127.0.0.1:${port}/monerium${path}`;
  const { headers } = await fetch(url, { redirect: 'manual', headers: { cookie } });
  return { headers, ms: performance.now() - begun };
}

/**
 * One flow, begun at one process. Its code comes to the next ones, all at the same time.
 * @param callbacks to how many
 */
export async function runFlow(
  { ports }: Processes,
  emulator: Emulator,
  number: number,
  callbacks: number,
): Promise<Ending> {
  const portAt = (at: number) => ports[at % ports.length] ?? 0;
  const begun = await open(portAt(number), '/start');
  const { searchParams } = new URL(begun.headers.get('location') ?? '');
  const codeChallenge = searchParams.get('code_challenge') ?? 'x'.repeat(43);
  const redirectUri = `${BASE}/callback`;
  const code = emulator.issueCode({ clientId: CLIENT_ID, redirectUri, codeChallenge });
  const cookie = begun.headers.getSetCookie()[0]?.split(';')[0];
  const query = new URLSearchParams({ code, state: searchParams.get('state') ?? '' }).toString();
  const answers = await Promise.all(
    Array.from({ length: callbacks }, (_, at) =>
      open(portAt(number + 1 + at), `/callback?${query}`, cookie),
    ),
  );
  return {
    results: answers.map(({ headers }) => {
      const place = new URL(headers.get('location') ?? '', BASE);
      return place.searchParams.get('monerium_result') ?? '';
    }),
    startMs: begun.ms,
    callbackMs: answers.map(({ ms }) => ms),
  };
}
