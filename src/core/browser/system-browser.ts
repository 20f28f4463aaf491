import type { PopupWindow } from './popup-window.js';

/**
 * The browser of the system, which an app opens by `openUrl`. The page learns nothing of it:
 * neither whether it is open, nor what it shows.
 * @param onFailure called when the function of the page throws or rejects
 */
export function systemBrowser(
  openUrl: (url: string) => unknown,
  href: string,
  onFailure: () => void,
): PopupWindow {
  const open = async () => openUrl(href);
  const show = () => void open().catch(onFailure);
  const never = () => false;
  return {
    go: show,
    show,
    end() {},
    isClosed: never,
    isSource: never,
  };
}
