import assert from 'node:assert/strict';
import type { Frame, Page } from './driver.js';
import type { RecordedEvent } from './page-template.js';

export const polling = 20;

/** Waits for an event of the page and answers its detail. */
export async function waitForEvent(page: Page, type: string): Promise<RecordedEvent['detail']> {
  await page.waitForFunction(
    (name) => window.__events.some((event) => event.type === name),
    { polling },
    type,
  );
  const found = (await eventsOf(page)).find((event) => event.type === type);
  return found?.detail ?? {};
}

/** Everything that the elements of the page have said. */
export function eventsOf(page: Page): Promise<RecordedEvent[]> {
  return page.evaluate(() => window.__events);
}

/** Without changes of state: what ended a flow. */
export async function endingsOf(page: Page): Promise<RecordedEvent[]> {
  const ends = ['monerium-connected', 'monerium-error', 'monerium-disconnected'];
  return (await eventsOf(page)).filter(({ type }) => ends.includes(type));
}

export function statusOf(page: Page, selector = 'monerium-connect'): Promise<string> {
  return page.$eval(
    selector,
    (found) => (found as HTMLElementTagNameMap['monerium-connect']).status,
  );
}

export async function waitForStatus(
  page: Page,
  status: string,
  selector = 'monerium-connect',
  timeout = page.timeout,
): Promise<void> {
  const waiting = page.waitForFunction(
    (wanted, where) =>
      document.querySelector<HTMLElementTagNameMap['monerium-connect']>(where)?.status === wanted,
    { polling, timeout },
    status,
    selector,
  );
  await waiting.catch(async (cause: unknown) => {
    const shown = await describeState(page, selector).catch(String);
    throw new Error(`${status} was waited for, and there is ${shown}`, { cause });
  });
}

/** The state of an element and the code of its failure. */
async function describeState(page: Page, selector: string): Promise<string> {
  const [status, code] = await page.$eval(selector, (found) => {
    const { connection } = found as HTMLElementTagNameMap['monerium-connect'];
    return [connection.status, connection.status === 'failed' ? connection.error.code : ''];
  });
  return `${status} ${code}`.trim();
}

/**
 * Waits until the page has nothing left to do about a response: it is loaded, its elements have
 * had their first updates and the tasks after them, and it has told an ending, or no lock of a
 * flow is held or wanted in this browser. A claim asks for its lock in the first of those tasks,
 * so one that is still to come would be seen.
 */
export async function settle(page: Page): Promise<void> {
  await settleTasks(page);
  // A lock outlives the ending that it led to by a second, in which nothing is left to happen.
  if ((await endingsOf(page)).length === 0) await waitForLocks(page);
  // Comes to the server after everything that the page has sent before.
  await page.evaluate(() => fetch('/sentinel', { referrerPolicy: 'no-referrer' }));
}

/** Waits until the page is loaded, and its elements have had their first updates and tasks. */
export async function settleTasks(page: Frame): Promise<void> {
  await page.waitForFunction(() => document.readyState === 'complete', { polling });
  await page.evaluate(async () => {
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setTimeout(resolve));
  });
}

/** Waits until no flow of this browser is at work. */
export async function waitForLocks(page: Page): Promise<void> {
  await page.waitForFunction(
    async () => {
      const { held = [], pending = [] } = await navigator.locks.query();
      return ![...held, ...pending].some(({ name }) => name?.startsWith('monerium-connect:'));
    },
    { polling },
  );
}

/** What is kept about flows, by the part of the key after the prefix. */
export async function recordsOf(page: Page): Promise<Record<string, Record<string, unknown>>> {
  const entries = await page.evaluate(() => Object.entries({ ...localStorage }));
  return Object.fromEntries(
    entries
      .filter(([key]) => key.startsWith('monerium-connect:'))
      .map(([key, value]) => [key.slice('monerium-connect:'.length), JSON.parse(String(value))]),
  );
}

/** The page has nothing to say about the response that it was opened with. */
export async function assertSilent(page: Page): Promise<void> {
  await settle(page);
  assert.deepEqual(await eventsOf(page), []);
  assert.equal(await statusOf(page), 'idle');
}
