import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import { apiError } from './api-error.js';
import type { Customer } from './customers.js';
import type { Store } from './store.js';

/** What routes find in their context after `requireBearer`. */
export interface ApiEnvironment {
  Bindings: Partial<HttpBindings>;
  Variables: { customer: Customer };
}

/** Refuses requests without a valid access token (RFC 6750). */
export function requireBearer(store: Store): MiddlewareHandler<ApiEnvironment> {
  return async (c, next) => {
    const [, token = ''] = /^Bearer (\S+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
    const customer = store.grants.customerOf(token, store.switches.accessTokenLifetimeMs);
    if (!customer) {
      // A request without a token gets no error code: RFC 6750, section 3.1.
      const challenge = token ? 'Bearer error="invalid_token"' : 'Bearer';
      return apiError(401, 'Not authenticated', undefined, { 'WWW-Authenticate': challenge });
    }
    c.set('customer', customer);
    return next();
  };
}
