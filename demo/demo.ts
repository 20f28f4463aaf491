import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer as createViteServer } from 'vite';
import { startBackend, type Backend } from './backend/backend.js';
import { throwawayKey } from './backend/key-ring.js';
import { DEMO_CLIENT_ID, startEmulator, type Emulator } from '../src/testing/emulator/emulator.js';
import { StartFailure } from '../src/testing/start-failure.js';
import { startPage } from './start-page.js';

/** The pages that Monerium may send a customer back to. */
const CALLBACKS = ['/', '/callback.html', '/popup-callback.html', '/states.html', '/wallet.html'];

/** Defaults: free ports, and a key and a database for this run only. */
export interface DemoEnvironment {
  PORT?: string;
  EMULATOR_PORT?: string;
  BACKEND_PORT?: string;
  /** See `BackendOptions`. */
  BACKEND_KEY?: string;
  BACKEND_DATABASE?: string;
}

export interface Demo {
  origin: string;
  emulator: Emulator;
  readonly backend: Backend;
  /** The new backend has the same address, key and database. */
  restartBackend(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts the three parties of the flow, each on its own port: the site, the site's backend, and
 * Monerium. The site is on `localhost` and the emulator on `127.0.0.1`: two sites to the browser,
 * like the real ones.
 *
 * @param log receives each line that the backend logs
 * @throws {StartFailure}
 */
export async function startDemo(
  environment: DemoEnvironment,
  log: (line: string) => void = console.error,
): Promise<Demo> {
  // The site starts first, because the other two need its address.
  const site = createServer();
  const sitePort = await startOnPort(environment, 'PORT', (port) => listen(site, port));
  const origin = `http://localhost:${sitePort}`;
  const redirectUris = CALLBACKS.map((path) => origin + path);

  const client = {
    clientId: DEMO_CLIENT_ID,
    name: 'Demo shop',
    redirectUris,
    privacyUrl: 'https://shop.example/privacy',
    termsUrl: 'https://shop.example/terms',
  };
  const emulator = await startOnPort(environment, 'EMULATOR_PORT', (port) =>
    startEmulator({ port, hostname: '127.0.0.1', clients: [client] }),
  );

  const folder = await mkdtemp(join(tmpdir(), 'monerium-connect-demo-'));
  const { BACKEND_KEY: key = throwawayKey() } = environment;
  const { BACKEND_DATABASE: database = join(folder, 'backend.db') } = environment;
  const settings = { key, database, redirectUris, log, clientId: DEMO_CLIENT_ID };
  const startBackendOn = (port: number) =>
    startBackend({ ...settings, port, apiUrl: emulator.url });
  let backend = await startOnPort(environment, 'BACKEND_PORT', startBackendOn);

  const vite = await startVite(site, emulator.url, backend.url);

  return {
    origin,
    emulator,
    get backend() {
      return backend;
    },
    async restartBackend() {
      await backend.close();
      backend = await startBackendOn(Number(new URL(backend.url).port));
    },
    async close() {
      site.closeAllConnections();
      site.close();
      await Promise.allSettled([vite.close(), backend.close(), emulator.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Serves the pages, with the addresses of the other two in them. */
async function startVite(site: Server, emulatorUrl: string, backendUrl: string) {
  process.env.VITE_CLIENT_ID = DEMO_CLIENT_ID;
  process.env.VITE_EMULATOR_URL = emulatorUrl;
  process.env.VITE_BACKEND_URL = backendUrl;
  const vite = await createViteServer({
    configFile: fileURLToPath(new URL('../vite.config.ts', import.meta.url)),
    server: { middlewareMode: true, ws: { server: site } },
  });
  const showStartPage = startPage(vite, backendUrl);
  site.on('request', (request, response) =>
    // `middlewares` is read for each request: a change of Vite's configuration replaces it.
    showStartPage(request, response, () => vite.middlewares(request, response)),
  );
  return vite;
}

/** Starts a server on the port in the variable, by default on one that the system chooses. */
async function startOnPort<T>(
  environment: DemoEnvironment,
  variable: 'PORT' | 'EMULATOR_PORT' | 'BACKEND_PORT',
  start: (port: number) => Promise<T>,
): Promise<T> {
  const wanted = environment[variable] ?? '0';
  const port = Number(wanted);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new StartFailure(`${variable}=${wanted} is not a port number.`);
  }
  try {
    return await start(port);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') throw new StartFailure(`${variable}=${wanted} is already in use.`);
    if (code === 'EACCES') throw new StartFailure(`${variable}=${wanted} is not allowed here.`);
    throw error;
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, 'localhost', () => resolve((server.address() as AddressInfo).port));
  });
}
