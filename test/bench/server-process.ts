// The server under load, in a process of its own so that its memory is its own.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { getRequestListener } from '@hono/node-server';
import { createExchangeHandler } from '../../src/server/index.js';
import { CLIENT_ID, REDIRECT_URI } from '../helpers/site.js';

const [kind, apiUrl = ''] = process.argv.slice(2);

const identity = {
  profile: '139e7d62-0afb-11ed-ac2f-4a76448b7b21',
  userId: '1447d261-0afb-11ed-ac2f-4a76448b7b21',
};

/** What the handler's answer has, without any of its work. */
async function answerAtOnce(request: Request): Promise<Response> {
  await request.text();
  const headers = {
    'cache-control': 'no-store',
    vary: 'origin',
    'access-control-allow-origin': request.headers.get('origin') ?? '',
    'access-control-expose-headers': 'retry-after',
  };
  return Response.json(identity, { headers });
}

/** The least that any backend does: one request to Monerium for each post, and no check at all. */
async function passOn(request: Request): Promise<Response> {
  const fields = (await request.json()) as Record<string, string>;
  const body = new URLSearchParams({ grant_type: 'authorization_code', ...fields });
  const response = await fetch(`${apiUrl}/auth/token`, { method: 'POST', body });
  const { profile, userId } = (await response.json()) as Record<string, string>;
  return Response.json({ profile, userId });
}

/** Monerium inside this process, for what the handler itself costs. */
const instantMonerium = async () =>
  Response.json({ access_token: 'access', token_type: 'Bearer', expires_in: 3600, ...identity });

const handler = (fetch?: typeof globalThis.fetch) =>
  createExchangeHandler({
    clientId: CLIENT_ID,
    redirectUris: [REDIRECT_URI],
    apiUrl,
    fetch,
    onConnected: () => undefined,
  });

const kinds: Record<string, () => (request: Request) => Promise<Response>> = {
  bare: () => answerAtOnce,
  naive: () => passOn,
  handler: () => handler(instantMonerium),
  whole: () => handler(),
};
const handle = kinds[kind ?? '']?.();
if (!handle) throw new Error(`No server '${kind}'.`);

const server = createServer(getRequestListener(handle));
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));

const connectionsOf = (open: Server) => promisify(open.getConnections.bind(open))();

/** Collects until nothing more goes: what is collected may only have queued its finalizers. */
async function settle(): Promise<void> {
  let used = Infinity;
  let before: number;
  do {
    before = used;
    globalThis.gc?.();
    await wait(50);
    used = process.memoryUsage().heapUsed;
  } while (before - used > 50_000);
}

process.on('message', async () => {
  // An idle connection keeps its last request and answer.
  while (await connectionsOf(server)) await wait(10);
  await settle();
  process.send?.({ memory: process.memoryUsage(), cpu: process.cpuUsage() });
});
process.on('disconnect', () => process.exit());
