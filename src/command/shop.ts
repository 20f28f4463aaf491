import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { html } from 'hono/html';
import {
  createConnectHandler,
  createConnections,
  createExchangeHandler,
  createMemoryStore,
  type ConnectedDetails,
  type Connections,
  type Identity,
  type RequestDetails,
} from '../server/index.js';

export interface ShopOptions {
  /** Who starts the flow: the server, or the page, with a backend or without. */
  readonly way: 'server' | 'page' | 'direct';
  readonly origin: string;
  readonly apiUrl: string;
  readonly clientId: string;
}

/** The script of the package, and the files that it loads. */
const SCRIPT = /^\/(monerium-connect[\w.]*|locales\/[\w-]+)\.min\.js$/;
/** The folder is as far away from here as from the bundle of the command. */
const DIST = new URL('../../dist/', import.meta.url);
/** Fills in Monerium's form. The emulator has this customer, who has a wallet and an IBAN. */
const EMAIL = 'customer@example.com';

/** Each session is a kept connection, under the ID in the cookie. */
function createSessions(connections: Connections) {
  // Not `Secure`: Safari keeps no such cookie of http://localhost.
  const cookie = (value: string) => ({
    'set-cookie': `monerium-demo=${value}; Path=/; HttpOnly; SameSite=Lax`,
  });
  const readId = ({ headers }: Request) =>
    /monerium-demo=([\w-]{36})/.exec(headers.get('cookie') ?? '')?.[1] ?? 'none';
  return {
    async onConnected({ request, ...details }: ConnectedDetails) {
      const id = crypto.randomUUID();
      await connections.connect(id, details);
      await connections.disconnect(readId(request));
      return cookie(id);
    },
    onSession: ({ request }: RequestDetails) => connections.find(readId(request)),
    async onDisconnect({ request }: RequestDetails) {
      await connections.disconnect(readId(request));
      return cookie('; Max-Age=0');
    },
  };
}

/** The content of the element is for browsers without script. */
function elementOfServer(customer: Identity | undefined, result: string | null) {
  const failure = result && html`<p>Not connected: <code>${result}</code></p>`;
  const fallback = customer
    ? html`<p>Connected to Monerium.</p>`
    : html`${failure}<a href="/monerium/start?email=${EMAIL}">Connect with Monerium</a>`;
  return html`<monerium-connect
    start-url="/monerium/start"
    backend-url="/monerium/session"
    stay-connected
    email="${EMAIL}"
    ><div slot="fallback">${fallback}</div></monerium-connect
  >`;
}

function elementOf({ way, clientId, apiUrl }: ShopOptions) {
  const exchange = way === 'page' && html`backend-url="/monerium/exchange" stay-connected`;
  return html`<monerium-connect
    client-id="${clientId}"
    api-url="${apiUrl}"
    email="${EMAIL}"
    ${exchange}
  ></monerium-connect>`;
}

function pageOf(button: ReturnType<typeof html>) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Demo shop</title>
        <link rel="icon" href="data:," />
        <script type="module" src="/monerium-connect.min.js"></script>
      </head>
      <body>
        <h1>Demo shop</h1>
        ${button}
      </body>
    </html>`;
}

async function serveScript(path: string): Promise<Response> {
  if (!SCRIPT.test(path)) return new Response('Not found', { status: 404 });
  const script = await readFile(new URL(`.${path}`, DIST), 'utf8');
  return new Response(script, { headers: { 'content-type': 'text/javascript; charset=utf-8' } });
}

/** A shop with one page and a backend below `/monerium`. */
export function createShop(options: ShopOptions) {
  const { way, origin, apiUrl, clientId } = options;
  const store = createMemoryStore();
  const sessions = createSessions(createConnections({ store, apiUrl }));
  const site = { clientId, apiUrl, store, ...sessions };
  const redirectUri = way === 'server' ? `${origin}/monerium/callback` : `${origin}/`;
  const secret = randomBytes(32).toString('base64');
  const backend =
    way === 'server'
      ? createConnectHandler({ ...site, secret, baseUrl: `${origin}/monerium` })
      : createExchangeHandler({ ...site, redirectUris: redirectUri });

  async function handle(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname.startsWith('/monerium/') && way !== 'direct') return backend(request);
    if (pathname !== '/') return serveScript(pathname);
    const customer = await sessions.onSession({ request, context: undefined });
    const button =
      way === 'server'
        ? elementOfServer(customer, searchParams.get('monerium_result'))
        : elementOf(options);
    return new Response(String(await pageOf(button)), {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
      },
    });
  }
  return { handle, redirectUri };
}
