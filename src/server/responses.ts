import type { Identity } from '../core/oauth/identity.js';
import { detailOf, type ExchangeError } from './exchange-error.js';

interface ResponseRules {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly allowCredentials: boolean;
  readonly isSandbox: boolean;
}

/**
 * The ids of a session, or `204`.
 * @throws TypeError when the site's headers are none
 */
export function answerSession(session: Identity | undefined, headers: HeadersInit = {}): Response {
  if (!session) return new Response(null, { status: 204 });
  const { profile, userId } = session;
  return Response.json({ profile, userId }, { headers });
}

/** In the sandbox the response says why, for the developer who looks at it. */
export function answerFailure(
  failure: ExchangeError,
  rules: Pick<ResponseRules, 'isSandbox' | 'methods'>,
): Response {
  const { status, error, reason, cause } = failure;
  const description = rules.isSandbox ? { error_description: reason } : {};
  const response = Response.json({ error, ...description }, { status });
  const { retryAfterMs } = detailOf(cause);
  if (retryAfterMs !== undefined) {
    response.headers.set('retry-after', String(Math.ceil(retryAfterMs / 1000)));
  }
  if (status === 405) response.headers.set('allow', rules.methods.join(', '));
  return response;
}

/** Lets through any header that a page may add: `backendHeaders` of the element. */
export function answerPreflight({ headers }: Request, { methods }: ResponseRules): Response {
  const allowed = {
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': headers.get('access-control-request-headers') ?? 'content-type',
    'access-control-max-age': '600',
  };
  return new Response(null, { status: 204, headers: allowed });
}

/** What every response has. Only pages of a listed origin may read it. */
export function addCommonHeaders(
  { body, headers }: Response,
  request: Request,
  rules: ResponseRules,
): void {
  if (body) headers.set('content-type', 'application/json');
  headers.set('cache-control', 'no-store');
  headers.append('vary', 'origin');
  const origin = request.headers.get('origin') ?? '';
  if (!rules.origins.includes(origin)) return;
  headers.set('access-control-allow-origin', origin);
  headers.set('access-control-expose-headers', 'retry-after');
  if (rules.allowCredentials) headers.set('access-control-allow-credentials', 'true');
}
