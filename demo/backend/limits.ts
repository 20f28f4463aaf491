import { isIPv6 } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';
import { RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';

/** What the server of `@hono/node-server` gives to a route. */
export interface AppEnvironment {
  Bindings: HttpBindings;
}

type AppContext = Context<AppEnvironment>;

/** Answers 429 with `Retry-After` to a client that asks too often. The element shows that time. */
export function limitBy(
  limiter: RateLimiterAbstract,
  keyOf: (c: AppContext) => string | Promise<string>,
): MiddlewareHandler<AppEnvironment> {
  return async (c, next) => {
    try {
      await limiter.consume(await keyOf(c));
    } catch (rejection) {
      if (!(rejection instanceof RateLimiterRes)) throw rejection;
      c.header('Retry-After', String(Math.ceil(rejection.msBeforeNext / 1000)));
      return c.json({ error: 'temporarily_unavailable' }, 429);
    }
    return next();
  };
}

/**
 * The address of the client. A header can be written by anybody, so it counts only behind proxies:
 * each of them adds the address that it was asked from at the end.
 *
 * @param proxies how many proxies the site has in front of this server
 */
export function addressOf(c: AppContext, proxies: number): string {
  const peer = c.env.incoming.socket.remoteAddress ?? '';
  if (proxies === 0) return networkOf(peer);
  const hops = (c.req.header('X-Forwarded-For') ?? '').split(',').map((hop) => hop.trim());
  return networkOf(hops.at(-proxies) || peer);
}

/** One customer has all IPv6 addresses that begin with the same 64 bits. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address;
  const [start = ''] = address.split('::');
  return [...start.split(':'), '0', '0', '0', '0'].slice(0, 4).join(':');
}
