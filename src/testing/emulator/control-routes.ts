import { Hono } from 'hono';
import { apiError } from './api-error.js';
import type { Client } from './client.js';
import { refuseForeignPages } from './control-guard.js';
import { isRecord, readJson } from './json-body.js';
import type { Store } from './store.js';

/** Controls the emulator from another process. Monerium has no such endpoints. */
export function controlRoutes(store: Store, hostname: string): Hono {
  const routes = new Hono();
  routes.use(refuseForeignPages(hostname));
  routes.get('/requests', (c) => c.json(store.requests));
  routes.post('/switches', async (c) => {
    store.configure(await readJson(c.req));
    return c.json(store.switches);
  });
  routes.post('/reset', (c) => {
    store.reset();
    return c.body(null, 204);
  });
  routes.post('/clients', async (c) => {
    const client = await readJson(c.req);
    if (!isClient(client)) return apiError(400, 'A client has clientId, name and redirectUris');
    store.registerClient(client);
    return c.json(client, 201);
  });
  routes.onError((error) => {
    // A switch or a redirect URI that is not valid.
    if (error instanceof TypeError) return apiError(400, error.message);
    throw error;
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
