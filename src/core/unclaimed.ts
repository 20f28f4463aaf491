// A response that does not reach a view: logs why.
import { page, loadFile, logOnce } from './browser/page.js';
import { isSamePath, type ReceivedResponse } from './browser/received-response.js';
import { listPendingOfTab, claimReport } from './browser/transaction.js';
import { RECENT_MS } from './further/doctor.js';
import { furtherFiles } from './further/files.js';
import { after, isFreshNavigation, readAddress, whenIdle, whenLoaded } from './browser/window.js';
import { findShownFlow } from './flow/flows.js';

const UNCLAIMED_WARNING_MS = 5000;

/**
 * Warns when no view has taken the response, five seconds after it came to a page that has loaded.
 * It goes on waiting: one that fits may come late.
 */
export async function warnUnclaimed(received: ReceivedResponse): Promise<void> {
  await whenLoaded();
  after(UNCLAIMED_WARNING_MS, () => {
    const begun = received.transaction;
    if (page.received !== received || !begun) return;
    const binding = findShownFlow()?.binding;
    void loadFile(furtherFiles.notes).then((notes) => notes?.logUnclaimed(begun, binding, logOnce));
  });
}

/**
 * A redirect of this tab has left on an earlier page, and the customer seems to have come back
 * without its response.
 */
async function warnLostReturn(): Promise<void> {
  await page.ready;
  await whenIdle();
  const last = listPendingOfTab().at(-1)?.transaction;
  if (last?.mode !== 'redirect' || last.at > performance.timeOrigin) return;
  if (last.at < Date.now() - RECENT_MS) return;
  const here = readAddress();
  // At the redirect URI a new flow may begin. A reload or Back is no return from Monerium.
  if (!isFreshNavigation() || isSamePath(last.redirectUri, here) || !claimReport(last)) return;
  const notes = await loadFile(furtherFiles.notes);
  notes?.logLostReturn(last.redirectUri, here, logOnce);
}

if (page.received) void warnUnclaimed(page.received);
else void warnLostReturn();
