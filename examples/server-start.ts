import express from 'express';
import { toNodeListener } from 'monerium-connect/node';
import { createConnectHandler, createConnections } from 'monerium-connect/server';
import { createSessions } from './sessions.js';
import { openStore } from './stores/memory.js'; // another line: `libsql.js`, `pg.js`, `iovalkey.js`

const { CLIENT_ID = '', BASE_URL = '', SECRET = '', DATABASE_URL = '' } = process.env;
const { MONERIUM_API_URL: apiUrl, PORT } = process.env;
const { store } = await openStore(DATABASE_URL);
const connections = createConnections({ store, apiUrl });

const handle = createConnectHandler({
  clientId: CLIENT_ID,
  baseUrl: BASE_URL, // https://your.site/monerium
  secret: SECRET, // openssl rand -base64 32
  store,
  apiUrl, // without one: the sandbox
  ...createSessions(connections),
});
express().use('/monerium', toNodeListener(handle)).listen(PORT);
