import type { ConnectError } from './errors.js';
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

/** What the listeners of a connector are told. */
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
