import { setUpCard } from './connect-card.js';
import { findFactList } from './fact-list.js';
import { placeTestOrder } from './place-test-order.js';

/** The card that trades the code by itself and uses the tokens in this page. */
export function startDirectCard(): void {
  const { element, setFault } = setUpCard('direct', () => undefined);
  const order = findFactList('#direct [data-order]');

  element.addEventListener('monerium-connected', (event) => {
    order.show();
    // A real shop waits for its customer's click; this is a test order at an emulator.
    placeTestOrder(element, event.detail.profile, addResult).catch((error: unknown) => {
      if (!order.isShown) return;
      // Only what kind of failure it was: the text of an answer may hold what was sent.
      const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
      setFault(`The test order did not go through${code}.`);
    });
  });

  element.addEventListener('monerium-disconnected', () => {
    order.clear();
    setFault('');
  });

  function addResult(name: string, value: string): void {
    // Disconnected meanwhile: what comes late is about nobody.
    if (order.isShown) order.add(name, value);
  }
}
