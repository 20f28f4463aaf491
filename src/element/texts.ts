import type { ConnectError, ErrorCode } from '../errors.js';
import type { ConnectTexts } from '../texts.js';

type Key = keyof ConnectTexts;

/** Codes that mean the same to a customer share a text. Any other code is `failed`. */
const FAILURES: { readonly [code in ErrorCode]?: Key } = {
  invalid_config: 'setup',
  insecure_context: 'insecure',
  embedding_blocked: 'framed',
  storage_unavailable: 'storage',
  popup_blocked: 'blocked',
  popup_closed: 'interrupted',
  popup_timeout: 'interrupted',
  interrupted: 'interrupted',
  access_denied: 'declined',
  authorization_unavailable: 'busy',
  rate_limited: 'busy',
  server_unavailable: 'busy',
  transaction_not_found: 'expired',
  transaction_expired: 'expired',
  offline: 'offline',
  exchange_network: 'unreachable',
  exchange_timeout: 'unreachable',
  wallet_rejected: 'walletRejected',
  wallet_busy: 'walletBusy',
  wallet_error: 'walletError',
};

/** The text for a failure. Only an offline browser makes a failed request a network fault. */
export function chooseText({ code, retryAfterMs }: ConnectError, isOnline: boolean): Key {
  if (retryAfterMs) return 'again';
  const key = FAILURES[code] ?? 'failed';
  return key === 'unreachable' && !isOnline ? 'offline' : key;
}

/** `in 2 minutes`, rounded up, in the language of a tag where the browser knows it. */
export function formatWait(milliseconds: number, tag: string): string {
  const seconds = Math.ceil(milliseconds / 1000);
  const format = new Intl.RelativeTimeFormat(tag);
  return seconds > 90
    ? format.format(Math.ceil(seconds / 60), 'minute')
    : format.format(seconds, 'second');
}
