import type { MiddlewareHandler } from 'hono';

/** A request as it was received. `status` is missing until the response begins. */
export interface RecordedRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: string;
  status?: number;
}

/** Records each request before its response, which may never come. */
export function recordRequests(requests: RecordedRequest[]): MiddlewareHandler {
  return async (c, next) => {
    const { method, path } = c.req;
    const body = await c.req.text();
    const request: RecordedRequest = {
      method,
      path,
      query: c.req.query(),
      headers: c.req.header(),
      body,
    };
    requests.push(request);
    await next();
    request.status = c.res.status;
  };
}

export function tokenRequests(requests: RecordedRequest[], grantType: string): RecordedRequest[] {
  return requests.filter(
    ({ method, path, body }) =>
      method === 'POST' &&
      path === '/auth/token' &&
      new URLSearchParams(body).get('grant_type') === grantType,
  );
}
