import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { Hono, type MiddlewareHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { apiError } from './api-error.js';
import { apiRoutes } from './api.js';
import { authorizationRoutes } from './authorization.js';
import { controlRoutes } from './control.js';
import { cors } from './cors.js';
import { portalRoutes, type PortalAssets } from './portal.js';
import { recorder, tokenRequests, type RecordedRequest } from './recorder.js';
import type { Switches } from './switches.js';
import { tokenRoutes } from './token.js';
import { World, type Client } from './world.js';

export type { RecordedRequest } from './recorder.js';
export type { Fault, Switches } from './switches.js';
export type { Client } from './world.js';

/** The client that the demo registers. */
export const DEMO_CLIENT_ID = '5f0c9b0e-6d1f-4c39-9a4e-1b7d2c8e4a60';

export interface Emulator {
  /** Its address without a slash at the end. */
  url: string;
  /** Every request but those to the control endpoint, in order, as received. */
  requests: RecordedRequest[];
  tokenRequests(): RecordedRequest[];
  refreshRequests(): RecordedRequest[];
  configure(switches: Partial<Switches>): void;
  registerClient(client: Client): void;
  reset(): void;
  /** A code for a customer who needs no portal. */
  issueCode(options: CodeOptions): string;
  /** Ends all access tokens before their time; refresh tokens stay good. */
  endAccessTokens(): void;
  /** Also ends answers that hang. */
  close(): Promise<void>;
}

export interface CodeOptions {
  clientId: string;
  redirectUri: string;
  codeChallenge: string;
  email?: string;
}

export interface EmulatorOptions {
  port?: number;
  hostname?: string;
  clients?: Client[];
}

/** Starts Monerium's authorization server, API and portal on a port of this machine. */
export async function startEmulator({
  port = 0,
  hostname = '127.0.0.1',
  clients = [],
}: EmulatorOptions = {}): Promise<Emulator> {
  const world = new World();
  for (const client of clients) world.registerClient(client);
  const server = serverFor(createApp(world));
  server.listen(port, hostname);
  await once(server, 'listening');
  return {
    url: addressOf(server, hostname),
    requests: world.requests,
    tokenRequests: () => tokenRequests(world.requests, 'authorization_code'),
    refreshRequests: () => tokenRequests(world.requests, 'refresh_token'),
    configure: (switches) => world.configure(switches),
    registerClient: (client) => world.registerClient(client),
    reset: () => world.reset(),
    issueCode: (options) => issueCode(world, options),
    endAccessTokens: () => world.grants.endAccessTokens(),
    close: () => closeServer(server),
  };
}

type App = Hono<{ Bindings: HttpBindings }>;

function createApp(world: World): App {
  const app: App = new Hono();
  // In front of the recorder, which so never sees the control requests.
  app.route('/emulator', controlRoutes(world));
  app.use(recorder(world.requests), cors(world));
  app.use('/auth', pageHeaders(world));
  app.use('/portal/*', pageHeaders(world));
  app.route('/', authorizationRoutes(world));
  app.route('/portal', portalRoutes(world, portalAssets));
  app.route('/', tokenRoutes(world));
  app.route('/', apiRoutes(world));
  app.notFound(() => apiError(404, 'Not found'));
  app.onError((error) => {
    if (error instanceof HTTPException) return error.getResponse();
    console.error(error);
    return apiError(500, 'The emulator failed');
  });
  return app;
}

/** Headers of everything that a browser navigates to. */
function pageHeaders(world: World): MiddlewareHandler {
  return async (c, next) => {
    await next();
    c.res.headers.set('Cache-Control', 'no-store');
    c.res.headers.set('Referrer-Policy', 'no-referrer');
    const { coop } = world.switches;
    if (coop) c.res.headers.set('Cross-Origin-Opener-Policy', coop);
  };
}

let assets: Promise<PortalAssets> | undefined;

/** Bundled once, however many emulators a process starts, and not before a portal is opened. */
const portalAssets = (): Promise<PortalAssets> => (assets ??= bundleAssets());

async function bundleAssets(): Promise<PortalAssets> {
  // Here, because the contract kit ships the emulator without its portal and without esbuild.
  const { build } = await import('esbuild');
  const [style, bundle] = await Promise.all([
    readFile(new URL('portal.css', import.meta.url), 'utf8'),
    build({
      entryPoints: [fileURLToPath(new URL('wallet.ts', import.meta.url))],
      bundle: true,
      format: 'iife',
      minify: true,
      target: 'es2022',
      write: false,
    }),
  ]);
  return { style, walletScript: bundle.outputFiles.map(({ text }) => text).join('') };
}

function serverFor(app: App): Server {
  // The globals stay as they are: tests in this process use the real Request and Response.
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false });
  if (!(server instanceof Server)) throw new TypeError('The emulator speaks plain HTTP only.');
  // Browsers send a request again when a reused connection breaks; without reuse each is sent once.
  server.maxRequestsPerSocket = 1;
  return server;
}

function addressOf(server: Server, hostname: string): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return `http://${hostname.includes(':') ? `[${hostname}]` : hostname}:${address.port}`;
}

function issueCode(world: World, options: CodeOptions): string {
  const { clientId, redirectUri, codeChallenge, email = 'customer@example.com' } = options;
  if (!world.clients.get(clientId)?.redirectUris.includes(redirectUri)) {
    throw new Error(`The client ${clientId} with the redirect URI ${redirectUri} is not known.`);
  }
  const customer = world.customers.signUp(email);
  customer.identified = true;
  return world.grants.issueCode(clientId, customer, { redirectUri, codeChallenge });
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
