// A backend for `stay-connected` by hand, of parts that a test can replace one by one. The post is
// the shipped handler's.
import { createExchangeHandler, type Identity, type Tokens } from '../../src/server/index.js';
import type { Handler } from './backends.js';
import { CLIENT_ID, REDIRECT_URI } from './site.js';

export interface Session extends Identity {
  readonly tokens: Tokens;
}

export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly kept: Map<string, Session>;
}

export type Parts = ReturnType<typeof soundParts>;

const FLAGS = 'Path=/; Secure; HttpOnly; SameSite=Lax';
const NAME = '__Host-session';

/** The value of a cookie. */
export function readCookie(headers: Headers, name = NAME): string {
  const pairs = (headers.get('cookie') ?? '').split('; ').map((pair) => pair.split(/=(.*)/s));
  return pairs.find(([key]) => key === name)?.[1] ?? '';
}

export const soundParts = (origin: string) => ({
  /** Which origin a response allows; empty: none. */
  allow: ({ headers }: Asked) => (headers.get('origin') === origin ? origin : ''),
  /** Which requests may change something. */
  mayEnd: ({ headers }: Asked) => headers.get('origin') === origin,
  methodOf: ({ method }: Asked): string => method,
  newId: (_session: Session): string => crypto.randomUUID(),
  /** What leads to the session. */
  readId: ({ headers }: Asked): string => readCookie(headers),
  find: (id: string, { kept }: Asked): Session | undefined => kept.get(id),
  begin(id: string, session: Session, { kept, headers }: Asked): void {
    kept.delete(readCookie(headers));
    kept.set(id, session);
  },
  end: (id: string, { kept }: Asked): void => void kept.delete(id),
  /** The cookie of a new session. */
  give: (id: string): string => `${NAME}=${id}; ${FLAGS}`,
  tell: ({ profile, userId }: Session, _id: string, _asked: Asked): Response | Promise<Response> =>
    Response.json({ profile, userId }),
  tellNobody: (_asked: Asked): Response => new Response(null, { status: 204 }),
  ended: (_session: Session | undefined): Response =>
    new Response(null, { status: 204, headers: { 'set-cookie': `${NAME}=; Max-Age=0` } }),
  caching: 'no-store',
  preflight: 'GET, POST, DELETE',
});

/** @param parts those that differ from a sound backend's */
export function createBackend(apiUrl: string, parts: Partial<Parts>, origin: string): Handler {
  const rules = { ...soundParts(origin), ...parts };
  const kept = new Map<string, Session>();
  const exchange = createExchangeHandler<Asked>({
    clientId: CLIENT_ID,
    redirectUris: [REDIRECT_URI],
    apiUrl,
    allowedOrigins: [origin],
    onConnected({ profile, userId, tokens, context }) {
      const session = { profile, userId, tokens };
      const id = rules.newId(session);
      rules.begin(id, session, context);
      const cookie = rules.give(id);
      return cookie ? { 'set-cookie': cookie } : undefined;
    },
    onError: () => undefined,
  });
  const respond = async (request: Request, asked: Asked): Promise<Response> => {
    const method = rules.methodOf(asked);
    if (method === 'OPTIONS') return new Response(null, { status: 204 });
    if (method === 'POST') return exchange(request, asked);
    const id = rules.readId(asked);
    const session = rules.find(id, asked);
    if (method === 'GET') {
      return session ? rules.tell(session, id, asked) : rules.tellNobody(asked);
    }
    if (!rules.mayEnd(asked)) return new Response(null, { status: 403 });
    rules.end(id, asked);
    return rules.ended(session);
  };
  return async (request) => {
    const { method, headers, url } = request;
    const asked = { method, headers, url: new URL(url), kept };
    const response = await respond(request, asked);
    const allowed = rules.allow(asked);
    response.headers.delete('access-control-allow-origin');
    if (allowed) {
      response.headers.set('access-control-allow-origin', allowed);
      response.headers.set('access-control-allow-credentials', 'true');
    }
    response.headers.set('access-control-allow-methods', rules.preflight);
    response.headers.set('cache-control', rules.caching);
    return response;
  };
}
