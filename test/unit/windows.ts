import type * as Entry from '../../src/index.js';

/** The window of a page, with what a test replaces there. */
export type View = Window &
  typeof globalThis & {
    load: (path: string) => Promise<typeof Entry>;
    fail: () => void;
  };

export interface WindowOptions {
  /** Whether the page is in a frame of the test's own page instead of a window of its own. */
  readonly framed?: boolean;
  /** Whether the page can reach the test's own page by `opener`. */
  readonly opener?: boolean;
}

const EMPTY = new URL('/test/unit/page.html', location.href).href;
const opened: { view: Window; release: () => Promise<void> | void }[] = [];
/** Opening a window takes up to four times as long as loading another page in it. */
const unused: Window[] = [];

/** Waits for a condition, which the test runner's own deadline bounds. */
export async function until(condition: () => unknown): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}

async function load(view: Window, href: string): Promise<void> {
  const { document } = view;
  view.location.replace(href);
  // Firefox replaces the first empty document of a window by another one.
  await until(() => view.document !== document && view.location.href === href);
  await until(() => view.document.readyState === 'complete');
}

function openBlank(): Window {
  const view = window.open('', '', 'popup,width=800,height=600');
  if (!view) throw new Error('The browser has blocked the window of a test.');
  return view;
}

async function openTopLevel(href: string, opener: boolean): Promise<Window> {
  const view = (!opener && unused.pop()) || openBlank();
  // This cannot be taken back: a window with an opener is used once.
  if (!opener) view.opener = null;
  const release = async () => {
    view.name = '';
    // Without an opener `about:blank` would be of another origin in WebKit.
    await load(view, EMPTY);
    if (opener) view.close();
    else unused.push(view);
    // Keys reach only the window that has focus.
    window.focus();
  };
  opened.push({ view, release });
  await load(view, href);
  return view;
}

async function openFramed(href: string): Promise<Window> {
  const frame = document.createElement('iframe');
  frame.src = href;
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
  document.body.append(frame);
  const view = frame.contentWindow as Window;
  opened.push({ view, release: () => frame.remove() });
  await loaded;
  return view;
}

/** Opens a page of this origin. Its `sessionStorage` is a copy of this page's, as in any popup. */
export async function openWindow(path: string, options: WindowOptions): Promise<View> {
  const { framed = false, opener = false } = options;
  const { href } = new URL(path, location.href);
  const stored = Object.entries(sessionStorage);
  const view = framed ? await openFramed(href) : await openTopLevel(href, opener);
  view.sessionStorage.clear();
  for (const [key, value] of stored) view.sessionStorage.setItem(key, value);
  return view as View;
}

/** Ends every page that is open. */
export async function closeWindows(): Promise<void> {
  for (const { release } of opened.splice(0)) await release();
}

after(() => {
  for (const view of unused.splice(0)) view.close();
});
