import { Hono } from 'hono';
import { apiError } from './api-error.js';
import { isRecord, readJson } from './json-body.js';
import type { Client, World } from './world.js';

/** Steers the emulator from another process. Monerium has none of this, and none is recorded. */
export function controlRoutes(world: World): Hono {
  const routes = new Hono();
  routes.get('/requests', (c) => c.json(world.requests));
  routes.post('/switches', async (c) => {
    const switches = await readJson(c.req);
    try {
      world.configure(switches);
    } catch (problem) {
      if (problem instanceof TypeError) return apiError(400, problem.message);
      throw problem;
    }
    return c.json(world.switches);
  });
  routes.post('/reset', (c) => {
    world.reset();
    return c.body(null, 204);
  });
  routes.post('/clients', async (c) => {
    const client = await readJson(c.req);
    if (!isClient(client)) return apiError(400, 'A client has clientId, name and redirectUris');
    world.registerClient(client);
    return c.json(client, 201);
  });
  return routes;
}

function isClient(value: unknown): value is Client {
  return (
    isRecord(value) &&
    typeof value.clientId === 'string' &&
    typeof value.name === 'string' &&
    Array.isArray(value.redirectUris) &&
    value.redirectUris.every((uri) => typeof uri === 'string')
  );
}
