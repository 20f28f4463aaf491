import { Hono, type MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import {
  type CodeStore,
  ConnectError,
  type Connections,
  createExchangeHandler,
  type ServerEvent,
} from '../../src/server/index.js';
import { Customers, MoneriumFailure, Refusal } from './customers.js';
import type { Engine } from './engines/engine.js';
import { addressOf, limitBy, type AppEnvironment } from './limits.js';
import { orderRoutes } from './order-routes.js';
import type { SessionCookie } from './session-cookie.js';
import { newSessionToken, toRowId } from './session-id.js';
import type { Session, Sessions } from './sessions.js';
import type { BackendSettings } from './settings.js';
import { StorageFailure, reasonOf } from './storage-failure.js';
import { measureRequests } from './telemetry.js';

/** How long the write of a new connection is retried. In milliseconds. */
const WRITE_MS = 5000;
/** How long the test write of a readiness check may take. In milliseconds. */
const READY_MS = 1000;
/** How far the clock of the database may differ from this one. In milliseconds. */
const MAX_SKEW_MS = 10_000;
const NO_DATABASE = 'no database';

/** What the routes need. */
export interface AppParts {
  readonly settings: BackendSettings;
  readonly engine: Engine;
  readonly store: CodeStore;
  readonly connections: Connections;
  readonly sessions: Sessions;
  readonly cookie: SessionCookie;
  readonly observe: (event: ServerEvent) => void;
  readonly isClosing: () => boolean;
}

type App = Hono<AppEnvironment>;

/** The routes of the backend. */
export function createApp(parts: AppParts): App {
  const { log } = parts.settings;
  const app: App = new Hono();
  app.use(measureRequests());
  app.use(async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
  });
  addHealthRoutes(app, parts);
  addExchangeRoute(app, parts);
  addSessionRoutes(app, parts);
  app.onError((error, c) => {
    if (isStorageFailure(error)) return c.json({ error: 'temporarily_unavailable' }, 503);
    if (error instanceof Refusal) return c.json({ error: 'invalid_request' }, 400);
    // Only the name: an unknown error's message may contain a secret.
    log(error instanceof MoneriumFailure ? error.message : `Unexpected: ${error.name}`);
    if (error instanceof MoneriumFailure) return c.json({ error: 'temporarily_unavailable' }, 502);
    return c.json({ error: 'server_error' }, 500);
  });
  return app;
}

/** Outside of `customers.ts` a `ConnectError` comes from the store alone. */
function isStorageFailure(error: Error): boolean {
  return error instanceof StorageFailure || error instanceof ConnectError;
}

/** The state of the database. Checked by a write, because a full disk can still be read. */
async function judge({ store, now }: Engine): Promise<string> {
  await store.claim('ready', 1, AbortSignal.timeout(READY_MS));
  const isSameTime = Math.abs((await now()) - Date.now()) < MAX_SKEW_MS;
  return isSameTime ? 'ready' : 'another clock than the database';
}

/** The same, with a time limit. */
function judgeInTime(engine: Engine): Promise<string> {
  const state = judge(engine).catch(() => NO_DATABASE);
  const late = new Promise<string>((resolve) => setTimeout(resolve, READY_MS, NO_DATABASE).unref());
  return Promise.race([state, late]);
}

/** For process managers and load balancers. Sends no request to Monerium. */
function addHealthRoutes(app: App, { engine, isClosing }: AppParts): void {
  /** Requests at the same time share one check, because anybody can send them. */
  let check: Promise<string> | undefined;
  app.get('/health/live', (c) => c.json({ status: 'live' }));
  app.get('/health/ready', async (c) => {
    if (isClosing()) return c.json({ status: 'closing' }, 503);
    check ??= judgeInTime(engine).finally(() => (check = undefined));
    const status = await check;
    return c.json({ status }, status === 'ready' ? 200 : 503);
  });
}

/** The endpoint of the element. The handler does all checks, including CORS. */
function addExchangeRoute(app: App, parts: AppParts): void {
  const { settings, engine, store, connections, sessions, cookie, observe } = parts;
  const { clientId, redirectUris, allowedOrigins, apiUrl, timeoutMs, log, limits } = settings;

  /** Stores a connection under a new ID: an attacker may know the old one (session fixation). */
  async function start(details: Parameters<typeof connections.connect>[1], headers: Headers) {
    const token = newSessionToken();
    await connections.connect(toRowId(token) ?? '', details, AbortSignal.timeout(WRITE_MS));
    await deleteEnded(headers);
    return { 'Set-Cookie': cookie.set(token) };
  }

  /** The connection is already stored, so a failure here must not fail the request. */
  async function deleteEnded(headers: Headers): Promise<void> {
    try {
      const former = await sessions.find(headers);
      if (former) await connections.disconnect(former.id);
      await engine.sweep(Date.now());
    } catch (error) {
      log(`What has ended could not be deleted: ${reasonOf(error)}`);
    }
  }

  const handle = createExchangeHandler({
    clientId,
    redirectUris,
    allowedOrigins,
    apiUrl,
    timeoutMs,
    store,
    observe,
    allowCredentials: true,
    onConnected: (details) => start(details, details.request.headers),
    onSession: ({ request }) => sessions.find(request.headers),
    async onDisconnect({ request }) {
      const session = await sessions.find(request.headers);
      if (session) await connections.disconnect(session.id);
      return { 'Set-Cookie': cookie.clear() };
    },
    onError: ({ status, message }) => {
      if (status >= 500) log(message);
    },
  });
  const limit = limitBy(engine.createLimiter({ name: 'connect', ...limits.connect }), (c) =>
    addressOf(c, settings.proxies),
  );
  app.post('/monerium/connect', allowPages(settings), limit);
  app.all('/monerium/connect', (c) => handle(c.req.raw));
}

/** Lets the site's pages read responses, including the `Retry-After` header. */
function allowPages({ allowedOrigins }: BackendSettings): MiddlewareHandler {
  return cors({
    origin: [...allowedOrigins],
    credentials: true,
    allowHeaders: ['Content-Type'],
    exposeHeaders: ['Retry-After'],
  });
}

function addSessionRoutes(app: App, parts: AppParts): void {
  const { settings, engine, connections, sessions, cookie } = parts;
  const customers = new Customers({ connections, ...settings });
  const nobody = { error: 'login_required' };
  const find = (request: Request): Promise<Session | undefined> => sessions.find(request.headers);
  // Only an existing session has its own count, because anybody can invent cookies.
  const limit = limitBy(
    engine.createLimiter({ name: 'me', ...settings.limits.session }),
    async (c) => (await find(c.req.raw))?.id ?? addressOf(c, settings.proxies),
  );

  /** For the site's own server, which renders pages. It sends nothing to Monerium. */
  app.get('/session', async (c) => {
    const session = await find(c.req.raw);
    if (!session) return c.json(nobody, 401);
    return c.json({ profile: session.profile, userId: session.userId });
  });

  app.use('/me', allowPages(settings));
  app.get('/me', limit, async (c) => {
    const session = await find(c.req.raw);
    const customer = session && (await customers.find(session));
    return customer ? c.json(customer) : c.json(nobody, 401);
  });

  const guards = [allowPages(settings), refuseForeignPosts(settings), limit];
  app.route('/customer', orderRoutes({ customers, sessions, guards }));

  app.use('/disconnect', allowPages(settings), refuseForeignPosts(settings));
  app.post('/disconnect', async (c) => {
    const session = await find(c.req.raw);
    if (session) await connections.disconnect(session.id);
    c.header('Set-Cookie', cookie.clear());
    return c.body(null, 204);
  });
}

/**
 * CORS hides the response from a foreign page, but does not stop its post, which would sign the
 * customer out. For JSON a browser sends a preflight first.
 */
function refuseForeignPosts({ allowedOrigins }: BackendSettings): MiddlewareHandler {
  return async (c, next) => {
    if (!allowedOrigins.includes(c.req.header('Origin') ?? '')) {
      return c.json({ error: 'access_denied' }, 403);
    }
    const [type = ''] = (c.req.header('Content-Type') ?? '').split(';');
    if (type.trim().toLowerCase() === 'application/json') return next();
    return c.json({ error: 'invalid_request' }, 415);
  };
}
