import { serve, type HttpBindings, type ServerType } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { proxy } from 'hono/proxy';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  DEMO_CLIENT_ID,
  startEmulator,
  type Emulator,
} from '../../src/testing/emulator/emulator.js';
import { exchangeDirectly, type ExchangeRequest } from '../../src/core/oauth/exchange.js';
import { createExchangeHandler } from '../../src/server/index.js';

/** What an app's pages come from: a folder of files, or the app's own server on a port. */
export type Source = { readonly folder: string } | { readonly port: number };

/** A post that carried a code to the site's server. */
export interface Post {
  readonly path: string;
  readonly csrfToken: string | undefined;
}

/**
 * The app's site on localhost: its pages, its backend, and Monerium's emulator on 127.0.0.1. The
 * pages know the emulator as `/monerium`, so that a build needs to know no port.
 */
export class Site {
  readonly posts: Post[] = [];
  readonly origin: string;
  readonly emulator: Emulator;
  readonly #server: ServerType;

  private constructor(origin: string, emulator: Emulator, server: ServerType) {
    this.origin = origin;
    this.emulator = emulator;
    this.#server = server;
  }

  /** @param pages the paths of pages to which Monerium may send a customer back */
  static async start(source: Source, pages = ['/']): Promise<Site> {
    const app = new Hono<{ Bindings: HttpBindings }>();
    const server = serve({ fetch: app.fetch, port: 0, hostname: 'localhost' });
    await once(server, 'listening');
    const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
    const redirectUris = pages.map((path) => origin + path);
    const policies = {
      privacyUrl: 'https://shop.example/privacy',
      termsUrl: 'https://shop.example/terms',
    };
    const client = { clientId: DEMO_CLIENT_ID, name: 'Shop', redirectUris, ...policies };
    const site = new Site(origin, await startEmulator({ clients: [client] }), server);
    site.#addRoutes(app, source, redirectUris);
    return site;
  }

  /** Forgets what a visitor has done. */
  reset(): void {
    this.posts.length = 0;
    this.emulator.reset();
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    if ('closeAllConnections' in this.#server) this.#server.closeAllConnections();
    await Promise.all([closed, this.emulator.close()]);
  }

  #addRoutes(
    app: Hono<{ Bindings: HttpBindings }>,
    source: Source,
    redirectUris: readonly string[],
  ): void {
    app.get('/favicon.ico', (c) => c.body(null, 204));
    app.get('/thanks', (c) => c.html('<!doctype html><title>Thanks</title>'));
    app.get('/monerium/auth', (c) =>
      c.redirect(`${this.emulator.url}/auth${new URL(c.req.url).search}`),
    );
    app.post('/api/*', async (c, next) => {
      this.posts.push({ path: c.req.path, csrfToken: c.req.header('x-csrf-token') });
      await next();
    });
    const handle = createExchangeHandler({
      apiUrl: this.emulator.url,
      clientId: DEMO_CLIENT_ID,
      redirectUris,
      onConnected: () => undefined,
    });
    app.post('/api/monerium', (c) => handle(c.req.raw));
    // What a page's own `exchange` posts to.
    app.post('/api/exchange', async (c) => {
      const request = { ...(await c.req.json<ExchangeRequest>()), apiUrl: this.emulator.url };
      const { identity } = await exchangeDirectly(fetch, request);
      return c.json(identity);
    });
    if ('folder' in source) {
      app.use(serveStatic({ root: source.folder }));
      // The one page of an app, at every path.
      app.get('/:name/', serveStatic({ root: source.folder, path: 'index.html' }));
    } else {
      app.all('*', (c) => {
        const { pathname, search } = new URL(c.req.url);
        return proxy(`http://localhost:${source.port}${pathname}${search}`, c.req);
      });
      passOnUpgrades(this.#server, source.port);
    }
  }
}

/** Development servers tell their pages about changes by a WebSocket. */
function passOnUpgrades(server: ServerType, port: number): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { method, url, rawHeaders } = request;
    const lines = rawHeaders.flatMap((name, at) =>
      at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}`] : [],
    );
    const upstream = connect(port, 'localhost', () => {
      upstream.write([`${method} ${url} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    // Either side may go first.
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
}
