// The connect handler in the frameworks that the documents name, over a real connection.
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { after, describe, it } from 'node:test';
import { getRequestListener } from '@hono/node-server';
import getPort from 'get-port';
import { Hono } from 'hono';
import { requirePackage, skipWithout } from '../../scripts/setup/folders.mjs';
import type { RequestHandler } from '../../src/server/index.js';
import { toNodeListener } from '../../src/server/node.js';
import { run } from '../helpers/backends.js';
import { BASE, openConnectSite, SECRET, SHOP } from '../helpers/connect-site.js';
import { Visitor } from '../helpers/visitor.js';

const closing: (() => unknown)[] = [];
after(async () => {
  for (const close of closing) await close();
});

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  closing.push(() => (server.closeAllConnections(), server.close()));
}

type Open = (handle: RequestHandler, port: number) => Promise<void>;
type Listener = ReturnType<typeof toNodeListener>;

const skip = skipWithout('examples');

/** @param route makes an app of Express that calls the listener */
const inExpress =
  (route: (express: ExpressModule, listener: Listener) => Listener): Open =>
  (handle, port) => {
    const express = requirePackage('express', 'examples') as ExpressModule;
    return listen(createServer(route(express, toNodeListener(handle))), port);
  };

/** Of Express, what is used here. Its types may not be there. */
interface ExpressModule {
  (): {
    use(...handlers: unknown[]): ReturnType<ExpressModule>;
    all(path: string, handler: Listener): ReturnType<ExpressModule>;
  } & Listener;
  json(): unknown;
}

/** A request or a response of Fastify. */
interface Hijacked {
  raw: never;
  hijack(): void;
}

const frameworks: [string, Open, (string | false)?][] = [
  ["Node's http", (handle, port) => listen(createServer(toNodeListener(handle)), port)],
  ['Express, mounted', inExpress((express, one) => express().use('/monerium', one)), skip],
  [
    'Express, as routes behind express.json()',
    inExpress((express, one) => express().use(express.json()).all('/monerium/*route', one)),
    skip,
  ],
  [
    'Fastify',
    async (handle, port) => {
      const listener = toNodeListener(handle);
      const app = requirePackage('fastify', 'examples')();
      app.all('/monerium/*', (request: Hijacked, reply: Hijacked) => {
        reply.hijack();
        return listener(request.raw, reply.raw);
      });
      await app.listen({ port, host: '127.0.0.1' });
      closing.push(() => app.close());
    },
    skip,
  ],
  [
    'Hono',
    (handle, port) => {
      const app = new Hono();
      app.all('/monerium/*', (c) => handle(c.req.raw));
      const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
      return listen(createServer(listener), port);
    },
  ],
  [
    'Hono, mounted',
    (handle, port) => {
      const app = new Hono().mount('/monerium', (request: Request) => handle(request));
      const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
      return listen(createServer(listener), port);
    },
  ],
];

describe('the example of a server that starts the flow', () => {
  it('#259 connects a customer, and keeps the session in its store', { skip }, async () => {
    const site = await openConnectSite();
    closing.push(() => site.close());
    Object.assign(process.env, { BASE_URL: BASE, SECRET });
    const args = ['--import=tsx', 'examples/server-start.ts'];
    const address = await run(process.execPath, args, site.emulator.url);
    // As a proxy that ends https in front of it.
    const visitor = new Visitor(SHOP, (request) => {
      const { pathname, search } = new URL(request.url);
      return fetch(new Request(new URL(pathname + search, address), request));
    });
    const { url } = await visitor.go(`${BASE}/start?return_to=/cart`);
    assert.equal(url, `${SHOP}/cart?monerium_result=connected`);
    assert.equal((await visitor.ask(`${BASE}/session`)).status, 200);
    const options = { method: 'DELETE', headers: { origin: SHOP } };
    assert.equal((await visitor.ask(`${BASE}/session`, options)).status, 204);
    assert.equal((await visitor.ask(`${BASE}/session`)).status, 204);
  });
});

describe('#259 the flow that the server starts', () => {
  for (const [name, open, reason = false] of frameworks) {
    it(`#259 runs in ${name}`, { skip: reason }, async () => {
      const port = await getPort();
      const origin = `http://127.0.0.1:${port}`;
      const base = `${origin}/monerium`;
      const site = await openConnectSite(base);
      closing.push(() => site.close());
      await open(site.handle, port);

      const visitor = new Visitor(origin);
      const { url, response } = await visitor.go(`${base}/start?return_to=/cart%3Fa%3D1`);
      assert.equal(url, `${origin}/cart?a=1&monerium_result=connected`);
      assert.equal(response.headers.get('cache-control'), 'no-store');
      assert.equal(response.headers.get('referrer-policy'), 'no-referrer');
      // The flow's cookie has gone and that of the session has come: two lines of one response.
      assert.deepEqual([...visitor.cookies.keys()], ['session']);
      const [{ profile, userId } = assert.fail()] = site.connected;
      const session = await visitor.ask(`${base}/session`);
      assert.deepEqual(await session.json(), { profile, userId });

      const head = await visitor.ask(`${base}/start`, { method: 'HEAD' });
      assert.deepEqual([head.status, head.headers.get('location')], [405, null]);
      const ahead = await visitor.ask(`${base}/start`, { headers: { 'sec-purpose': 'prefetch' } });
      assert.equal(ahead.status, 503);
      const options = { method: 'DELETE', headers: { origin } };
      assert.equal((await visitor.ask(`${base}/session`, options)).status, 204);
      assert.deepEqual([...visitor.cookies.keys()], []);
      assert.equal(site.emulator.tokenRequests().length, 1);
    });
  }
});
