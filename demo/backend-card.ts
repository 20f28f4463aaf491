import { setUpCard } from './connect-card.js';
import { findFactList } from './fact-list.js';

/** What the server tells: both ids, or none when nobody is signed in. */
type Customer = { profile: string; userId: string } | undefined;

/** The card whose code goes to the site's own server. */
export function startBackendCard(): void {
  const { element, showStatus, setFault } = setUpCard('backend', signOut);
  const facts = findFactList('#backend [data-customer]');
  const backend = new URL(element.backendUrl ?? '', document.baseURI).origin;

  /** Asks the site's server who is signed in: it knows by the cookie, which no script can read. */
  async function showCustomer(): Promise<void> {
    const response = await fetch(`${backend}/me`, { credentials: 'include', cache: 'no-store' });
    if (!response.ok) {
      // An answer that nobody reads would keep its connection busy.
      await response.body?.cancel();
      if (response.status !== 401) throw new Error(`The backend answered ${response.status}`);
      return show(undefined);
    }
    return show((await response.json()) as Customer);
  }

  /** With both ids the element is connected, without them it is not: no event, no flow. */
  async function show(customer: Customer): Promise<void> {
    element.profile = customer?.profile;
    element.userId = customer?.userId;
    facts.clear();
    if (customer) {
      facts.show();
      facts.add('Profile', customer.profile);
      facts.add('User', customer.userId);
    }
    await element.updateComplete;
    showStatus();
  }

  /** The element forgot the customer; the server's session is the site's own to end. */
  async function signOut(): Promise<void> {
    facts.clear();
    const response = await fetch(`${backend}/disconnect`, {
      method: 'POST',
      credentials: 'include',
    }).catch(() => undefined);
    setFault(response?.ok ? '' : 'The server did not hear it: you are still signed in there.');
  }

  function refresh(): void {
    showCustomer().then(
      () => setFault(''),
      () => setFault('The backend does not answer.'),
    );
  }

  refresh();
  // A page that comes out of the browser's back/forward cache may be older than the session.
  addEventListener('pageshow', (event) => {
    if (event.persisted) refresh();
  });
}
