import { ConnectError, type ErrorCode } from '../src/index.js';
import '../src/locales/index.js';
import { simulate, type Simulated } from '../src/testing/simulate.js';
import { setUpCard } from './connect-card.js';
import { findElement } from './find-element.js';

const OUTCOME = 'demo-outcome';
const UNANSWERED = '/unanswered';
/** The nine states. `failed` has two looks: what the customer chose, and what went wrong. */
// prettier-ignore
const STATES = [
  'idle', 'checking', 'signing', 'signed', 'redirecting', 'waiting', 'exchanging', 'connected',
  'failed: access_denied', 'failed: server_unavailable',
];

showStates();
setUpLiveCard();

function showStates(): void {
  const { fetch } = window;
  // A backend that never answers: `checking` lasts.
  window.fetch = (input, init) =>
    typeof input === 'string' && input.endsWith(UNANSWERED)
      ? new Promise(() => {})
      : fetch(input, init);
  document.querySelectorAll<HTMLElement>('.gallery > *').forEach((column, index) => {
    for (const state of STATES) void showState(column, state, `${index} ${state}`);
  });
}

async function showState(column: HTMLElement, state: string, id: string): Promise<void> {
  const title = document.createElement('h3');
  title.append(Object.assign(document.createElement('code'), { textContent: state }));
  const element = document.createElement('monerium-connect');
  // A flow of its own for each element.
  element.clientId = id.replaceAll(/\W/g, '-');
  if (state === 'checking') Object.assign(element, { backendUrl: UNANSWERED, stayConnected: true });
  // Only a button that opens a window has room for the text of that state.
  if (state === 'waiting') element.mode = 'popup';
  column.append(title, element);
  if (state !== 'checking') await simulate(element, state.replace('failed: ', '') as Simulated);
}

/** Kept in `sessionStorage`, because the flow leaves this page and comes back to it. */
function setUpLiveCard(): void {
  const { element } = setUpCard('live', () => undefined);
  const choice = findElement('#live [data-outcome]', HTMLSelectElement);
  choice.value = sessionStorage.getItem(OUTCOME) ?? choice.value;
  choice.addEventListener('change', () => sessionStorage.setItem(OUTCOME, choice.value));
  element.exchange = (_request, signal) => exchangeWith(choice.value, signal);
}

function exchangeWith(
  outcome: string,
  signal: AbortSignal,
): Promise<{ profile: string; userId: string }> {
  if (outcome === 'succeeds') {
    return Promise.resolve({ profile: 'profile-of-the-demo', userId: 'user-of-the-demo' });
  }
  if (outcome === 'never-ends') {
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  }
  return Promise.reject(new ConnectError(outcome as ErrorCode));
}
