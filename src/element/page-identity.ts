import type { Connection } from '../core/connection.js';
import type { ErrorCode } from '../core/errors.js';
import { IDLE as IDLE_FLOW } from '../core/flow/state.js';
import type { Identity } from '../core/oauth/identity.js';

/**
 * Who is connected, as the page itself says, or its backend: `nobody` when an attribute was emptied
 * or there is no session, `checking` until the backend has answered for the first time.
 */
export type PageIdentity = Identity | 'nobody' | 'checking' | undefined;

const CHECKING: Connection = { status: 'checking' };

/** That of an idle flow itself, so that following one is no change. */
export const IDLE: Connection = IDLE_FLOW.connection;

/** What an element shows: the state of its flow, or what the page itself says. */
export function overlay(connection: Connection, pageIdentity: PageIdentity): Connection {
  if (pageIdentity === undefined) return connection;
  if (pageIdentity === 'checking') return connection === IDLE ? CHECKING : connection;
  if (pageIdentity === 'nobody') return connection.status === 'connected' ? IDLE : connection;
  return { status: 'connected', ...pageIdentity };
}

/** Failures of the phase `authorize` without a response of a flow that this browser knows. */
const WITHOUT_RESPONSE: readonly ErrorCode[] = [
  'transaction_not_found',
  'popup_closed',
  'popup_timeout',
  'embedding_blocked',
];

/** Whether a response has come back in this state: only that overrules what the page says. */
export function hasComeBack(connection: Connection): boolean {
  if (connection.status !== 'failed') {
    return connection.status === 'exchanging' || connection.status === 'connected';
  }
  const { phase, code } = connection.error;
  return phase === 'authorize' && !WITHOUT_RESPONSE.includes(code);
}

/** Whether the two show the same: another object with the same data is no change. */
export function isSameConnection(a: Connection, b: Connection): boolean {
  if (a.status === 'connected' && b.status === 'connected') {
    return a.profile === b.profile && a.userId === b.userId;
  }
  if (a.status === 'failed' && b.status === 'failed') return a.error === b.error;
  return a.status === b.status;
}

const AT_REST: readonly string[] = ['idle', 'checking', 'failed', 'connected'];
type AtRest = Extract<Connection, { status: 'idle' | 'checking' | 'failed' | 'connected' }>;
export type UnderWay = Exclude<Connection, AtRest>;

/** Whether the customer has to wait: a button does nothing but show what is open already. */
export function isWorking(connection: Connection): boolean {
  return isUnderWay(connection) && connection.status !== 'signed';
}

/** Whether a flow is under way: then only the flow changes the state. */
export function isUnderWay(connection: Connection): connection is UnderWay {
  return !AT_REST.includes(connection.status);
}
