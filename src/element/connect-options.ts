import { LitElement, type PropertyDeclaration } from 'lit';
import { OPTIONS, type ConnectAttributes, type Option } from '../core/options.js';
import type { BackendHeaders, ExchangeFunction } from '../core/oauth/exchange.js';
import type { WalletProvider } from '../core/oauth/wallet.js';
import type { ConnectTexts } from '../core/texts.js';

/** The options of the look. An unknown value is the first one. */
export const LOOKS = {
  text: { choices: ['connect', 'continue', 'sign-in', 'sign-up', 'pay'] },
  appearance: { choices: ['filled', 'outlined', 'plain'] },
  size: { choices: ['medium', 'small', 'large'] },
} as const;

/** The attributes and properties that a page sets on the element. */
export class ConnectOptions extends LitElement implements ConnectAttributes {
  static override properties: Readonly<Record<string, Option & PropertyDeclaration>> = {
    ...OPTIONS,
    chain: {},
    appName: { attribute: 'app-name' },
    privacyUrl: { attribute: 'privacy-url' },
    termsUrl: { attribute: 'terms-url' },
    walletProvider: { attribute: false },
    profile: { reflect: true },
    userId: { attribute: 'user-id', reflect: true },
    disabled: { type: Boolean, reflect: true },
    required: { type: Boolean, reflect: true },
    ...LOOKS,
    iconOnly: { attribute: 'icon-only', type: Boolean },
    withHint: { attribute: 'with-hint', type: Boolean },
    withDisconnect: { attribute: 'with-disconnect', type: Boolean },
    debug: { type: Boolean },
    strings: { attribute: false },
  };

  /** Client ID of the Authorization Code Flow, from Monerium's developer portal. */
  declare clientId: string | undefined;
  /** Which of Monerium's API hosts is used. */
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
  /** Whether requests to the backend include cookies. */
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
  /** How the customer gets to Monerium. */
  declare mode: 'redirect' | 'popup' | 'auto';
  /** Fills in the e-mail field at Monerium. */
  declare email: string | undefined;
  /** The first screen at Monerium. */
  declare authMode: 'login' | 'signup' | undefined;
  /** Skips KYC. In the sandbox only. */
  declare skipKyc: boolean;
  /** With `wallet`: the chain to sign in on, by Monerium's name. */
  declare chain: string | undefined;
  /** Lets the customer sign in with a wallet that is linked at Monerium. Needs the wallet file. */
  declare wallet: 'none' | 'sign-in';
  /** The name of the application, as registered at Monerium. For `wallet="sign-in"`. */
  declare appName: string | undefined;
  /** Address of the privacy policy, as registered at Monerium. For `wallet="sign-in"`. */
  declare privacyUrl: string | undefined;
  /** Address of the terms of service, as registered at Monerium. For `wallet="sign-in"`. */
  declare termsUrl: string | undefined;
  /** A wallet that the page has connected: it is asked instead of showing the list. EIP-1193. */
  declare walletProvider: WalletProvider | null | undefined;
  /** Deadline of the exchange in milliseconds, 1,000 to 120,000. */
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
   */
  declare stayConnected: boolean;
  /** The connected profile. A server that knows the customer sets it, with `user-id`. */
  declare profile: string | null | undefined;
  /** The connected user. A server that knows the customer sets it, with `profile`. */
  declare userId: string | null | undefined;
  /** Keeps the button from starting a flow. */
  declare disabled: boolean;
  /** Keeps the form from being sent until the customer is connected. */
  declare required: boolean;
  /** Which built-in label the button has, if the tag is empty. */
  declare text: 'connect' | 'continue' | 'sign-in' | 'sign-up' | 'pay';
  /** A filled button, one with an outline, or only a label. */
  declare appearance: 'filled' | 'outlined' | 'plain';
  /** At least 24, 44 or 52 px high. */
  declare size: 'small' | 'medium' | 'large';
  /** Hides the label from all but screen readers. */
  declare iconOnly: boolean;
  /** While idle: a line of small print says where the click leads. */
  declare withHint: boolean;
  /** Once connected: a button that disconnects. */
  declare withDisconnect: boolean;
  /** Shows a panel that checks the set-up and lists the steps of the flow. In the sandbox only. */
  declare debug: boolean;
  /** Texts that replace the element's own. */
  declare strings: Partial<ConnectTexts> | undefined;

  constructor() {
    super();
    // Own values, and of own fields: a script of the page may have added some to every object.
    for (const [name, option] of Object.entries(ConnectOptions.properties)) {
      const { type, choices, default: value } = { __proto__: null, ...option } as Option;
      Reflect.set(this, name, choices?.[0] ?? (type === Boolean ? false : value));
    }
  }
}
