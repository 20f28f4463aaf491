// What the checks judge. All of it is plain data, so that a check can be tested anywhere.

/** What the element has read from its attributes. URLs are without their queries. */
export interface Settings {
  readonly clientId: string;
  readonly apiUrl: string;
  readonly mode: 'redirect' | 'popup' | 'auto';
  readonly exchange: 'direct' | 'custom' | 'backend';
  readonly backendUrl: string;
  readonly backendCredentials: 'same-origin' | 'include' | 'omit';
}

export interface AttributeFacts {
  /** Each attribute that is not known, and the known one that was probably meant. */
  readonly misspelled: readonly { readonly name: string; readonly meant: string }[];
  /** What is wrong with the attributes, as the console says it. */
  readonly fault: string | undefined;
  readonly hasClientId: boolean;
  readonly redirectUri: string | undefined;
  readonly isStayConnected: boolean;
  readonly isTimeoutInvalid: boolean;
  readonly isIdentityIncomplete: boolean;
}

export interface PageFacts {
  /** Without query and fragment. */
  readonly href: string;
  readonly origin: string;
  /** Of `document.baseURI`. */
  readonly baseOrigin: string;
  readonly isSecure: boolean;
  readonly isFramed: boolean;
  /** The tokens of the frame's `sandbox`. `undefined` without it, or in a foreign page. */
  readonly sandbox: readonly string[] | undefined;
  readonly storage: 'works' | 'refuses' | 'forgets';
  /** Of the page's own `Cross-Origin-Opener-Policy`, or an empty string. */
  readonly openerPolicy: string;
  /** How far this computer's clock is ahead of the server's, in milliseconds. */
  readonly clockOffset: number | undefined;
  readonly violations: readonly Violation[];
}

/** What a Content-Security-Policy has blocked. */
export interface Violation {
  readonly directive: string;
  /** The URL without its query, or a word such as `inline`. */
  readonly blocked: string;
}

/** What the site's own server answers at a redirect URI. */
export interface RedirectFacts {
  readonly redirectUri: string;
  readonly status: number;
  /** Where redirects led, without query. `undefined` where this page cannot read what is there. */
  readonly href: string | undefined;
  /** `undefined` where it cannot be seen. */
  readonly keepsQuery: boolean | undefined;
  readonly hasElement: boolean;
  /** A bundle has any name: `other` may be the element's script. */
  readonly script: 'ours' | 'other' | 'none';
}

/** What came of a request: an HTTP answer, or why there is none. */
export type Probe =
  | { readonly kind: 'answer'; readonly status: number; readonly type: string; isJson: boolean }
  | { readonly kind: 'redirect' | 'cors' | 'unreachable' };

export interface BackendFacts {
  /** Of a post without a code. */
  readonly post: Probe;
  /** Of `GET`, where the element has `stay-connected`. */
  readonly session: Probe | undefined;
}

export interface WalletFacts {
  /** The value of `wallet`. */
  readonly wanted: string;
  readonly isLoaded: boolean;
  /** What the wallet file says about the attributes. */
  readonly fault: string | undefined;
  readonly count: number;
}

/** A script tag of this package. */
export interface ScriptFacts {
  /** Without query. */
  readonly src: string;
  readonly file: string;
  /** From the address, such as `1.2.0`, or an empty string. */
  readonly version: string;
  readonly isForeign: boolean;
  readonly hasCrossOrigin: boolean;
  /** `undefined` where the file could not be read. */
  readonly integrity: 'none' | 'fits' | 'differs' | undefined;
}

export interface FlowFacts {
  /** The redirect URI of a flow that began in this tab and has not come back. */
  readonly lost: string | undefined;
  /** How this element differs from the one that began the flow of the waiting response. */
  readonly differences: readonly Difference[];
  readonly failure: { readonly code: string; readonly hint: string } | undefined;
}

/** What a flow began with, and what the element on this page has. */
export interface Difference {
  readonly name: string;
  readonly begun: string;
  readonly here: string;
}

/** Everything that was found out about one element. */
export interface Facts {
  readonly attributes: AttributeFacts;
  /** `undefined` where the attributes are at fault. */
  readonly settings: Settings | undefined;
  readonly page: PageFacts;
  /**
   * Of the element, and of a flow that has not come back. One that could not be asked for is not
   * there.
   */
  readonly redirects: readonly RedirectFacts[];
  readonly backend: BackendFacts | undefined;
  /** Whether the API can be reached; `undefined` where it is not known. */
  readonly isApiReachable: boolean | undefined;
  readonly wallet: WalletFacts;
  readonly scripts: readonly ScriptFacts[];
  /** It changes without a request, so it is read again for each judgement. */
  readonly flow: FlowFacts;
}
