import { ConnectError } from '../errors.js';
import { assertStorage } from '../browser/transaction.js';
import { hasUserActivation, isOnline } from '../browser/window.js';
import type { AuthorizationParameters } from '../oauth/oauth.js';
import type { AskWallet } from '../oauth/wallet.js';
import { untilAborted } from './attempt.js';
import type { FlowControl } from './flow-control.js';
import { CHOOSING, SIGNING, type Attempt } from './state.js';

/**
 * Checks all that could keep a flow from leaving, before a wallet is asked. Resolves with what asks
 * it, or with nothing when the site goes on without.
 * @throws ConnectError
 */
export async function prepareWallet(
  { signal }: Attempt,
  asking: Promise<AskWallet | undefined>,
): Promise<AskWallet | undefined> {
  const ask = await untilAborted(signal, asking);
  if (!ask) return undefined;
  assertStorage();
  if (!isOnline()) throw new ConnectError('offline', { phase: 'start' });
  return ask;
}

/** Browsers block a window that opens too long after a click: then the next click opens it. */
async function waitForClick(flow: FlowControl, attempt: Attempt): Promise<void> {
  if (hasUserActivation()) return;
  const click = new Promise<void>((onClick) => {
    flow.send({ type: 'signed', attempt, onClick });
  });
  await untilAborted(attempt.signal, click);
}

/**
 * Has the customer's wallet sign, and again each time the signature has become too old. Resolves
 * with its fields for `/auth`: none when the customer goes on without a wallet.
 * @throws ConnectError
 */
export async function askWallet(
  flow: FlowControl,
  attempt: Attempt,
  ask: AskWallet,
  opensWindow: boolean,
): Promise<AuthorizationParameters> {
  const { signal } = attempt;
  for (;;) {
    flow.send({ type: 'sign', attempt, connection: CHOOSING });
    // A listener may have cancelled.
    signal.throwIfAborted();
    const onChosen = () => void flow.send({ type: 'sign', attempt, connection: SIGNING });
    const grant = await untilAborted(signal, ask(signal, onChosen));
    if (opensWindow) await waitForClick(flow, attempt);
    if (!grant) return {};
    if (Date.now() < grant.expiresAt) return grant.parameters;
  }
}
