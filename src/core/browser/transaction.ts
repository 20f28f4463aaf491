import { BINDING_KEYS, type Binding, type Mode } from '../options.js';
import { createError, isErrorCode, tryTo, type ErrorCode } from '../errors.js';
import { parseFields } from '../oauth/http.js';
import { readIdentity, type Fields, type Identity } from '../oauth/identity.js';

// The flows in storage. Some browsers throw as soon as it is accessed: reading then finds nothing.

const KEY_PREFIX = 'monerium-connect:';
const TAB_KEY = `${KEY_PREFIX}tab`;
const POPUP_KEY = `${KEY_PREFIX}popup`;
const TOLD_KEY = `${KEY_PREFIX}told`;

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const MAX_TRANSACTIONS = 10;
/**
 * How long a lock is held after what it guards was written. localStorage is not coherent between
 * processes: a tab that got the lock at once would still read what was there before.
 */
const LOCK_MS = 1000;

/**
 * A flow that has left the page and not come back. The binding and `id` are there only to be
 * compared: no endpoint is taken from storage.
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

const STRING_KEYS = [...BINDING_KEYS, 'codeVerifier', 'mode', 'startUrl', 'id'];

/** How a claimed flow ended. */
export type Outcome = Identity | ErrorCode;

/** What remains of a claimed flow, so that its response is known. */
export interface UsedTransaction {
  readonly v: 1;
  readonly at: number;
  readonly outcome?: Outcome;
}

type Entry = Transaction | UsedTransaction;

function isTransaction(fields: Fields): fields is Fields & Transaction {
  const isComplete = STRING_KEYS.every((key) => typeof fields[key] === 'string');
  return isComplete && fields['codeVerifier'] !== '';
}

/** An outcome counts only when it is one of our codes, or two ids. */
function readOutcome(outcome: unknown): Outcome | undefined {
  return isErrorCode(outcome) ? outcome : readIdentity(outcome);
}

/** Reads field by field: every script of the origin can write to storage. */
function parseEntry(text: string | null): Entry | undefined {
  const fields = parseFields(text ?? '');
  const at = fields?.['at'];
  if (fields?.['v'] !== 1 || typeof at !== 'number') return undefined;
  if (fields['codeVerifier'] !== undefined) return isTransaction(fields) ? fields : undefined;
  const outcome = readOutcome(fields['outcome']);
  return { v: 1, at, ...(outcome && { outcome }) };
}

/** What is stored for a `state`. An entry that is not valid is deleted. */
function findEntry(state: string): Entry | undefined {
  return tryTo(() => {
    const entry = parseEntry(localStorage.getItem(KEY_PREFIX + state));
    if (!entry) localStorage.removeItem(KEY_PREFIX + state);
    return entry;
  });
}

/** A flow that nobody has claimed yet. */
export function findTransaction(state: string): Transaction | undefined {
  const entry = findEntry(state);
  return entry && 'codeVerifier' in entry ? entry : undefined;
}

/** What remains of a claimed flow. Its outcome is set when that window has finished. */
export function findUsedTransaction(state: string): UsedTransaction | undefined {
  const entry = findEntry(state);
  return entry && 'codeVerifier' in entry ? undefined : entry;
}

/** The `state`s of all entries. */
function listStates(): string[] {
  const keys = tryTo(() => Object.keys(localStorage)) ?? [];
  return keys.flatMap((key) => (key.startsWith(KEY_PREFIX) ? key.slice(KEY_PREFIX.length) : []));
}

/** The `state`s of the flows that were begun or claimed in this tab, oldest first. */
function listStatesOfTab(): string[] {
  const names = tryTo(() => sessionStorage.getItem(TAB_KEY));
  return names?.split(' ').filter((state) => findEntry(state)) ?? [];
}

function addStateToTab(state: string): void {
  const states = [...listStatesOfTab().filter((other) => other !== state), state];
  tryTo(() => sessionStorage.setItem(TAB_KEY, states.join(' ')));
}

interface Pending {
  readonly state: string;
  readonly transaction: Transaction;
}

/** Those flows that nobody has claimed yet. */
function listPending(states: readonly string[]): Pending[] {
  return states.flatMap((state) => {
    const transaction = findTransaction(state);
    return transaction ? { state, transaction } : [];
  });
}

/** The pending flows that were begun in this tab, oldest first. */
export function listPendingOfTab(): Pending[] {
  return listPending(listStatesOfTab());
}

/** Marks a flow as reported in this tab. Returns whether it was not yet. */
export function claimReport({ at }: Transaction): boolean {
  const told = tryTo(() => sessionStorage.getItem(TOLD_KEY));
  tryTo(() => sessionStorage.setItem(TOLD_KEY, `${at}`));
  return told !== `${at}`;
}

/**
 * Stores in a popup's window which flow it is opened for. This storage stays when COOP separates
 * the window from its opener; the name of the window does not. No other window has it, unless the
 * popup opens one.
 */
export function markPopup(popup: Window, state: string): void {
  tryTo(() => popup.sessionStorage.setItem(POPUP_KEY, state));
}

/** The `state` of the flow that this window was opened for, or an empty string: it is no popup. */
export function findStateOfPopup(): string {
  return tryTo(() => sessionStorage.getItem(POPUP_KEY)) ?? '';
}

/**
 * Deletes old entries, and makes room for one more. A pending flow stays for a day after it has
 * expired, so that its response is `transaction_expired`. Throws as storage does.
 */
function sweepTransactions(): void {
  for (const state of listStates()) {
    const lifetime = findTransaction(state) ? 2 * DAY : DAY;
    const at = findEntry(state)?.at ?? NaN;
    const isLive = Math.abs(Date.now() - at) <= lifetime;
    if (!isLive) localStorage.removeItem(KEY_PREFIX + state);
  }
  const pending = listPending(listStates()).sort((a, b) => b.transaction.at - a.transaction.at);
  for (const { state } of pending.slice(MAX_TRANSACTIONS - 1)) {
    localStorage.removeItem(KEY_PREFIX + state);
  }
}

/**
 * Writes and reads back: some browsers drop writes.
 * @throws ConnectError `storage_unavailable`
 */
function store(key: string, text: string): void {
  const isKept = tryTo(() => {
    sweepTransactions();
    localStorage.setItem(key, text);
    return localStorage.getItem(key) === text;
  });
  if (!isKept) throw createError('storage_unavailable');
}

/**
 * Stores a flow that is about to leave the page.
 * @throws ConnectError `storage_unavailable`
 */
export function saveTransaction(state: string, transaction: Transaction): void {
  store(KEY_PREFIX + state, JSON.stringify(transaction));
  addStateToTab(state);
}

/**
 * Throws when no flow could be stored, before a wallet asks for a signature.
 * @throws ConnectError `storage_unavailable`
 */
export function assertStorage(): void {
  store(KEY_PREFIX, '');
  localStorage.removeItem(KEY_PREFIX);
}

/** Marks a flow as used, in one step: between two steps another tab would find nothing at all. */
export function markUsed(state: string, outcome?: Outcome): void {
  const used: UsedTransaction = { v: 1, at: Date.now(), ...(outcome && { outcome }) };
  try {
    localStorage.setItem(KEY_PREFIX + state, JSON.stringify(used));
  } catch {
    // A full store may refuse the write, never the removal.
    tryTo(() => localStorage.removeItem(KEY_PREFIX + state));
  }
}

/** Marks as used every pending flow of a client, whichever tab it was begun in. */
export function forgetTransactions(clientId: string): void {
  for (const { state, transaction } of listPending(listStates())) {
    if (transaction.clientId === clientId) markUsed(state, 'aborted');
  }
}

/** Whether a flow is too old to be completed, or the clock has been changed. */
export function isExpired({ at }: Transaction): boolean {
  const age = Date.now() - at;
  return age > DAY || age < -5 * MINUTE;
}

/** Runs `work` under the lock of a `state`, or at once where there are no locks. */
async function withLock(
  state: string,
  ifAvailable: boolean,
  work: (isHeld: boolean) => Promise<void>,
): Promise<void> {
  const locks = tryTo(() => navigator.locks as LockManager | undefined);
  await (locks?.request(KEY_PREFIX + state, { ifAvailable }, (lock) => work(lock !== null)) ??
    work(true));
}

/**
 * Claims a flow for this tab: only one of the tabs that have its response runs `work`. The record
 * is marked as used before the work starts, and then gets its outcome. The others find nothing and
 * do nothing. `work` must not reject.
 */
export async function claimTransaction(
  state: string,
  work: (transaction: Transaction) => Promise<Outcome>,
): Promise<void> {
  await withLock(state, true, async (isHeld) => {
    const transaction = isHeld ? findTransaction(state) : undefined;
    if (!transaction) return;
    markUsed(state);
    const working = work(transaction);
    // After the request was sent: the first access to a storage may take a while.
    addStateToTab(state);
    markUsed(state, await working);
    await new Promise((resolve) => setTimeout(resolve, LOCK_MS));
  });
}

/** Whether a flow was claimed, and is not known to have ended. */
function isOpen(state: string): boolean {
  const used = findUsedTransaction(state);
  return used !== undefined && !used.outcome;
}

/**
 * Resolves with whether leaving the page ended an exchange of this tab. Reports each exchange once.
 * If a used record has no outcome and its lock is free, no window is exchanging its code any more.
 */
export async function claimInterruption(): Promise<boolean> {
  const state = listStatesOfTab().find(isOpen);
  if (!state) return false;
  let isInterrupted = false;
  await withLock(state, false, async () => {
    isInterrupted = isOpen(state);
    if (isInterrupted) markUsed(state, 'interrupted');
  });
  return isInterrupted;
}
