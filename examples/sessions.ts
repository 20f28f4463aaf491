import type { ConnectedDetails, Connections, RequestDetails } from 'monerium-connect/server';

const FLAGS = 'Path=/; Secure; HttpOnly; SameSite=Lax';

/** The ID of the session, from its cookie. Without one: an ID that nobody has. */
function readId({ headers }: Request): string {
  return /__Host-session=([\w-]{36})/.exec(headers.get('cookie') ?? '')?.[1] ?? 'none';
}

/** Each session is a kept connection, under the ID in the cookie. */
export function createSessions(connections: Connections) {
  return {
    /** Begins a new session, and ends the one before it: somebody may know the ID of that. */
    async onConnected({ request, ...details }: ConnectedDetails): Promise<HeadersInit> {
      const id = crypto.randomUUID();
      await connections.connect(id, details);
      await connections.disconnect(readId(request));
      return { 'set-cookie': `__Host-session=${id}; ${FLAGS}` };
    },
    onSession: ({ request }: RequestDetails) => connections.find(readId(request)),
    async onDisconnect({ request }: RequestDetails): Promise<HeadersInit> {
      await connections.disconnect(readId(request));
      return { 'set-cookie': `__Host-session=; ${FLAGS}; Max-Age=0` };
    },
  };
}
