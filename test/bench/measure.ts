// The measurements, one function each. Every one makes a fresh visit and answers one sample.
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

/** All that takes part. */
export interface Stage {
  readonly browser: Browser;
  readonly site: Site;
  readonly emulator: Emulator;
  /** Where a peer finds its authorization server. */
  apiUrl(peer: Peer): string;
  /** A peer's page, which is its redirect URI. */
  pageUrl(peer: Peer): string;
}

/**
 * CPU milliseconds of the main thread from the first look at the script to the drawn button. The
 * rest of the page is drawn by then: else the first font that it needs is counted, or not.
 */
export async function measureButton(stage: Stage, peer: Peer, throttle: number): Promise<number> {
  const work = async ({ page }: Visit) => {
    return cpuUntilButton(await traceButton(stage, page, peer, ''));
  };
  return visit(stage.browser, work, throttle);
}

/** On the second visit within three days Chromium keeps what it has compiled. */
const VISITS_BEFORE = 2;

/** The same on a visit that finds the script and its compiled code in the browser's cache. */
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

/** What the main thread did from the script's coming to the drawn button. */
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
    // In one command: another one would come in the time that is measured.
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

/** Within tasks only: throttled, the thread's clock runs between them as well. */
function cpuBetween(thread: readonly TraceEvent[], start: TraceEvent, end: TraceEvent): number {
  const [from, to] = [start.tts ?? NaN, end.tts ?? NaN];
  const parts = tasksOf(thread).map(({ tts = 0, tdur = 0 }) =>
    Math.max(0, Math.min(tts + tdur, to) - Math.max(tts, from)),
  );
  return parts.reduce((sum, part) => sum + part, 0) / 1000;
}

/** One way from the page to Monerium and back. Times in milliseconds. */
export interface FlowSample {
  /** From the click's first listener to the `navigate` event. */
  readonly clickMs: number;
  /** Whether a hash is computed between the two: what is prepared ahead needs none. */
  readonly isHashing: boolean;
  /** Whether both are in one task of the main thread: then nothing can have been waited for. */
  readonly isOneTask: boolean;
  /** From the callback document's response to the token request. */
  readonly tokenMs: number;
  /** The scripts that the page has fetched until it was connected. */
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
  // A customer reads before the click: what a page prepares meanwhile is ready.
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

/** Where Monerium sends a customer for whom the portal has nothing to ask. */
function callbackUrl(emulator: Emulator): string {
  const query = emulator.requests.find(({ path }) => path === '/auth')?.query ?? {};
  const { redirect_uri: redirectUri = '', code_challenge: codeChallenge = '', state } = query;
  const code = emulator.issueCode({ clientId: DEMO_CLIENT_ID, redirectUri, codeChallenge });
  return `${redirectUri}?${new URLSearchParams({ code, ...(state && { state }) }).toString()}`;
}

/** What `count` elements on a page cost, all together. */
export interface ManySample {
  /** CPU milliseconds of the main thread. */
  readonly ms: number;
  readonly bytes: number;
  /** On `window`, above those of a page without an element. */
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
    // The frames of a page that gets nothing cost time too, and are no element's.
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
 * Bytes that each of `cycles` mountings has left behind, in each of five turns. As many go before,
 * to warm up. At some time V8 optimises what has often run: that adds about 100 kB to one turn.
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
