// The site of all peers: pages with the same structure, and scripts in brotli of quality 11.
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, constants } from 'node:zlib';
import { scriptOf, type Peer } from './peers.js';

export function compress(bytes: Buffer): Buffer {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return brotliCompressSync(bytes, { params });
}

export async function listen(server: Server, host: string): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}

/** The markup of the element, or of the container for a peer without an element. */
export function markupOf(peer: Peer, attributes: Readonly<Record<string, string>>): string {
  const all = { ...attributes, ...peer.attributes, ...(peer.tag === 'div' && { id: 'connect' }) };
  const text = Object.entries(all).map(([name, value]) => ` ${name}="${value}"`);
  return `<${peer.tag}${text.join('')}></${peer.tag}>`;
}

const scriptTag = (name: string): string =>
  `<script type="module" src="/scripts/${name}.js"></script>`;

const pageWith = (script: string, body: string) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Shop</title>
    <link rel="icon" href="data:," />
    ${script}
  </head>
  <body>
    <h1>Shop</h1>
    <main>${body}</main>
  </body>
</html>
`;

export class Site {
  readonly origin: string;
  /** The scripts that were fetched since this set was replaced. */
  fetched = new Set<string>();
  readonly #server: Server;
  readonly #pages = new Map<string, string>();

  constructor(server: Server, origin: string, scripts: ReadonlyMap<string, Buffer>) {
    this.#server = server;
    this.origin = origin;
    const bodies = new Map([...scripts].map(([name, code]) => [name, compress(code)]));
    server.on('request', ({ url = '' }, response) => {
      const { pathname, search } = new URL(url, origin);
      const script = /^\/scripts\/(.+)\.js$/.exec(pathname)?.[1];
      if (script) this.#sendScript(script, bodies.get(script), search === '?keep', response);
      else this.#sendPage(this.#pages.get(pathname), response);
    });
  }

  /** Serves a peer's page and returns its address, which is also the redirect URI. */
  serve(peer: Peer, attributes: Readonly<Record<string, string>>): string {
    const path = `/${peer.id}`;
    const url = this.origin + path;
    const markup = markupOf(peer, { ...attributes, 'redirect-uri': url });
    const script = scriptTag(scriptOf(peer));
    const manyScript = scriptTag(peer.manyScript ?? scriptOf(peer));
    this.#pages.set(path, pageWith(script, markup));
    // The same without the element, which is added later, many times.
    this.#pages.set(`${path}/empty`, pageWith(manyScript, ''));
    // The same without the script, which is added when the page is drawn.
    this.#pages.set(`${path}/late`, pageWith('', markup));
    return url;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  #sendScript(
    name: string,
    body: Buffer | undefined,
    isKept: boolean,
    response: ServerResponse,
  ): void {
    this.fetched.add(name);
    const head = { 'content-type': 'text/javascript', 'content-encoding': 'br' };
    send(response, body, { ...head, ...(isKept && { 'cache-control': 'max-age=3600' }) });
  }

  #sendPage(page: string | undefined, response: ServerResponse): void {
    send(response, page, { 'content-type': 'text/html; charset=utf-8' });
  }
}

function send(
  response: ServerResponse,
  body: string | Buffer | undefined,
  headers: Record<string, string>,
): void {
  // Each visit is a first visit, unless a measurement sets another `cache-control`.
  response.writeHead(body ? 200 : 404, body ? { 'cache-control': 'no-store', ...headers } : {});
  response.end(body);
}

export async function startSite(scripts: ReadonlyMap<string, Buffer>): Promise<Site> {
  const server = createServer();
  return new Site(server, await listen(server, 'localhost'), scripts);
}
