// The doctor's file: loaded by an element with `debug`, in the sandbox only. It shows a panel with
// what is wrong with the set-up and how to fix it, and with the steps of the flow.
import type { ConnectionStatus } from '../core/connection.js';
import type { InspectedElement, Transition } from '../core/further/doctor.js';
import { check } from './checks.js';
import type { Facts } from './facts.js';
import { gather, readFlow } from './gather.js';
import { Panel } from './panel.js';
import type { Inspected } from './report.js';
import { onViolation } from './violations.js';

interface Inspection {
  readonly element: InspectedElement;
  facts?: Omit<Facts, 'flow'>;
}

const inspections = new Set<Inspection>();
let panel: Panel | undefined;
let isRunning = false;
let isStale = false;

function nameOf({ host }: InspectedElement, at: number): string {
  return `<monerium-connect${host.id ? ` id="${host.id}"` : ''}>${at > 0 ? ` ${at + 1}` : ''}`;
}

function show(transitions: Transition[]): void {
  const inspected = [...inspections].flatMap(({ element, facts }, at): Inspected[] => {
    if (!facts) return [];
    return [{ name: nameOf(element, at), findings: check({ ...facts, flow: readFlow(element) }) }];
  });
  if (inspected.length > 0) panel?.show(inspected, transitions);
}

/** An element that has left the page, or has no `debug` any more, is dropped. */
function dropAbsent(): void {
  for (const one of inspections) {
    const { isConnected, debug, environment } = one.element.host;
    if (!isConnected || !debug || environment === 'production') inspections.delete(one);
  }
  if (inspections.size > 0) return;
  panel?.remove();
  panel = undefined;
}

async function runOne(one: Inspection): Promise<void> {
  const { element } = one;
  try {
    // A changed attribute is read in an update, which may still be to come.
    await element.host.updateComplete;
    one.facts = await gather(element);
    show(element.transitions);
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
    for (const one of inspections) await runOne(one);
  }
  isRunning = false;
}

/** In other states the page may be leaving. That aborts its requests: they prove nothing. */
const AT_REST: readonly ConnectionStatus[] = ['idle', 'failed', 'connected'];

/** Each is watched once, also when its element comes back. */
const watched = new WeakSet<object>();

function watchHost(host: InspectedElement['host']): void {
  if (watched.has(host)) return;
  watched.add(host);
  new MutationObserver(() => void run()).observe(host, { attributes: true });
  host.addEventListener('monerium-status', ({ detail }) => {
    if (AT_REST.includes(detail.connection.status)) void run();
  });
}

function watchTransitions(transitions: Transition[]): void {
  if (watched.has(transitions)) return;
  watched.add(transitions);
  const { push } = transitions;
  transitions.push = (...entries) => {
    // Not in the task of the flow: nothing here may disturb it.
    queueMicrotask(() => show(transitions));
    return push.apply(transitions, entries);
  };
}

/** Shows the panel for an element, and keeps it up to date. */
export function inspect(element: InspectedElement): void {
  panel ??= new Panel(() => void run());
  const isKnown = [...inspections].some(({ element: { host } }) => host === element.host);
  if (!isKnown) inspections.add({ element });
  watchHost(element.host);
  watchTransitions(element.transitions);
  void run();
}

onViolation(() => {
  for (const { element } of inspections) show(element.transitions);
});
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) void run();
});
