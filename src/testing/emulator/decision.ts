import { authorizationResponseUrl } from './authorization-response.js';
import { DEFAULT_EMAIL } from './customers.js';
import { signIn, type PortalSession } from './portal-session.js';
import type { Store } from './store.js';
import type { Decision } from './switches.js';

/** How a customer's way through the portal ends. */
export type Ending = Exclude<Decision, 'ask'>;

const FAILURES = {
  refuse: { error: 'access_denied', error_description: 'The customer refused' },
  fail: { error: 'server_error', error_description: 'Something went wrong' },
};

/** Ends the flow: returns the URL at the application that the customer is sent back to. */
export function endSession(store: Store, session: PortalSession, ending: Ending): string {
  const { request, customer } = session;
  if (ending === 'approve' && customer) {
    // A fresh code for each post: after the back button the old one must not come again.
    const code = store.grants.issueCode(request.client.clientId, customer, request);
    return authorizationResponseUrl(request.redirectUri, { code, state: request.state });
  }
  const failure = FAILURES[ending === 'fail' ? 'fail' : 'refuse'];
  const state = store.switches.stateOnErrors ? request.state : undefined;
  return authorizationResponseUrl(request.redirectUri, { ...failure, state });
}

/** Ends the flow without a page for the customer. Signs a customer in first, if nobody is. */
export function decideFor(store: Store, session: PortalSession, ending: Ending): string {
  const email = session.request.email || DEFAULT_EMAIL;
  const { customers } = store;
  if (!session.customer) signIn(session, customers.find(email) ?? customers.addComplete(email));
  return endSession(store, session, ending);
}
