import type { ErrorCode, ErrorPhase } from '../core/errors.js';
import type { WalletFailure } from '../core/oauth/wallet.js';

/** An end without success. */
export class Failure extends Error implements WalletFailure {
  readonly code: ErrorCode;
  readonly phase: ErrorPhase;
  readonly hint: string;

  /** @param hint for the developer. It must hold no text of a wallet */
  constructor(hint = '', code: ErrorCode = 'wallet_error', phase: ErrorPhase = 'wallet') {
    super(hint);
    this.code = code;
    this.phase = phase;
    this.hint = hint;
  }
}

/** @throws WalletFailure `invalid_config` that names the attribute and what it needs */
export function refuseUnless(isValid: boolean, attribute: string, need: string): asserts isValid {
  if (!isValid) throw new Failure(`${attribute} needs ${need}`, 'invalid_config', 'start');
}
