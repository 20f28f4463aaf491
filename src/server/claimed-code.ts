import { hash } from './bytes.js';
import { raceSignal } from './deadline.js';
import { callSite, detailOf } from './exchange-error.js';
import type { CodeStore } from './store.js';

/** How long a code is remembered, in milliseconds. Monerium's codes live for minutes. */
const TTL_MS = 3_600_000;
/**
 * Accepts only the first post of a code: a second use can make Monerium revoke the tokens of the
 * first. The store gets only a hash of the code.
 * @returns whether this is the first post
 * @throws ExchangeError `503` when nobody can know
 */
export async function claimCode(
  store: CodeStore,
  code: string,
  signal: AbortSignal,
): Promise<boolean> {
  const key = await hash(code);
  return callSite('store', signal, async () => store.claim(key, TTL_MS, signal));
}

/**
 * Whether Monerium has refused the code itself: it was made up, has expired, was used elsewhere, or
 * came with another verifier or redirect URI. Sending it again does no further harm. After any
 * other answer, and without one, the code may have been used.
 * @see RFC 6749 sections 4.1.2 and 5.2
 */
export function isCodeRefused(reason: unknown): boolean {
  const { code, oauthError } = detailOf(reason);
  return code === 'exchange_rejected' && oauthError === 'invalid_grant';
}

/** Forgets the claim on a code that was refused. If that fails, the claim expires. */
export async function releaseCode(
  store: CodeStore,
  code: string,
  signal: AbortSignal,
): Promise<void> {
  const release = async () => store.release?.(await hash(code), signal);
  await raceSignal(signal, release()).catch(() => undefined);
}
