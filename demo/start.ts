import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createServer as createViteServer } from 'vite';
import { startBackend } from './backend/backend.js';
import { DEMO_CLIENT_ID, startEmulator } from './emulator/emulator.js';

/** The pages that Monerium may send a customer back to. */
const CALLBACKS = ['/', '/callback.html', '/states.html'];

/**
 * Starts the three parties of the flow, each on its own port: the site, the site's backend, and
 * Monerium. The site is on `localhost` and the emulator on `127.0.0.1`, so they are as foreign to
 * each other as the real ones.
 */
async function start(): Promise<void> {
  // The site's address comes first, because the other two have to be told about it.
  const site = createHttpServer();
  const sitePort = await claim('PORT', (port) => listen(site, port));
  const origin = `http://localhost:${sitePort}`;
  const redirectUris = CALLBACKS.map((path) => origin + path);

  const emulator = await claim('EMULATOR_PORT', (port) =>
    startEmulator({
      port,
      hostname: '127.0.0.1',
      clients: [{ clientId: DEMO_CLIENT_ID, name: 'Demo shop', redirectUris }],
    }),
  );
  const backend = await claim('BACKEND_PORT', (port) =>
    startBackend({
      port,
      apiUrl: emulator.url,
      clientId: DEMO_CLIENT_ID,
      redirectUris,
      allowedOrigins: [origin],
    }),
  );

  process.env.VITE_CLIENT_ID = DEMO_CLIENT_ID;
  process.env.VITE_EMULATOR_URL = emulator.url;
  process.env.VITE_BACKEND_URL = backend.url;
  const vite = await createViteServer({
    configFile: fileURLToPath(new URL('../vite.config.ts', import.meta.url)),
    server: { middlewareMode: true, ws: { server: site } },
  });
  // Looked up for each request, because a change of Vite's configuration replaces it.
  site.on('request', (request, response) => vite.middlewares(request, response));

  console.log(`
  Open   ${origin}/

  Behind it: Monerium's emulator  ${emulator.url}
             the site's backend   ${backend.url}

  Ctrl-C ends all three.
`);

  const stop = async (): Promise<void> => {
    site.closeAllConnections();
    site.close();
    await Promise.allSettled([vite.close(), backend.close(), emulator.close()]);
    process.exit(0);
  };
  process.once('SIGINT', () => void stop());
  process.once('SIGTERM', () => void stop());
}

/** Starts something on the port that the variable names, else on one that the system chooses. */
async function claim<T>(variable: string, begin: (port: number) => Promise<T>): Promise<T> {
  const wanted = process.env[variable] ?? '0';
  const port = Number(wanted);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new StartFailure(`${variable}=${wanted} is not a port number.`);
  }
  try {
    return await begin(port);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') throw new StartFailure(`${variable}=${wanted} is already in use.`);
    if (code === 'EACCES') throw new StartFailure(`${variable}=${wanted} is not allowed here.`);
    throw error;
  }
}

function listen(server: ReturnType<typeof createHttpServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, 'localhost', () => resolve((server.address() as AddressInfo).port));
  });
}

/** Something the person at the keyboard can mend: one line, no stack. */
class StartFailure extends Error {}

start().catch((error: unknown) => {
  console.error(error instanceof StartFailure ? error.message : error);
  process.exit(1);
});
