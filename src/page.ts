import { isServer } from 'lit';
import { takeArrival, type Arrival } from './arrival.js';
import { afterLoad, closeWindow, tellOpener, whenParsed, whenShown } from './browser.js';
import { listDifferences, type Binding, type Configuration, type Mode } from './configuration.js';
import type { Connection } from './connection.js';
import type { ConnectError } from './errors.js';
import { createSecrets, type Secrets } from './oauth.js';

/** Of the shape below. A copy of the script that knows another one keeps to itself. */
const VERSION: number = 1;
// Lit types it by the build that it finds.
const isOnServer: boolean = isServer;
const UNCLAIMED_WARNING_MS = 5000;

/** An element that shows a flow. */
export interface View {
  readonly id: string;
  /** As it was read last; absent while it is at fault. */
  readonly configuration: Configuration | undefined;
  /** Asks the page whether it may leave. */
  ask(mode: Mode): boolean;
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
  offer(view: View): void;
  connect(view: View): Promise<void>;
  cancel(): void;
  disconnect(view: View): void;
  forget(): void;
  getAccessToken(): Promise<string>;
}

/** What all elements of a page share, whichever copy of the script they come from. */
interface Page {
  readonly version: number;
  /** Resolves when the page's own scripts have had their turn, and its opener too. */
  parsed: Promise<unknown>;
  /** One for each binding. */
  readonly flows: Set<SharedFlow>;
  readonly said: Set<string>;
  arrival?: Arrival | undefined;
  /** This window was a popup, and its opener has taken the response: nothing is left to do here. */
  isDone?: boolean;
  /** Whether it is known if an earlier page of this tab was left during its exchange. */
  isTold?: boolean;
  secrets?: Secrets | 'pending' | undefined;
}

/** A popup leaves its response to the page that has opened it, when that is still there. */
async function handOver(opened: Page): Promise<void> {
  const { arrival } = opened;
  // A popup that was opened out of another site's frame finds no record: storage is split there.
  if (!arrival || arrival.transaction?.mode === 'redirect') return;
  const { query, state, transaction } = arrival;
  opened.isDone = await tellOpener(query, state, transaction !== undefined);
  if (!opened.isDone) return;
  opened.arrival = undefined;
  closeWindow();
}

function openPage(): Page {
  const opened: Page = {
    version: VERSION,
    parsed: new Promise(() => {}),
    flows: new Set(),
    said: new Set(),
  };
  if (isOnServer) return opened;
  opened.arrival = takeArrival();
  if (opened.arrival) afterLoad(UNCLAIMED_WARNING_MS, warnIfUnclaimed);
  opened.isTold = opened.arrival !== undefined;
  opened.parsed = whenShown().then(() => Promise.all([whenParsed(), handOver(opened)]));
  return opened;
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
  const [reason = 'no element'] = [...page.flows].flatMap(({ binding }) =>
    binding && transaction ? [`other ${listDifferences(binding, transaction).join(', ')}`] : [],
  );
  say('warn', `a response waits: ${reason}`);
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
