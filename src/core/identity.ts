import type { Connection } from './connection.js';
import type { ErrorCode } from './errors.js';
import { IDLE as IDLE_FLOW } from './flow/state.js';
import type { Identity } from './oauth/identity.js';

/**
 * Who is connected, as the site itself says, or its backend: `nobody` when an attribute was emptied
 * or there is no session, `checking` until the backend has answered for the first time.
 */
export type SiteIdentity = Identity | 'nobody' | 'checking' | undefined;

const CHECKING: Connection = { status: 'checking' };

/** That of an idle flow itself, so that following one is no change. */
export const IDLE: Connection = IDLE_FLOW.connection;

/** What is shown: the state of the flow, or what the site itself says. */
export function overlay(connection: Connection, siteIdentity: SiteIdentity): Connection {
  if (siteIdentity === undefined) return connection;
  if (siteIdentity === 'checking') return connection === IDLE ? CHECKING : connection;
  if (siteIdentity === 'nobody') return connection.status === 'connected' ? IDLE : connection;
  return { status: 'connected', ...siteIdentity };
}

/** Failures of the phase `authorize` without a response of a flow that this browser knows. */
const WITHOUT_RESPONSE: readonly ErrorCode[] = [
  'transaction_not_found',
  'popup_closed',
  'popup_timeout',
  'embedding_blocked',
];

/** Whether a response has come back in this state: only that overrules what the site says. */
export function hasComeBack(connection: Connection): boolean {
  if (connection.status !== 'failed') {
    return connection.status === 'exchanging' || connection.status === 'connected';
  }
  const { phase, code } = connection.error;
  return phase === 'authorize' && !WITHOUT_RESPONSE.includes(code);
}

const KEYS = ['status', 'profile', 'userId', 'error'] as const;
type Shown = { readonly [Key in (typeof KEYS)[number]]?: unknown };

/** Whether the two show the same: another object with the same data is no change. */
export function isSameConnection(a: Connection, b: Connection): boolean {
  return KEYS.every((key) => (a as Shown)[key] === (b as Shown)[key]);
}

const AT_REST: readonly string[] = ['idle', 'checking', 'failed', 'connected'];
type AtRest = Extract<Connection, { status: 'idle' | 'checking' | 'failed' | 'connected' }>;
export type Running = Exclude<Connection, AtRest>;

/** Whether the customer has to wait: a button does nothing but show what is open already. */
export function mustWait(connection: Connection): boolean {
  return isRunning(connection) && connection.status !== 'signed';
}

/** Whether a flow is running: then only the flow changes the state. */
export function isRunning(connection: Connection): connection is Running {
  return !AT_REST.includes(connection.status);
}
