import type { Context, MiddlewareHandler } from 'hono';
import type { Store } from './store.js';

const API_PATH = /^\/(auth\/(token|context)|(profiles|addresses|ibans|orders)(\/.*)?)$/;

/** CORS for the API. `/auth` and the portal have none: browsers navigate to them. */
export function cors(store: Store): MiddlewareHandler {
  return async (c, next) => {
    if (!API_PATH.test(c.req.path)) return next();
    if (c.req.method === 'OPTIONS') return preflight(c, store);
    await next();
    if (store.switches.cors) {
      c.res.headers.set('Access-Control-Allow-Origin', '*');
      if (store.switches.exposeRetryAfter) {
        c.res.headers.set('Access-Control-Expose-Headers', 'Retry-After');
      }
    }
  };
}

function preflight(c: Context, store: Store): Response {
  if (!store.switches.cors) return c.body(null, 405);
  return c.body(null, 204, {
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': 'GET, POST, PATCH',
    'Access-Control-Allow-Headers': 'authorization, content-type, accept',
    // By default a browser keeps the permission for 5 seconds, longer than the switch may last.
    'Access-Control-Max-Age': '0',
  });
}
