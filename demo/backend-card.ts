import { setUpCard } from './connect-card.js';
import { findFactList } from './fact-list.js';

/** What the server tells about the customer; nothing when nobody is signed in. */
type Customer = Record<'profile' | 'userId' | 'name' | 'kind' | 'state', string> | undefined;

/** What the page says about a server that could not answer. */
const FAULTS: Record<number, string> = {
  502: 'Monerium does not answer the server just now.',
  503: 'The server cannot get at its database just now.',
};

/** The card whose code goes to the site's own server. */
export function startBackendCard(): void {
  const { element, showStatus, setFault } = setUpCard('backend', signOut);
  const facts = findFactList('#backend [data-customer]');
  const backend = new URL(element.backendUrl ?? '', document.baseURI).origin;

  /** Asks the site's server who is signed in: it knows by the cookie, which no script can read. */
  async function showCustomer(): Promise<void> {
    const response = await fetch(`${backend}/me`, { credentials: 'include', cache: 'no-store' });
    if (response.ok) return show((await response.json()) as Customer);
    // An answer that nobody reads would keep its connection busy.
    await response.body?.cancel();
    if (response.status === 401) return show(undefined);
    setFault(FAULTS[response.status] ?? `The server answered ${response.status}.`);
  }

  /** With both ids the element is connected, without them it is not: no event, no flow. */
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
    setFault('');
  }

  /** The element forgot the customer; the server's session is the site's own to end. */
  async function signOut(): Promise<void> {
    facts.clear();
    const response = await fetch(`${backend}/disconnect`, {
      method: 'POST',
      credentials: 'include',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    }).catch(() => undefined);
    setFault(response?.ok ? '' : 'The server did not do it: you are still signed in there.');
  }

  function refresh(): void {
    showCustomer().catch(() => setFault('The server does not answer.'));
  }

  refresh();
  // A page that comes out of the browser's back/forward cache may be older than the session.
  addEventListener('pageshow', (event) => {
    if (event.persisted) refresh();
  });
}
