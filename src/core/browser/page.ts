import type { Transition } from '../further/doctor.js';
import { createSecrets, type Secrets } from '../oauth/oauth.js';
import {
  receiveResponse,
  takeResult,
  type ReceivedResponse,
  type Result,
} from './received-response.js';
import { handToOpener } from './popup-channel.js';
import { closeWindow } from './popup-window.js';
import { isServer, readAddress, rewriteAddress, whenParsed, whenShown } from './window.js';

/** Of the shape below. A copy of the script with another version keeps a registry of its own. */
const VERSION: number = 4;

/** What all copies of the script on a page share. */
interface Page {
  readonly version: number;
  /** Resolves when the page is parsed, and its opener has taken what it can take. */
  ready: Promise<unknown>;
  readonly logged: Set<string>;
  received?: ReceivedResponse | undefined;
  result?: Result | undefined;
  /** This window was a popup, and its opener has taken the response: nothing is left to do here. */
  handedToOpener?: boolean;
  /** Whether it is known if an earlier page of this tab was left during its exchange. */
  interruptionChecked?: boolean;
  secrets?: Secrets | 'pending' | undefined;
  /** The steps of all flows, as soon as an element has `debug`. */
  transitions?: Transition[];
}

/** In a popup: sends the response to its opener, and closes if the opener confirms it. */
async function sendToOpener(opened: Page): Promise<void> {
  const { received } = opened;
  // A popup of another site's frame finds no record: storage is partitioned there.
  if (!received || received.transaction?.mode === 'redirect') return;
  const { query, oauthState, transaction } = received;
  opened.handedToOpener = await handToOpener(query, oauthState, transaction !== undefined);
  if (!opened.handedToOpener) return;
  opened.received = undefined;
  closeWindow();
}

function openPage(): Page {
  const opened: Page = {
    version: VERSION,
    ready: new Promise(() => {}),
    logged: new Set(),
  };
  if (isServer()) return opened;
  // A response has a query. To parse the address takes a millisecond of a slow phone.
  if (readAddress().includes('?')) {
    // In the same task: until then every request of the page could carry it in its `Referer`.
    opened.result = takeResult(readAddress(), rewriteAddress);
    opened.received = receiveResponse(readAddress(), rewriteAddress);
  }
  opened.interruptionChecked = Boolean(opened.received);
  opened.ready = whenShown().then(() => Promise.all([whenParsed(), sendToOpener(opened)]));
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

type Level = 'info' | 'warn' | 'error';

/** Logs for the developer. The text must hold no secret. */
export function log(level: Level, text: string): void {
  console[level](`<monerium-connect> ${text}`);
}

/** Logs for the developer, once per page. */
export function logOnce(level: Level, text: string): void {
  if (page.logged.has(text)) return;
  page.logged.add(text);
  log(level, text);
}

/** Loads a further file. Without it, the element goes on, and the console names the file. */
export async function loadFile<T>(load: () => Promise<T>): Promise<T | undefined> {
  try {
    return await load();
  } catch (reason) {
    logOnce('warn', (reason as Error).message);
    return undefined;
  }
}

/** Keeps a response for an element. One of an unknown flow does not replace a known one. */
export function queueResponse(received: ReceivedResponse): void {
  if (page.received?.transaction && !received.transaction) return;
  page.received = received;
}

/** Makes the secrets of the next start, so that a click can leave in its own task. */
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
