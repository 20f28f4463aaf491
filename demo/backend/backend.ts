import { createConnections } from '../../src/server/index.js';
import { createApp } from './app.js';
import { openEngine } from './engines/open-engine.js';
import { readKeyRing } from './key-ring.js';
import { startServer } from './server.js';
import { SessionCookie } from './session-cookie.js';
import { LIFETIME_MS } from './session-id.js';
import { Sessions } from './sessions.js';
import { readSettings, type BackendOptions, type BackendSettings } from './settings.js';
import { withLog } from './storage-failure.js';
import { createObserver } from './telemetry.js';
import type { Engine } from './engines/engine.js';

export type { BackendOptions } from './settings.js';

export interface Backend {
  url: string;
  /** The latest requests, without query, headers and body. */
  requests: { method: string; path: string; status: number }[];
  /** Resolves when nothing is under way any more, after 30 s at most. */
  close(): Promise<void>;
}

/** How many requests are kept. */
const MAX_REQUESTS = 1000;
/** How long a stop may take, in milliseconds. */
const CLOSE_TIMEOUT_MS = 30_000;

/**
 * Starts the site's own server. It exchanges codes for tokens and keeps the tokens.
 *
 * @throws {StartFailure} when the key or the database cannot be used
 */
export async function startBackend(options: BackendOptions): Promise<Backend> {
  const settings = readSettings(options);
  const engine = await openEngine(settings.database, readKeyRing(settings.key), settings.log);
  try {
    return await startWith(settings, engine);
  } catch (error) {
    await engine.close();
    throw error;
  }
}

async function startWith(settings: BackendSettings, engine: Engine): Promise<Backend> {
  const { apiUrl, timeoutMs, allowedOrigins, log } = settings;
  const observe = createObserver();
  const store = withLog(engine.store, log);
  const connections = createConnections({ store, apiUrl, timeoutMs, observe });
  const cookie = new SessionCookie(allowedOrigins, LIFETIME_MS / 1000);
  const sessions = new Sessions(connections, cookie, log);
  let isClosing = false;
  const app = createApp({
    settings,
    engine,
    store,
    connections,
    sessions,
    cookie,
    observe,
    isClosing: () => isClosing,
  });
  const requests: Backend['requests'] = [];
  const server = await startServer(app, settings.port ?? 0, (request, { status }) => {
    requests.push({ method: request.method, path: new URL(request.url).pathname, status });
    if (requests.length > MAX_REQUESTS) requests.shift();
  });
  const finish = async () => {
    await server.close();
    await connections.close();
  };
  return {
    url: server.url,
    requests,
    async close() {
      isClosing = true;
      const isDone = await within(CLOSE_TIMEOUT_MS, finish());
      if (!isDone) log('Something is still under way, and ends with this process.');
      await engine.close();
    },
  };
}

/** Whether the work ends in time. */
async function within(ms: number, work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
