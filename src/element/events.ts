// The events of the element.
import type { Connection, ConnectorEvent } from '../core/connection.js';
import type { ConnectErrorDetail } from '../core/errors.js';
import type { Mode } from '../core/options.js';
import type { Identity } from '../core/oauth/identity.js';

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

type Told<Type extends ConnectorEvent['type']> = Omit<
  Extract<ConnectorEvent, { readonly type: Type }>,
  'type'
>;

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
  constructor({ identity: { profile, userId }, returnTo }: Told<'connected'>) {
    super('monerium-connected', { profile, userId, returnTo }, true);
  }
}

/** A flow failed. */
export class MoneriumErrorEvent extends ConnectEvent<ConnectErrorDetail> {
  constructor({ error }: Told<'error'>) {
    super('monerium-error', { ...error.detail });
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
  constructor({ connection, previous }: Told<'status'>) {
    super('monerium-status', { connection, previous });
  }
}

/** What a connector announces, by its type. */
const EVENTS = {
  status: MoneriumStatusEvent,
  connected: MoneriumConnectedEvent,
  error: MoneriumErrorEvent,
  disconnected: MoneriumDisconnectedEvent,
};

/** The event of the element for what its connector announces. */
export function toEvent(announced: ConnectorEvent): Event {
  // TypeScript does not see that the class fits the type it was found by.
  const EventClass = EVENTS[announced.type] as new (announced: ConnectorEvent) => Event;
  return new EventClass(announced);
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
