// The measurements. Each function opens a new visit and returns one sample.
import type { Browser } from 'puppeteer-core';
import { DEMO_CLIENT_ID, type Emulator } from '../../src/testing/emulator/emulator.js';
import {
  heapBytes,
  tasksOf,
  threadMs,
  threadOf,
  trace,
  visit,
  windowListeners,
  type TraceEvent,
  type Visit,
} from './browser.js';
import { scriptOf, type Peer } from './peers.js';
import { markupOf, type Site } from './site.js';

export const THROTTLE = 4;

/** The browser, the site and the emulator of a measurement. */
export interface Stage {
  readonly browser: Browser;
  readonly site: Site;
  readonly emulator: Emulator;
  /** The address of a peer's authorization server. */
  apiUrl(peer: Peer): string;
  /** The address of a peer's page, which is also its redirect URI. */
  pageUrl(peer: Peer): string;
}

/**
 * CPU milliseconds of the main thread from the compilation of the script to the drawn button. The
 * rest of the page is drawn before. Otherwise some samples would include the page's first font.
 */
export async function measureButton(stage: Stage, peer: Peer, throttle: number): Promise<number> {
  const work = async ({ page }: Visit) => {
    return cpuUntilButton(await traceButton(stage, page, peer, ''));
  };
  return visit(stage.browser, work, throttle);
}

/** Chromium caches compiled code on the second visit within three days. */
const VISITS_BEFORE = 2;

/** The same on a visit with the script and its compiled code in the browser's cache. */
export async function measureWarmButton(
  stage: Stage,
  peer: Peer,
  throttle: number,
): Promise<number> {
  const work = async ({ page }: Visit) => {
    for (let before = 0; before < VISITS_BEFORE; before += 1) {
      await traceButton(stage, page, peer, '?keep');
    }
    const traced = await traceButton(stage, page, peer, '?keep');
    const isKept = traced.thread.some(({ args }) => (args.data?.consumedCacheSize ?? 0) > 0);
    if (!isKept) throw new Error('The browser has compiled the script anew.');
    return cpuUntilButton(traced);
  };
  return visit(stage.browser, work, throttle);
}

/** Traces the main thread from the insertion of the script to the drawn button. */
async function traceButton(
  stage: Stage,
  page: Visit['page'],
  peer: Peer,
  query: '' | '?keep',
): Promise<ReturnType<typeof threadOf>> {
  await page.goto(`${stage.pageUrl(peer)}/late`);
  await waitUntilIdle(page);
  const src = `/scripts/${scriptOf(peer)}.js${query}`;
  const events = await trace(page, async () => {
    // One command: a second one would run during the measured time.
    await page.evaluate(`probe.addScript('${src}'); probe.watchButton();`);
  });
  return threadOf(events, 'bench:button');
}

function cpuUntilButton({ thread, end }: ReturnType<typeof threadOf>): number {
  return cpuBetween(thread, scriptStart(thread), end);
}

function scriptStart(thread: readonly TraceEvent[]): TraceEvent {
  const isOfScript = ({ name, args }: TraceEvent) =>
    /^(v8\.compileModule|v8\.evaluateModule|EvaluateScript)$/.test(name) &&
    /\/scripts\//.test(args.fileName ?? args.data?.url ?? '');
  const [first] = thread.filter(isOfScript).sort((a, b) => a.ts - b.ts);
  if (!first) throw new Error('The trace does not show the script.');
  return first;
}

/** Counts only time within tasks: with throttling, the thread clock also runs between them. */
function cpuBetween(thread: readonly TraceEvent[], start: TraceEvent, end: TraceEvent): number {
  const [from, to] = [start.tts ?? NaN, end.tts ?? NaN];
  const parts = tasksOf(thread).map(({ tts = 0, tdur = 0 }) =>
    Math.max(0, Math.min(tts + tdur, to) - Math.max(tts, from)),
  );
  return parts.reduce((sum, part) => sum + part, 0) / 1000;
}

/** One flow from the page to Monerium and back. Times in milliseconds. */
export interface FlowSample {
  /** From the click's first listener to the `navigate` event. */
  readonly clickMs: number;
  /** Whether a hash is computed between the two. A peer that prepares it earlier computes none. */
  readonly isHashing: boolean;
  /** Whether both are in one task of the main thread, so that the peer awaits nothing. */
  readonly isOneTask: boolean;
  /** From the callback document's response to the token request. */
  readonly tokenMs: number;
  /** The scripts that the page fetched until it was connected. */
  readonly scripts: readonly string[];
}

export function measureFlow(stage: Stage, peer: Peer, throttle: number): Promise<FlowSample> {
  const work = async (one: Visit) => {
    stage.site.fetched = new Set();
    stage.emulator.reset();
    const click = await leave(stage, one, peer);
    const tokenMs = await comeBack(stage, one, peer);
    return { ...click, tokenMs, scripts: [...stage.site.fetched] };
  };
  return visit(stage.browser, work, throttle);
}

async function leave(stage: Stage, { page, cdp }: Visit, peer: Peer) {
  await page.goto(stage.pageUrl(peer));
  await page.evaluate('probe.watchButton()');
  // A customer reads the page before the click, so the page has time to prepare.
  await page.evaluate('probe.watchClick()');
  await waitUntilIdle(page);
  const { x, y } = (await page.evaluate('probe.middle()')) as { x: number; y: number };
  const events = await trace(page, async () => {
    await page.mouse.click(x, y);
    await page.waitForSelector('body[data-step]');
  });
  await cdp.send('Network.enable');
  const { thread, end } = threadOf(events, 'bench:navigate');
  const start = thread.find(({ name }) => name === 'bench:click');
  if (!start) throw new Error('The trace does not show the click.');
  const isIn = ({ ts, dur = 0 }: TraceEvent, at: TraceEvent) => ts <= at.ts && at.ts <= ts + dur;
  const isOneTask = tasksOf(thread).some((task) => isIn(task, start) && isIn(task, end));
  const isBetween = ({ ts }: TraceEvent) => start.ts < ts && ts < end.ts;
  const isHashing = events.some((event) => event.name === 'DoDigest' && isBetween(event));
  return { clickMs: (end.ts - start.ts) / 1000, isOneTask, isHashing };
}

async function waitUntilIdle(page: Visit['page']): Promise<void> {
  await page.evaluate(
    'new Promise((resolve) => requestIdleCallback(() => requestIdleCallback(resolve)))',
  );
}

async function comeBack(stage: Stage, { page, cdp }: Visit, peer: Peer): Promise<number> {
  let received = NaN;
  let sent = NaN;
  cdp.on('Network.responseReceived', ({ type, timestamp }) => {
    if (type === 'Document') received = timestamp;
  });
  cdp.on('Network.requestWillBeSent', ({ request, timestamp }) => {
    if (request.method === 'POST' && /\/token$/.test(request.url)) sent = timestamp;
  });
  await page.goto(callbackUrl(stage.emulator));
  await page.waitForSelector('[user-id]');
  if (stage.emulator.tokenRequests().length !== 1) {
    throw new Error(`${peer.id} has made another number of token requests than one.`);
  }
  return (sent - received) * 1000;
}

/** The address to which Monerium redirects the customer, without the steps of the portal. */
function callbackUrl(emulator: Emulator): string {
  const query = emulator.requests.find(({ path }) => path === '/auth')?.query ?? {};
  const { redirect_uri: redirectUri = '', code_challenge: codeChallenge = '', state } = query;
  const code = emulator.issueCode({ clientId: DEMO_CLIENT_ID, redirectUri, codeChallenge });
  return `${redirectUri}?${new URLSearchParams({ code, ...(state && { state }) }).toString()}`;
}

/** The total cost of `count` elements on a page. */
export interface ManySample {
  /** CPU milliseconds of the main thread. */
  readonly ms: number;
  readonly bytes: number;
  /** Listeners on `window`, in addition to those of a page without an element. */
  readonly listeners: number;
}

export function measureMany(stage: Stage, peer: Peer, count: number): Promise<ManySample> {
  return visit(stage.browser, async ({ page, cdp }) => {
    const markup = await openEmptyPage(stage, page, peer);
    await cdp.send('Performance.enable');
    const mount = async (many: number) => {
      const before = [await heapBytes(cdp), await windowListeners(cdp)] as const;
      const start = await threadMs(cdp);
      await page.evaluate(`probe.mount(${JSON.stringify(markup)}, ${many}).then(() => {})`);
      const ms = (await threadMs(cdp)) - start;
      const after = [await heapBytes(cdp), await windowListeners(cdp)] as const;
      return { ms, bytes: after[0] - before[0], listeners: after[1] - before[1] };
    };
    // The frames of a page without elements cost time, too. It is not counted.
    const nothing = await mount(0);
    const all = await mount(count);
    return { ...all, ms: Math.max(0, all.ms - nothing.ms) };
  });
}

async function openEmptyPage(stage: Stage, page: Visit['page'], peer: Peer): Promise<string> {
  const url = stage.pageUrl(peer);
  await page.goto(`${url}/empty`);
  await waitUntilIdle(page);
  const attributes = { 'client-id': DEMO_CLIENT_ID, 'api-url': stage.apiUrl(peer) };
  return markupOf(peer, { ...attributes, 'redirect-uri': url });
}

const TURNS = 5;

/**
 * Bytes that each of `cycles` mounts and unmounts leaves allocated, in each of five turns. A turn
 * before warms up. V8 optimises frequent code at some time, which adds about 100 kB to one turn.
 */
export function measureCycles(stage: Stage, peer: Peer, cycles: number): Promise<number[]> {
  return visit(stage.browser, async ({ page, cdp }) => {
    const markup = await openEmptyPage(stage, page, peer);
    const run = () => page.evaluate(`probe.cycle(${JSON.stringify(markup)}, ${cycles})`);
    await run();
    const growths: number[] = [];
    let before = await heapBytes(cdp);
    for (let turn = 0; turn < TURNS; turn += 1) {
      await run();
      const after = await heapBytes(cdp);
      growths.push((after - before) / cycles);
      before = after;
    }
    return growths;
  });
}
