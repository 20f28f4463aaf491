import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import { apiError } from './api-error.js';
import type { Customer } from './customers.js';
import type { World } from './world.js';

/** What a route behind the bearer check can count on. */
export interface ApiEnvironment {
  Bindings: HttpBindings;
  Variables: { customer: Customer };
}

export function requireBearer(world: World): MiddlewareHandler<ApiEnvironment> {
  return async (c, next) => {
    const [, token = ''] = /^Bearer (\S+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
    const customer = world.grants.customerOf(token);
    if (!customer) {
      return apiError(401, 'Not authenticated', undefined, { 'WWW-Authenticate': 'Bearer' });
    }
    c.set('customer', customer);
    return next();
  };
}
