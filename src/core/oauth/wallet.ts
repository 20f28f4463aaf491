// What the element and the wallet file know of each other. The wallet file is loaded by
// a script tag or an import of its own, before or after the element.
import type { ErrorCode, ErrorPhase } from '../errors.js';
import type { ConnectTexts } from '../texts.js';
import type { AuthorizationParameters } from './oauth.js';

/**
 * A wallet, as far as it is needed here. `request` is called as a method.
 * @see EIP-1193
 */
export interface WalletProvider {
  request(call: {
    readonly method: string;
    readonly params?: readonly unknown[];
  }): Promise<unknown>;
}

/** That a customer owns an address. Fits Monerium's `POST /addresses`. */
export interface WalletProof {
  /** With the checksum of EIP-55. */
  readonly address: string;
  /** Monerium's name of the chain. */
  readonly chain: string;
  /** Monerium's sentence, which was signed. */
  readonly message: string;
  /** `0x` and 1 to 4,096 bytes in hex, or `0x` alone: signed on chain by a contract wallet. */
  readonly signature: string;
}

/** What the wallet file reads of an element. */
export interface WalletAttributes {
  readonly environment?: string | null | undefined;
  /** `sign-in`, or nothing is asked. */
  readonly wallet?: string | null | undefined;
  readonly walletProvider?: WalletProvider | null | undefined;
  readonly chain?: string | null | undefined;
  readonly appName?: string | null | undefined;
  readonly privacyUrl?: string | null | undefined;
  readonly termsUrl?: string | null | undefined;
}

export interface WalletHost extends WalletAttributes {
  /** In the language of the element; English where a text is missing. */
  readonly texts?: Partial<ConnectTexts>;
  /** Where the list of wallets is shown. */
  readonly shadowRoot?: ShadowRoot | null;
}

/** What the wallet file throws. The element makes a `ConnectError` of it. */
export interface WalletFailure {
  readonly code: ErrorCode;
  readonly phase: ErrorPhase;
  /** For the developer. It holds no text of a wallet. */
  readonly hint: string;
}

/** What a wallet has signed for a request to `/auth`. */
export interface WalletGrant {
  /** Takes the place of the fields of the same name. */
  readonly parameters: AuthorizationParameters;
  /** From this time on the element does not send it, in milliseconds since the epoch. */
  readonly expiresAt: number;
}

/**
 * Has the customer choose a wallet and asks it. Resolves without a grant when the customer goes on
 * without a wallet. Called again, it asks the same wallet, with a fresh message.
 * `onChosen` is called when there is no more to choose, before the wallet is asked.
 * @throws WalletFailure `wallet_rejected`, `wallet_busy`, `wallet_error`, `aborted`
 */
export type AskWallet = (
  signal: AbortSignal,
  onChosen?: () => void,
) => Promise<WalletGrant | undefined>;

/** What the wallet file offers the element. */
export interface WalletEntry {
  /**
   * Reads and checks what a page has set. No wallet is asked.
   * @throws WalletFailure `invalid_config`, whose hint names the attribute and what it needs
   */
  prepare(host: WalletHost, redirectUri: string): AskWallet;
  /**
   * Has a wallet sign Monerium's sentence of ownership.
   * @throws WalletFailure
   */
  prove(host: WalletHost): Promise<WalletProof>;
}

/**
 * Where the wallet file puts its entry on the global object. The number is that of the shape of
 * {@link WalletEntry}: an element does not find a file of another shape.
 */
export const WALLET_KEY = Symbol.for('monerium-connect.wallet.1');
