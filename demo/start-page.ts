import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ViteDevServer } from 'vite';

const PATHS = ['/', '/index.html'];
/** In `index.html`, the attribute that is replaced by those of the customer. */
const PLACEHOLDER = ' data-customer-here';
/** The page's script asks the backend too, so the page need not wait long for it. */
const DEADLINE_MS = 2_000;
const ID = /^[A-Za-z0-9._:-]{1,128}$/;

/**
 * Renders the start page as a site's server would: when the backend knows the customer, the HTML
 * contains a connected element. Other pages are left to `next`.
 */
export function startPage(vite: ViteDevServer, backendUrl: string) {
  return async (request: IncomingMessage, response: ServerResponse, next: () => void) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (request.method !== 'GET' || !PATHS.includes(pathname)) {
      next();
      return;
    }
    try {
      const attributes = await findCustomer(backendUrl, request.headers.cookie);
      const source = await readFile(new URL('index.html', import.meta.url), 'utf8');
      const page = await vite.transformIndexHtml(
        '/index.html',
        source.replace(PLACEHOLDER, attributes),
      );
      // The page contains the IDs of one customer.
      response.setHeader('Cache-Control', 'no-store');
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      response.end(page);
    } catch (error) {
      console.error(error);
      next();
    }
  };
}

/** The customer's attributes. An empty string when the backend knows none or does not respond. */
async function findCustomer(backendUrl: string, cookie: string | undefined): Promise<string> {
  if (cookie === undefined) return '';
  try {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const response = await fetch(`${backendUrl}/session`, { headers: { cookie }, signal });
    const { profile, userId } = (await response.json()) as Record<string, unknown>;
    const areValid = [profile, userId].every((id) => typeof id === 'string' && ID.test(id));
    return areValid ? ` profile="${String(profile)}" user-id="${String(userId)}"` : '';
  } catch {
    return '';
  }
}
