import { createExchangeHandler, type ExchangeHandler } from 'monerium-connect/server';
import { endSession, findSession, keepTokens } from './keep-tokens.js';

interface Environment {
  CLIENT_ID: string;
  REDIRECT_URI: string;
  MONERIUM_API_URL?: string;
}

/** One for each isolate: it remembers which codes it has sent. */
let handle: ExchangeHandler | undefined;

export default {
  fetch(request: Request, { CLIENT_ID, REDIRECT_URI, MONERIUM_API_URL }: Environment) {
    handle ??= createExchangeHandler({
      clientId: CLIENT_ID,
      redirectUris: [REDIRECT_URI],
      apiUrl: MONERIUM_API_URL,
      onConnected: keepTokens,
      onSession: findSession,
      onDisconnect: endSession,
    });
    return handle(request);
  },
};
