import type { Mode } from './options.js';
import type { ConnectError, ConnectErrorDetail } from './errors.js';
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

export interface MoneriumBeforeConnectDetail {
  readonly mode: Mode;
}

export interface MoneriumConnectedDetail extends Identity {
  /** The same-origin URL where the flow began. */
  readonly returnTo: string;
}

export interface MoneriumStatusDetail {
  readonly connection: Connection;
  readonly previous: Connection;
}

/** The base of all events: they bubble, leave shadow roots, and carry a frozen detail. */
class ConnectEvent<Detail> extends Event {
  readonly detail: Readonly<Detail>;

  constructor(type: string, detail: Detail, cancelable = false) {
    super(type, { bubbles: true, composed: true, cancelable });
    this.detail = Object.freeze(detail);
  }
}

/** Before anything is stored or leaves the page. Cancel it to keep the customer here. */
export class MoneriumBeforeConnectEvent extends ConnectEvent<MoneriumBeforeConnectDetail> {
  constructor(mode: Mode) {
    super('monerium-before-connect', { mode }, true);
  }
}

/**
 * A flow succeeded. For the page's interface only: a server must trust only its own exchange.
 * Cancel it to keep the customer on this page.
 */
export class MoneriumConnectedEvent extends ConnectEvent<MoneriumConnectedDetail> {
  constructor({ profile, userId }: Identity, returnTo: string) {
    super('monerium-connected', { profile, userId, returnTo }, true);
  }
}

/** A flow failed. */
export class MoneriumErrorEvent extends ConnectEvent<ConnectErrorDetail> {
  constructor({ detail }: ConnectError) {
    super('monerium-error', { ...detail });
  }
}

/** The connection was ended by `disconnect()`, or Monerium refused to renew it. */
export class MoneriumDisconnectedEvent extends ConnectEvent<object> {
  constructor() {
    super('monerium-disconnected', {});
  }
}

/** The state of the connection changed. */
export class MoneriumStatusEvent extends ConnectEvent<MoneriumStatusDetail> {
  constructor(connection: Connection, previous: Connection) {
    super('monerium-status', { connection, previous });
  }
}

/** The events by their names. They bubble, so `document` and `window` have them as well. */
export interface MoneriumEventMap {
  'monerium-before-connect': MoneriumBeforeConnectEvent;
  'monerium-connected': MoneriumConnectedEvent;
  'monerium-error': MoneriumErrorEvent;
  'monerium-disconnected': MoneriumDisconnectedEvent;
  'monerium-status': MoneriumStatusEvent;
}

declare global {
  // Each adds the events to what the platform declares.
  interface HTMLElementEventMap extends MoneriumEventMap {
    'monerium-status': MoneriumStatusEvent;
  }
  interface DocumentEventMap extends MoneriumEventMap {
    'monerium-status': MoneriumStatusEvent;
  }
  interface WindowEventMap extends MoneriumEventMap {
    'monerium-status': MoneriumStatusEvent;
  }
}
