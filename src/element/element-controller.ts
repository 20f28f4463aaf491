import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { mustWait } from '../core/connection.js';
import { ConnectError, tryTo } from '../core/errors.js';
import { FlowConnector, type ConnectorHost } from '../core/flow-connector.js';
import type { Mode } from '../core/options.js';
import type { SiteOptions } from '../core/site-identity.js';
import { english } from '../core/texts.js';
import { findStateOfPopup } from '../core/browser/transaction.js';
import { after, leaveReturn, navigate } from '../core/browser/window.js';
import type { Announcement } from '../core/flow/view.js';
import type { AskWallet, WalletHost } from '../core/oauth/wallet.js';
import { loadDoctor } from './doctor.js';
import { MoneriumBeforeConnectEvent, toEvent } from './events.js';
import { prepareWallet } from './wallet-sign-in.js';

/** What the controller reads from its element, and does there. */
export interface ConnectHost
  extends ReactiveControllerHost, HTMLElement, SiteOptions, Omit<WalletHost, keyof SiteOptions> {
  readonly shadowRoot: ShadowRoot | null;
  /** By its attribute, or by a fieldset. */
  readonly isDisabled: boolean;
  readonly debug: boolean;
  /** Holds the form back, or no longer. */
  updateForm(): void;
}

/** Makes an element the view of a connector: attributes in, states and events out. */
export class ElementController implements ReactiveController, ConnectorHost {
  readonly connector: FlowConnector;
  readonly #host: ConnectHost;
  readonly #states: CustomStateSet | undefined;
  readonly texts = english;

  constructor(host: ConnectHost, states: CustomStateSet | undefined) {
    this.#host = host;
    this.#states = states;
    this.connector = new FlowConnector(this);
    host.addController(this);
    this.#setCustomState();
  }

  /** @param mode instead of the one of the attributes: in this window, where a popup was blocked */
  connect(mode?: Mode): Promise<void> {
    if (this.#host.isDisabled && this.connector.connection.status !== 'connected') {
      return Promise.reject(new ConnectError('aborted', { phase: 'start' }));
    }
    return this.connector.connect(mode);
  }

  // What the connector sees of the element

  get options(): SiteOptions {
    return this.#host;
  }

  get name(): string {
    return this.#host.id;
  }

  onChange(): void {
    this.#setCustomState();
    this.#host.requestUpdate();
  }

  #setCustomState(): void {
    const { connection } = this.connector;
    // Engines of before 2024 have no custom states, or another syntax for them.
    tryTo(() => {
      this.#states?.clear();
      this.#states?.add(connection.status);
      if (mustWait(connection)) this.#states?.add('busy');
    });
  }

  onStart(): void {
    void loadDoctor(this.connector, this.#host);
  }

  beforeConnect(mode: Mode): boolean {
    return this.#host.dispatchEvent(new MoneriumBeforeConnectEvent(mode));
  }

  prepareWallet(redirectUri: string): Promise<AskWallet | undefined> | undefined {
    return prepareWallet(this.#host, redirectUri);
  }

  announce(announcement: Announcement): void {
    const host = this.#host;
    // A listener may send the form.
    host.updateForm();
    const event = toEvent(announcement);
    host.dispatchEvent(event);
    // A popup that could not reach its opener has nothing more to show.
    if (announcement.type !== 'connected' || findStateOfPopup()) return;
    const { returnTo, cameBackTo } = announcement;
    const successUrl = this.connector.parsed.configuration?.successUrl;
    // In a task of its own, so that the page's listeners are done.
    after(0, () => {
      if (event.defaultPrevented) return;
      if (cameBackTo) leaveReturn(cameBackTo, successUrl ?? returnTo);
      else if (successUrl) navigate(successUrl);
    });
  }

  // When it happens

  hostConnected(): void {
    this.connector.attach();
  }

  hostDisconnected(): void {
    this.connector.cancelSigning();
    void loadDoctor(this.connector, this.#host);
    this.connector.detach();
  }

  hostUpdated(): void {
    this.connector.readOptions();
  }
}
