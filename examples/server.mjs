import express from 'express';
import { toNodeListener } from 'monerium-connect/node';
import { createExchangeHandler } from 'monerium-connect/server';

const { CLIENT_ID = '', REDIRECT_URI = '', MONERIUM_API_URL, PORT = 3000 } = process.env;
const sessions = new Map(); // Stands for your database. Encrypt the tokens at rest.
const FLAGS = 'Path=/; Secure; HttpOnly; SameSite=Lax'; // On http, Safari drops it.
/** @param {Request} request */
const readId = ({ headers }) => /__Host-session=([\w-]+)/.exec(headers.get('cookie') ?? '')?.[1];

const handle = createExchangeHandler({
  clientId: CLIENT_ID,
  redirectUris: [REDIRECT_URI],
  apiUrl: MONERIUM_API_URL, // Unset: Monerium's sandbox.
  onConnected({ request, profile, userId, clientId, tokens }) {
    const id = crypto.randomUUID(); // A new session: somebody may know the ID of the old one.
    sessions.delete(readId(request));
    sessions.set(id, { profile, userId, clientId, tokens });
    return { 'set-cookie': `__Host-session=${id}; ${FLAGS}` };
  },
  onSession: ({ request }) => sessions.get(readId(request)),
  onDisconnect({ request }) {
    sessions.delete(readId(request));
    return { 'set-cookie': `__Host-session=; ${FLAGS}; Max-Age=0` };
  },
});
express().all('/api/monerium', toNodeListener(handle)).use(express.static('site')).listen(PORT);
