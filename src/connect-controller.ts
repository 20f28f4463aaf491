import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { assertSecure, readAddress, returnTo } from './browser.js';
import { readConfiguration, type ConnectAttributes } from './configuration.js';
import {
  MoneriumBeforeConnectEvent,
  MoneriumDisconnectedEvent,
  MoneriumStatusEvent,
  type Connection,
} from './connection.js';
import { ConnectError } from './errors.js';
import { findFlow, Flow } from './flow.js';
import { page, prepareSecrets, say, type SharedFlow, type View } from './page.js';

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

  readonly #host: ConnectHost;
  readonly #internals: ElementInternals;
  /** Events that wait for their turn: a listener may change the state again. */
  readonly #events: Event[] = [];
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
    this.#readConfiguration();
    this.#readIdentity();
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
    const { configuration, fault } = this.#flow;
    if (!configuration) {
      say('error', fault?.message ?? '');
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
    this.#flow.offerReturn(this);
  }

  #readConfiguration(): void {
    const { status } = this.#flow.connection;
    // A router may move the page during a flow: that is no change of the redirect URI.
    if (status === 'idle' || status === 'failed') this.#address = readAddress();
    try {
      assertSecure();
      const configuration = readConfiguration(this.#host, this.#address);
      this.#follow(findFlow(configuration));
    } catch (reason) {
      const fault = reason as ConnectError;
      const isNews = fault.message !== this.#flow.fault?.message;
      if (isNews) this.#follow(new Flow(undefined, fault));
    }
  }

  #follow(flow: SharedFlow): void {
    if (flow === this.#flow) return;
    this.#flow.abandon(this);
    this.#flow = flow;
    if (!this.#host.isConnected) return;
    flow.enter(this);
    if (this.#host.hasUpdated) this.show();
    else this.#become(flow.connection);
    this.#join();
  }

  /** A page that knows the customer sets both attributes. A flow under way has the last word. */
  #readIdentity(): void {
    const { profile, userId } = this.#host;
    const isKnown = profile && userId;
    const identity = isKnown ? `${profile} ${userId}` : '';
    if (identity === this.#identity) return;
    this.#identity = identity;
    if (/ing$/.test(this.#flow.connection.status)) return;
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
    const { status } = connection;
    if (status !== 'idle' && status !== 'redirecting') this.#known = undefined;
    const next = this.#known ?? connection;
    const previous = this.connection.status;
    const isConnected = next.status === 'connected';
    if (isConnected || previous === 'connected') {
      const { profile, userId } = isConnected ? next : {};
      this.#host.profile = profile;
      this.#host.userId = userId;
      this.#identity = isConnected ? `${profile} ${userId}` : '';
    }
    this.#become(next);
    if (next.status !== previous) this.#fire(new MoneriumStatusEvent(next.status, previous));
    if (ending) this.#fire(ending);
    // In a task of its own, so that the page's listeners are done.
    if (startUrl && this.#host.returnToStart) setTimeout(() => returnTo(startUrl));
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

  #fire(event: Event): void {
    this.#events.push(event);
    if (this.#events.length > 1) return;
    for (let [next] = this.#events; next; [next] = this.#events) {
      this.#host.dispatchEvent(next);
      this.#events.shift();
    }
  }
}
