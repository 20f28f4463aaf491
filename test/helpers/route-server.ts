// Serves an example that is one route of a framework, with the server code of that framework.
// `route-server.ts <name>` listens on `PORT`.
import { createServer, type RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Handler } from './backends.js';
import { requirePackage } from '../../scripts/setup/folders.mjs';
import { importExample } from './examples.js';

/** The output of React Router's compiler for an application with this one route, at any path. */
function buildWith(module: object): object {
  const route = { id: 'route', path: '*', module };
  return {
    routes: { route },
    entry: { module: { default: () => new Response() } },
    assets: { routes: {}, entry: { module: '', imports: [] }, url: '', version: '' },
    publicPath: '/',
    assetsBuildDirectory: '',
    future: {},
    ssr: true,
    isSpaMode: false,
    prerender: [],
    routeDiscovery: { mode: 'initial', manifestPath: '' },
  };
}

type Listener = (...args: Parameters<RequestListener>) => unknown;

const routes: Record<string, () => Promise<Listener>> = {
  async nextjs() {
    const methods: Record<string, Handler> = {
      ...(await import('../../examples/nextjs/route.js')),
    };
    return getRequestListener(
      (request) => methods[request.method]?.(request) ?? new Response(null, { status: 405 }),
    );
  },
  async nuxt() {
    const { createApp, toNodeListener } = requirePackage('h3', 'examples');
    const { default: route } = await importExample('nuxt/monerium.ts');
    return toNodeListener(createApp().use(route));
  },
  async sveltekit() {
    const { fallback } = await import('../../examples/sveltekit/+server.js');
    return getRequestListener((request) => fallback({ request }));
  },
  async 'react-router'() {
    const { createRequestHandler } = requirePackage('react-router', 'examples');
    const module = await import('../../examples/react-router/route.js');
    return getRequestListener(createRequestHandler(buildWith(module)));
  },
};

const [, , name = ''] = process.argv;
const listener = await routes[name]?.();
if (!listener) throw new Error(`There is no route '${name}'.`);
createServer((request, response) => void listener(request, response)).listen(process.env.PORT);
