import { ConnectError, type ErrorCode } from './errors.js';
import { BINDING, type Binding, type Mode } from './configuration.js';
import { readIdentity, type Identity } from './exchange.js';

const KEY_PREFIX = 'monerium-connect:';
const TAB_KEY = `${KEY_PREFIX}tab`;

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const MAX_TRANSACTIONS = 10;
/**
 * How long a lock is held after what it guards was written. localStorage is not coherent between
 * processes: whoever got the lock at once would still read what stood there before.
 */
const LOCK_MS = 1000;

/**
 * A flow that has left the page and not come back.
 * The binding and `id` are there only to be compared: no endpoint is taken from storage.
 */
export interface Transaction extends Binding {
  readonly v: 1;
  readonly codeVerifier: string;
  readonly mode: Mode;
  readonly startUrl: string;
  /** The `id` attribute of the element that was clicked, or an empty string. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const TEXTS = [...BINDING, 'codeVerifier', 'mode', 'startUrl', 'id'];

/** How a claimed flow ended. */
export type Outcome = Identity | ErrorCode;

/** What is left of a claimed flow, so that its response is known to be spent. */
export interface Tombstone {
  readonly v: 1;
  readonly at: number;
  readonly outcome?: Outcome;
  readonly codeVerifier?: never;
}

type Entry = Transaction | Tombstone;

/** Some browsers throw at the mere mention of storage. Reading then finds nothing. */
function attempt<T>(access: () => T): T | undefined {
  try {
    return access();
  } catch {
    return undefined;
  }
}

function isTombstone(entry: Entry): entry is Tombstone {
  return !entry.codeVerifier;
}

/** Reads field by field: storage belongs to every script of the origin. */
function parseEntry(text: string | null): Entry | undefined {
  const entry = attempt(() => JSON.parse(text ?? '') as Record<string, unknown> | null);
  const isTransaction = TEXTS.every((name) => typeof entry?.[name] === 'string');
  const isSpent = entry?.['codeVerifier'] === undefined;
  return entry?.['v'] === 1 && typeof entry['at'] === 'number' && (isTransaction || isSpent)
    ? (entry as unknown as Entry)
    : undefined;
}

/** What is stored for a `state`. An entry that is not of our making is deleted. */
function findEntry(state: string): Entry | undefined {
  return attempt(() => {
    const entry = parseEntry(localStorage.getItem(KEY_PREFIX + state));
    if (!entry) localStorage.removeItem(KEY_PREFIX + state);
    return entry;
  });
}

/** A flow that nobody has claimed yet. */
export function findTransaction(state: string): Transaction | undefined {
  const entry = findEntry(state);
  return entry && !isTombstone(entry) ? entry : undefined;
}

/** What a claimed flow has left. */
export function findTombstone(state: string): Tombstone | undefined {
  const entry = findEntry(state);
  return entry && isTombstone(entry) ? entry : undefined;
}

/** How a flow ended that another window has claimed; `undefined` until it has. */
export function findOutcome(state: string): Outcome | undefined {
  const outcome = findTombstone(state)?.outcome;
  const isCode = typeof outcome === 'string' && /^[a-z_]+$/.test(outcome);
  return isCode ? outcome : readIdentity(outcome);
}

/** The `state` of the flow that was begun, or last claimed, in this tab. */
export function findStateOfTab(): string | undefined {
  return attempt(() => sessionStorage.getItem(TAB_KEY)) ?? undefined;
}

function nameStateOfTab(state: string): void {
  attempt(() => sessionStorage.setItem(TAB_KEY, state));
}

/** Deletes what nobody can come back to, and makes room for one more. Throws as storage does. */
function sweepTransactions(): void {
  const live: [at: number, key: string][] = [];
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(KEY_PREFIX)) continue;
    const entry = parseEntry(localStorage.getItem(key));
    const lifetime = entry && isTombstone(entry) ? DAY : 2 * DAY;
    if (!entry || Math.abs(Date.now() - entry.at) > lifetime) localStorage.removeItem(key);
    else if (!isTombstone(entry)) live.push([entry.at, key]);
  }
  live.sort(([a], [b]) => b - a);
  for (const [, key] of live.slice(MAX_TRANSACTIONS - 1)) localStorage.removeItem(key);
}

/**
 * Keeps a flow that is about to leave the page, and reads it back: some browsers drop writes.
 * @throws ConnectError `storage_unavailable`
 */
export function saveTransaction(state: string, transaction: Transaction): void {
  const text = JSON.stringify(transaction);
  const isKept = attempt(() => {
    sweepTransactions();
    localStorage.setItem(KEY_PREFIX + state, text);
    return localStorage.getItem(KEY_PREFIX + state) === text;
  });
  if (!isKept) throw new ConnectError('storage_unavailable', { phase: 'start' });
  nameStateOfTab(state);
}

/** Marks a flow as spent, in one step: in between, another tab would find nothing at all. */
export function buryTransaction(state: string, outcome?: Outcome): void {
  const tombstone: Tombstone = { v: 1, at: Date.now(), ...(outcome && { outcome }) };
  try {
    localStorage.setItem(KEY_PREFIX + state, JSON.stringify(tombstone));
  } catch {
    // A store that is full may refuse the tombstone, never the removal.
    attempt(() => localStorage.removeItem(KEY_PREFIX + state));
  }
}

/** Whether a flow is too old to be completed, or the clock has been moved. */
export function isExpired({ at }: Transaction): boolean {
  const age = Date.now() - at;
  return age > DAY || age < -5 * MINUTE;
}

/** Does `work` under the lock of a `state`, or at once where there are no locks. */
async function withLock(
  state: string,
  ifAvailable: boolean,
  work: (isHeld: boolean) => Promise<void>,
): Promise<void> {
  const locks = attempt(() => navigator.locks as LockManager | undefined);
  await (locks?.request(KEY_PREFIX + state, { ifAvailable }, (lock) => work(lock !== null)) ??
    work(true));
}

/**
 * Claims a flow for this tab: of all tabs that hold its response, one gets to do the work.
 * The record becomes a tombstone before the work starts, and the tombstone gets its outcome.
 * The others find nothing and stay silent. `work` must not reject.
 */
export async function takeTransaction(
  state: string,
  work: (transaction: Transaction) => Promise<Outcome | undefined>,
): Promise<void> {
  await withLock(state, true, async (isHeld) => {
    const transaction = isHeld && findTransaction(state);
    if (!transaction) return;
    buryTransaction(state);
    nameStateOfTab(state);
    const later = () => new Promise((resolve) => setTimeout(resolve, LOCK_MS));
    const outcome = await work(transaction);
    // A request fails as well when its page is being left, in Firefox a while before: that of an
    // exchange, or for the profile. Only a page that stays may tell what became of the flow; else
    // the next one tells `interrupted`.
    if (/^[ep]/.test(outcome as string)) await later();
    buryTransaction(state, outcome);
    await later();
  });
}

/**
 * Calls back when an exchange of this tab was cut off by leaving the page, once.
 * A tombstone without outcome whose lock is free has nobody working on it any more.
 */
export async function takeInterruption(callback: () => void): Promise<void> {
  const state = findStateOfTab();
  const isCutOff = () => {
    const tombstone = findTombstone(state ?? '');
    return tombstone && !tombstone.outcome;
  };
  if (!state || !isCutOff()) return;
  await withLock(state, false, async () => {
    if (!isCutOff()) return;
    buryTransaction(state, 'interrupted');
    callback();
  });
}
