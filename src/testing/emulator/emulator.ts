import { once } from 'node:events';
import { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { createApp } from './app.js';
import type { Client } from './client.js';
import { DEFAULT_EMAIL } from './customers.js';
import { decideFor, type Ending } from './decision.js';
import type { App } from './monerium.js';
import { tokenRequests, type RecordedRequest } from './request-record.js';
import { Store, type Beginning } from './store.js';
import type { Switches } from './switches.js';

export type { Client } from './client.js';
export type { Ending } from './decision.js';
export type { RecordedRequest } from './request-record.js';
export type { Fault, Switches } from './switches.js';

/** The client that the demo registers. */
export const DEMO_CLIENT_ID = '5f0c9b0e-6d1f-4c39-9a4e-1b7d2c8e4a60';

/** The emulator, as a test of an application sees it. */
export interface PublicEmulator {
  /** Its address, without a trailing slash. */
  url: string;
  /** Every request as received, in order, except those to the control endpoints. */
  requests: RecordedRequest[];
  /** @throws TypeError for an unknown switch or a value that it cannot have */
  configure(switches: Partial<Switches>): void;
  /**
   * Adds a client, or replaces the one with the same ID.
   *
   * @throws TypeError for a redirect URI that must not be registered
   */
  registerClient(client: Client): void;
  /** Forgets everything but the clients. */
  reset(): void;
  /** Closes every connection, also those whose response is still pending. */
  close(): Promise<void>;
}

/** With what only this project uses. */
export interface Emulator extends PublicEmulator {
  /** The recorded requests that trade a code for tokens. */
  tokenRequests(): RecordedRequest[];
  /** The recorded requests that trade a refresh token for new tokens. */
  refreshRequests(): RecordedRequest[];
  /** Issues a code as if the customer had gone through the portal. */
  issueCode(options: CodeOptions): string;
  /**
   * Decides for the customer who is at a page of the portal. `pageUrl` is the URL of that page.
   * Returns the URL at the application that the customer is sent back to.
   *
   * @throws Error when the URL is not of the portal
   */
  decide(pageUrl: string, ending: Ending): string;
  /** Makes all access tokens invalid. Refresh tokens stay valid. */
  endAccessTokens(): void;
}

export interface CodeOptions {
  clientId: string;
  /** Registered for this client. */
  redirectUri: string;
  /** base64url(SHA-256(verifier)) without padding. */
  codeChallenge: string;
  /** Of the customer. Default: `customer@example.com`. */
  email?: string;
}

export interface EmulatorOptions extends Beginning {
  /** Default: one that the system chooses. */
  port?: number;
  /** The address to listen on. Default: `127.0.0.1`. */
  hostname?: string;
  clients?: Client[];
}

/**
 * Starts Monerium's authorization server, API and portal on this machine.
 *
 * @throws TypeError for a redirect URI that must not be registered, or an unknown switch
 */
export async function startEmulator({
  port = 0,
  hostname = '127.0.0.1',
  clients = [],
  ...beginning
}: EmulatorOptions = {}): Promise<Emulator> {
  const store = new Store(beginning);
  for (const client of clients) store.registerClient(client);
  const server = createServer(createApp(store, hostname));
  server.listen(port, hostname);
  await once(server, 'listening');
  return {
    url: addressOf(server, hostname),
    requests: store.requests,
    tokenRequests: () => tokenRequests(store.requests, 'authorization_code'),
    refreshRequests: () => tokenRequests(store.requests, 'refresh_token'),
    configure: (switches) => store.configure(switches),
    registerClient: (client) => store.registerClient(client),
    reset: () => store.reset(),
    issueCode: (options) => issueCode(store, options),
    decide: (pageUrl, ending) => decide(store, pageUrl, ending),
    endAccessTokens: () => store.grants.endAccessTokens(),
    close: () => closeServer(server),
  };
}

function createServer(app: App): Server {
  // Tests in this process use Node's own Request and Response, so they must not be replaced.
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false });
  if (!(server instanceof Server)) throw new TypeError('The emulator needs a plain HTTP server.');
  // A browser repeats a request when a reused connection breaks. Then a test would count two.
  server.maxRequestsPerSocket = 1;
  return server;
}

function addressOf(server: Server, hostname: string): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return `http://${hostname.includes(':') ? `[${hostname}]` : hostname}:${address.port}`;
}

function issueCode(store: Store, options: CodeOptions): string {
  const { clientId, redirectUri, codeChallenge, email = DEFAULT_EMAIL } = options;
  if (!store.clients.get(clientId)?.redirectUris.includes(redirectUri)) {
    throw new Error(`The client ${clientId} with the redirect URI ${redirectUri} is not known.`);
  }
  const customer = store.customers.signUp(email);
  customer.identified = true;
  return store.grants.issueCode(clientId, customer, { redirectUri, codeChallenge });
}

function decide(store: Store, pageUrl: string, ending: Ending): string {
  const session = store.sessions.get(new URL(pageUrl).searchParams.get('session') ?? '');
  if (!session) throw new Error('No customer is at this page of the portal.');
  return decideFor(store, session, ending);
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
