import type { Context, MiddlewareHandler } from 'hono';
import type { World } from './world.js';

const API_PATH = /^\/(auth\/(token|context)|(profiles|addresses|ibans|orders)(\/.*)?)$/;

/** CORS for the API alone: `/auth` and the portal are for navigation. */
export function cors(world: World): MiddlewareHandler {
  return async (c, next) => {
    if (!API_PATH.test(c.req.path)) return next();
    if (c.req.method === 'OPTIONS') return preflight(c, world);
    await next();
    if (world.switches.cors) {
      c.res.headers.set('Access-Control-Allow-Origin', '*');
      if (world.switches.exposeRetryAfter) {
        c.res.headers.set('Access-Control-Expose-Headers', 'Retry-After');
      }
    }
  };
}

function preflight(c: Context, world: World): Response {
  if (!world.switches.cors) return c.body(null, 405);
  return c.body(null, 204, {
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': 'GET, POST, PATCH',
    'Access-Control-Allow-Headers': 'authorization, content-type, accept',
    // Browsers otherwise remember the permission for a few seconds, past a turn of the switch.
    'Access-Control-Max-Age': '0',
  });
}
