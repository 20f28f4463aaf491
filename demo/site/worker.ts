// The service worker of the site: Monerium's emulator and a shop's backend, without a server.
// `/monerium/` is the emulator, `/api/monerium` the backend, `/control` sets faults.
import { createExchangeHandler, type RequestHandler } from '../../src/server/index.js';
import { loadAssets } from '../../src/testing/emulator/assets.js';
import { isJson } from '../../src/testing/emulator/json-body.js';
import { createMonerium } from '../../src/testing/emulator/monerium.js';
import { Store } from '../../src/testing/emulator/store.js';
import { rebase } from './rebase.js';
import { CLIENT_ID, type Control, type Reply } from './control.js';

interface LifeEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface FetchEvent extends Event {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

/** The platform's own types of a worker contradict those of a page. */
interface WorkerScope {
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  fetch: typeof fetch;
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: LifeEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void;
}

declare const self: WorkerScope & typeof globalThis;

const scope = new URL('./', self.location.href);
const apiUrl = `${scope.href}monerium`;
const prefix = `${scope.pathname}monerium`;
const redirectUri = new URL('flows.html', scope).href;

const store = new Store({ isSeeded: true });
const monerium = createMonerium(store, loadAssets);
store.registerClient({
  clientId: CLIENT_ID,
  name: 'Sample shop',
  redirectUris: [redirectUri],
  privacyUrl: 'https://shop.example/privacy',
  termsUrl: 'https://shop.example/terms',
});

/** How the backend misbehaves. */
let backendFault: Control['backend'] = 'none';
/** Who is connected: the backend of a real shop keeps this in a session. */
let session: { profile: string; userId: string } | undefined;

/** The emulator, whose paths begin at its own root. */
async function askMonerium(request: Request): Promise<Response> {
  const url = new URL(request.url);
  url.pathname = url.pathname.slice(prefix.length) || '/';
  const path = url.pathname;
  if (path === '/emulator/style.css') {
    const { style } = await loadAssets();
    return new Response(style, { headers: { 'content-type': 'text/css' } });
  }
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  // A body that is still arriving cannot be passed on in every engine.
  const body = isRead ? null : await request.arrayBuffer();
  const { method, headers } = request;
  const answer = await monerium.request(url.href, { method, headers, body });
  return rebase(answer, prefix, scope.href);
}

// The handler asks Monerium by `fetch`, which does not come back to this worker by itself.
const fetchFromNetwork = self.fetch.bind(self);
self.fetch = async (input, init) => {
  const request = new Request(input, init);
  return request.url.startsWith(`${apiUrl}/`) ? askMonerium(request) : fetchFromNetwork(request);
};

const handle: RequestHandler = createExchangeHandler({
  apiUrl,
  clientId: CLIENT_ID,
  redirectUris: [redirectUri],
  onConnected: ({ profile, userId }) => void (session = { profile, userId }),
  onSession: () => session,
  onDisconnect: () => void (session = undefined),
  onError: () => undefined,
});

/** A worker is not shown the `Origin` of a request. Without navigations, all are from its pages. */
async function askBackend(request: Request): Promise<Response> {
  switch (backendFault) {
    case 'none':
      break;
    case 'html':
      return new Response('<!doctype html><title>Shop</title>', {
        headers: { 'content-type': 'text/html' },
      });
    case 'missing':
      return Response.json({ error: 'not_found' }, { status: 404 });
    case 'fails':
      return Response.json({ error: 'server_error' }, { status: 500 });
    case 'unreachable':
      return Response.error();
  }
  const { method } = request;
  const headers = new Headers(request.headers);
  headers.set('origin', scope.origin);
  const body = method === 'POST' ? await request.text() : null;
  const posted = new Request(request.url, { method });
  // A script may not give a request an `Origin`, and Firefox has no stream of its body.
  Object.defineProperties(posted, {
    headers: { value: headers },
    body: { value: body === null ? null : new Response(body).body },
  });
  return handle(posted);
}

async function control(request: Request): Promise<Response> {
  if (request.method === 'POST') {
    if (!isJson(request.headers.get('content-type') ?? '')) {
      return Response.json({ error: 'invalid_request' }, { status: 415 });
    }
    const { backend, switches, isReset } = (await request.json()) as Control;
    if (isReset) {
      store.reset();
      session = undefined;
    }
    backendFault = backend;
    store.configure(switches);
  }
  const requests = store.requests.map(({ method, path, status = 0 }) => ({ method, path, status }));
  return Response.json({ requests } satisfies Reply);
}

/**
 * What answers a request; nothing for a file of the site. A link or a form of any other site is a
 * navigation: of those, only the emulator answers.
 */
function route({ url, mode }: Request): ((request: Request) => Promise<Response>) | undefined {
  const { origin, pathname } = new URL(url);
  if (origin !== scope.origin) return undefined;
  if (pathname.startsWith(`${prefix}/`)) return askMonerium;
  if (mode === 'navigate') return undefined;
  if (pathname === `${scope.pathname}api/monerium`) return askBackend;
  return pathname === `${scope.pathname}control` ? control : undefined;
}

self.addEventListener('install', () => void self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  const respond = route(event.request);
  if (respond) event.respondWith(respond(event.request));
});
