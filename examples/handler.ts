import { createExchangeHandler } from 'monerium-connect/server';
import { endSession, findSession, keepTokens } from './keep-tokens.js';

const { CLIENT_ID = '', REDIRECT_URI = '', MONERIUM_API_URL } = process.env;

export const handle = createExchangeHandler({
  clientId: CLIENT_ID,
  redirectUris: [REDIRECT_URI],
  apiUrl: MONERIUM_API_URL, // without one: the sandbox
  onConnected: keepTokens,
  onSession: findSession, // for `stay-connected`
  onDisconnect: endSession,
});
