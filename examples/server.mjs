import express from 'express';
import { toNodeListener } from 'monerium-connect/node';
import {
  createConnections,
  createExchangeHandler,
  createMemoryStore,
} from 'monerium-connect/server';

const { CLIENT_ID = '', REDIRECT_URI = '', MONERIUM_API_URL, PORT = 3000 } = process.env;
const store = createMemoryStore(); // This line becomes SQLite, PostgreSQL or Valkey.
const monerium = { store, apiUrl: MONERIUM_API_URL }; // Unset: Monerium's sandbox.
const connections = createConnections(monerium);
const FLAGS = 'Path=/; Secure; HttpOnly; SameSite=Lax'; // On http, Safari drops it.
/** @param {Request} request */
const readId = ({ headers }) =>
  /__Host-session=([\w-]{36})/.exec(headers.get('cookie') ?? '')?.[1] ?? 'none';

const handle = createExchangeHandler({
  ...monerium,
  clientId: CLIENT_ID,
  redirectUris: [REDIRECT_URI],
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
});
express().all('/api/monerium', toNodeListener(handle)).use(express.static('site')).listen(PORT);
