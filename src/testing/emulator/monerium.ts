import type { HttpBindings } from '@hono/node-server';
import { Hono, type MiddlewareHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { apiError } from './api-error.js';
import { apiRoutes } from './api-routes.js';
import type { Assets } from './assets.js';
import { authorizationRoutes } from './authorization-routes.js';
import { cors } from './cors.js';
import { portalRoutes } from './portal-routes.js';
import { recordRequests } from './request-record.js';
import type { Store } from './store.js';
import { tokenRoutes } from './token-routes.js';

/** `Bindings` is what Node's server adds. In a service worker there is none of it. */
export type App = Hono<{ Bindings: Partial<HttpBindings> }>;

/** Lets an app respond to what no route takes, and to an error, as Monerium does. */
export function addFailures(app: App): void {
  app.notFound(() => apiError(404, 'Not found'));
  app.onError((error) => {
    if (error instanceof HTTPException) return error.getResponse();
    console.error(error);
    return apiError(500, 'The emulator failed');
  });
}

/** The routes that Monerium has. They need no Node, and also run in a service worker. */
export function createMonerium(store: Store, assets: () => Promise<Assets>): App {
  const app: App = new Hono();
  app.use(recordRequests(store.requests), cors(store));
  app.use('/auth', pageHeaders(store));
  app.use('/portal/*', pageHeaders(store));
  app.route('/', authorizationRoutes(store));
  app.route('/portal', portalRoutes(store, assets));
  app.route('/', tokenRoutes(store));
  app.route('/', apiRoutes(store));
  addFailures(app);
  return app;
}

/** Headers of everything that a browser navigates to. */
function pageHeaders(store: Store): MiddlewareHandler {
  return async (c, next) => {
    await next();
    c.res.headers.set('Cache-Control', 'no-store');
    c.res.headers.set('Referrer-Policy', 'no-referrer');
    // A framed portal could be used for clickjacking: RFC 6749, section 10.13.
    c.res.headers.set('X-Frame-Options', 'DENY');
    c.res.headers.set('Content-Security-Policy', "frame-ancestors 'none'");
    const { coop } = store.switches;
    if (coop) c.res.headers.set('Cross-Origin-Opener-Policy', coop);
  };
}
