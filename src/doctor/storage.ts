// The only file of the doctor that touches storage.
import { RECENT_MS } from '../core/further/doctor.js';
import type { PageFacts } from './facts.js';

const PREFIX = 'monerium-connect:';
const PROBE = `${PREFIX}doctor`;

/** Writes a value, reads it back and removes it. */
export function probeStorage(): PageFacts['storage'] {
  try {
    localStorage.setItem(PROBE, '1');
    const isKept = localStorage.getItem(PROBE) === '1';
    localStorage.removeItem(PROBE);
    return isKept ? 'works' : 'forgets';
  } catch {
    return 'refuses';
  }
}

/** A stored flow. Of its fields only these are read: the verifier is a secret. */
interface Stored {
  readonly at?: unknown;
  readonly redirectUri?: unknown;
  readonly mode?: unknown;
  readonly codeVerifier?: unknown;
}

/**
 * The redirect URI of the last redirect that began in this tab before `since`, at most five minutes
 * ago, and has not come back.
 * @param since milliseconds since the epoch
 */
export function findLostFlow(since: number): string | undefined {
  try {
    const states = sessionStorage.getItem(`${PREFIX}tab`)?.split(' ') ?? [];
    const stored = states.map((state): Stored => {
      return JSON.parse(localStorage.getItem(PREFIX + state) ?? '{}') as Stored;
    });
    const last = stored.findLast(({ codeVerifier }) => codeVerifier !== undefined);
    // The customer is still in a popup, or has closed it: neither says anything.
    if (last?.mode !== 'redirect' || typeof last.at !== 'number') return undefined;
    const isLost = last.at < since && Date.now() - last.at < RECENT_MS;
    return isLost && typeof last.redirectUri === 'string' ? last.redirectUri : undefined;
  } catch {
    // No storage: then no flow was stored.
    return undefined;
  }
}
