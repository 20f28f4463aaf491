import { tryTo } from '../core/errors.js';

/** What is needed of Node's `IncomingMessage`, and of `req` in Express and Connect. */
interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** What a body parser has made of the body. */
  readonly body?: unknown;
  readonly readableEnded?: boolean | undefined;
  /** Whether the body has come as a whole. */
  readonly complete?: boolean | undefined;
  pause(): unknown;
  resume(): unknown;
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
  on(event: 'end' | 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** What is needed of Node's `ServerResponse`. */
interface NodeResponse {
  /** A middleware that has answered already, such as one with a time limit. */
  readonly headersSent?: boolean | undefined;
  writeHead(status: number, headers: Record<string, string | string[]>): unknown;
  end(body: string): unknown;
}

/** Streams the body, only as fast as it is read: unread bytes stay in the socket. */
function streamBody(message: NodeRequest): ReadableStream<Uint8Array> {
  let isOpen = true;
  return new ReadableStream({
    start(controller) {
      const finish = (end: () => void) => () => {
        if (isOpen) end();
        isOpen = false;
      };
      message.on('data', (chunk) => {
        if (isOpen) controller.enqueue(new Uint8Array(chunk));
        message.pause();
      });
      message.on(
        'end',
        finish(() => controller.close()),
      );
      message.on(
        'error',
        finish(() => controller.error(new Error('broken off'))),
      );
      message.on(
        'close',
        finish(() => controller.error(new Error('closed'))),
      );
      if (message.readableEnded) finish(() => controller.close())();
    },
    pull() {
      message.resume();
    },
    cancel() {
      isOpen = false;
    },
  });
}

/**
 * What a parser has made of the body. A value becomes JSON; a text or bytes stay as they are. A
 * parser for another content type sets `body` as well, and leaves the body unread.
 */
function readParsed({ body, readableEnded }: NodeRequest) {
  if (body === undefined || body === null || readableEnded === false) return undefined;
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body);
}

function toRequest(message: NodeRequest): Request {
  const { method = 'GET', url = '/', headers } = message;
  const parsed = method === 'POST' ? readParsed(message) : undefined;
  const own = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    // HTTP/2 has names such as `:path` that are no headers.
    if (value !== undefined && !name.startsWith(':')) own.set(name, [value].flat().join(', '));
  }
  // The body was written again, and may have another length.
  if (parsed !== undefined) own.delete('content-length');
  const body = method === 'POST' ? (parsed ?? streamBody(message)) : undefined;
  const init = { method, headers: own, body: body ?? null, duplex: 'half' };
  return new Request(new URL(url, 'http://localhost'), init);
}

async function writeResponse(
  message: NodeRequest,
  response: NodeResponse,
  answer: Response,
): Promise<void> {
  const headers: Record<string, string | string[]> = Object.fromEntries(answer.headers);
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  // Else Node would read the rest of the body, however long. HTTP/2 has no such header.
  if (message.complete === false && !message.headers[':path']) headers['connection'] = 'close';
  const text = await answer.text();
  if (response.headersSent) return;
  response.writeHead(answer.status, headers);
  response.end(text);
}

function refusal(status: number, error: string): Response {
  return Response.json({ error }, { status, headers: { 'cache-control': 'no-store' } });
}

/**
 * The handler for Node's `http`, Express and Connect. A body that a parser such as `express.json()`
 * has read already is taken from `req.body`. `req` is the handler's `context`. When Node refuses a
 * header of the response, such as one with a control character, this is logged, and the customer
 * gets `500`. The listener rejects only if `handle` does.
 * @param handle what `createExchangeHandler` returns, which never rejects
 */
export function toNodeListener<Message extends NodeRequest>(
  handle: (request: Request, context: Message) => Promise<Response>,
): (request: Message, response: NodeResponse) => Promise<void> {
  return async (message, response) => {
    // `Request` and `URL` refuse some messages of HTTP, such as `TRACE`, or `//` as the path. JSON
    // refuses a parsed body that is nested too deeply.
    const request = tryTo(() => toRequest(message));
    const answer = request ? await handle(request, message) : refusal(400, 'invalid_request');
    try {
      await writeResponse(message, response, answer);
    } catch (reason) {
      // It names the header, and not its value.
      console.error('monerium-connect: the answer cannot be sent:', String(reason));
      await writeResponse(message, response, refusal(500, 'server_error'));
    }
  };
}
