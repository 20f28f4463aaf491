import { setUpCard } from './connect-card.js';
import { findFactList } from './fact-list.js';

/** What the server returns about the customer; `undefined` when nobody is signed in. */
type Customer = Record<'profile' | 'userId' | 'name' | 'kind' | 'state', string> | undefined;

/** What the page shows for a status of the server. */
const FAILURES: Record<number, string> = {
  502: 'Monerium does not answer the server just now.',
  503: 'The server cannot get at its database just now.',
};

/** Sets up the card whose code goes to the site's own server. */
export function startBackendCard(): void {
  const { element, showStatus, showFailure } = setUpCard('backend', signOut);
  const facts = findFactList('#backend [data-customer]');
  const backend = new URL(element.backendUrl ?? '', document.baseURI).origin;

  /** Asks the site's server who is signed in. It reads a cookie that no script can read. */
  async function showCustomer(): Promise<void> {
    const response = await fetch(`${backend}/me`, { credentials: 'include', cache: 'no-store' });
    if (response.ok) return show((await response.json()) as Customer);
    // A body that is never read keeps its connection busy.
    await response.body?.cancel();
    if (response.status === 401) return show(undefined);
    showFailure(FAILURES[response.status] ?? `The server answered ${response.status}.`);
  }

  /** Both IDs make the element connected, without a flow and without an event. */
  async function show(customer: Customer): Promise<void> {
    element.profile = customer?.profile;
    element.userId = customer?.userId;
    facts.clear();
    if (customer) {
      facts.show();
      facts.add('Name', `${customer.name}, ${customer.kind}, ${customer.state}`);
      facts.add('Profile', customer.profile);
      facts.add('User', customer.userId);
    }
    await element.updateComplete;
    showStatus();
    showFailure('');
  }

  /** The element has forgotten the customer. The page ends the server's session. */
  async function signOut(): Promise<void> {
    facts.clear();
    const response = await fetch(`${backend}/disconnect`, {
      method: 'POST',
      credentials: 'include',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    }).catch(() => undefined);
    showFailure(response?.ok ? '' : 'The server did not do it: you are still signed in there.');
  }

  function refresh(): void {
    showCustomer().catch(() => showFailure('The server does not answer.'));
  }

  refresh();
  // A page from the back/forward cache may be older than the session.
  addEventListener('pageshow', (event) => {
    if (event.persisted) refresh();
  });
}
