// Conditions that all pages of a customer meet at any time, after any steps of the customer.
import assert from 'node:assert/strict';
import type { World } from '../support.js';
import type { Page, Visitor } from './driver.js';
import type { RecordedEvent } from './page-template.js';

/** A page that is busy for longer than this will not come to rest. In milliseconds. */
const REST_MS = 30_000;

/** The open pages of the shop. Other pages of the visitor are empty, or show Monerium. */
export async function shopPagesOf(world: World, visitor: Visitor): Promise<Page[]> {
  const pages = await visitor.pages();
  const urls = await Promise.all(pages.map((page) => page.url().catch(() => '')));
  return pages.filter((_, at) => urls[at]?.startsWith(world.site.origin));
}

/**
 * Waits until every page of the shop is at rest: it has read its address, exchanges nothing, and
 * has stored the outcome of each claimed response. Fails if a button stays busy permanently.
 */
export async function waitForRest(world: World, visitor: Visitor): Promise<void> {
  const end = performance.now() + REST_MS;
  for (;;) {
    // A page may close or navigate during the query.
    const pages = await shopPagesOf(world, visitor);
    const asked = pages.map((page) => page.evaluate(describeUnrest).catch(() => 'it went away'));
    const reasons = (await Promise.all(asked)).filter(Boolean);
    if (reasons.length === 0) return;
    assert.ok(performance.now() < end, `a page comes to rest: ${reasons.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Runs in the page. */
async function describeUnrest(): Promise<string> {
  const registry = (
    window as unknown as Record<symbol, { secrets?: unknown; received?: unknown } | undefined>
  )[Symbol.for('monerium-connect')];
  if (document.readyState !== 'complete' || typeof registry?.secrets !== 'object') return 'loading';
  if (registry.received) return 'the response waits';
  const elements = [...document.querySelectorAll('monerium-connect')];
  if (elements.length === 0) return 'no element';
  const busy = elements.find(({ status }) => /^(redirecting|exchanging)$/.test(status));
  if (busy) return `${busy.id} is ${busy.status}`;
  const { held = [], pending = [] } = await navigator.locks.query();
  const isOurs = ({ name = '' }) => name.startsWith('monerium-connect:');
  // A flow keeps its lock for a second after its work is done.
  const isOver = ({ name = '' }) => localStorage.getItem(name)?.includes('"outcome"') ?? false;
  const isAtWork = pending.some(isOurs) || held.some((lock) => isOurs(lock) && !isOver(lock));
  return isAtWork ? 'a flow is at work' : '';
}

/** Each state has at most one token request, and only codes of Monerium are sent. */
export function assertOneRequestEach(world: World, codes: ReadonlyMap<string, string>): void {
  const posted = world.site.posts().map(({ body }) => /"code":"([^"]+)"/.exec(body)?.[1]);
  const traded = world.emulator.tokenRequests();
  const sent = traded.map(({ body }) => new URLSearchParams(body).get('code'));
  for (const list of [posted, sent]) {
    const states = list.map((code) => codes.get(code ?? ''));
    assert.ok(!states.includes(undefined), 'no code is sent that Monerium has not made');
    assert.equal(new Set(states).size, states.length, 'a state takes one request');
  }
}

/**
 * On each page a flow ends once. Only a success may follow an ending of a closed popup.
 * `flowOf` returns the same name for elements that share a flow.
 */
export function assertOneEnding(
  events: readonly RecordedEvent[],
  flowOf: (id: string) => string,
): void {
  const flows = new Map<string, string[][]>();
  for (const event of events) {
    const name = flowOf(event.target);
    // The first entry is for the response with which the page was opened.
    const endings = flows.get(name) ?? [[]];
    flows.set(name, endings);
    if (isStart(event)) endings.push([]);
    const ending = endingOf(event);
    if (ending) endings.at(-1)?.push(ending);
  }
  for (const [first = '', ...others] of [...flows.values()].flat()) {
    const late = /^popup_(closed|timeout)$/.test(first) && others.join() === 'connected';
    assert.ok(others.length === 0 || late, `a flow ends once: ${[first, ...others].join(', ')}`);
  }
}

function isStart({ type, detail }: RecordedEvent): boolean {
  return type === 'monerium-status' && /^(redirecting|waiting)$/.test(String(detail['status']));
}

function endingOf({ type, detail }: RecordedEvent): string | undefined {
  if (type === 'monerium-error') return String(detail['code']);
  return type === 'monerium-connected' ? 'connected' : undefined;
}
