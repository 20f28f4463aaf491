import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { cors } from 'hono/cors';
import { ExchangeFailure, exchangeCode, type Grant } from './exchange-code.js';
import { Sessions } from './sessions.js';

export interface BackendOptions {
  /** Where to listen; the system chooses a port when there is none. */
  port?: number;
  /** Monerium's API, without a slash at the end. */
  apiUrl: string;
  clientId: string;
  /** Every redirect URI of the site, exactly as registered with Monerium. */
  redirectUris: string[];
  /** The origins of the site's pages: nobody else may post here or read an answer. */
  allowedOrigins: string[];
  /** Milliseconds for the whole exchange. Shorter than the element's own 20 s, so it hears why. */
  timeout?: number;
}

export interface Backend {
  url: string;
  /** What was asked and how it was answered, without query, header or body. */
  requests: { method: string; path: string; status: number }[];
  close(): Promise<void>;
}

const COOKIE = 'demo_session';
const LARGEST_REQUEST = 8 * 1024;
const CODE = /^[\x20-\x7e]{1,2048}$/;
const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/;

/** Starts the site's own server: it trades codes for tokens and keeps the tokens. */
export async function startBackend(options: BackendOptions): Promise<Backend> {
  const requests: Backend['requests'] = [];
  const { fetch } = createApp(options, requests);
  const server = createAdaptorServer({ fetch, overrideGlobalObjects: false });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, 'localhost', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}`,
    requests,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}

function createApp(options: BackendOptions, requests: Backend['requests']): Hono {
  const { allowedOrigins, apiUrl, timeout = 15_000 } = options;
  const sessions = new Sessions();
  const app = new Hono();

  app.use(async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
    requests.push({ method: c.req.method, path: c.req.path, status: c.res.status });
  });

  app.use(
    cors({
      origin: allowedOrigins,
      credentials: true,
      allowMethods: ['GET', 'POST'],
      allowHeaders: ['Content-Type'],
      // Without this a page of another origin can not read when it may try again.
      exposeHeaders: ['Retry-After'],
      maxAge: 600,
    }),
  );

  // CORS alone only hides the answer from a foreign page. The post itself must be refused too, or
  // such a page could sign the customer in with a code of its own, or sign them out.
  app.post('*', async (c, next) => {
    if (!allowedOrigins.includes(c.req.header('Origin') ?? '')) {
      return c.json({ error: 'access_denied' }, 403);
    }
    return next();
  });

  app.post(
    '/monerium/connect',
    async (c, next) => (isJson(c) ? next() : c.json({ error: 'invalid_request' }, 415)),
    bodyLimit({
      maxSize: LARGEST_REQUEST,
      onError: (c) => c.json({ error: 'invalid_request' }, 413),
    }),
    async (c) => {
      const grant = readGrant(await c.req.json().catch(() => undefined), options);
      if (!grant) return c.json({ error: 'invalid_request' }, 400);
      const connection = await exchangeCode(apiUrl, grant, timeout);
      // Always a new id: one that was known before the sign-in must not become worth something.
      sessions.close(getCookie(c, COOKIE));
      setCookie(c, COOKIE, sessions.open(connection), {
        httpOnly: true,
        sameSite: 'Lax',
        path: '/',
        maxAge: sessions.lifetimeSeconds,
        // Plain http is for this machine only. On https, name the cookie `__Host-…` as well.
        secure: allowedOrigins.every((origin) => origin.startsWith('https:')),
      });
      return c.json({ profile: connection.profile, userId: connection.userId });
    },
  );

  app.get('/me', (c) => {
    const connection = sessions.find(getCookie(c, COOKIE));
    if (!connection) return c.json({ error: 'login_required' }, 401);
    return c.json({ profile: connection.profile, userId: connection.userId });
  });

  app.post('/disconnect', (c) => {
    sessions.close(getCookie(c, COOKIE));
    deleteCookie(c, COOKIE, { path: '/' });
    return c.body(null, 204);
  });

  app.onError((error, c) => {
    if (!(error instanceof ExchangeFailure)) return c.json({ error: 'server_error' }, 500);
    if (error.retryAfter !== undefined) c.header('Retry-After', error.retryAfter);
    return c.json({ error: error.error }, error.status);
  });

  return app;
}

/** Only JSON makes a browser ask for permission before it posts across origins. */
function isJson(c: Context): boolean {
  const [type = ''] = (c.req.header('Content-Type') ?? '').split(';');
  return type.trim().toLowerCase() === 'application/json';
}

/** Returns the grant when every field has its shape and the site knows client and redirect URI. */
function readGrant(body: unknown, options: BackendOptions): Grant | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const fields = body as Record<string, unknown>;
  const { code, code_verifier: codeVerifier, redirect_uri: redirectUri } = fields;
  if (fields.client_id !== options.clientId) return undefined;
  if (typeof code !== 'string' || !CODE.test(code)) return undefined;
  if (typeof codeVerifier !== 'string' || !VERIFIER.test(codeVerifier)) return undefined;
  if (typeof redirectUri !== 'string' || !options.redirectUris.includes(redirectUri)) {
    return undefined;
  }
  return { code, codeVerifier, redirectUri, clientId: options.clientId };
}
