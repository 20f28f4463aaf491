import type { ConnectError, ErrorCode } from './errors.js';
import type { Identity } from './oauth/identity.js';

/** The states of a connection. Data belongs to the state that has it. */
export type Connection =
  /** `stay-connected`: the site's backend is asked who is connected. */
  | { readonly status: 'checking' }
  | { readonly status: 'idle' }
  /** A wallet is being chosen or asked. */
  | { readonly status: 'signing' }
  /** In popup mode: signed, and the next click opens the window. */
  | { readonly status: 'signed' }
  | { readonly status: 'redirecting' }
  | { readonly status: 'waiting' }
  | { readonly status: 'exchanging' }
  | ({ readonly status: 'connected' } & Identity)
  | { readonly status: 'failed'; readonly error: ConnectError };

export type ConnectionStatus = Connection['status'];

/** What the listeners of a connector receive. */
export type ConnectorEvent =
  /** Every change of the connection. */
  | { readonly type: 'status'; readonly connection: Connection; readonly previous: Connection }
  | ConnectedEvent
  /** A flow ended badly. */
  | { readonly type: 'error'; readonly error: ConnectError }
  /** The connection was ended, or Monerium refused to renew it. */
  | { readonly type: 'disconnected' };

/** A flow ended well. */
export interface ConnectedEvent {
  readonly type: 'connected';
  readonly identity: Identity;
  /** The same-origin URL where the flow began. */
  readonly returnTo: string;
}

/** Called in the order of the events, and never while another listener is called. */
export type ConnectorListener = (event: ConnectorEvent) => void;

/** Failures of the phase `authorize` without a response of a flow that this browser knows. */
const WITHOUT_RESPONSE: readonly ErrorCode[] = [
  'transaction_not_found',
  'popup_closed',
  'popup_timeout',
  'embedding_blocked',
];

/** Whether a response has come back in this state: only a response overrides the site's ids. */
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
