import type { Configuration } from '../configuration.js';
import type { PopupWindow } from './popup-window.js';

/**
 * The browser of the system, which an app opens by `openUrl`. The page learns nothing of it:
 * neither whether it is open, nor what it shows.
 */
export function findSystemBrowser(
  { openUrl }: Configuration,
  href: string,
): PopupWindow | undefined {
  if (!openUrl) return undefined;
  const show = () => openUrl(href);
  const never = () => false;
  return { go: show, show, close() {}, isClosed: never, isSource: never };
}
