import { LitElement, html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { createConnectController, type ConnectHost } from './connect-controller.js';
import type { Connection, ConnectionStatus } from './connection.js';
import type { ExchangeFunction } from './exchange.js';
import { en as texts } from './locales/en.js';
import { styles } from './monerium-connect.styles.js';

/**
 * A button that connects a customer's Monerium account by OAuth 2.0 with PKCE.
 *
 * @tag monerium-connect
 * @slot - The label of the button while it is idle.
 * @slot icon - The icon of the button.
 * @slot connected - What is said once the customer is connected.
 * @fires {MoneriumBeforeConnectEvent} monerium-before-connect - Nothing has left yet. Cancelable.
 * @fires {MoneriumConnectedEvent} monerium-connected - A flow ended well.
 * @fires {MoneriumErrorEvent} monerium-error - A flow ended badly.
 * @fires {MoneriumDisconnectedEvent} monerium-disconnected - The connection was given up.
 * @fires {MoneriumStatusEvent} monerium-status - The state changed.
 * @csspart button - The button.
 * @csspart icon - The icon in the button.
 * @csspart label - The text in the button.
 * @csspart spinner - Stands in for the icon while the element is busy.
 * @csspart status - What is said by itself: the connection, the progress or the error.
 * @csspart message - The text of an error.
 * @csspart reopen - Brings the other window to the front.
 * @csspart cancel - Gives the flow up while the other window is open.
 * @cssprop --monerium-connect-background - Background of the button.
 * @cssprop --monerium-connect-color - Text of the button.
 * @cssprop --monerium-connect-error-color - Text of an error.
 * @cssprop --monerium-connect-font - Shorthand `font` of all texts.
 * @cssprop --monerium-connect-padding - Inside the button.
 * @cssprop --monerium-connect-radius - Corners of the button.
 * @cssstate idle - Nothing has begun.
 * @cssstate redirecting - The page is leaving for Monerium.
 * @cssstate waiting - The customer is at Monerium, in another window.
 * @cssstate exchanging - The customer is back, the code is being exchanged.
 * @cssstate connected - The customer is connected.
 * @cssstate failed - The last flow ended badly.
 */
export class MoneriumConnect extends LitElement implements ConnectHost {
  static override styles = styles;

  static override shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };

  static override properties: PropertyDeclarations = {
    clientId: { attribute: 'client-id' },
    environment: {},
    apiUrl: { attribute: 'api-url' },
    redirectUri: { attribute: 'redirect-uri' },
    backendUrl: { attribute: 'backend-url' },
    backendCredentials: { attribute: 'backend-credentials' },
    backendHeaders: { attribute: false },
    exchange: { attribute: false },
    mode: {},
    email: {},
    authMode: { attribute: 'auth-mode' },
    skipKyc: { attribute: 'skip-kyc', type: Boolean },
    address: {},
    chain: {},
    signature: {},
    timeout: { type: Number },
    returnToStart: { attribute: 'return-to-start', type: Boolean },
    profile: { reflect: true },
    userId: { attribute: 'user-id', reflect: true },
    disabled: { type: Boolean, reflect: true },
  };

  /** Client ID of the Authorization Code Flow, from Monerium's developer portal. */
  declare clientId: string | undefined;
  /**
   * Which of Monerium's API hosts is used.
   * @default 'sandbox'
   */
  declare environment: 'sandbox' | 'production';
  /** Replaces the API host: an emulator or a proxy. */
  declare apiUrl: string | undefined;
  /**
   * Where Monerium sends the customer back: registered there, on this origin. Default: the page's
   * address without query and fragment.
   */
  declare redirectUri: string | undefined;
  /** The site's endpoint that takes the code. Without it the code is exchanged in the browser. */
  declare backendUrl: string | undefined;
  /**
   * Whether the post to the backend carries cookies.
   * @default 'same-origin'
   */
  declare backendCredentials: 'same-origin' | 'include' | 'omit';
  /** Further headers of the post to the backend, such as a CSRF token. */
  declare backendHeaders: Readonly<Record<string, string>> | undefined;
  /** Replaces both exchanges. What it throws ends the flow. */
  declare exchange: ExchangeFunction | undefined;
  /**
   * How the customer gets to Monerium.
   * @default 'redirect'
   */
  declare mode: 'redirect' | 'popup' | 'auto';
  /** Fills in the e-mail field at Monerium. */
  declare email: string | undefined;
  /** The first screen at Monerium. */
  declare authMode: 'login' | 'signup' | undefined;
  /**
   * Skips KYC. In the sandbox only.
   * @default false
   */
  declare skipKyc: boolean;
  /** Address of a wallet that the page knows. With `chain` and `signature`, or not at all. */
  declare address: string | undefined;
  /** The wallet's chain, by Monerium's name. */
  declare chain: string | undefined;
  /** The wallet's signature of Monerium's sentence of ownership. */
  declare signature: string | undefined;
  /**
   * Deadline of the exchange in milliseconds, 1,000 to 120,000.
   * @default 20000
   */
  declare timeout: number;
  /**
   * After a backend exchange: goes back to where the flow began.
   * @default false
   */
  declare returnToStart: boolean;
  /** The connected profile. A server that knows the customer sets it, with `user-id`. */
  declare profile: string | null | undefined;
  /** The connected user. A server that knows the customer sets it, with `profile`. */
  declare userId: string | null | undefined;
  /**
   * Keeps the button from starting a flow.
   * @default false
   */
  declare disabled: boolean;

  readonly #controller = createConnectController(this, this.attachInternals());

  constructor() {
    super();
    Object.assign(this, {
      environment: 'sandbox',
      backendCredentials: 'same-origin',
      mode: 'redirect',
      skipKyc: false,
      timeout: 20_000,
      returnToStart: false,
      disabled: false,
    });
  }

  /** The state and the data that belongs to it. */
  get connection(): Connection {
    return this.#controller.connection;
  }

  /** The name of the state. */
  get status(): ConnectionStatus {
    return this.connection.status;
  }

  /**
   * Starts the flow, as a click does.
   * Resolves when the page is leaving, when connected, or when the page has cancelled
   * `monerium-before-connect`.
   * @throws ConnectError
   */
  connect(): Promise<void> {
    return this.#controller.connect();
  }

  /** Gives up the running flow: `idle`, and `monerium-error` with `aborted`. */
  cancel(): void {
    this.#controller.cancel();
  }

  /** Forgets tokens and identity on this page. The site ends its own server session itself. */
  disconnect(): void {
    this.#controller.disconnect();
  }

  /**
   * The access token of a direct exchange, renewed when it has less than a minute to live.
   * Fits `getAccessToken` of `@monerium/sdk`.
   * @throws ConnectError `token_unavailable`
   */
  getAccessToken(): Promise<string> {
    return this.#controller.getAccessToken();
  }

  /** Clicks the button. */
  override click(): void {
    // Absent until the element is on a page.
    (this.renderRoot as ParentNode | undefined)?.querySelector('button')?.click();
  }

  /** The one step of an update that is taken on a server too. */
  protected override willUpdate(): void {
    this.#controller.updateIdentity();
  }

  /** The button goes when the customer is connected: focus stays with what takes its place. */
  protected override update(changed: Map<PropertyKey, unknown>): void {
    const hasFocus = () => this.shadowRoot?.activeElement != null;
    const hadFocus = hasFocus();
    super.update(changed);
    if (hadFocus && !hasFocus()) this.focus({ preventScroll: true });
  }

  protected override render(): TemplateResult {
    const { connection } = this;
    const ownLabel = html`<slot>${texts.connect}</slot>`;
    switch (connection.status) {
      case 'idle':
        return this.#controller.isDone
          ? this.#renderParts(nothing, texts.done)
          : this.#renderParts(this.#renderButton(ownLabel));
      case 'redirecting':
      case 'waiting':
      case 'exchanging': {
        const text = texts[connection.status];
        const news = html`<span class="news">${text}</span>`;
        const choices = connection.status === 'waiting' ? this.#renderChoices() : nothing;
        return this.#renderParts(this.#renderButton(text, true), news, choices);
      }
      case 'failed': {
        const { code, retry } = connection.error;
        const label = retry === 'none' ? ownLabel : texts.retry;
        const text = html`<span part="message" id="message"
          >${texts.errors[code] ?? texts.failed}</span
        >`;
        return this.#renderParts(this.#renderButton(label), text);
      }
      case 'connected': {
        const text = html`<span><slot name="connected">${texts.connected}</slot></span>`;
        return this.#renderParts(
          nothing,
          html`<span class="ring" aria-hidden="true">✓</span>${text}`,
        );
      }
      default:
        return connection satisfies never;
    }
  }

  /** The live region stays while its content changes: only then screen readers speak it. */
  #renderParts(
    button: unknown,
    news: unknown = nothing,
    choices: unknown = nothing,
  ): TemplateResult {
    return html`${button}
      <div part="status" role="status" tabindex="-1">${news}</div>
      ${choices}`;
  }

  #renderButton(label: unknown, isBusy = false): TemplateResult {
    return html`<button
      part="button"
      type="button"
      aria-busy=${isBusy}
      aria-disabled=${isBusy}
      aria-describedby="message"
      ?disabled=${this.disabled}
      @click=${this.#start}
    >
      ${
        isBusy
          ? html`<span part="spinner" class="ring"></span>`
          : html`<span part="icon"
              ><slot name="icon"><span class="ring" aria-hidden="true">€</span></slot></span
            >`
      }
      <span part="label">${label}</span>
    </button>`;
  }

  /** While the customer is in the other window. */
  #renderChoices(): TemplateResult {
    return html`<button part="reopen" type="button" @click=${this.#start}>${texts.reopen}</button>
      <button part="cancel" type="button" @click=${this.cancel}>${texts.cancel}</button>`;
  }

  #start(): void {
    // What goes wrong is shown, and announced by an event.
    this.connect().catch(() => {});
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'monerium-connect': MoneriumConnect;
  }
}
