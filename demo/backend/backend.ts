import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { createAdaptorServer } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import { cors } from 'hono/cors';
import { createExchangeHandler } from '../../src/server.js';
import { Customers, MoneriumFailure } from './customers.js';
import { SessionCookie } from './session-cookie.js';
import { newSessionId, Sessions, StorageFailure } from './sessions.js';

export interface BackendOptions {
  /** Where to listen; the system chooses a port when there is none. */
  port?: number;
  /** Monerium's API, without a slash at the end. */
  apiUrl: string;
  clientId: string;
  /**
   * Every redirect URI of the site, exactly as registered with Monerium. Nobody but pages of their
   * origins may post here or read an answer.
   */
  redirectUris: string[];
  /** The SQLite file that keeps the tokens. It is made when there is none. */
  database: string;
  /** Encrypts the tokens: 32 random bytes in base64. */
  key: string | undefined;
  /** Milliseconds for an exchange. Shorter than the element's own 20 s, so it hears why. */
  timeoutMs?: number;
  /** Hears what the person who runs the server should know. It is never told a secret. */
  log?: (line: string) => void;
}

export interface Backend {
  url: string;
  /** The latest requests and how they were answered, without query, header or body. */
  requests: { method: string; path: string; status: number }[];
  close(): Promise<void>;
}

/** How many requests are remembered. */
const REQUESTS = 1000;
/** Milliseconds. */
const LAST_ANSWERS = 500;

/**
 * Starts the site's own server: it trades codes for tokens, and keeps the tokens.
 *
 * @throws {StartFailure} when the key or the database cannot be used
 */
export async function startBackend(options: BackendOptions): Promise<Backend> {
  const { database: file, key, log = console.error } = options;
  const sessions = await Sessions.open({ file, key, log });
  const requests: Backend['requests'] = [];
  const allowedOrigins = [...new Set(options.redirectUris.map((uri) => new URL(uri).origin))];
  const app = createApp({ ...options, allowedOrigins, log }, sessions, requests);
  try {
    const server = await startServer(app, options.port ?? 0);
    return {
      url: server.url,
      requests,
      close: () => server.close().then(() => sessions.close()),
    };
  } catch (error) {
    await sessions.close();
    throw error;
  }
}

/** A server that answers what it has begun before it closes: that may be tokens on their way. */
async function startServer(app: Hono, port: number) {
  const active = new Set<unknown>();
  let isClosing = false;
  const answer = async (request: Request): Promise<Response> => {
    const response = await app.fetch(request);
    if (isClosing) response.headers.set('Connection', 'close');
    return response;
  };
  const fetch = (request: Request): Promise<Response> => {
    const answered = answer(request).finally(() => active.delete(answered));
    active.add(answered);
    return answered;
  };
  const server = createAdaptorServer({ fetch, overrideGlobalObjects: false });
  server.listen(port, 'localhost');
  await once(server, 'listening');
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    async close() {
      isClosing = true;
      const closed = new Promise((resolve) => server.close(resolve));
      await Promise.allSettled(active);
      // The last answers go out; whoever does not take theirs is left.
      await Promise.race([closed, wait(LAST_ANSWERS, undefined, { ref: false })]);
      if ('closeAllConnections' in server) server.closeAllConnections();
    },
  };
}

interface AppOptions extends BackendOptions {
  allowedOrigins: string[];
  log: (line: string) => void;
}

function createApp(options: AppOptions, sessions: Sessions, requests: Backend['requests']): Hono {
  const cookie = new SessionCookie(options.allowedOrigins, sessions.lifetimeSeconds);
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
    requests.push({ method: c.req.method, path: c.req.path, status: c.res.status });
    if (requests.length > REQUESTS) requests.shift();
  });
  const exchange = exchangeRoute(options, sessions, cookie);
  app.all('/monerium/connect', (c) => exchange(c.req.raw));
  app.route('/', sessionRoutes(options, sessions, cookie));
  app.onError((error, c) => {
    if (error instanceof StorageFailure) return c.json({ error: 'temporarily_unavailable' }, 503);
    // The name alone: what a message holds is not known here.
    options.log(error instanceof MoneriumFailure ? error.message : `Unexpected: ${error.name}`);
    if (error instanceof MoneriumFailure) return c.json({ error: 'temporarily_unavailable' }, 502);
    return c.json({ error: 'server_error' }, 500);
  });
  return app;
}

/** Takes the code from the element. All checks, CORS included, are the handler's. */
function exchangeRoute(options: AppOptions, sessions: Sessions, cookie: SessionCookie) {
  const { clientId, redirectUris, allowedOrigins, apiUrl, timeoutMs, log } = options;
  const begun = new WeakMap<Request, string>();
  const exchange = createExchangeHandler({
    ...{ clientId, redirectUris, allowedOrigins, apiUrl, timeoutMs },
    allowCredentials: true,
    async onConnected({ profile, userId, tokens, request }) {
      // Always a new id: one that was known before the sign-in must not become worth something.
      const id = newSessionId();
      begun.set(request, id);
      await sessions.start(id, { profile, userId, tokens }, cookie.readFrom(request.headers));
    },
    onError: ({ status, message }) => {
      if (status >= 500) log(message);
    },
  });
  return async (request: Request): Promise<Response> => {
    const response = await exchange(request);
    const id = begun.get(request);
    // Also when the customer is told of a failure: once the write succeeds, the session is theirs.
    if (id !== undefined) response.headers.append('Set-Cookie', cookie.set(id));
    return response;
  };
}

function sessionRoutes(options: AppOptions, sessions: Sessions, cookie: SessionCookie): Hono {
  const { allowedOrigins, apiUrl, clientId, timeoutMs = 15_000 } = options;
  const customers = new Customers({ sessions, apiUrl, clientId, timeoutMs });
  const routes = new Hono();
  const nobody = (c: Context) => c.json({ error: 'login_required' }, 401);

  /** For the site's own server, which renders pages: Monerium is not asked. */
  routes.get('/session', async (c) => {
    const session = await sessions.find(cookie.readFrom(c.req.raw.headers));
    return session ? c.json({ profile: session.profile, userId: session.userId }) : nobody(c);
  });

  routes.use('/me', cors({ origin: allowedOrigins, credentials: true }));
  routes.get('/me', async (c) => {
    const customer = await customers.find(cookie.readFrom(c.req.raw.headers));
    return customer ? c.json(customer) : nobody(c);
  });

  routes.use(
    '/disconnect',
    cors({ origin: allowedOrigins, credentials: true, allowHeaders: ['Content-Type'] }),
  );
  routes.post('/disconnect', async (c) => {
    const fault = foreignPost(c, allowedOrigins);
    if (fault) return fault;
    await sessions.end(cookie.readFrom(c.req.raw.headers));
    c.header('Set-Cookie', cookie.clear());
    return c.body(null, 204);
  });
  return routes;
}

/**
 * CORS alone only hides an answer from a foreign page: its post must be refused too, or it could
 * sign the customer out. And only for JSON does a browser ask for permission first.
 */
function foreignPost(c: Context, allowedOrigins: string[]): Response | undefined {
  if (!allowedOrigins.includes(c.req.header('Origin') ?? '')) {
    return c.json({ error: 'access_denied' }, 403);
  }
  const [type = ''] = (c.req.header('Content-Type') ?? '').split(';');
  if (type.trim().toLowerCase() === 'application/json') return undefined;
  return c.json({ error: 'invalid_request' }, 415);
}
