import type { ServerResponse } from 'node:http';
import { createExchangeHandler } from '../../../src/server/index.js';
import type { SiteRequest } from './site.js';

/** How the site's backend responds. `exchange` really exchanges the code with the emulator. */
export type BackendAnswer =
  | { kind: 'exchange' }
  | { kind: 'answer'; status?: number; body?: string | Buffer; headers?: Record<string, string> }
  /** The two ids in two chunks, as a network may deliver them, with `Cache-Control: no-store`. */
  | { kind: 'parts' }
  /** Accepts the request and never responds. */
  | { kind: 'hang' }
  /** A valid start of a response, then one byte at a time without an end. */
  | { kind: 'drip' }
  /** Reads the whole request and then closes the connection. */
  | { kind: 'reset' }
  /** As many bytes as the browser accepts. */
  | { kind: 'endless' }
  | { kind: 'redirect'; to: string };

const DRIP_MS = 100;
const PARTS_MS = 20;
const CHUNK = Buffer.alloc(64 * 1024, 'a');

export class BackendSwitches {
  answer: BackendAnswer = { kind: 'exchange' };
  /** The origin that may read responses. `*` excludes cookies. */
  cors: '*' | (string & {}) | undefined;
  /** The connected customer of the session, which `stay-connected` requests. */
  session: { profile: string; userId: string } | undefined;
  #held: Promise<void> | undefined;

  /** Delays every response until the returned function is called. */
  hold(): () => void {
    let release = () => {};
    this.#held = new Promise((resolve) => (release = resolve));
    return () => {
      this.#held = undefined;
      release();
    };
  }

  async respond(request: SiteRequest, response: ServerResponse, apiUrl: string): Promise<void> {
    this.#allowOrigin(response);
    if (request.method === 'OPTIONS') {
      response.writeHead(this.cors ? 204 : 405).end();
      return;
    }
    await this.#held;
    const { answer } = this;
    switch (answer.kind) {
      case 'exchange':
        if (request.method === 'POST') return exchange(request, response, apiUrl);
        this.#answerSession(request.method, response);
        return;
      case 'answer': {
        const headers = { 'content-type': 'application/json', ...answer.headers };
        response.writeHead(answer.status ?? 200, headers).end(answer.body);
        return;
      }
      case 'parts':
        sendInParts(response);
        return;
      case 'hang':
        return;
      case 'drip':
        drip(response);
        return;
      case 'reset':
        response.socket?.resetAndDestroy();
        return;
      case 'endless':
        this.#sendWithoutEnd(response);
        return;
      case 'redirect':
        response.writeHead(307, { location: answer.to }).end();
    }
  }

  #answerSession(method: string, response: ServerResponse): void {
    const { session } = this;
    if (method === 'DELETE') this.session = undefined;
    const hasIds = method === 'GET' && session !== undefined;
    response.writeHead(hasIds ? 200 : 204, { 'cache-control': 'no-store' });
    response.end(hasIds ? JSON.stringify(session) : undefined);
  }

  #allowOrigin(response: ServerResponse): void {
    if (!this.cors) return;
    response.setHeader('access-control-allow-origin', this.cors);
    response.setHeader('access-control-allow-headers', 'content-type, accept, x-csrf-token');
    if (this.cors !== '*') response.setHeader('access-control-allow-credentials', 'true');
  }

  #sendWithoutEnd(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/json' });
    const send = () => {
      while (!response.destroyed) {
        if (!response.write(CHUNK)) return;
      }
    };
    response.on('drain', send);
    send();
  }
}

/** The handler of the package. It accepts the client and the redirect URI that a request names. */
async function exchange(
  { url, method, host, headers, body }: SiteRequest,
  response: ServerResponse,
  apiUrl: string,
): Promise<void> {
  const posted = JSON.parse(body) as Record<string, string>;
  // The handler itself refuses a POST without a code, as any backend does.
  const { client_id = 'unknown', redirect_uri = `http://${host}/` } = posted;
  const handler = createExchangeHandler({
    apiUrl,
    clientId: client_id,
    redirectUris: [redirect_uri],
    timeoutMs: 10_000,
    onConnected: () => undefined,
    onError: () => undefined,
  });
  const request = new Request(new URL(url, redirect_uri), {
    method,
    headers: { 'Content-Type': headers['content-type'] ?? '', Origin: headers.origin ?? '' },
    body,
  });
  const answer = await handler(request);
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  response.end(await answer.text());
}

/** Sends the second part when the browser has had time to read the first. */
function sendInParts(response: ServerResponse): void {
  const [head, rest] = ['{"profile":"p",', '"userId":"u"}'];
  const length = head.length + rest.length;
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': length,
    'cache-control': 'no-store',
  });
  response.write(head);
  setTimeout(() => response.end(rest), PARTS_MS);
}

function drip(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"profile":"');
  const timer = setInterval(() => response.write('a'), DRIP_MS);
  response.on('close', () => clearInterval(timer));
}
