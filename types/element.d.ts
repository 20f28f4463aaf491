// Written by `npm run manifest`: what <monerium-connect> takes, for the typings beside this file.
import type {
  MoneriumConnect,
  MoneriumBeforeConnectEvent,
  MoneriumConnectedEvent,
  MoneriumErrorEvent,
  MoneriumDisconnectedEvent,
  MoneriumStatusEvent,
} from '../dist/index.js';

/** In markup a number may be a text, and JSX does not tell attributes from properties. */
type Markup<Type> = Type extends number ? Type | `${Type}` : Type;
type Value<Name extends keyof MoneriumConnect> = Markup<MoneriumConnect[Name]> | undefined;
type Handler<OwnEvent> =
  ((event: OwnEvent & { readonly currentTarget: MoneriumConnect }) => void) | undefined;

/** By their names in a script. */
export interface Properties {
  /** Client ID of the Authorization Code Flow, from Monerium's developer portal. */
  clientId?: Value<'clientId'>;
  /** Which of Monerium's API hosts is used. */
  environment?: Value<'environment'>;
  /** Replaces the API host: an emulator or a proxy. */
  apiUrl?: Value<'apiUrl'>;
  /** Where Monerium sends the customer back: registered there, on this origin. Default: the page's address without query and fragment. */
  redirectUri?: Value<'redirectUri'>;
  /** The site's endpoint that takes the code. Without it the code is exchanged in the browser. */
  backendUrl?: Value<'backendUrl'>;
  /** Whether requests to the backend include cookies. */
  backendCredentials?: Value<'backendCredentials'>;
  /** Further headers of the requests to the backend, such as a CSRF token, or a function that returns them for each request. */
  backendHeaders?: Value<'backendHeaders'>;
  /** Replaces both exchanges. If it throws, the flow fails. */
  exchange?: Value<'exchange'>;
  /** Replaces the navigation, in an app: opens the address in the system's browser. What comes back goes into `resume()`. */
  openUrl?: Value<'openUrl'>;
  /** How the customer gets to Monerium. */
  mode?: Value<'mode'>;
  /** Fills in the e-mail field at Monerium. */
  email?: Value<'email'>;
  /** The first screen at Monerium. */
  authMode?: Value<'authMode'>;
  /** Skips KYC. In the sandbox only. */
  skipKyc?: Value<'skipKyc'>;
  /** With `wallet`: the chain to sign in on, by Monerium's name. */
  chain?: Value<'chain'>;
  /** Lets the customer sign in with a wallet that is linked at Monerium. Needs the wallet file. */
  wallet?: Value<'wallet'>;
  /** The name of the application, as registered at Monerium. For `wallet="sign-in"`. */
  appName?: Value<'appName'>;
  /** Address of the privacy policy, as registered at Monerium. For `wallet="sign-in"`. */
  privacyUrl?: Value<'privacyUrl'>;
  /** Address of the terms of service, as registered at Monerium. For `wallet="sign-in"`. */
  termsUrl?: Value<'termsUrl'>;
  /** A wallet that the page has connected: it is asked instead of showing the list. EIP-1193. */
  walletProvider?: Value<'walletProvider'>;
  /** Deadline of the exchange in milliseconds, 1,000 to 120,000. */
  timeout?: Value<'timeout'>;
  /** Where the customer goes after a backend exchange, on this origin. Default: where the flow began. */
  successUrl?: Value<'successUrl'>;
  /** Where the site's server starts the flow, on this origin. Needs `backend-url` and `stay-connected`. */
  startUrl?: Value<'startUrl'>;
  /** Backend exchange only: asks the backend at the start who is connected, and ends the session there on `disconnect()`. */
  stayConnected?: Value<'stayConnected'>;
  /** The connected profile. A server that knows the customer sets it, with `user-id`. */
  profile?: Value<'profile'>;
  /** The connected user. A server that knows the customer sets it, with `profile`. */
  userId?: Value<'userId'>;
  /** Keeps the button from starting a flow. */
  disabled?: Value<'disabled'>;
  /** Keeps the form from being sent until the customer is connected. */
  required?: Value<'required'>;
  /** Which built-in label the button has, if the tag is empty. */
  text?: Value<'text'>;
  /** A filled button, one with an outline, or only a label. */
  appearance?: Value<'appearance'>;
  /** At least 24, 44 or 52 px high. */
  size?: Value<'size'>;
  /** Hides the label from all but screen readers. */
  iconOnly?: Value<'iconOnly'>;
  /** While idle: a line of small print says where the click leads. */
  withHint?: Value<'withHint'>;
  /** Once connected: a button that disconnects. */
  withDisconnect?: Value<'withDisconnect'>;
  /** Shows a panel that checks the set-up and lists the steps of the flow. In the sandbox only. */
  debug?: Value<'debug'>;
  /** Texts that replace the element's own. */
  strings?: Value<'strings'>;
}

/** By their names in markup. */
export interface Attributes {
  /** Client ID of the Authorization Code Flow, from Monerium's developer portal. */
  'client-id'?: Value<'clientId'>;
  /** Which of Monerium's API hosts is used. */
  environment?: Value<'environment'>;
  /** Replaces the API host: an emulator or a proxy. */
  'api-url'?: Value<'apiUrl'>;
  /** Where Monerium sends the customer back: registered there, on this origin. Default: the page's address without query and fragment. */
  'redirect-uri'?: Value<'redirectUri'>;
  /** The site's endpoint that takes the code. Without it the code is exchanged in the browser. */
  'backend-url'?: Value<'backendUrl'>;
  /** Whether requests to the backend include cookies. */
  'backend-credentials'?: Value<'backendCredentials'>;
  /** How the customer gets to Monerium. */
  mode?: Value<'mode'>;
  /** Fills in the e-mail field at Monerium. */
  email?: Value<'email'>;
  /** The first screen at Monerium. */
  'auth-mode'?: Value<'authMode'>;
  /** Skips KYC. In the sandbox only. */
  'skip-kyc'?: Value<'skipKyc'>;
  /** With `wallet`: the chain to sign in on, by Monerium's name. */
  chain?: Value<'chain'>;
  /** Lets the customer sign in with a wallet that is linked at Monerium. Needs the wallet file. */
  wallet?: Value<'wallet'>;
  /** The name of the application, as registered at Monerium. For `wallet="sign-in"`. */
  'app-name'?: Value<'appName'>;
  /** Address of the privacy policy, as registered at Monerium. For `wallet="sign-in"`. */
  'privacy-url'?: Value<'privacyUrl'>;
  /** Address of the terms of service, as registered at Monerium. For `wallet="sign-in"`. */
  'terms-url'?: Value<'termsUrl'>;
  /** Deadline of the exchange in milliseconds, 1,000 to 120,000. */
  timeout?: Value<'timeout'>;
  /** Where the customer goes after a backend exchange, on this origin. Default: where the flow began. */
  'success-url'?: Value<'successUrl'>;
  /** Where the site's server starts the flow, on this origin. Needs `backend-url` and `stay-connected`. */
  'start-url'?: Value<'startUrl'>;
  /** Backend exchange only: asks the backend at the start who is connected, and ends the session there on `disconnect()`. */
  'stay-connected'?: Value<'stayConnected'>;
  /** The connected profile. A server that knows the customer sets it, with `user-id`. */
  profile?: Value<'profile'>;
  /** The connected user. A server that knows the customer sets it, with `profile`. */
  'user-id'?: Value<'userId'>;
  /** Keeps the button from starting a flow. */
  disabled?: Value<'disabled'>;
  /** Keeps the form from being sent until the customer is connected. */
  required?: Value<'required'>;
  /** Which built-in label the button has, if the tag is empty. */
  text?: Value<'text'>;
  /** A filled button, one with an outline, or only a label. */
  appearance?: Value<'appearance'>;
  /** At least 24, 44 or 52 px high. */
  size?: Value<'size'>;
  /** Hides the label from all but screen readers. */
  'icon-only'?: Value<'iconOnly'>;
  /** While idle: a line of small print says where the click leads. */
  'with-hint'?: Value<'withHint'>;
  /** Once connected: a button that disconnects. */
  'with-disconnect'?: Value<'withDisconnect'>;
  /** Shows a panel that checks the set-up and lists the steps of the flow. In the sandbox only. */
  debug?: Value<'debug'>;
}

/** As React, Preact and Svelte name them. */
export interface Handlers {
  /** Nothing is sent yet. Cancelable. */
  'onmonerium-before-connect'?: Handler<MoneriumBeforeConnectEvent>;
  /** A flow succeeded. */
  'onmonerium-connected'?: Handler<MoneriumConnectedEvent>;
  /** A flow failed. */
  'onmonerium-error'?: Handler<MoneriumErrorEvent>;
  /** The customer was disconnected. */
  'onmonerium-disconnected'?: Handler<MoneriumDisconnectedEvent>;
  /** The state changed. */
  'onmonerium-status'?: Handler<MoneriumStatusEvent>;
}

export type { MoneriumConnect };
