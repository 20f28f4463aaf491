// Browsers of other apps, and the home screen: where the element loads the notice, which is a file
// of its own. An entry imports this before it defines the element.
import { isInApp } from '../page/in-app.js';
import { logOnce, page } from '../page/page.js';
import { isServer } from '../page/window.js';
import type { InAppFile } from '../protocol/in-app.js';
import { MoneriumConnect } from './monerium-connect.js';

/** Set by the entries: script files and npm have different ways to another file. */
export const inApp: { load?: () => Promise<InAppFile> } = {};

async function showNotice(host: object): Promise<void> {
  await page.ready;
  if (!isInApp() || !(host instanceof MoneriumConnect)) return;
  try {
    (await inApp.load?.())?.watch(host);
  } catch {
    logOnce('warn', 'in-app: its file did not load or failed; check script-src');
  }
}

// On a server no page is ever ready: what waits for it would be kept for ever.
if (!isServer()) MoneriumConnect.addInitializer((host) => void showNotice(host));
