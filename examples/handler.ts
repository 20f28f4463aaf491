import { createConnections, createExchangeHandler } from 'monerium-connect/server';
import { createSessions } from './sessions.js';
import { openStore } from './stores/memory.js'; // another line: `libsql.js`, `pg.js`, `iovalkey.js`

const { CLIENT_ID = '', REDIRECT_URI = '', DATABASE_URL = '', MONERIUM_API_URL } = process.env;
const { store, close } = await openStore(DATABASE_URL);

/** `await connections.getAccessToken(id)` wherever the site asks Monerium something. */
export const connections = createConnections({ store, apiUrl: MONERIUM_API_URL });

export const handle = createExchangeHandler({
  clientId: CLIENT_ID,
  redirectUris: [REDIRECT_URI],
  apiUrl: MONERIUM_API_URL, // without one: the sandbox
  store,
  ...createSessions(connections), // `onConnected`, and two more for `stay-connected`
});

/** After the server has answered its last request. */
export async function stop(): Promise<void> {
  await connections.close();
  await close();
}
