import type { HttpBindings } from '@hono/node-server';
import { apiError } from './api-error.js';
import type { Fault, Switches } from './switches.js';

const DRIP_INTERVAL_MS = 200;
const ENDLESS_CHUNK = new TextEncoder().encode('a'.repeat(64 * 1024));

/** No response. The socket stays open until the client or the emulator closes it. */
const never = (): Promise<Response> => new Promise(() => undefined);

/** The response for a fault. */
export function faultResponse(
  fault: Exclude<Fault, 'none'>,
  switches: Switches,
  { incoming }: Partial<HttpBindings> = {},
): Response | Promise<Response> {
  switch (fault) {
    case 'hang':
      return never();
    case 'reset':
      // A service worker has no socket: there it is the same as `hang`.
      incoming?.socket.resetAndDestroy();
      return never();
    case 'drip':
      return jsonStream(drip());
    case 'endless':
      return jsonStream(endless());
    case 'html':
      return htmlPage();
    case 'empty':
      return new Response(null, { status: 204 });
    case 'redirect':
      return new Response(null, { status: 307, headers: { Location: switches.redirectTo } });
    case 'rate-limit':
      return apiError(429, 'Too many requests', undefined, retryAfterHeader(switches));
    case 'unavailable':
      return apiError(503, 'The service is unavailable', undefined, retryAfterHeader(switches));
    case 'server-error':
      return apiError(500, 'Something went wrong');
    case 'unauthorized':
      return apiError(401, 'Not authenticated');
    case 'not-found':
      return apiError(404, 'Not found');
  }
}

function retryAfterHeader({ retryAfter }: Switches): Record<string, string> {
  return retryAfter === '' ? {} : { 'Retry-After': retryAfter };
}

function htmlPage(): Response {
  const headers = { 'Content-Type': 'text/html; charset=utf-8' };
  return new Response('<!doctype html><title>A page</title><p>This is not JSON.', { headers });
}

function jsonStream(body: ReadableStream<Uint8Array>): Response {
  return new Response(body, { headers: { 'Content-Type': 'application/json' } });
}

/** A token response that comes byte by byte and does not end. */
function drip(): ReadableStream<Uint8Array> {
  const opening = new TextEncoder().encode('{"access_token":"');
  const filler = new TextEncoder().encode('a');
  let sent = 0;
  let timer: Partial<NodeJS.Timeout> | number | undefined;
  return new ReadableStream({
    start(controller) {
      timer = setInterval(() => {
        controller.enqueue(sent < opening.length ? opening.subarray(sent, sent + 1) : filler);
        sent += 1;
      }, DRIP_INTERVAL_MS);
      // Only Node's timers keep a process alive.
      if (typeof timer === 'object') timer.unref?.();
    },
    cancel: () => clearInterval(timer as number),
  });
}

/** A token response that does not end, as fast as the client reads. */
function endless(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{"access_token":"')),
    pull: (controller) => controller.enqueue(ENDLESS_CHUNK),
  });
}
