// The doctor's file: loaded by an element with `debug`, in the sandbox only. It shows a panel with
// what is wrong with the set-up and how to fix it, and with the steps of the flow.
import type { ConnectionStatus } from '../core/connection.js';
import type { ExaminedElement, JournalEntry } from '../core/further/doctor.js';
import { check } from './checks.js';
import type { Facts } from './facts.js';
import { gather, readFlow } from './gather.js';
import { Panel } from './panel.js';
import type { Examined } from './report.js';
import { onViolation } from './violations.js';

interface Examination {
  readonly element: ExaminedElement;
  facts?: Omit<Facts, 'flow'>;
}

const examinations = new Set<Examination>();
let panel: Panel | undefined;
let isRunning = false;
let isStale = false;

function nameOf({ host }: ExaminedElement, at: number): string {
  return `<monerium-connect${host.id ? ` id="${host.id}"` : ''}>${at > 0 ? ` ${at + 1}` : ''}`;
}

function show(journal: JournalEntry[]): void {
  const examined = [...examinations].flatMap(({ element, facts }, at): Examined[] => {
    if (!facts) return [];
    return [{ name: nameOf(element, at), findings: check({ ...facts, flow: readFlow(element) }) }];
  });
  if (examined.length > 0) panel?.show(examined, journal);
}

/** An element that has left the page, or has no `debug` any more, is dropped. */
function dropAbsent(): void {
  for (const one of examinations) {
    const { isConnected, debug, environment } = one.element.host;
    if (!isConnected || !debug || environment === 'production') examinations.delete(one);
  }
  if (examinations.size > 0) return;
  panel?.remove();
  panel = undefined;
}

async function runOne(one: Examination): Promise<void> {
  const { element } = one;
  try {
    // A changed attribute is read in an update, which may still be to come.
    await element.host.updateComplete;
    one.facts = await gather(element);
    show(element.journal);
  } catch {
    // Such as a header that a browser refuses: the reason may hold its value.
    console.warn('<monerium-connect> debug: this page could not be checked');
  }
}

/** Gathers the facts of all elements. One run at a time; a change meanwhile leads to another. */
async function run(): Promise<void> {
  isStale = true;
  if (isRunning) return;
  isRunning = true;
  while (isStale) {
    isStale = false;
    dropAbsent();
    for (const one of examinations) await runOne(one);
  }
  isRunning = false;
}

/** In the others the page may be leaving: its requests are cut off then and say nothing. */
const AT_REST: readonly ConnectionStatus[] = ['idle', 'failed', 'connected'];

/** Each is watched once, also when its element comes back. */
const watched = new WeakSet<object>();

function watchHost(host: ExaminedElement['host']): void {
  if (watched.has(host)) return;
  watched.add(host);
  new MutationObserver(() => void run()).observe(host, { attributes: true });
  host.addEventListener('monerium-status', ({ detail }) => {
    if (AT_REST.includes(detail.connection.status)) void run();
  });
}

function watchJournal(journal: JournalEntry[]): void {
  if (watched.has(journal)) return;
  watched.add(journal);
  const { push } = journal;
  journal.push = (...entries) => {
    // Not in the task of the flow: nothing here may disturb it.
    queueMicrotask(() => show(journal));
    return push.apply(journal, entries);
  };
}

/** Shows the panel for an element, and keeps it up to date. */
export function examine(element: ExaminedElement): void {
  panel ??= new Panel(() => void run());
  const isKnown = [...examinations].some(({ element: { host } }) => host === element.host);
  if (!isKnown) examinations.add({ element });
  watchHost(element.host);
  watchJournal(element.journal);
  void run();
}

onViolation(() => {
  for (const { element } of examinations) show(element.journal);
});
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) void run();
});
