import type { Mode } from './configuration.js';
import type { ConnectError, ConnectErrorDetail } from './errors.js';
import type { Identity } from './exchange.js';

/** What a connection can be. Data lives inside the state that has it. */
export type Connection =
  | { readonly status: 'idle' }
  | { readonly status: 'redirecting' }
  | { readonly status: 'waiting' }
  | { readonly status: 'exchanging' }
  | ({ readonly status: 'connected' } & Identity)
  | { readonly status: 'failed'; readonly error: ConnectError };

export const IDLE: Connection = { status: 'idle' };

export type ConnectionStatus = Connection['status'];

export interface MoneriumBeforeConnectDetail {
  readonly mode: Mode;
}

export interface MoneriumConnectedDetail extends Identity {
  /** The same-origin URL where the flow began. */
  readonly returnTo: string;
}

export interface MoneriumStatusDetail {
  readonly status: ConnectionStatus;
  readonly previous: ConnectionStatus;
}

/** What the events share: they bubble, leave shadow roots, and carry a frozen detail. */
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

/** A flow ended well. A hint for the page's interface: a server trusts only its own exchange. */
export class MoneriumConnectedEvent extends ConnectEvent<MoneriumConnectedDetail> {
  constructor({ profile, userId }: Identity, returnTo: string) {
    super('monerium-connected', { profile, userId, returnTo });
  }
}

/** A flow ended badly. */
export class MoneriumErrorEvent extends ConnectEvent<ConnectErrorDetail> {
  constructor({ detail }: ConnectError) {
    super('monerium-error', { ...detail });
  }
}

/** The connection was given up by `disconnect()`, or Monerium refused to renew it. */
export class MoneriumDisconnectedEvent extends ConnectEvent<object> {
  constructor() {
    super('monerium-disconnected', {});
  }
}

/** The state of the connection changed. */
export class MoneriumStatusEvent extends ConnectEvent<MoneriumStatusDetail> {
  constructor(status: ConnectionStatus, previous: ConnectionStatus) {
    super('monerium-status', { status, previous });
  }
}

declare global {
  interface HTMLElementEventMap {
    'monerium-before-connect': MoneriumBeforeConnectEvent;
    'monerium-connected': MoneriumConnectedEvent;
    'monerium-error': MoneriumErrorEvent;
    'monerium-disconnected': MoneriumDisconnectedEvent;
    'monerium-status': MoneriumStatusEvent;
  }
}
