// A fresh visit to a page, and what the DevTools protocol tells about it.
import { readFile } from 'node:fs/promises';
import puppeteer, { type Browser, type CDPSession, type Page } from 'puppeteer-core';
import { chromiumArgs, findChromium } from '../../scripts/setup/browsers.mjs';

const probe = await readFile(new URL('probe.js', import.meta.url), 'utf8');

export function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('No Chromium found: run `npm run setup -- --browser`.');
  return puppeteer.launch({ executablePath, headless: true, args: [...chromiumArgs] });
}

/** A page of a browser profile that has seen nothing yet. */
export interface Visit {
  readonly page: Page;
  readonly cdp: CDPSession;
}

export async function visit<T>(
  browser: Browser,
  work: (visit: Visit) => Promise<T>,
  throttle = 1,
): Promise<T> {
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    const cdp = await page.createCDPSession();
    await page.evaluateOnNewDocument(probe);
    if (throttle > 1) await cdp.send('Emulation.setCPUThrottlingRate', { rate: throttle });
    return await work({ page, cdp });
  } finally {
    await context.close();
  }
}

/** An event of a trace; times in microseconds, `tts` and `tdur` of the thread's own clock. */
export interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tts?: number;
  readonly tdur?: number;
  readonly args: {
    readonly data?: { readonly url?: string; readonly consumedCacheSize?: number };
    readonly fileName?: string;
  };
}

const CATEGORIES = [
  '-*',
  'blink.user_timing',
  'devtools.timeline',
  'v8',
  'disabled-by-default-devtools.timeline',
];

/** What the browser did during `work`. */
export async function trace(page: Page, work: () => Promise<void>): Promise<TraceEvent[]> {
  await page.tracing.start({ categories: CATEGORIES });
  try {
    await work();
  } catch (error) {
    await page.tracing.stop();
    throw error;
  }
  const bytes = (await page.tracing.stop()) ?? new Uint8Array();
  const { traceEvents } = JSON.parse(Buffer.from(bytes).toString()) as {
    traceEvents: TraceEvent[];
  };
  return traceEvents;
}

/** The events of the thread that a mark was made on, and the mark. */
export function threadOf(
  events: readonly TraceEvent[],
  mark: string,
): { thread: TraceEvent[]; end: TraceEvent } {
  const end = events.find(({ name, ph }) => name === mark && /[IRi]/.test(ph));
  if (!end) throw new Error(`The trace has no mark ${mark}.`);
  return { thread: events.filter(({ pid, tid }) => pid === end.pid && tid === end.tid), end };
}

export const tasksOf = (thread: readonly TraceEvent[]): TraceEvent[] =>
  thread.filter(({ name, ph }) => name === 'RunTask' && ph === 'X');

/** Bytes in use after everything unreachable is gone: JavaScript's heap and that of the DOM. */
export async function heapBytes(cdp: CDPSession): Promise<number> {
  // What one collection lets go of, the next one finds.
  for (let turn = 0; turn < 3; turn += 1) await cdp.send('HeapProfiler.collectGarbage');
  const usage = await cdp.send('Runtime.getHeapUsage');
  return usage.usedSize + usage.embedderHeapUsedSize;
}

/** CPU time of the page's main thread since it began, in milliseconds. */
export async function threadMs(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send('Performance.getMetrics');
  const time = metrics.find(({ name }) => name === 'ThreadTime');
  if (!time) throw new Error('This browser does not tell the time of its main thread.');
  return time.value * 1000;
}

export async function windowListeners(cdp: CDPSession): Promise<number> {
  const { result } = await cdp.send('Runtime.evaluate', { expression: 'window' });
  const objectId = result.objectId ?? '';
  const { listeners } = await cdp.send('DOMDebugger.getEventListeners', { objectId });
  return listeners.length;
}
