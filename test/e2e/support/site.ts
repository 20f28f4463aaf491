import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { BackendSwitches } from './backend.js';
import { bundleScript } from './bundle.js';
import type { Sighting } from './driver.js';
import { SIGHTINGS_PATH } from './recorder.js';

/** A request as the site received it. */
export interface SiteRequest {
  readonly method: string;
  /** The `Host` header: the name and the port. */
  readonly host: string;
  /** The path and the query, as in the request line. */
  readonly url: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Whether the browser closed the connection before the response was complete. */
  isAborted: boolean;
}

export interface PageAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
}

type Answer =
  | string
  | PageAnswer
  | ((request: SiteRequest) => string | PageAnswer | Promise<string | PageAnswer>);

const WAIT_MS = 15_000;
const HTML = 'text/html; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

/** The site that embeds the element: its pages, its backend, and a record of the requests. */
export class Site {
  readonly requests: SiteRequest[] = [];
  readonly port: number;
  readonly origin: string;
  backend = new BackendSwitches();
  /** The API with which the backend exchanges codes. */
  apiUrl = '';
  /** Receives the sightings that a page sends on `pagehide`. They are not in `requests`. */
  takeSightings: (sightings: Sighting[]) => void = () => {};

  readonly #server: Server;
  readonly #pages = new Map<string, Answer>();
  readonly #watchers = new Set<() => void>();

  constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    this.origin = `http://localhost:${this.port}`;
    server.on('request', (request: IncomingMessage, response: ServerResponse) =>
      this.#respond(request, response),
    );
  }

  /** Serves a page at a path, with any query. */
  serve(path: string, answer: Answer): void {
    this.#pages.set(path, answer);
  }

  /** The page that is served at a path, for a test that changes it. */
  pageAt(path: string): string | PageAnswer {
    const answer = this.#pages.get(path);
    if (answer === undefined || typeof answer === 'function') throw new Error(`No page ${path}`);
    return answer;
  }

  /** The POST requests that reached the backend, without preflights. */
  posts(): SiteRequest[] {
    return this.requests.filter(({ method, path }) => method === 'POST' && path === '/backend');
  }

  /** Resolves with the first request for which this returns true. */
  waitUntil(isWanted: (request: SiteRequest) => boolean): Promise<SiteRequest> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        this.#watchers.delete(look);
      };
      const look = () => {
        const found = this.requests.find(isWanted);
        if (!found) return;
        stop();
        resolve(found);
      };
      const timer = setTimeout(() => {
        stop();
        const list = this.requests.map(({ method, path }) => `${method} ${path}`).join(', ');
        reject(new Error(`No such request in ${WAIT_MS} ms: ${String(isWanted)}. Had: ${list}`));
      }, WAIT_MS);
      this.#watchers.add(look);
      look();
    });
  }

  reset(): void {
    this.requests.length = 0;
    this.#pages.clear();
    this.backend = new BackendSwitches();
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #respond(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { method = '', url = '', headers } = incoming;
      const { pathname: path, searchParams: query } = new URL(url, this.origin);
      const body = await text(incoming);
      if (path === SIGHTINGS_PATH) {
        this.takeSightings(JSON.parse(body) as Sighting[]);
        response.writeHead(204).end();
        return;
      }
      const host = headers.host ?? '';
      const known = { method, host, url, path, query, headers, body };
      const request: SiteRequest = { ...known, isAborted: false };
      response.on('close', () => {
        request.isAborted = !response.writableFinished;
        this.#look();
      });
      this.requests.push(request);
      this.#look();
      if (path === '/backend') await this.backend.respond(request, response, this.apiUrl);
      else await this.#sendPage(request, response);
    } catch (error) {
      // In many tests the browser closes the connection during a request.
      if (!response.headersSent) response.writeHead(500).end(String(error));
    }
  }

  #look(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }

  async #sendPage(request: SiteRequest, response: ServerResponse): Promise<void> {
    const page = this.#pages.get(request.path);
    const found = typeof page === 'function' ? await page(request) : page;
    const answer = found ?? (await ownAnswer(request.path));
    const { status = 200, headers, body } = typeof answer === 'string' ? { body: answer } : answer;
    response.writeHead(status, { 'content-type': HTML, 'cache-control': 'no-cache', ...headers });
    response.end(body);
  }
}

/** Serves the scripts under test, and no content for requests of the browser itself. */
async function ownAnswer(path: string): Promise<PageAnswer> {
  const headers = { 'content-type': SCRIPT, 'access-control-allow-origin': '*' };
  switch (path) {
    case '/monerium-connect.js':
    // The same bytes at another address: the browser evaluates them as a second copy.
    // falls through
    case '/copy.js':
      return { headers, body: await bundleScript('index') };
    case '/element.js':
      return { headers, body: await bundleScript('element/monerium-connect') };
    case '/favicon.ico':
    case '/sentinel':
      return { status: 204 };
    default:
      return { status: 404, body: 'Not found' };
  }
}

/** Starts a site on a port of this machine. Every host name of the machine reaches it. */
export async function startSite(): Promise<Site> {
  const server = createServer();
  // When a reused connection breaks, a browser sends its request again, so none may be reused.
  server.maxRequestsPerSocket = 1;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new Site(server);
}
