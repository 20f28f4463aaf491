import type { Connection, ConnectorEvent, ConnectorListener } from './connection.js';
import { createError, isConnectError, type ConnectError } from './errors.js';
import { FlowConnector, type ConnectorHost } from './flow-connector.js';
import type { ConnectorOptions, Mode } from './options.js';
import type { SiteOptions } from './site-identity.js';
import { isServer } from './browser/window.js';
import { deliverAnnouncements, queueAnnouncement } from './flow/announcements.js';
import type { Announcement } from './flow/view.js';
import type { Identity } from './oauth/identity.js';
import type { AskWallet } from './oauth/wallet.js';

/** The maximum age of a result of `authorize`, in ms. Monerium accepts five minutes. */
const AUTHORIZATION_MS = 240_000;

/** Of EIP-1193: the customer has said no in the wallet. */
const REJECTED = 4001;

/** The whole flow, without an element. */
export interface Connector {
  /** The state and the data that belongs to it: the same object until it changes. */
  readonly connection: Connection;
  /** Without a listener, a connector takes no response and shows no flow. Returns its removal. */
  subscribe(listener: ConnectorListener): () => void;
  /** Takes the place of all options. Never throws: `connect()` rejects with what is wrong. */
  setOptions(options: ConnectorOptions): void;
  /**
   * Starts the flow. To be called in a click: later, browsers block a window.
   * Resolves when the page is leaving, when connected, or when nothing is left to do.
   * @param options `mode` takes the place of the mode that is set, for this time
   * @throws ConnectError with the code of the failure
   */
  connect(options?: { readonly mode?: Mode }): Promise<void>;
  /** Cancels the running flow: `idle`, and an `error` with the code `aborted`. */
  cancel(): void;
  /**
   * Deletes tokens and identity on this page, and every pending flow of this client in this
   * browser. With `stayConnected` the backend ends its session first.
   * @throws ConnectError `disconnect_failed`. Nothing has changed then.
   */
  disconnect(): Promise<void>;
  /**
   * The access token of a direct exchange, refreshed if it expires within a minute.
   * @throws ConnectError `token_unavailable`
   */
  getAccessToken(): Promise<string>;
  /**
   * For an app with `openUrl`: takes an address that the system handed to it. Returns whether that
   * has a `state` of ours, also a used one: then the app must not route to it.
   */
  resume(url: string): boolean;
  /** Removes every listener. Another connector of the same options goes on. */
  end(): void;
}

/** Whether the two name the same customer; `null` is nobody, `undefined` is not said. */
function isSameIdentity(a: Identity | null | undefined, b: Identity | null | undefined): boolean {
  return a && b ? a.profile === b.profile && a.userId === b.userId : a === b;
}

function toFields(identity: ConnectorOptions['identity']): Pick<SiteOptions, 'profile' | 'userId'> {
  if (identity === null) return { profile: '', userId: '' };
  return { profile: identity?.profile, userId: identity?.userId };
}

function toPublic(announcement: Announcement): ConnectorEvent {
  if (announcement.type !== 'connected') return announcement;
  const { type, identity, returnTo } = announcement;
  return { type, identity, returnTo };
}

/** An error of a listener is rethrown in a microtask, so that the other listeners are called. */
function callListener(listener: ConnectorListener, event: ConnectorEvent): void {
  try {
    listener(event);
  } catch (reason) {
    queueMicrotask(() => {
      throw reason;
    });
  }
}

/** What a wallet throws is not shown: it may hold anything. */
function toWalletError(reason: unknown): ConnectError {
  if (isConnectError(reason)) return reason;
  const { code } = Object(reason) as { code?: unknown };
  const name = code === REJECTED ? 'wallet_rejected' : 'wallet_error';
  return createError(name, { hint: 'authorize() of this page failed' });
}

/** The host of a connector without an element: it has listeners. */
class ListenerHost implements ConnectorHost {
  options: SiteOptions = toFields(undefined);
  readonly texts = {};
  #given: ConnectorOptions = {};
  readonly listeners = new Set<ConnectorListener>();

  setOptions(options: ConnectorOptions): void {
    const { identity } = options;
    const isNew = !isSameIdentity(identity, this.#given.identity);
    this.#given = options;
    // What has become known by a flow stays, until the site says something else.
    const { profile, userId } = isNew ? toFields(identity) : this.options;
    // A script of the page may have added fields to every object.
    this.options = { __proto__: null, ...options, profile, userId } as SiteOptions;
  }

  get name(): string {
    return this.#given.name ?? '';
  }

  onChange(): void {}

  onStart(): void {}

  beforeConnect(mode: Mode): boolean {
    return this.#given.beforeConnect?.(mode) !== false;
  }

  prepareWallet(): Promise<AskWallet | undefined> | undefined {
    const { authorize } = this.#given;
    if (!authorize) return undefined;
    return Promise.resolve(async (signal: AbortSignal) => {
      const expiresAt = Date.now() + AUTHORIZATION_MS;
      try {
        const parameters = await authorize(signal);
        return Object.keys(parameters).length > 0 ? { parameters, expiresAt } : undefined;
      } catch (reason) {
        throw toWalletError(reason);
      }
    });
  }

  announce(announcement: Announcement): void {
    const event = toPublic(announcement);
    for (const listener of this.listeners) {
      queueAnnouncement(() => {
        if (this.listeners.has(listener)) callListener(listener, event);
      });
    }
  }
}

/** Creates a connector. Nothing happens before it has a listener, or `connect()` is called. */
export function createConnector(options: ConnectorOptions): Connector {
  const host = new ListenerHost();
  const { listeners } = host;
  const connector = new FlowConnector(host);

  const setOptions = (next: ConnectorOptions) => {
    host.setOptions(next);
    connector.readIdentity();
    if (!isServer()) connector.readOptions();
  };
  const end = () => {
    listeners.clear();
    connector.detach();
  };
  setOptions(options);

  return {
    get connection(): Connection {
      return connector.connection;
    },
    subscribe(listener) {
      if (listeners.size === 0) {
        connector.attach();
        // What is shown first is no change.
        deliverAnnouncements();
      }
      listeners.add(listener);
      return () => {
        if (listeners.delete(listener) && listeners.size === 0) end();
      };
    },
    setOptions,
    connect: ({ mode } = {}) => connector.connect(mode),
    cancel: () => connector.cancel(),
    disconnect: () => connector.disconnect(),
    getAccessToken: () => connector.getAccessToken(),
    resume: (url) => connector.resume(url),
    end,
  };
}
