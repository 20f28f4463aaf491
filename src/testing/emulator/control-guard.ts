import { isIP } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import { apiError } from './api-error.js';
import { isJson } from './json-body.js';

/**
 * Keeps the web pages that the developer visits away from the control endpoints: they could read
 * recorded codes and tokens, and change the switches. A page cannot leave out or forge the headers
 * that are checked here. Programs send no `Origin`.
 *
 * @param hostname a name that `Host` may have besides `localhost`
 */
export function refuseForeignPages(hostname: string): MiddlewareHandler {
  return async (c, next) => {
    const host = c.req.header('host') ?? '';
    if (!isOwnHost(host, hostname)) {
      return apiError(403, `The Host '${host}' is refused: use localhost or an IP address`);
    }
    const origin = c.req.header('origin');
    if (origin !== undefined && origin !== `http://${host}`) {
      return apiError(403, `The Origin '${origin}' is refused`);
    }
    if (/^(cross|same)-site$/.test(c.req.header('sec-fetch-site') ?? '')) {
      return apiError(403, 'Requests from pages of other origins are refused');
    }
    // Without permission from here, pages of other origins can send forms and plain text only.
    if (c.req.method === 'POST' && !isJson(c.req.header('content-type'))) {
      return apiError(415, 'The Content-Type must be application/json');
    }
    return next();
  };
}

/**
 * DNS rebinding lets a page's own host name point to this machine: then `Origin` and `Host` agree.
 * Only a name can be rebound, so an IP address is accepted.
 */
function isOwnHost(host: string, hostname: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  const isAddress = isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;
  return isAddress || name === 'localhost' || name === hostname.toLowerCase();
}
