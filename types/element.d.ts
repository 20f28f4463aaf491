// Written by `npm run manifest`: what <monerium-connect> takes, for the typings beside this file.
import type {
  MoneriumConnect,
  MoneriumBeforeConnectEvent,
  MoneriumConnectedEvent,
  MoneriumErrorEvent,
  MoneriumDisconnectedEvent,
  MoneriumStatusEvent,
} from '../dist/index.js';

type Value<Name extends keyof MoneriumConnect> = MoneriumConnect[Name] | undefined;
/** In markup a number may be a text. */
type Markup<Type> = Type extends number ? Type | `${Type}` : Type;
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
  /** Whether the post to the backend carries cookies. */
  backendCredentials?: Value<'backendCredentials'>;
  /** Further headers of the post to the backend, such as a CSRF token. */
  backendHeaders?: Value<'backendHeaders'>;
  /** Replaces both exchanges. What it throws ends the flow. */
  exchange?: Value<'exchange'>;
  /** How the customer gets to Monerium. */
  mode?: Value<'mode'>;
  /** Fills in the e-mail field at Monerium. */
  email?: Value<'email'>;
  /** The first screen at Monerium. */
  authMode?: Value<'authMode'>;
  /** Skips KYC. In the sandbox only. */
  skipKyc?: Value<'skipKyc'>;
  /** Address of a wallet that the page knows. With `chain` and `signature`, or not at all. */
  address?: Value<'address'>;
  /** The wallet's chain, by Monerium's name. */
  chain?: Value<'chain'>;
  /** The wallet's signature of Monerium's sentence of ownership. */
  signature?: Value<'signature'>;
  /** Deadline of the exchange in milliseconds, 1,000 to 120,000. */
  timeout?: Value<'timeout'>;
  /** After a backend exchange: goes back to where the flow began. */
  returnToStart?: Value<'returnToStart'>;
  /** The connected profile. A server that knows the customer sets it, with `user-id`. */
  profile?: Value<'profile'>;
  /** The connected user. A server that knows the customer sets it, with `profile`. */
  userId?: Value<'userId'>;
  /** Keeps the button from starting a flow. */
  disabled?: Value<'disabled'>;
}

/** By their names in markup. */
export interface Attributes {
  /** Client ID of the Authorization Code Flow, from Monerium's developer portal. */
  'client-id'?: Markup<Value<'clientId'>>;
  /** Which of Monerium's API hosts is used. */
  environment?: Markup<Value<'environment'>>;
  /** Replaces the API host: an emulator or a proxy. */
  'api-url'?: Markup<Value<'apiUrl'>>;
  /** Where Monerium sends the customer back: registered there, on this origin. Default: the page's address without query and fragment. */
  'redirect-uri'?: Markup<Value<'redirectUri'>>;
  /** The site's endpoint that takes the code. Without it the code is exchanged in the browser. */
  'backend-url'?: Markup<Value<'backendUrl'>>;
  /** Whether the post to the backend carries cookies. */
  'backend-credentials'?: Markup<Value<'backendCredentials'>>;
  /** How the customer gets to Monerium. */
  mode?: Markup<Value<'mode'>>;
  /** Fills in the e-mail field at Monerium. */
  email?: Markup<Value<'email'>>;
  /** The first screen at Monerium. */
  'auth-mode'?: Markup<Value<'authMode'>>;
  /** Skips KYC. In the sandbox only. */
  'skip-kyc'?: Markup<Value<'skipKyc'>>;
  /** Address of a wallet that the page knows. With `chain` and `signature`, or not at all. */
  address?: Markup<Value<'address'>>;
  /** The wallet's chain, by Monerium's name. */
  chain?: Markup<Value<'chain'>>;
  /** The wallet's signature of Monerium's sentence of ownership. */
  signature?: Markup<Value<'signature'>>;
  /** Deadline of the exchange in milliseconds, 1,000 to 120,000. */
  timeout?: Markup<Value<'timeout'>>;
  /** After a backend exchange: goes back to where the flow began. */
  'return-to-start'?: Markup<Value<'returnToStart'>>;
  /** The connected profile. A server that knows the customer sets it, with `user-id`. */
  profile?: Markup<Value<'profile'>>;
  /** The connected user. A server that knows the customer sets it, with `profile`. */
  'user-id'?: Markup<Value<'userId'>>;
  /** Keeps the button from starting a flow. */
  disabled?: Markup<Value<'disabled'>>;
}

/** As React, Preact and Svelte name them. */
export interface Handlers {
  /** Nothing has left yet. Cancelable. */
  'onmonerium-before-connect'?: Handler<MoneriumBeforeConnectEvent>;
  /** A flow ended well. */
  'onmonerium-connected'?: Handler<MoneriumConnectedEvent>;
  /** A flow ended badly. */
  'onmonerium-error'?: Handler<MoneriumErrorEvent>;
  /** The connection was given up. */
  'onmonerium-disconnected'?: Handler<MoneriumDisconnectedEvent>;
  /** The state changed. */
  'onmonerium-status'?: Handler<MoneriumStatusEvent>;
}

export type { MoneriumConnect };
