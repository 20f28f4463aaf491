import { createExchangeHandler } from 'monerium-connect/server';
import { createConnections } from 'monerium-connect/server/connections';
import { openStore } from './stores/pg.js';

const { CLIENT_ID = '', REDIRECT_URI = '', DATABASE_URL = '', MONERIUM_API_URL } = process.env;

const { store, close } = openStore(DATABASE_URL);

/** `await connections.getAccessToken(id)` wherever the site asks Monerium something. */
export const connections = createConnections({ store, apiUrl: MONERIUM_API_URL });

export const handle = createExchangeHandler({
  clientId: CLIENT_ID,
  redirectUris: [REDIRECT_URI],
  apiUrl: MONERIUM_API_URL,
  claims: store,
  async onConnected(details) {
    const id = crypto.randomUUID(); // of the session: a new one after each connection
    await connections.connect(id, details);
    return { 'set-cookie': `__Host-session=${id}; Path=/; Secure; HttpOnly; SameSite=Lax` };
  },
});

/** After the server has answered its last request. */
export async function stop(): Promise<void> {
  await connections.close();
  await close();
}
