import { setUpCard } from './connect-card.js';
import { findFactList } from './fact-list.js';
import { placeTestOrder } from './place-test-order.js';

/** Sets up the card that exchanges the code in this page and uses the tokens here. */
export function startDirectCard(): void {
  const { element, showFailure } = setUpCard('direct', () => undefined);
  const order = findFactList('#direct [data-order]');

  element.addEventListener('monerium-connected', (event) => {
    order.show();
    // A real shop waits for a click. This is a test order, and the emulator moves no money.
    placeTestOrder(element, event.detail.profile, addResult).catch((error: unknown) => {
      if (!order.isShown) return;
      // Only the code: the text of a response may repeat what was sent.
      const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
      showFailure(`The test order did not go through${code}.`);
    });
  });

  element.addEventListener('monerium-disconnected', () => {
    order.clear();
    showFailure('');
  });

  function addResult(name: string, value: string): void {
    // After a disconnect, late results are not shown.
    if (order.isShown) order.add(name, value);
  }
}
