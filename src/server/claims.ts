import { raceSignal } from './deadline.js';
import { callSite, detailOf } from './exchange-failure.js';

/** How long a code is remembered, in milliseconds. Monerium's codes live for minutes. */
const TTL_MS = 3_600_000;
/** How many claims a process remembers, the newest ones. */
const MAX_CLAIMS = 10_000;

/** Decides who was first, over all processes that share it. */
export interface Claims {
  /**
   * `true` for the first call with this key within `ttlMs`, in whatever process; `false` for every
   * other. Rejects when it cannot know: then nothing is sent, and the page gets `503`.
   * @param key 1 to 128 printable ASCII characters without a space
   * @param signal fires at the deadline of the request
   */
  claim(key: string, ttlMs: number, signal: AbortSignal): Promise<boolean>;
  /**
   * Forgets a claim, so that made-up codes do not fill the store. It is called by whoever holds the
   * claim, after Monerium has refused the code. Without it a claim stays until it runs out.
   */
  release?(key: string, signal: AbortSignal): Promise<void>;
}

/** Claims of this process alone: right for a site that has one process and no functions. */
export function createMemoryClaims(): Claims {
  /** When each claim ends, the oldest claim first. */
  const ends = new Map<string, number>();
  return {
    async claim(key, ttlMs) {
      const now = Date.now();
      if ((ends.get(key) ?? 0) > now) return false;
      ends.delete(key);
      ends.set(key, now + ttlMs);
      const [oldest = key] = ends.keys();
      if (ends.size > MAX_CLAIMS) ends.delete(oldest);
      return true;
    },
    async release(key) {
      ends.delete(key);
    },
  };
}

/** Only the hash of a code is kept anywhere: SHA-256 in base64. */
async function hash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}

/**
 * Lets one post of a code through: a second use can make Monerium revoke the tokens of the first.
 * @returns whether this is the first post
 * @throws ExchangeFailure `503` when nobody can know
 */
export async function claimCode(
  claims: Claims,
  code: string,
  signal: AbortSignal,
): Promise<boolean> {
  const key = await hash(code);
  return callSite('claims', signal, async () => claims.claim(key, TTL_MS, signal));
}

/**
 * Whether Monerium has refused the code itself: it was made up, has expired, was used elsewhere, or
 * came with another verifier or redirect URI. To send it again can do no more than this attempt has
 * done. After any other answer, and without one, the code may have been used.
 * @see RFC 6749 sections 4.1.2 and 5.2
 */
export function isCodeRefused(reason: unknown): boolean {
  const { code, oauthError } = detailOf(reason);
  return code === 'exchange_rejected' && oauthError === 'invalid_grant';
}

/** Forgets the claim on a code that was refused. One that stays runs out by itself. */
export async function releaseCode(
  claims: Claims,
  code: string,
  signal: AbortSignal,
): Promise<void> {
  const release = async () => claims.release?.(await hash(code), signal);
  await raceSignal(signal, release()).catch(() => undefined);
}
