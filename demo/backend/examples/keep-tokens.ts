import type { ConnectedDetails, Tokens } from 'monerium-connect/server';

/** Stands for your database: what a session cookie leads to. Encrypt the tokens at rest. */
const sessions = new Map<string, { userId: string; clientId: string; tokens: Tokens }>();

/** Keeps the tokens with a new session, and hands its cookie to the browser. */
export function keepTokens({ userId, clientId, tokens }: ConnectedDetails): HeadersInit {
  const id = crypto.randomUUID();
  sessions.set(id, { userId, clientId, tokens });
  return { 'set-cookie': `__Host-session=${id}; Path=/; Secure; HttpOnly; SameSite=Lax` };
}
