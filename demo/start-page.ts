import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ViteDevServer } from 'vite';

const PATHS = ['/', '/index.html'];
/** Stands in `index.html` where the customer goes. */
const PLACE = ' data-customer-here';
/** Milliseconds. A page does not wait long for what its script finds out as well. */
const DEADLINE = 2_000;
const ID = /^[A-Za-z0-9._:-]{1,128}$/;

/**
 * Renders the start page as a site's server does it: for a customer whom the backend knows, the
 * element is connected in the HTML already. Everything else is left to `next`.
 */
export function startPage(vite: ViteDevServer, backendUrl: string) {
  return async (request: IncomingMessage, response: ServerResponse, next: () => void) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (request.method !== 'GET' || !PATHS.includes(pathname)) {
      next();
      return;
    }
    try {
      const customer = await askBackend(backendUrl, request.headers.cookie);
      const source = await readFile(new URL('index.html', import.meta.url), 'utf8');
      const page = await vite.transformIndexHtml('/index.html', source.replace(PLACE, customer));
      // One customer's page is for nobody else, and not for later.
      response.setHeader('Cache-Control', 'no-store');
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      response.end(page);
    } catch (error) {
      console.error(error);
      next();
    }
  };
}

/** The attributes of the customer; none when the backend knows nobody, or does not answer. */
async function askBackend(backendUrl: string, cookie: string | undefined): Promise<string> {
  if (cookie === undefined) return '';
  try {
    const signal = AbortSignal.timeout(DEADLINE);
    const answer = await fetch(`${backendUrl}/session`, { headers: { cookie }, signal });
    const { profile, userId } = (await answer.json()) as Record<string, unknown>;
    const isWhole = [profile, userId].every((id) => typeof id === 'string' && ID.test(id));
    return isWhole ? ` profile="${String(profile)}" user-id="${String(userId)}"` : '';
  } catch {
    return '';
  }
}
