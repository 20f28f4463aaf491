/** What is used of the module `msw`. */
interface Msw<Handler> {
  http: {
    post(url: string, resolver: () => Response): Handler;
    get(url: string, resolver: () => Response): Handler;
  };
}

export interface HandlerOptions {
  profile?: string;
  userId?: string;
  /** The token endpoint responds with this status, and no tokens. */
  tokenStatus?: number;
}

const HOSTS = ['https://api.monerium.dev', 'https://api.monerium.app'];

/**
 * Handlers for Mock Service Worker that respond as Monerium does to a direct exchange:
 * `setupServer(...moneriumHandlers(await import('msw')))`.
 */
export function moneriumHandlers<Handler>(
  { http }: Msw<Handler>,
  { profile = 'test-profile', userId = 'test-user', tokenStatus = 200 }: HandlerOptions = {},
): Handler[] {
  const tokens = {
    access_token: 'test-access-token',
    refresh_token: 'test-refresh-token',
    token_type: 'Bearer',
    expires_in: 3600,
    profile,
    userId,
  };
  const error = { code: tokenStatus, status: 'Error', message: 'Made up by a test' };
  const token = () => Response.json(tokenStatus < 400 ? tokens : error, { status: tokenStatus });
  const context = () =>
    Response.json({ userId, defaultProfile: profile, profiles: [{ id: profile }] });
  return HOSTS.flatMap((host) => [
    http.post(`${host}/auth/token`, token),
    http.get(`${host}/auth/context`, context),
  ]);
}
