import express from 'express';
import { toNodeListener } from 'monerium-connect/node';
import * as server from 'monerium-connect/server';

const { CLIENT_ID = '', REDIRECT_URI = '', MONERIUM_API_URL, PORT = 3000 } = process.env;
const { BASE_URL = 'http://localhost:3000/monerium', SECRET = crypto.randomUUID() } = process.env;
const store = server.createMemoryStore(); // This line becomes SQLite, PostgreSQL or Valkey.
const monerium = { store, apiUrl: MONERIUM_API_URL }; // Unset: Monerium's sandbox.
const connections = server.createConnections(monerium);
const FLAGS = 'Path=/; Secure; HttpOnly; SameSite=Lax'; // On http, Safari drops it.
/** @param {Request} request */
const readId = ({ headers }) =>
  /__Host-session=([\w-]{36})/.exec(headers.get('cookie') ?? '')?.[1] ?? 'none';
/** @satisfies {Partial<import('monerium-connect/server').ConnectHandlerOptions>} */
const options = {
  ...monerium,
  clientId: CLIENT_ID,
  async onConnected({ request, ...details }) {
    const id = crypto.randomUUID(); // A new session: somebody may know the ID of the old one.
    await connections.connect(id, details);
    await connections.disconnect(readId(request));
    return { 'set-cookie': `__Host-session=${id}; ${FLAGS}` };
  },
  onSession: ({ request }) => connections.find(readId(request)),
  async onDisconnect({ request }) {
    await connections.disconnect(readId(request));
    return { 'set-cookie': `__Host-session=; ${FLAGS}; Max-Age=0` };
  },
};
const start = server.createConnectHandler({ ...options, baseUrl: BASE_URL, secret: SECRET });
const exchange = server.createExchangeHandler({ ...options, redirectUris: [REDIRECT_URI] });
const site = express().use('/monerium', toNodeListener(start)); // The server starts the flow.
site.all('/api/monerium', toNodeListener(exchange)); // The page starts it.
site.use(express.static('site')).listen(PORT);
