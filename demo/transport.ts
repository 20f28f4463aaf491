import type { Transport } from '@monerium/sdk';

/** For one request and its response. */
const TIMEOUT_MS = 15_000;

/**
 * Lets `@monerium/sdk` use the API at `apiUrl`. By itself it uses Monerium's own hosts: for those,
 * leave `transport` out.
 */
export function transportTo(apiUrl: string, timeoutMs = TIMEOUT_MS): Transport {
  return async ({ method, url, headers, body }) => {
    const { pathname, search } = new URL(url);
    const response = await fetch(new URL(pathname + search, apiUrl), {
      method,
      headers,
      body: body ?? null,
      signal: AbortSignal.timeout(timeoutMs),
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
    });
    return { status: response.status, bodyText: await response.text() };
  };
}
