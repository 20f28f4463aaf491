// What the pages of the site and its service worker say to each other.
import type { Switches } from '../../src/testing/emulator/switches.js';

export const CLIENT_ID = '5f0c9b0e-6d1f-4c39-9a4e-1b7d2c8e4a60';

/** How often a page asks the worker for something: browsers end one that is idle for 30 seconds. */
export const AWAKE_MS = 10_000;

export interface Control {
  readonly backend: 'none' | 'html' | 'missing' | 'fails' | 'unreachable';
  readonly switches: Partial<Switches>;
  /** Forgets the customers, the session and the requests first. */
  readonly isReset?: boolean;
}

export interface Reply {
  /** What the emulator was asked, oldest first. Without queries and bodies. */
  readonly requests: readonly { method: string; path: string; status: number }[];
}
