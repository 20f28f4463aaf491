// What the developer is told about the set-up of an element.
import { isProduction, type ConnectAttributes } from '../configuration.js';
import { logFailure } from '../flow/failure-log.js';
import { isSamePath } from '../page/arrival.js';
import { logOnce, page } from '../page/page.js';
import type { Reading } from '../page/shared-flow.js';
import { isRecent, listPendingOfTab, tellOnce } from '../page/transaction.js';
import { isFreshNavigation, readAddress } from '../page/window.js';
import { withoutQuery } from '../protocol/http.js';
import type { LostReturn } from '../protocol/notes.js';
import { furtherFiles, loadFile } from './further-files.js';

type Host = HTMLElement & ConnectAttributes;

/** A flow of this tab has left, and the customer seems to have come back without its response. */
function findLostReturn(): LostReturn | undefined {
  // A page that was opened with a response has nothing to check, nor has a second element.
  if (page.interruptionChecked || !isFreshNavigation()) return undefined;
  const last = listPendingOfTab().at(-1)?.transaction;
  const isEarlier = last?.mode === 'redirect' && last.at < performance.timeOrigin;
  if (!isEarlier || !isRecent(last)) return undefined;
  const { redirectUri } = last;
  const here = readAddress();
  // Who has come there may have begun anew.
  if (isSamePath(redirectUri, here) || !tellOnce(last)) return undefined;
  return { redirectUri, here: withoutQuery(here) };
}

function logProduction(host: Host, { configuration }: Reading): void {
  if (configuration?.exchange.kind === 'direct') {
    logOnce('warn', 'tokens are safer on a server: set backend-url');
  }
  if (host.skipKyc) logOnce('warn', 'skip-kyc is not sent in production');
}

/** Logs the fault of an element, and loads the notes where a developer is there to read them. */
export async function logNotes(host: Host, reading: Reading): Promise<void> {
  const { configuration, fault } = reading;
  // Before anything is awaited: the flow looks for a lost exchange next.
  const lost = findLostReturn();
  if (fault) logFailure(fault);
  if (isProduction(host)) {
    logProduction(host, reading);
    if (!fault && !lost) return;
  }
  const notes = await loadFile(furtherFiles.notes);
  notes?.logNotes({ host, configuration, lost, log: logOnce });
}
