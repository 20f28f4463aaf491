import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { assertSecure, readAddress, returnTo } from './browser.js';
import {
  fits,
  readBinding,
  readConfiguration,
  type ConnectAttributes,
  type Configuration,
} from './configuration.js';
import {
  MoneriumBeforeConnectEvent,
  MoneriumDisconnectedEvent,
  MoneriumStatusEvent,
  type Connection,
} from './connection.js';
import { ConnectError } from './errors.js';
import type { Identity } from './exchange.js';
import { findFlow, Flow } from './flow.js';
import { isOnServer, page, prepareSecrets, say, type SharedFlow, type View } from './page.js';

/** What the controller reads from its element, and the identity that it reflects there. */
export interface ConnectHost extends ReactiveControllerHost, HTMLElement, ConnectAttributes {
  readonly hasUpdated: boolean;
  disabled: boolean;
  returnToStart: boolean;
  profile: string | null | undefined;
  userId: string | null | undefined;
}

/**
 * Joins one element to the flow of its configuration: reads the attributes, shows the flow's state
 * and fires its events.
 */
export class ConnectController implements ReactiveController, View {
  /** What the element shows. */
  connection: Connection = { status: 'idle' };
  configuration: Configuration | undefined;

  readonly #host: ConnectHost;
  readonly #internals: ElementInternals;
  /** Events that wait for `tell()`: a listener may change the state again. */
  readonly #events: Event[] = [];
  #telling: Event | undefined;
  #flow: SharedFlow = new Flow();
  /** What the page itself knows: it stands until a response comes back. */
  #known: Connection | undefined;
  /** The identity in the attributes, as of the last update. */
  #identity = '';
  #address = { href: '', base: '' };
  #joining: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ConnectHost, internals: ElementInternals) {
    this.#host = host;
    this.#internals = internals;
    host.addController(this);
  }

  get id(): string {
    return this.#host.id;
  }

  hostConnected(): void {
    this.#flow.enter(this);
    this.#join();
  }

  hostDisconnected(): void {
    clearTimeout(this.#joining);
    this.#flow.leave(this);
  }

  hostUpdate(): void {
    // The markup of a server, which knows the attributes only, can be taken over only as it is.
    if (!this.#host.hasUpdated && this.#host.shadowRoot?.firstChild) {
      queueMicrotask(() => this.#host.requestUpdate());
    } else {
      this.#readConfiguration();
    }
    this.#readIdentity();
  }

  /** A server has no update, and of a page it knows the attributes only. */
  hostServerUpdate(): void {
    if (isOnServer) this.#readIdentity();
  }

  /** One task after the update, when the page's own scripts have had their turn. */
  #join(): void {
    void page.parsed.then(() => {
      clearTimeout(this.#joining);
      if (this.#host.isConnected) this.#joining = setTimeout(() => this.#meet());
    });
  }

  /** Tells the developer what is to be told, and asks for what has come back to the page. */
  #meet(): void {
    const { configuration } = this;
    if (!configuration) {
      say('error', this.#flow.fault?.message ?? '');
    } else if (configuration.isSandbox) {
      say('info', `redirect_uri to register: ${configuration.redirectUri}`);
    } else {
      if (configuration.exchange === 'direct') {
        say('warn', 'set backend-url in production: tokens are safer on a server');
      }
      if (this.#host.skipKyc) say('warn', 'skip-kyc works in the sandbox only');
    }
    if (configuration) void prepareSecrets();
    this.show();
    this.tell();
    this.#flow.offerReturn(this);
  }

  #readConfiguration(): void {
    const { status } = this.#flow.connection;
    // A router may move the page during a flow: that is no change of the redirect URI.
    if (status === 'idle' || status === 'failed') this.#address = readAddress();
    try {
      assertSecure();
      const configuration = readConfiguration(this.#host, this.#address);
      this.configuration = configuration;
      this.#follow(findFlow(configuration));
    } catch (reason) {
      const fault = reason as ConnectError;
      // Under way or connected, only what the flow is bound to matters.
      if (status !== 'idle' && status !== 'failed' && this.#isBound()) return;
      this.configuration = undefined;
      const isNews = fault.message !== this.#flow.fault?.message;
      if (isNews) this.#follow(new Flow(undefined, fault));
    }
  }

  #isBound(): boolean {
    try {
      return fits(this.#flow.binding, readBinding(this.#host, this.#address));
    } catch {
      return false;
    }
  }

  #follow(flow: SharedFlow): void {
    if (flow === this.#flow) return;
    this.#flow.abandon(this);
    this.#flow = flow;
    if (!this.#host.isConnected) return;
    flow.enter(this);
    if (this.#host.hasUpdated) {
      this.show();
      this.tell();
    } else {
      this.#become(flow.connection);
    }
    this.#join();
  }

  /** A page that knows the customer sets both attributes. A flow under way has the last word. */
  #readIdentity(): void {
    const { profile, userId } = this.#host;
    const isKnown = profile && userId;
    const identity = isKnown ? toText({ profile, userId }) : '';
    if (identity === this.#identity) return;
    this.#identity = identity;
    const { connection } = this.#flow;
    if (/ing$/.test(connection.status)) return;
    const isShown = connection.status === 'connected' && identity === toText(connection);
    if (isShown) return;
    this.#known = isKnown ? { status: 'connected', profile, userId } : undefined;
    this.#become(this.#known ?? { status: 'idle' });
    this.#flow.forget();
  }

  // What the element does

  connect(): Promise<void> {
    if (this.connection.status === 'connected') return Promise.resolve();
    if (this.#host.disabled) return Promise.reject(new ConnectError('aborted', { phase: 'start' }));
    this.#readConfiguration();
    return this.#flow.connect(this);
  }

  cancel(): void {
    this.#flow.cancel();
  }

  disconnect(): void {
    if (this.connection.status !== 'connected') return;
    if (this.#known) {
      this.#known = undefined;
      this.show(new MoneriumDisconnectedEvent());
      this.tell();
    } else {
      this.#flow.disconnect(this);
    }
  }

  getAccessToken(): Promise<string> {
    return this.#flow.getAccessToken();
  }

  // What the flow does

  askToLeave(): boolean {
    return this.#host.dispatchEvent(new MoneriumBeforeConnectEvent());
  }

  show(ending?: Event, startUrl?: string): void {
    const { connection } = this.#flow;
    if (hasComeBack(connection)) this.#known = undefined;
    const next = this.#known ?? connection;
    const previous = this.connection.status;
    const isConnected = next.status === 'connected';
    if (isConnected || previous === 'connected') {
      const { profile, userId } = isConnected ? next : {};
      this.#host.profile = profile;
      this.#host.userId = userId;
      this.#identity = isConnected ? toText(next) : '';
    }
    this.#become(next);
    if (next.status !== previous) {
      this.#events.push(new MoneriumStatusEvent(next.status, previous));
    }
    if (ending) this.#events.push(ending);
    // In a task of its own, so that the page's listeners are done.
    if (startUrl && this.#host.returnToStart) setTimeout(() => returnTo(startUrl));
  }

  /** In order, also what a listener adds: it is queued behind the rest. */
  tell(): void {
    if (this.#telling) return;
    while ((this.#telling = this.#events.shift())) this.#host.dispatchEvent(this.#telling);
  }

  /** The one place that changes what is shown. */
  #become(next: Connection): void {
    const { states } = this.#internals;
    try {
      states.delete(this.connection.status);
      states.add(next.status);
    } catch {
      // Engines of before 2024 have no custom states, or another syntax for them.
    }
    this.connection = next;
    this.#host.requestUpdate();
  }
}

function toText({ profile, userId }: Identity): string {
  return `${profile} ${userId}`;
}

/** Whether a response has brought this: only that overrules what the page itself knows. */
function hasComeBack(connection: Connection): boolean {
  if (connection.status === 'failed') return connection.error.phase !== 'start';
  return connection.status === 'exchanging' || connection.status === 'connected';
}
