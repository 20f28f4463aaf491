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
  /** The name that the browser asked for, with the port. */
  readonly host: string;
  /** As it stood in the request line. */
  readonly url: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The browser went away before the answer was complete. */
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

/** The site that embeds the element: its pages, its backend, and a record of what was asked. */
export class Site {
  readonly requests: SiteRequest[] = [];
  readonly port: number;
  readonly origin: string;
  backend = new BackendSwitches();
  /** Where the backend trades codes. */
  apiUrl = '';
  /** Takes what a page has seen that was left. It is no request of the page's own. */
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

  /** Serves a page under a path, whatever the query. */
  serve(path: string, answer: Answer): void {
    this.#pages.set(path, answer);
  }

  /** What is served under a path, to be served in another way. */
  pageAt(path: string): string | PageAnswer {
    const answer = this.#pages.get(path);
    if (answer === undefined || typeof answer === 'function') throw new Error(`No page ${path}`);
    return answer;
  }

  /** The posts that reached the backend, preflights not counted. */
  posts(): SiteRequest[] {
    return this.requests.filter(({ method, path }) => method === 'POST' && path === '/backend');
  }

  /** The first request of which this is true, as soon as there is one. */
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
      // A browser that leaves in the middle of a request is part of many tests.
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

/** The scripts under test, and nothing for what a browser asks by itself, such as an icon. */
async function ownAnswer(path: string): Promise<PageAnswer> {
  const headers = { 'content-type': SCRIPT, 'access-control-allow-origin': '*' };
  switch (path) {
    case '/monerium-connect.js':
    // The same bytes under another address: a second copy, which a browser evaluates by itself.
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

/** Starts a site on a port of this machine. Every name of the machine leads to it. */
export async function startSite(): Promise<Site> {
  const server = createServer();
  // A browser sends a request again when a reused connection breaks; without reuse it cannot.
  server.maxRequestsPerSocket = 1;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new Site(server);
}
