import express from 'express';
import { toNodeListener } from 'monerium-connect/node';
import { createExchangeHandler } from 'monerium-connect/server';

const { CLIENT_ID = '', REDIRECT_URI = '', MONERIUM_API_URL, PORT = 3000 } = process.env;
const tokensByUser = new Map(); // Stands for your database. Encrypt the tokens at rest.
const handle = createExchangeHandler({
  clientId: CLIENT_ID,
  redirectUris: [REDIRECT_URI],
  apiUrl: MONERIUM_API_URL, // Unset: Monerium's sandbox.
  onConnected: ({ userId, tokens }) => void tokensByUser.set(userId, tokens),
});
express().all('/api/monerium', toNodeListener(handle)).use(express.static('site')).listen(PORT);
