import { LitElement, type PropertyDeclarations } from 'lit';
import { DEFAULT_TIMEOUT, type ConnectAttributes } from '../core/options.js';
import type { BackendHeaders, ExchangeFunction } from '../core/oauth/exchange.js';
import type { WalletProvider } from '../core/oauth/wallet.js';
import type { ConnectTexts } from '../core/texts.js';

/** Values of the properties that have one before the page sets them. A boolean is `false`. */
const DEFAULTS = {
  environment: 'sandbox',
  backendCredentials: 'same-origin',
  mode: 'redirect',
  wallet: 'none',
  timeout: DEFAULT_TIMEOUT,
  text: 'connect',
  appearance: 'filled',
  size: 'medium',
};

/** The options of the look. An unknown value is the first one. */
export const LOOKS = {
  text: ['connect', 'continue', 'sign-in', 'sign-up', 'pay'],
  appearance: ['filled', 'outlined', 'plain'],
  size: ['medium', 'small', 'large'],
} as const;

/** The attributes and properties that a page sets on the element. */
export class ConnectOptions extends LitElement implements ConnectAttributes {
  /** Attributes are written out: to derive their names takes a millisecond of a slow phone. */
  static override properties: PropertyDeclarations = {
    clientId: { attribute: 'client-id' },
    environment: {},
    apiUrl: { attribute: 'api-url' },
    redirectUri: { attribute: 'redirect-uri' },
    backendUrl: { attribute: 'backend-url' },
    backendCredentials: { attribute: 'backend-credentials' },
    backendHeaders: { attribute: false },
    exchange: { attribute: false },
    openUrl: { attribute: false },
    mode: {},
    email: {},
    authMode: { attribute: 'auth-mode' },
    skipKyc: { attribute: 'skip-kyc', type: Boolean },
    chain: {},
    wallet: {},
    appName: { attribute: 'app-name' },
    privacyUrl: { attribute: 'privacy-url' },
    termsUrl: { attribute: 'terms-url' },
    walletProvider: { attribute: false },
    timeout: { type: Number },
    stayConnected: { attribute: 'stay-connected', type: Boolean },
    successUrl: { attribute: 'success-url' },
    startUrl: { attribute: 'start-url' },
    profile: { reflect: true },
    userId: { attribute: 'user-id', reflect: true },
    disabled: { type: Boolean, reflect: true },
    required: { type: Boolean, reflect: true },
    text: {},
    appearance: {},
    size: {},
    iconOnly: { attribute: 'icon-only', type: Boolean },
    withHint: { attribute: 'with-hint', type: Boolean },
    withDisconnect: { attribute: 'with-disconnect', type: Boolean },
    debug: { type: Boolean },
    strings: { attribute: false },
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
   * Whether requests to the backend include cookies.
   * @default 'same-origin'
   */
  declare backendCredentials: 'same-origin' | 'include' | 'omit';
  /**
   * Further headers of the requests to the backend, such as a CSRF token, or a function that
   * returns them for each request.
   */
  declare backendHeaders: BackendHeaders | undefined;
  /** Replaces both exchanges. If it throws, the flow fails. */
  declare exchange: ExchangeFunction | undefined;
  /**
   * Replaces the navigation, in an app: opens the address in the system's browser. What comes back
   * goes into `resume()`.
   */
  declare openUrl: ((url: string) => void) | undefined;
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
  /** With `wallet`: the chain to sign in on, by Monerium's name. */
  declare chain: string | undefined;
  /**
   * Lets the customer sign in with a wallet that is linked at Monerium. Needs the wallet file.
   * @default 'none'
   */
  declare wallet: 'none' | 'sign-in';
  /** The name of the application, as registered at Monerium. For `wallet="sign-in"`. */
  declare appName: string | undefined;
  /** Address of the privacy policy, as registered at Monerium. For `wallet="sign-in"`. */
  declare privacyUrl: string | undefined;
  /** Address of the terms of service, as registered at Monerium. For `wallet="sign-in"`. */
  declare termsUrl: string | undefined;
  /** A wallet that the page has connected: it is asked instead of showing the list. EIP-1193. */
  declare walletProvider: WalletProvider | null | undefined;
  /**
   * Deadline of the exchange in milliseconds, 1,000 to 120,000.
   * @default 20000
   */
  declare timeout: number;
  /**
   * Where the customer goes after a backend exchange, on this origin. Default: where the flow
   * began.
   */
  declare successUrl: string | undefined;
  /**
   * Where the site's server starts the flow, on this origin. Needs `backend-url` and
   * `stay-connected`.
   */
  declare startUrl: string | undefined;
  /**
   * Backend exchange only: asks the backend at the start who is connected, and ends the session
   * there on `disconnect()`.
   * @default false
   */
  declare stayConnected: boolean;
  /** The connected profile. A server that knows the customer sets it, with `user-id`. */
  declare profile: string | null | undefined;
  /** The connected user. A server that knows the customer sets it, with `profile`. */
  declare userId: string | null | undefined;
  /**
   * Keeps the button from starting a flow.
   * @default false
   */
  declare disabled: boolean;
  /**
   * Keeps the form from being sent until the customer is connected.
   * @default false
   */
  declare required: boolean;
  /**
   * Which built-in label the button has, if the tag is empty.
   * @default 'connect'
   */
  declare text: 'connect' | 'continue' | 'sign-in' | 'sign-up' | 'pay';
  /**
   * A filled button, one with an outline, or only a label.
   * @default 'filled'
   */
  declare appearance: 'filled' | 'outlined' | 'plain';
  /**
   * At least 24, 44 or 52 px high.
   * @default 'medium'
   */
  declare size: 'small' | 'medium' | 'large';
  /**
   * Hides the label from all but screen readers.
   * @default false
   */
  declare iconOnly: boolean;
  /**
   * While idle: a line of small print says where the click leads.
   * @default false
   */
  declare withHint: boolean;
  /**
   * Once connected: a button that disconnects.
   * @default false
   */
  declare withDisconnect: boolean;
  /**
   * Shows a panel that checks the set-up and lists the steps of the flow. In the sandbox only.
   * @default false
   */
  declare debug: boolean;
  /** Texts that replace the element's own. */
  declare strings: Partial<ConnectTexts> | undefined;

  constructor() {
    super();
    // Own values, so that a polluted `Object.prototype` does not count as configuration.
    const entries = Object.entries(ConnectOptions.properties);
    const unset = entries.map(([name, { type }]) => [name, type === Boolean ? false : undefined]);
    Object.assign(this, Object.fromEntries(unset), DEFAULTS);
  }
}
