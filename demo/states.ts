import { ConnectError, MoneriumConnect, type ErrorCode } from '../src/index.js';
import { setUpCard } from './connect-card.js';
import { findElement } from './find-element.js';

const OUTCOME = 'demo-outcome';

showSpecimens();
setUpLiveCard();

/** Copies the first column into the others, so that all show the same states. */
function showSpecimens(): void {
  const specimens = findElement('[data-specimens]', HTMLElement);
  for (const column of document.querySelectorAll('.gallery > :not(.light)')) {
    column.append(specimens.cloneNode(true));
  }
  for (const element of document.querySelectorAll('[data-connect-at-once]')) {
    // The element shows the failure itself.
    if (element instanceof MoneriumConnect) element.connect().catch(() => undefined);
  }
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
