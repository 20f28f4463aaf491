import { isServer } from 'lit';
import { afterLoad, readAddress, rewriteAddress, whenParsed } from './browser.js';
import { listDifferences, type Binding, type Configuration } from './configuration.js';
import type { Connection } from './connection.js';
import type { ConnectError } from './errors.js';
import {
  createSecrets,
  readAuthorizationResponse,
  stripAuthorizationResponse,
  type AuthorizationResponse,
  type Secrets,
} from './oauth.js';
import { findStateOfTab, findTransaction, isTombstone, type Transaction } from './transaction.js';

/** Of the shape below. A copy of the script that knows another one keeps to itself. */
const VERSION: number = 1;
// Lit types it by the build that it finds.
export const isOnServer: boolean = isServer;
const UNCLAIMED_WARNING_MS = 5000;

/** The authorization response that the page was opened with. It waits here to be claimed. */
export interface Arrival {
  readonly response: AuthorizationResponse;
  readonly state: string;
  /** Absent when this browser does not know the flow. */
  readonly transaction: Transaction | undefined;
}

/** An element that shows a flow. */
export interface View {
  readonly id: string;
  /** As it was read last; absent while it is at fault. */
  readonly configuration: Configuration | undefined;
  /** Asks the page whether it may leave. */
  askToLeave(): boolean;
  /** Shows the flow as it is now; `ending` and the change of state wait for `tell()`. */
  show(ending?: Event, startUrl?: string): void;
  /** Fires what waits. All elements show the state by then. */
  tell(): void;
}

/** The flow of all elements that share a binding, whichever copy of the script they come from. */
export interface SharedFlow {
  readonly connection: Connection;
  readonly binding: Binding | undefined;
  /** Why no flow can begin. */
  readonly fault: ConnectError | undefined;
  enter(view: View): void;
  leave(view: View): void;
  abandon(view: View): void;
  offerReturn(view: View): void;
  connect(view: View): Promise<void>;
  cancel(): void;
  disconnect(view: View): void;
  forget(): void;
  getAccessToken(): Promise<string>;
}

/** What all elements of a page share, whichever copy of the script they come from. */
interface Page {
  readonly version: number;
  /** Resolves when the page's own scripts have had their turn. */
  readonly parsed: Promise<unknown>;
  /** One for each binding. */
  readonly flows: Set<SharedFlow>;
  readonly said: Set<string>;
  arrival: Arrival | undefined;
  /** Whether it is known if an earlier page of this tab was left during its exchange. */
  isInterruptionTold: boolean;
  secrets: Secrets | 'pending' | undefined;
}

/** Storage and `redirect-uri` are bound to the origin already. */
function isSamePath(redirectUri: string, href: string): boolean {
  return URL.canParse(redirectUri) && new URL(redirectUri).pathname === new URL(href).pathname;
}

/**
 * Recognises a response of ours in the address and cuts it out of there, in one go: until then
 * every request of the page could carry it in its `Referer`. A stranger's response is left alone.
 */
function takeArrival(): Arrival | undefined {
  const { href } = readAddress();
  const response = readAuthorizationResponse(new URL(href).search);
  const state = response?.state ?? findStateOfTab();
  if (!response || !state) return undefined;
  const entry = findTransaction(state);
  const transaction = entry && !isTombstone(entry) ? entry : undefined;
  if (transaction ? !isSamePath(transaction.redirectUri, href) : !response.state) return undefined;
  rewriteAddress(stripAuthorizationResponse(href));
  return entry === transaction ? { response, state, transaction } : undefined;
}

function openPage(): Page {
  const arrival = isOnServer ? undefined : takeArrival();
  if (arrival) afterLoad(UNCLAIMED_WARNING_MS, warnIfUnclaimed);
  return {
    version: VERSION,
    parsed: isOnServer ? new Promise(() => {}) : whenParsed(),
    flows: new Set(),
    said: new Set(),
    arrival,
    isInterruptionTold: arrival !== undefined,
    secrets: undefined,
  };
}

function joinPage(): Page {
  const registry = globalThis as { [key: symbol]: Page | undefined };
  const key = Symbol.for('monerium-connect');
  const found = (registry[key] ??= openPage());
  return found.version === VERSION ? found : openPage();
}

/** One per page, found by every copy of the script. */
export const page = joinPage();

/** Says something to the developer, once per page. */
export function say(level: 'info' | 'warn' | 'error', text: string): void {
  if (page.said.has(text)) return;
  page.said.add(text);
  console[level](`<monerium-connect> ${text}`);
}

function warnIfUnclaimed(): void {
  if (!page.arrival) return;
  const { transaction } = page.arrival;
  const [reason = 'no element is set up'] = [...page.flows].flatMap(({ binding }) =>
    binding && transaction ? [`other ${listDifferences(binding, transaction).join(', ')}`] : [],
  );
  say('warn', `a response waits for its element: ${reason}`);
}

/** Gets the secrets of the next start ready, so that a click can leave in its own task. */
export async function prepareSecrets(): Promise<void> {
  if (page.secrets) return;
  page.secrets = 'pending';
  page.secrets = await createSecrets();
}

/** The prepared secrets, once; `undefined` when they are not ready. */
export function takeSecrets(): Secrets | undefined {
  const { secrets } = page;
  if (!secrets || secrets === 'pending') return undefined;
  page.secrets = undefined;
  void prepareSecrets();
  return secrets;
}
