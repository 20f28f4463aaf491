import type { Transport } from '@monerium/sdk';

/** Milliseconds for one request and its answer. */
const DEADLINE = 15_000;

/**
 * How `@monerium/sdk` reaches the API of this demo: by itself it knows Monerium's own hosts only.
 * With those, leave `transport` out.
 */
export function transportTo(apiUrl: string, deadline = DEADLINE): Transport {
  return async ({ method, url, headers, body }) => {
    const { pathname, search } = new URL(url);
    const response = await fetch(new URL(pathname + search, apiUrl), {
      method,
      headers,
      body: body ?? null,
      signal: AbortSignal.timeout(deadline),
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
    });
    return { status: response.status, bodyText: await response.text() };
  };
}
