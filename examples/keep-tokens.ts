import type { ConnectedDetails, Identity, RequestDetails, Tokens } from 'monerium-connect/server';

/** Stands for your database: what a session cookie leads to. Encrypt the tokens at rest. */
const sessions = new Map<string, Identity & { clientId: string; tokens: Tokens }>();
const FLAGS = 'Path=/; Secure; HttpOnly; SameSite=Lax';

/** Stores the tokens with a new session, sets its cookie, and ends the session before it. */
export function keepTokens({ request, tokens, ...ids }: ConnectedDetails): HeadersInit {
  const { profile, userId, clientId } = ids;
  const id = crypto.randomUUID();
  sessions.delete(readId(request));
  sessions.set(id, { profile, userId, clientId, tokens });
  return { 'set-cookie': `__Host-session=${id}; ${FLAGS}` };
}

function readId({ headers }: Request): string {
  return /(?:^|;\s*)__Host-session=([\w-]+)/.exec(headers.get('cookie') ?? '')?.[1] ?? '';
}

/** Who is connected in this session, if anybody is. */
export function findSession({ request }: RequestDetails): Identity | undefined {
  return sessions.get(readId(request));
}

export function endSession({ request }: RequestDetails): HeadersInit {
  sessions.delete(readId(request));
  return { 'set-cookie': `__Host-session=; ${FLAGS}; Max-Age=0` };
}
