// Backends for the contract kit: in this process, or each in a separate process.
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import getPort from 'get-port';
import { getRequestListener } from '@hono/node-server';
import {
  checkBackend,
  type CheckOptions,
  type Finding,
} from '../../src/testing/contract-kit/check-backend.js';
import { contract } from '../../src/testing/contract-kit/contract.js';
import { startEmulator, type Emulator } from '../../src/testing/emulator/emulator.js';
import { CLIENT_ID, ORIGIN, REDIRECT_URI } from './site.js';

export type Handler = (request: Request) => Response | Promise<Response>;

const running: (() => unknown)[] = [];

after(async () => {
  for (const stop of running) await stop();
});

export async function openEmulator(): Promise<Emulator> {
  const emulator = await startEmulator();
  running.push(() => emulator.close());
  return emulator;
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return addressOf(server);
}

/** Serves a handler in this process, as a framework does that passes a `Request`. */
export async function serve(handle: Handler): Promise<string> {
  const server = createServer(getRequestListener(handle, { overrideGlobalObjects: false }));
  running.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return listen(server);
}

const inHere = new Map<string, Handler>();

/** Makes `fetch` call the handler without a connection, for checks with hundreds of requests. */
export function serveInHere(handle: Handler): string {
  if (inHere.size === 0) {
    const { fetch } = globalThis;
    globalThis.fetch = async (input, init) => {
      const { origin } = new URL(input instanceof Request ? input.url : input);
      const found = inHere.get(origin);
      if (!found) return fetch(input, init);
      const request = new Request(input, init);
      // A server responds with 500 if a handler throws.
      return Promise.resolve(request)
        .then(found)
        .catch(() => new Response(null, { status: 500 }));
    };
  }
  const origin = `http://backend-${inHere.size}.test`;
  inHere.set(origin, handle);
  return origin;
}

interface Running {
  /** The path of the returned address. It is requested until the backend responds. */
  path?: string;
  /** Further environment variables. `{port}` is replaced with the port of the backend. */
  env?: Readonly<Record<string, string>>;
}

/** Starts a backend in a separate process and waits until it responds. */
export async function run(
  command: string,
  args: string[],
  apiUrl: string,
  { path = '/api/monerium', env: further = {} }: Running = {},
): Promise<string> {
  const port = String(await getPort());
  const own = { PORT: port, CLIENT_ID, REDIRECT_URI, MONERIUM_API_URL: apiUrl };
  const filled = Object.entries(further).map(([name, value]) => [
    name,
    value.replace('{port}', port),
  ]);
  // PHP's own server handles one request at a time without this variable.
  const env = {
    ...process.env,
    ...own,
    PHP_CLI_SERVER_WORKERS: '4',
    ...(Object.fromEntries(filled) as Record<string, string>),
  };
  const line = args.map((arg) => arg.replace('{port}', port));
  const child = spawn(command, line, { env, stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  running.push(() => stop(child));
  let complaints = '';
  child.stderr.on('data', (data) => (complaints += String(data)));
  const url = `http://127.0.0.1:${port}${path}`;
  while (!(await fetch(url, { method: 'OPTIONS' }).catch(() => undefined))) {
    assert.equal(child.exitCode, null, complaints);
    await wait(50);
  }
  return url;
}

/** Stops a backend with its workers, which are in its process group. */
function stop(child: ChildProcess): void {
  if (process.platform === 'win32' || child.pid === undefined) child.kill();
  else process.kill(-child.pid);
}

export function check(
  emulator: Emulator,
  url: string,
  timeoutMs: number,
  clauses = contract,
  options: Partial<
    Pick<CheckOptions, 'origin' | 'redirectUri' | 'cors' | 'headers' | 'start'>
  > = {},
): Promise<Finding[]> {
  const site = { url, origin: ORIGIN, redirectUri: REDIRECT_URI, clientId: CLIENT_ID };
  const usual = { timeoutMs, cors: true, headers: {}, clauses };
  return checkBackend(emulator, { ...site, ...usual, ...options });
}

export const faultsOf = (findings: Finding[]) =>
  findings.flatMap(({ name, seen }) => (seen === undefined ? [] : [`${name}: ${seen}`]));

export function can(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** The program of a runtime: from the npm package in test/runtimes, or from the system. */
export function findRuntime(name: string): string | undefined {
  const places = [`test/runtimes/node_modules/.bin/${name}`, name];
  return places.find((program) => can(program, '--version'));
}
