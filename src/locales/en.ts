import type { ErrorCode } from '../errors.js';

/** What customers read. One file for each language, all of this shape. */
export interface Texts {
  readonly connect: string;
  readonly retry: string;
  readonly redirecting: string;
  readonly waiting: string;
  readonly reopen: string;
  readonly cancel: string;
  /** In a popup that has done its work and could not close itself. */
  readonly done: string;
  readonly exchanging: string;
  readonly connected: string;
  /** Read for a code that is not below. */
  readonly failed: string;
  readonly errors: { readonly [code in ErrorCode]?: string };
}

const UNKNOWN = 'This was begun elsewhere or too long ago.';
const NETWORK = 'No network connection.';
const BUSY = 'Not available right now.';

export const en: Texts = {
  connect: 'Connect with Monerium',
  retry: 'Try again',
  redirecting: 'Opening Monerium…',
  waiting: 'Continue in the other window',
  reopen: 'Show the window',
  cancel: 'Cancel',
  done: 'You can close this window.',
  exchanging: 'Connecting…',
  connected: 'Connected to Monerium',
  failed: 'The connection could not be completed.',
  errors: {
    insecure_context: 'This page is not secure. Please open it with https.',
    storage_unavailable: 'Please allow cookies for this site.',
    embedding_blocked: 'Please open this page in its own window.',
    popup_blocked: 'Please allow pop-up windows for this site.',
    popup_closed: 'The window was closed too early.',
    access_denied: 'You did not give permission.',
    authorization_unavailable: BUSY,
    transaction_not_found: UNKNOWN,
    transaction_expired: UNKNOWN,
    offline: NETWORK,
    exchange_network: NETWORK,
    exchange_timeout: NETWORK,
    rate_limited: BUSY,
    server_unavailable: BUSY,
    interrupted: 'The page was left too early.',
  },
};
