// What moves in a page while it is loaded. Only Chromium tells.
import type { Page } from './driver.js';

declare global {
  interface Window {
    /** The sum of all layout shifts, as https://web.dev/articles/cls counts them. */
    __shift: number;
    /** The elements of the page that moved. What is in a shadow tree has no name. */
    __moved: string[];
  }
}

/** A script that runs before the page is drawn for the first time. */
export const SHIFT_OBSERVER = `
  window.__shift = 0;
  window.__moved = [];
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries()) {
      window.__shift += value;
      window.__moved.push(...sources.map(({ node }) => node?.nodeName ?? ''));
    }
  }).observe({ type: 'layout-shift', buffered: true });`;

/** Waits until what was laid out last has been drawn, and its shifts have been told. */
export async function drawn(page: Page): Promise<void> {
  await page.bringToFront();
  await page.waitForFunction(() => performance.getEntriesByType('paint').length > 0);
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)));
      }),
  );
}

export const shiftOf = (page: Page): Promise<number> => page.evaluate(() => window.__shift);

export const movedIn = (page: Page): Promise<string[]> => page.evaluate(() => window.__moved);
