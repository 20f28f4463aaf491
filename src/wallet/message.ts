// The message by which a customer signs in with a wallet: EIP-4361, as Monerium documents it.
import type { WalletHost } from '../core/oauth/wallet.js';
import { refuseUnless } from './failure.js';
import { toHex } from './hex.js';

/** Monerium refuses a message from the future, and clocks of customers run ahead. */
const ISSUED_BEFORE_MS = 120_000;
const EXPIRES_AFTER_MS = 300_000;

/** What EIP-4361 allows in a statement. Wallets do not recognise a message with anything else. */
const NAME = /^[\w .~:/?#[\]@!$&'()*+,;=-]{1,100}$/;
/** A URL of RFC 3986: `%` only before two hex digits, brackets only in a host, one fragment. */
const URI =
  /^https?:\/\/(?!\/)(\[[\da-f:.]+\])?([\w.~:/?@!$&'()*+,;=-]|%[\da-f]{2})*(#([\w.~:/?@!$&'()*+,;=-]|%[\da-f]{2})*)?$/i;

/** What of a page's configuration goes into the message. */
export interface SignInOptions {
  readonly appName: string;
  readonly redirectUri: string;
  readonly privacyUrl: string;
  readonly termsUrl: string;
}

/** What is known only when the message is signed. */
export interface SignInMoment {
  /** The host of the page, with its port. */
  readonly domain: string;
  /** With its checksum. */
  readonly address: string;
  readonly chainId: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

function readUrl(attribute: string, value: string | null | undefined): string {
  const isValid = typeof value === 'string' && URI.test(value) && isSecure(value);
  refuseUnless(isValid, attribute, 'the absolute https: URL registered at Monerium');
  return value;
}

/** Whether it is `https:`, or `http:` on a loopback host. */
function isSecure(value: string): boolean {
  try {
    const { protocol, hostname } = new URL(value);
    return protocol === 'https:' || /^(.+\.)?localhost$|^127[.\d]+$|^\[::1]$/.test(hostname);
  } catch {
    return false;
  }
}

/**
 * Reads and checks what the message needs.
 * @throws WalletFailure `invalid_config`
 */
export function readSignInOptions(host: WalletHost, redirectUri: string): SignInOptions {
  const { appName } = host;
  const isName = typeof appName === 'string' && NAME.test(appName);
  refuseUnless(isName, 'app-name', "1 to 100 of EIP-4361's characters");
  refuseUnless(URI.test(redirectUri), 'redirect-uri', 'only characters of RFC 3986');
  return {
    appName,
    redirectUri,
    privacyUrl: readUrl('privacy-url', host.privacyUrl),
    termsUrl: readUrl('terms-url', host.termsUrl),
  };
}

/** 128 random bits in hex. */
export function createNonce(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(16)));
}

/** RFC 3339, to the second. */
function formatTime(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+/, '');
}

/**
 * The message, with a fresh nonce and without a newline at the end.
 * @see EIP-4361; Monerium's API documentation, "Sign in with Ethereum"
 */
export function buildSignInMessage(
  { appName, redirectUri, privacyUrl, termsUrl }: SignInOptions,
  { domain, address, chainId, now }: SignInMoment,
): string {
  return `${domain} wants you to sign in with your Ethereum account:
${address}

Allow ${appName} to access my data on Monerium

URI: ${redirectUri}
Version: 1
Chain ID: ${chainId}
Nonce: ${createNonce()}
Issued At: ${formatTime(now - ISSUED_BEFORE_MS)}
Expiration Time: ${formatTime(now + EXPIRES_AFTER_MS)}
Resources:
- https://monerium.com/siwe
- ${privacyUrl}
- ${termsUrl}`;
}
