import type { TemplateResult } from 'lit';
import { mustWait, type Connection, type ConnectionStatus } from '../core/connection.js';
import { tryTo, type ConnectError } from '../core/errors.js';
import type { Mode } from '../core/options.js';
import { log, logOnce } from '../core/browser/page.js';
import { adoptStyleSheet, beginsOnServer, opensWindow } from '../core/browser/window.js';
import { withWallets } from '../core/browser/wallet-entry.js';
import type { Flow } from '../core/flow/flow.js';
import type { WalletProof } from '../core/oauth/wallet.js';
import type { ConnectTexts } from '../core/texts.js';
import { Announcer, canNotify } from './announcer.js';
import { handleCommands } from './commands.js';
import { ConnectOptions, LOOKS } from './connect-options.js';
import { ElementController, type ConnectHost } from './element-controller.js';
import { readLabel } from './label.js';
import { Language } from './language.js';
import { styles } from './monerium-connect.styles.js';
import { findTriggers, isActive, showOnTriggers } from './triggers.js';
import { renderView } from './view.js';

/** What a wallet signs for. */
const SIGNED_ATTRIBUTES = ['wallet', 'chain', 'appName', 'privacyUrl', 'termsUrl'];

/**
 * A button that connects a customer's Monerium account by OAuth 2.0 with PKCE.
 *
 * @tag monerium-connect
 * @slot - The label of the button while it is idle.
 * @slot icon - The icon of the button.
 * @slot trigger - Your own button, which replaces the built-in one.
 * @slot fallback - Shown until the script has run, and never after.
 * @slot connected - The text once the customer is connected.
 * @fires {MoneriumBeforeConnectEvent} monerium-before-connect - Nothing is sent yet. Cancelable.
 * @fires {MoneriumConnectedEvent} monerium-connected - A flow succeeded.
 * @fires {MoneriumErrorEvent} monerium-error - A flow failed.
 * @fires {MoneriumDisconnectedEvent} monerium-disconnected - The customer was disconnected.
 * @fires {MoneriumStatusEvent} monerium-status - The state changed.
 * @csspart button - The button.
 * @csspart icon - The icon in the button.
 * @csspart label - The text in the button.
 * @csspart spinner - Replaces the icon while the element is busy.
 * @csspart tick - The mark of a connected customer.
 * @csspart status - The live region: the connection, the progress or the error.
 * @csspart message - The text of an error.
 * @csspart reopen - Shows the other window. After a popup was blocked: continues in this one.
 * @csspart hint - The small print of `with-hint`.
 * @csspart disconnect - The button of `with-disconnect`.
 * @csspart cancel - Cancels the flow while a wallet is asked, or the other window is open.
 * @csspart wallets - The dialog with the customer's wallets.
 * @csspart wallet - A wallet in that dialog.
 * @csspart wallet-icon - The icon of a wallet.
 * @cssprop --monerium-connect-accent - One colour of the brand, from which all others follow.
 * @cssprop --monerium-connect-background - Background of the button.
 * @cssprop --monerium-connect-color - Text of the button.
 * @cssprop --monerium-connect-error-color - Text of an error.
 * @cssprop --monerium-connect-padding - Inside the button.
 * @cssprop --monerium-connect-radius - Corners of the button.
 * @cssstate checking - The backend is asked who is connected.
 * @cssstate idle - Nothing has begun.
 * @cssstate signing - A wallet is being chosen or asked.
 * @cssstate signed - In popup mode: signed, the next click opens the window.
 * @cssstate redirecting - The page is leaving for Monerium.
 * @cssstate waiting - The customer is at Monerium, in another window.
 * @cssstate exchanging - The customer is back, the code is being exchanged.
 * @cssstate busy - Signing, redirecting, waiting or exchanging.
 * @cssstate connected - The customer is connected.
 * @cssstate failed - The last flow failed.
 */
export class MoneriumConnect extends ConnectOptions implements ConnectHost {
  static override styles = styles;

  /** So that a form can require it and a fieldset disable it. */
  static readonly formAssociated = true;

  // With its type: older versions of TypeScript know other members of it.
  static override shadowRootOptions: ShadowRootInit = { mode: 'open', delegatesFocus: true };

  readonly #controller: ElementController;
  readonly #language: Language;
  readonly #internals: ElementInternals | undefined;
  readonly #announcer = new Announcer();
  #isFormDisabled = false;
  /** Why the customer is still connected, after a click on a button that disconnects. */
  #disconnectError: ConnectError | undefined;

  constructor() {
    super();
    this.#language = new Language(this);
    // Chromium refuses it where the tag has an `is`: the element is no form control then.
    this.#internals = tryTo(() => this.attachInternals());
    this.#controller = new ElementController(this, this.#internals?.states);
    handleCommands(this);
  }

  /** The state and the data that belongs to it. */
  get connection(): Connection {
    return this.#controller.connector.connection;
  }

  /** @internal For `simulate()`. */
  get flow(): Flow | undefined {
    return this.#controller.connector.flow;
  }

  /** The name of the state. */
  get status(): ConnectionStatus {
    return this.connection.status;
  }

  /**
   * Starts the flow, as a click does.
   * Resolves when the page is leaving, when connected, when the page has cancelled
   * `monerium-before-connect`, or when another window has taken the response.
   * @throws ConnectError with the code of the failure; `aborted` when the element is disabled
   */
  connect(): Promise<void> {
    return this.#controller.connect();
  }

  /** Cancels the running flow: `idle`, and `monerium-error` with `aborted`. */
  cancel(): void {
    this.#controller.connector.cancel();
  }

  /**
   * For an app with `openUrl`: takes an address from the system, as if the page had been opened
   * with it. Returns whether it had a `state` of the element, also a used one: then the app must
   * not route to it.
   */
  resume(url: string): boolean {
    return this.#controller.connector.resume(url);
  }

  /**
   * Deletes tokens and identity on this page, and pending flows of this client in this browser.
   * With `stay-connected` the backend ends its session first; otherwise the site does.
   * @throws ConnectError `disconnect_failed`: the backend did not confirm, or was not asked because
   * an attribute is wrong. Nothing has changed then.
   */
  disconnect(): Promise<void> {
    return this.#controller.connector.disconnect();
  }

  /**
   * The access token of a direct exchange, refreshed if it expires within a minute.
   * Fits `getAccessToken` of `@monerium/sdk`.
   * @throws ConnectError `token_unavailable`
   */
  getAccessToken(): Promise<string> {
    return this.#controller.connector.getAccessToken();
  }

  /**
   * Lets a wallet sign that its owner has the address, for `POST /addresses` of Monerium or
   * `linkAddress()` of `@monerium/sdk`. Needs the wallet file and no client. Call it in a click.
   * @throws ConnectError `wallet_rejected`, `wallet_busy`, `wallet_error`, `aborted`,
   * `invalid_config`
   */
  proveWallet(): Promise<WalletProof> {
    return withWallets((entry) => entry.prove(this));
  }

  /** @internal What the wallet file shows. */
  get texts(): Partial<ConnectTexts> {
    return { ...this.#language.texts, ...this.#language.own };
  }

  /** The button of the page, otherwise the first of the element. Absent until it was shown. */
  #findButton(selector: string): HTMLElement | undefined {
    const root = this.shadowRoot;
    const own = root?.querySelectorAll<HTMLElement>(selector) ?? [];
    return [...findTriggers(root), ...own][0];
  }

  /** Clicks the button. */
  override click(): void {
    this.#findButton('button')?.click();
  }

  /** Moves focus to the button, or to what replaces it. */
  override focus(options?: FocusOptions): void {
    // Not by `delegatesFocus`: that does nothing while a trigger has focus that is hidden now.
    this.#findButton('button:enabled, [part=status]')?.focus(options);
  }

  /** @internal Called by the platform when the element or its fieldset is disabled or enabled. */
  formDisabledCallback(isDisabled: boolean): void {
    this.#isFormDisabled = isDisabled;
    // Not at once: an update that reflects the attribute would take no further one.
    queueMicrotask(() => this.requestUpdate());
  }

  /** @internal */
  get isDisabled(): boolean {
    // The property is newer than an attribute that is not yet reflected.
    return this.disabled || (this.#isFormDisabled && !this.hasAttribute('disabled'));
  }

  get #isInert(): boolean {
    return this.isDisabled || this.#controller.connector.isHeld;
  }

  /** @internal A style sheet belongs to its document: a move to another one drops it. */
  adoptedCallback(): void {
    if (this.shadowRoot) adoptStyleSheet(this.shadowRoot, styles.cssText);
  }

  /** Empties an existing shadow root that was not rendered by Lit. */
  protected override createRenderRoot(): HTMLElement | DocumentFragment {
    if (!beginsOnServer()) this.shadowRoot?.replaceChildren();
    return super.createRenderRoot();
  }

  /** Whether this render is on a server or hydrates one: it is in English, without page facts. */
  get #isServerRender(): boolean {
    return !this.hasUpdated && beginsOnServer();
  }

  /** The one step of an update that is taken on a server too. */
  protected override willUpdate(): void {
    this.#controller.connector.readIdentity();
    this.#language.setOwn(this.strings);
    if (!this.#isServerRender) this.#language.update();
    else void this.updateComplete.then(() => this.requestUpdate());
  }

  /** The button is removed when the customer is connected: focus moves to what takes its place. */
  protected override update(changed: Map<PropertyKey, unknown>): void {
    const isChanged = this.isDisabled || SIGNED_ATTRIBUTES.some((name) => changed.has(name));
    if (isChanged) this.#controller.connector.cancelSigning();
    const hadFocus = this.#hasFocus();
    super.update(changed);
    if (hadFocus && !this.#hasFocus()) this.focus({ preventScroll: true });
  }

  #hasFocus(): boolean {
    const root = this.shadowRoot;
    return Boolean(root?.activeElement) || findTriggers(root).some(isActive);
  }

  /** @internal Keeps the form from being sent while the customer is not connected. */
  updateForm(): void {
    const valueMissing = this.required && this.status !== 'connected';
    const message = valueMissing ? this.#language.read('required') : '';
    this.#internals?.setValidity({ valueMissing }, message, this.#findButton('button'));
  }

  #readLook<Name extends keyof typeof LOOKS>(name: Name): (typeof LOOKS)[Name]['choices'][number] {
    const choices: readonly (typeof LOOKS)[Name]['choices'][number][] = LOOKS[name].choices;
    const found = choices.find((choice) => choice === this[name]);
    const value = this[name] as string | null;
    // An attribute that was removed is `null`.
    if (value && !found) logOnce('warn', `${name} needs ${choices.join(' or ')}`);
    return found ?? LOOKS[name].choices[0];
  }

  protected override updated(): void {
    const { connection, shadowRoot } = this;
    if (connection.status !== 'connected') this.#disconnectError = undefined;
    this.updateForm();
    showOnTriggers(findTriggers(shadowRoot), mustWait(connection), this.#isInert);
    this.#announcer.update(this, shadowRoot?.querySelector('[part=status]'));
  }

  /**
   * @internal A failure is shown, and announced by an event.
   * @param mode instead of the one of the attributes: in this window, where a popup was blocked
   */
  connectByClick(mode?: Mode): void {
    this.#controller.connect(mode).catch(() => {});
  }

  /** @internal A failure has no event, and no caller gets it: it is shown and logged. */
  disconnectByClick(): void {
    this.disconnect().catch((reason: unknown) => {
      this.#disconnectError = reason as ConnectError;
      log('warn', this.#disconnectError.message);
      this.requestUpdate();
    });
  }

  protected override render(): TemplateResult {
    const knowsPage = !this.#isServerRender;
    return renderView({
      host: this,
      isIconOnly: this.iconOnly && (!knowsPage || this.querySelector('[slot=icon]') !== null),
      isDone: this.status === 'idle' && this.#controller.connector.isDone,
      isDisabled: this.#isInert,
      look: `${this.#readLook('appearance')} ${this.#readLook('size')}`,
      ready: this.#readLook('text'),
      ...readLabel(knowsPage ? this.childNodes : []),
      isSilent: knowsPage && canNotify(this),
      isPopup: knowsPage ? Boolean(this.openUrl) || opensWindow(this.mode) : this.mode === 'popup',
      language: this.#language,
      disconnectError: this.#disconnectError,
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'monerium-connect': MoneriumConnect;
  }
}
