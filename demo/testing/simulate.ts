import { isSameBinding, readConfiguration } from '../../src/configuration.js';
import { MoneriumConnectedEvent, type ConnectionStatus } from '../../src/connection.js';
import { ConnectError, ERRORS, type ErrorCode, type ErrorPhase } from '../../src/errors.js';
import { createAttempt } from '../../src/flow/attempt.js';
import type { Flow } from '../../src/flow/flow.js';
import type { Attempt } from '../../src/flow/state.js';
import type { MoneriumConnect } from '../../src/element/monerium-connect.js';

/** A state of the element, or the code of a failure. */
export type Simulated = Exclude<ConnectionStatus, 'failed' | 'checking'> | ErrorCode;

export interface SimulatedCustomer {
  profile: string;
  userId: string;
}

const CUSTOMER: SimulatedCustomer = { profile: 'test-profile', userId: 'test-user' };
/** How long an element may take to be ready. */
const READY_MS = 5000;

const PHASES: [ErrorPhase, RegExp][] = [
  [
    'start',
    /^(invalid_config|insecure_context|storage_unavailable|embedding_blocked|popup_blocked)$/,
  ],
  ['wallet', /^wallet_/],
  ['authorize', /^(popup|access|authorization|response|transaction)_/],
  ['identity', /^profile_/],
];

/** What a simulated state holds: it has no effect, and so nothing to end. */
const nothing = { end: () => {} };
const noWindow = {
  go: () => {},
  show: () => {},
  close: () => {},
  isClosed: () => false,
  isSource: () => false,
};

/** The attempts that were simulated last. A flow only ends its own. */
const attempts = new WeakMap<Flow, Attempt>();

function isErrorCode(value: Simulated): value is ErrorCode {
  return Object.hasOwn(ERRORS, value);
}

/** The flows of this page, whichever copy of the script they come from. */
function listFlows(): Flow[] {
  const registry = globalThis as { readonly [key: symbol]: { flows: Set<Flow> } | undefined };
  return [...(registry[Symbol.for('monerium-connect')]?.flows ?? [])];
}

/** The flow of an element. An element has none before the page had a moment to spare. */
async function findFlow(element: MoneriumConnect): Promise<Flow> {
  const page = { href: location.href, base: element.baseURI };
  const { binding } = readConfiguration(element, page);
  const end = Date.now() + READY_MS;
  while (Date.now() < end) {
    const flow = listFlows().find((one) => one.hasElements && isSameBinding(one.binding, binding));
    if (flow) return flow;
    await new Promise((resolve) => setTimeout(resolve));
  }
  throw new Error('simulate() needs an element that is in the document.');
}

/** Without an event that ends a flow. */
function toIdle(flow: Flow): void {
  const attempt = attempts.get(flow);
  flow.send({ type: 'reset' });
  if (attempt) flow.send({ type: 'fail', attempt, error: new ConnectError('aborted') });
  flow.send({ type: 'forget' });
}

/**
 * Puts an element into a state, as a flow would: its events are dispatched, and nothing is
 * requested, stored or opened. For tests of components, and to show each state.
 *
 * @param simulated a state, or the code of a failure
 * @param customer who is connected then
 * @throws ConnectError `invalid_config` for an element whose attributes are missing or wrong
 */
export async function simulate(
  element: MoneriumConnect,
  simulated: Simulated,
  customer: SimulatedCustomer = CUSTOMER,
): Promise<void> {
  const flow = await findFlow(element);
  toIdle(flow);
  const attempt = createAttempt();
  attempts.set(flow, attempt);
  if (isErrorCode(simulated)) {
    const phase = PHASES.find(([, codes]) => codes.test(simulated))?.[0] ?? 'exchange';
    flow.send({ type: 'claim', attempt });
    flow.fail(attempt, new ConnectError(simulated, { phase, hint: 'simulated' }));
  } else {
    enter(flow, attempt, simulated, customer);
  }
  await element.updateComplete;
}

function enter(
  flow: Flow,
  attempt: Attempt,
  status: Exclude<ConnectionStatus, 'failed' | 'checking'>,
  customer: SimulatedCustomer,
): void {
  const held = { attempt, oauthState: '', timer: nothing };
  switch (status) {
    case 'idle':
      return;
    case 'signing':
    case 'signed':
      flow.send({ type: 'start', attempt });
      flow.send({ type: 'sign', attempt, connection: { status } });
      return;
    case 'redirecting':
      flow.send({ type: 'start', attempt });
      flow.send({ type: 'redirect', ...held });
      return;
    case 'waiting':
      flow.send({ type: 'start', attempt });
      flow.send({ type: 'wait', ...held, popup: noWindow, listener: nothing });
      return;
    case 'exchanging':
      flow.send({ type: 'claim', attempt });
      flow.send({ type: 'exchange', attempt, timer: nothing });
      return;
    case 'connected': {
      const event = new MoneriumConnectedEvent(customer, location.href);
      flow.send({ type: 'claim', attempt });
      flow.send({ type: 'connect', attempt, identity: customer }, { event });
    }
  }
}
