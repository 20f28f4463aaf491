import type { ReactiveController, ReactiveControllerHost } from 'lit';
import {
  assertPlace,
  isOnline,
  leave,
  readAddress,
  returnTo,
  stay,
  watchStaying,
} from './browser.js';
import {
  listDifferences,
  readConfiguration,
  type Binding,
  type ConnectAttributes,
  type Configuration,
} from './configuration.js';
import {
  MoneriumBeforeConnectEvent,
  MoneriumDisconnectedEvent,
  MoneriumErrorEvent,
  MoneriumStatusEvent,
  type Connection,
} from './connection.js';
import { ConnectError } from './errors.js';
import { offerReturn } from './flow.js';
import { buildAuthorizationUrl, createSecrets, type Secrets } from './oauth.js';
import { page, prepareSecrets, say, takeSecrets, type Member, type SharedFlow } from './page.js';
import { buryTransaction, saveTransaction } from './transaction.js';

/** What the controller reads from its element, and the identity that it reflects there. */
export interface ConnectHost extends ReactiveControllerHost, HTMLElement, ConnectAttributes {
  disabled: boolean;
  returnToStart: boolean;
  profile: string | null | undefined;
  userId: string | null | undefined;
}

/** A start under way, until the page has left or stays. */
interface Departure {
  readonly state: string;
  readonly binding: Binding;
  stopWatching(): void;
}

const IDLE: Connection = { status: 'idle' };

/** Drives the flows of one element and owns its connection. */
export class ConnectController implements ReactiveController, Member {
  configuration: Configuration | undefined;
  flow: SharedFlow | undefined;

  readonly #host: ConnectHost;
  readonly #internals: ElementInternals;
  /** Events that wait for their turn: a listener may change the state again. */
  readonly #events: Event[] = [];
  #connection: Connection = IDLE;
  /** Why no flow can begin, as of the last update. */
  #fault: ConnectError | undefined;
  #start: Promise<void> | undefined;
  #departure: Departure | undefined;
  /** The identity in the attributes, as of the last update. */
  #identity = '';
  #address = { href: '', base: '' };
  #joining: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ConnectHost, internals: ElementInternals) {
    this.#host = host;
    this.#internals = internals;
    host.addController(this);
  }

  get connection(): Connection {
    return this.#connection;
  }

  get id(): string {
    return this.#host.id;
  }

  // Life on the page

  hostConnected(): void {
    void page.parsed.then(() => {
      clearTimeout(this.#joining);
      // A task later the first update is over, and what a framework sets after it as well.
      if (this.#host.isConnected) this.#joining = setTimeout(() => this.#joinPage());
    });
  }

  hostDisconnected(): void {
    clearTimeout(this.#joining);
    page.members.delete(this);
    // The navigation goes on; nothing is left to be offered again.
    if (this.#departure) this.show(IDLE);
  }

  hostUpdate(): void {
    this.#readIdentity();
    this.#readConfiguration();
    const connection = this.#connection;
    const { status } = connection;
    if (status === 'idle' && this.#fault?.code === 'insecure_context') {
      this.#become({ status: 'failed', error: this.#fault });
    } else if (status === 'failed' && connection.error.retry === 'none' && !this.#fault) {
      this.show(IDLE);
    }
    const binding = this.#departure?.binding ?? (status === 'exchanging' && this.flow?.binding);
    const { configuration } = this;
    if (binding && !(configuration && listDifferences(binding, configuration).length === 0)) {
      this.cancel();
    }
  }

  hostUpdated(): void {
    if (page.members.has(this)) offerReturn(this);
  }

  #joinPage(): void {
    page.members.add(this);
    const { configuration } = this;
    if (this.#fault) say('error', this.#fault.message);
    else void prepareSecrets();
    if (configuration?.isSandbox) {
      say('info', `redirect_uri to register: ${configuration.redirectUri}`);
    } else if (configuration) {
      if (configuration.exchange === 'direct') {
        say('warn', 'set backend-url in production: tokens are safer on a server');
      }
      if (this.#host.skipKyc) say('warn', 'skip-kyc works in the sandbox only');
    }
    offerReturn(this);
  }

  /** A page that knows the customer sets both attributes. A flow under way has the last word. */
  #readIdentity(): void {
    const { profile, userId } = this.#host;
    const isKnown = profile && userId;
    const identity = isKnown ? `${profile} ${userId}` : '';
    if (identity === this.#identity) return;
    this.#identity = identity;
    if (this.#start ?? this.#connection.status === 'exchanging') return;
    this.flow = undefined;
    this.#become(isKnown ? { status: 'connected', profile, userId } : IDLE);
  }

  #readConfiguration(): void {
    // A router may move the page during a flow: that is no change of the redirect URI.
    if (!this.#start && this.#connection.status !== 'exchanging') this.#address = readAddress();
    this.configuration = this.#fault = undefined;
    try {
      this.configuration = readConfiguration(this.#host, this.#address);
      assertPlace();
    } catch (error) {
      this.#fault = error as ConnectError;
    }
  }

  // Leaving for Monerium

  connect(): Promise<void> {
    const { status } = this.#connection;
    if (status === 'connected') return Promise.resolve();
    if (status === 'exchanging' && this.flow) return this.flow.finished;
    if (this.#start) return this.#start;
    // The promise has to be there before the start: a listener may call `connect()` again.
    let begin: (start: Promise<void>) => void = () => {};
    const start = new Promise<void>((resolve) => (begin = resolve));
    this.#start = start;
    begin(this.#begin());
    return start;
  }

  /** From here to the navigation nothing is awaited, unless the secrets are not ready yet. */
  async #begin(): Promise<void> {
    try {
      this.#readConfiguration();
      const { configuration } = this;
      if (this.#fault ?? !configuration) throw this.#fault;
      const secrets = takeSecrets() ?? (await createSecrets());
      const start = this.#start;
      const isAllowed = start && !this.#host.disabled;
      if (!isAllowed) throw new ConnectError('aborted', { phase: 'start' });
      const isWanted = this.#host.dispatchEvent(new MoneriumBeforeConnectEvent());
      if (isWanted && this.#start === start) this.#depart(configuration, secrets);
    } catch (reason) {
      const error = reason as ConnectError;
      if (error.code !== 'aborted') {
        say('error', error.message);
        this.#fail(error);
      }
      throw error;
    } finally {
      if (!this.#departure) this.#start = undefined;
    }
  }

  #depart(configuration: Configuration, { state, codeVerifier, codeChallenge }: Secrets): void {
    const { clientId, apiUrl, redirectUri, exchange, authorization } = configuration;
    saveTransaction(state, {
      v: 1,
      ...{ codeVerifier, clientId, apiUrl, redirectUri, exchange },
      mode: 'redirect',
      startUrl: readAddress().href,
      elementId: this.#host.id,
      at: Date.now(),
    });
    const stopWatching = watchStaying(() => {
      if (isOnline()) this.show(IDLE);
      else this.#fail(new ConnectError('offline', { phase: 'start' }));
    });
    this.#departure = { state, binding: configuration, stopWatching };
    this.show({ status: 'redirecting' });
    leave(
      buildAuthorizationUrl(apiUrl, {
        ...authorization,
        client_id: clientId,
        code_challenge: codeChallenge,
        code_challenge_method: 'S256',
        redirect_uri: redirectUri,
        response_type: 'code',
        state,
      }),
    );
  }

  cancel(): void {
    if (this.#connection.status === 'exchanging') {
      this.flow?.cancel();
    } else if (this.#start) {
      if (this.#departure) {
        buryTransaction(this.#departure.state, 'aborted');
        stay();
      }
      this.show(IDLE, new MoneriumErrorEvent(new ConnectError('aborted', { phase: 'start' })));
    }
  }

  disconnect(): void {
    if (this.#connection.status !== 'connected') return;
    if (this.flow) this.flow.disconnect(this);
    else this.show(IDLE, new MoneriumDisconnectedEvent());
  }

  async getAccessToken(): Promise<string> {
    if (this.flow) return this.flow.getAccessToken();
    throw new ConnectError('token_unavailable', { phase: 'token' });
  }

  // The state, and who hears of it

  show(next: Connection, ending?: Event, startUrl?: string): void {
    const isConnected = next.status === 'connected';
    const previous = this.#connection.status;
    if (isConnected || previous === 'connected') {
      const { profile, userId } = isConnected ? next : {};
      this.#host.profile = profile;
      this.#host.userId = userId;
      this.#identity = isConnected ? `${profile} ${userId}` : '';
    }
    this.#become(next);
    if (next.status !== previous) this.#fire(new MoneriumStatusEvent(next.status, previous));
    if (!ending) return;
    this.#fire(ending);
    // In a task of its own, so that the page's listeners are done.
    const isByBackend = this.configuration?.exchange.includes(':') && startUrl;
    if (isConnected && isByBackend && this.#host.returnToStart)
      setTimeout(() => returnTo(startUrl));
  }

  #fail(error: ConnectError): void {
    this.show({ status: 'failed', error }, new MoneriumErrorEvent(error));
  }

  /** The one place that changes the state. */
  #become(next: Connection): void {
    if (next === this.#connection) return;
    const { states } = this.#internals;
    try {
      states.delete(this.#connection.status);
      states.add(next.status);
    } catch {
      // Engines of before 2024 have no custom states, or another syntax for them.
    }
    this.#connection = next;
    if (next.status !== 'redirecting') {
      this.#departure?.stopWatching();
      this.#departure = this.#start = undefined;
    }
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
