import { tryTo } from '../errors.js';

/**
 * Browsers inside of other apps. Android marks its web views by `; wv)`, and a web view of iOS does
 * not call itself Safari. Telegram and Snapchat show neither, so they are named.
 */
const IN_APP = /; wv\)|Mobile\/(?!.* Safari\/)|Telegram|Snapchat/;

/** Whether the page is in the browser of another app, or on the home screen. */
export function isInApp(): boolean {
  // Browsers of tests may have no `matchMedia()`.
  const isStandalone = () => matchMedia('(display-mode: standalone)').matches;
  return IN_APP.test(navigator.userAgent) || tryTo(isStandalone) === true;
}
