import {
  createConnections,
  createExchangeHandler,
  type RequestHandler,
} from 'monerium-connect/server';
import { createSessions } from './sessions.js';
import { openStore, type Namespace } from './stores/durable-object.js';

export { MoneriumStore } from './stores/durable-object.js';

interface Environment {
  CLIENT_ID: string;
  REDIRECT_URI: string;
  MONERIUM_API_URL?: string;
  /** The namespace of `MoneriumStore`. */
  STORE: Namespace;
}

function createHandler({ CLIENT_ID, REDIRECT_URI, MONERIUM_API_URL, STORE }: Environment) {
  const common = { apiUrl: MONERIUM_API_URL, store: openStore(STORE) };
  return createExchangeHandler({
    clientId: CLIENT_ID,
    redirectUris: [REDIRECT_URI],
    ...common,
    ...createSessions(createConnections(common)),
  });
}

/** One for each isolate. */
let handle: RequestHandler | undefined;

export default {
  fetch(request: Request, environment: Environment) {
    handle ??= createHandler(environment);
    return handle(request);
  },
};
