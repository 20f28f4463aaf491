import type { ConnectionStatus } from '../core/connection.js';
import { ConnectError, ERRORS, createError, type ErrorCode } from '../core/errors.js';
import { createAttempt } from '../core/flow/attempt.js';
import type { Flow } from '../core/flow/flow.js';
import type { Attempt } from '../core/flow/state.js';
import type { MoneriumConnect } from '../element/monerium-connect.js';

/** What only a method rejects with: no flow ends so. */
const WITHOUT_EVENT = ['token_unavailable', 'disconnect_failed'] as const;

const STATUSES = [
  'idle',
  'signing',
  'signed',
  'redirecting',
  'waiting',
  'exchanging',
  'connected',
] as const satisfies ConnectionStatus[];

type SimulatedStatus = (typeof STATUSES)[number];
type SimulatedCode = Exclude<ErrorCode, (typeof WITHOUT_EVENT)[number]>;

/** A state of the element, or the code of a failure with an event. */
export type Simulated = SimulatedStatus | SimulatedCode;

export interface SimulatedCustomer {
  profile: string;
  userId: string;
}

const CUSTOMER: SimulatedCustomer = { profile: 'test-profile', userId: 'test-user' };
/** How long an element may take to be ready. */
const READY_MS = 5000;

/** The errors of the authorization endpoint. */
const OAUTH_ERRORS: Partial<Record<ErrorCode, string>> = {
  access_denied: 'access_denied',
  authorization_error: 'other',
  authorization_unavailable: 'temporarily_unavailable',
};

/** What a simulated state holds: it has no effect, and so nothing to end. */
const nothing = { end: () => {} };
const noWindow = {
  ...nothing,
  go: () => {},
  show: () => {},
  isClosed: () => false,
  isSource: () => false,
};

/** The attempts that were simulated last. A flow only ends its own. */
const attempts = new WeakMap<Flow, Attempt>();

function isFailure(value: Simulated): value is SimulatedCode {
  const others: readonly string[] = WITHOUT_EVENT;
  return Object.hasOwn(ERRORS, value) && !others.includes(value);
}

/** The flow of an element. An element has none before the page had a moment to spare. */
async function findFlow(element: MoneriumConnect): Promise<Flow> {
  const end = performance.now() + READY_MS;
  while (performance.now() < end) {
    const { flow } = element;
    // One that has left shares its flow with the one that took its place.
    if (flow?.hasViews && element.isConnected) {
      if (flow.binding) return flow;
      throw createError('invalid_config');
    }
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
 * @throws RangeError for anything else than such a state or code
 */
export async function simulate(
  element: MoneriumConnect,
  simulated: Simulated,
  customer: SimulatedCustomer = CUSTOMER,
): Promise<void> {
  if (!isFailure(simulated) && !STATUSES.includes(simulated)) {
    throw new RangeError(`simulate() cannot show ${simulated}.`);
  }
  const flow = await findFlow(element);
  toIdle(flow);
  const attempt = createAttempt();
  attempts.set(flow, attempt);
  if (isFailure(simulated)) {
    const oauthError = OAUTH_ERRORS[simulated];
    flow.send({ type: 'claim', attempt });
    flow.fail(attempt, createError(simulated, { oauthError, hint: 'simulated' }));
  } else {
    enter(flow, attempt, simulated, customer);
  }
  await element.updateComplete;
}

function enter(
  flow: Flow,
  attempt: Attempt,
  status: SimulatedStatus,
  customer: SimulatedCustomer,
): void {
  const held = { attempt, oauthState: '', timer: nothing };
  switch (status) {
    case 'idle':
      return;
    case 'signing':
      flow.send({ type: 'start', attempt });
      flow.send({ type: 'sign', attempt, connection: { status } });
      return;
    case 'signed':
      flow.send({ type: 'start', attempt });
      flow.send({ type: 'signed', attempt, onClick: () => {} });
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
      const ending = {
        type: 'connected',
        identity: customer,
        returnTo: location.href,
      } as const;
      flow.send({ type: 'claim', attempt });
      flow.send({ type: 'connect', attempt, identity: customer }, ending);
    }
  }
}
