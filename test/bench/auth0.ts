// Auth0's two endpoints in front of the emulator, for its client knows no others. PKCE, the code
// and the redirect URI are checked by the emulator; added is the ID token that the client wants.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen } from './site.js';

export interface Auth0Front {
  readonly url: string;
  close(): Promise<void>;
}

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

export async function startAuth0(apiUrl: string): Promise<Auth0Front> {
  const nonces = new Map<string, string>();
  const server = createServer();
  const url = await listen(server, '127.0.0.1');

  function idToken(clientId: string, verifier: string, subject: unknown): string {
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const now = Math.floor(Date.now() / 1000);
    const times = { iat: now, exp: now + 3600 };
    const claims = { iss: `${url}/`, aud: clientId, sub: subject, nonce: nonces.get(challenge) };
    // The client reads the claims; it leaves the signature to the connection.
    return `${base64url({ alg: 'RS256', typ: 'JWT' })}.${base64url({ ...claims, ...times })}.none`;
  }

  async function exchange(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = new URLSearchParams(await text(request));
    const answer = await fetch(`${apiUrl}/auth/token`, { method: 'POST', body });
    const tokens = (await answer.json()) as Record<string, unknown>;
    const [clientId, verifier] = [body.get('client_id') ?? '', body.get('code_verifier') ?? ''];
    const id = { id_token: idToken(clientId, verifier, tokens['userId']), scope: 'openid' };
    const headers = { 'content-type': 'application/json' };
    response.writeHead(answer.status, headers).end(JSON.stringify({ ...tokens, ...id }));
  }

  server.on('request', (request, response) => {
    const { pathname, search, searchParams } = new URL(request.url ?? '', url);
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', '*');
    if (pathname === '/authorize') {
      nonces.set(searchParams.get('code_challenge') ?? '', searchParams.get('nonce') ?? '');
      response.writeHead(307, { location: `${apiUrl}/auth${search}` }).end();
    } else if (pathname === '/oauth/token' && request.method === 'POST') {
      exchange(request, response).catch((error: unknown) => response.destroy(error as Error));
    } else {
      response.writeHead(request.method === 'OPTIONS' ? 204 : 404).end();
    }
  });

  return {
    url,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
