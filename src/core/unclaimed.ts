// A response that no view takes: the developer is told why.
import { page, loadFile, logOnce } from './browser/page.js';
import type { ReceivedResponse } from './browser/received-response.js';
import { furtherFiles } from './further/files.js';
import { after, whenLoaded } from './browser/window.js';
import { findShownFlow } from './flow/flows.js';

const UNCLAIMED_WARNING_MS = 5000;

/**
 * No view has taken the response, five seconds after it came to a page that has loaded. It goes on
 * waiting: one that fits may come late.
 */
async function warnUnclaimed(received: ReceivedResponse): Promise<void> {
  const begun = received.transaction;
  if (page.received !== received || !begun) return;
  const notes = await loadFile(furtherFiles.notes);
  notes?.logUnclaimed(begun, findShownFlow()?.binding, logOnce);
}

/** Warns later, if the response waits by then. */
export function warnLater(received: ReceivedResponse): void {
  void whenLoaded().then(() => after(UNCLAIMED_WARNING_MS, () => void warnUnclaimed(received)));
}

if (page.received) warnLater(page.received);
