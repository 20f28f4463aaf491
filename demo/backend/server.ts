import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import type { AppEnvironment } from './limits.js';

/** How long a client may take to receive its response when the server closes. */
const LAST_RESPONSE_MS = 500;

/**
 * Serves the app on this machine. `close` takes no new connections and waits until no request is
 * under way, also those that come meanwhile: each may be an exchange of a code.
 */
export async function startServer(
  app: Hono<AppEnvironment>,
  port: number,
  report: (request: Request, response: Response) => void,
) {
  const underWay = new Set<Promise<Response>>();
  let isClosing = false;
  const respond = async (request: Request, bindings: HttpBindings): Promise<Response> => {
    const response = await app.fetch(request, bindings);
    if (isClosing) response.headers.set('Connection', 'close');
    report(request, response);
    return response;
  };
  const fetch = (request: Request, bindings: unknown): Promise<Response> => {
    const response = respond(request, bindings as HttpBindings);
    underWay.add(response);
    return response.finally(() => underWay.delete(response));
  };
  const server = createAdaptorServer({ fetch, overrideGlobalObjects: false });
  server.listen(port, 'localhost');
  await once(server, 'listening');
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    async close() {
      isClosing = true;
      const closed = new Promise((resolve) => server.close(resolve));
      while (underWay.size > 0) await Promise.allSettled(underWay);
      // A client that does not read its response must not keep the server open.
      await Promise.race([closed, wait(LAST_RESPONSE_MS, undefined, { ref: false })]);
      if ('closeAllConnections' in server) server.closeAllConnections();
    },
  };
}
