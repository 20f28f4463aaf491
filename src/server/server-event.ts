import type { ErrorCode } from '../core/errors.js';

/**
 * What happened on the server, for metrics and traces. It holds no secret and no id of a customer.
 * `ms` is how long it took.
 */
export type ServerEvent =
  | { readonly type: 'exchanged'; readonly ms: number }
  | {
      readonly type: 'exchange-failed';
      readonly status: number;
      readonly error: string;
      readonly ms: number;
    }
  | { readonly type: 'replay-refused' }
  | { readonly type: 'refreshed'; readonly ms: number }
  | {
      readonly type: 'refresh-shared';
      readonly within: 'process' | 'store';
      readonly ms: number;
    }
  | {
      readonly type: 'refresh-failed';
      readonly code: ErrorCode;
      readonly status?: number | undefined;
      /** Such as `invalid_client`: the set-up is wrong. RFC 6749 section 5.2, or `other`. */
      readonly oauthError?: string | undefined;
      readonly ms: number;
    }
  | { readonly type: 'lease-taken-over' }
  | { readonly type: 'write-retried'; readonly attempt: number }
  | { readonly type: 'ended'; readonly inDoubt: boolean };

export type Observer = (event: ServerEvent) => void;

/** What an observer throws must not change what it observes. */
export function ignoreErrors(observe: Observer | undefined): Observer {
  return (event) => {
    try {
      observe?.(event);
    } catch {
      // The observer's own fault: the customer's request goes on.
    }
  };
}
