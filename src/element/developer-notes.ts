// What the developer is told about the set-up of an element.
import { isProduction, type ParsedOptions } from '../core/options.js';
import { logFailure } from '../core/flow/failure-log.js';
import { isSamePath } from '../core/browser/received-response.js';
import { loadFile, logOnce, page } from '../core/browser/page.js';
import { furtherFiles } from '../core/further/files.js';
import { isRecent, listPendingOfTab, tellOnce } from '../core/browser/transaction.js';
import { isFreshNavigation, readAddress } from '../core/browser/window.js';
import type { LostReturn, NotedElement } from '../core/further/notes.js';
import { english } from '../core/texts.js';

type Host = NotedElement['host'];

/** A flow of this tab has left, and the customer seems to have come back without its response. */
function findLostReturn(): LostReturn | undefined {
  // A page that was opened with a response has nothing to check, nor has a second element.
  if (page.interruptionChecked || !isFreshNavigation()) return undefined;
  const last = listPendingOfTab().at(-1)?.transaction;
  if (last?.mode !== 'redirect' || !isRecent(last)) return undefined;
  const { redirectUri } = last;
  const here = readAddress();
  // Who has come there may have begun anew.
  if (isSamePath(redirectUri, here) || !tellOnce(last)) return undefined;
  return { redirectUri, here };
}

/** Logs the fault of an element, and loads the notes where a developer has something to do. */
export async function logNotes(host: Host, parsed: ParsedOptions): Promise<void> {
  const { configuration, fault } = parsed;
  // Before anything is awaited: the flow looks for a lost exchange next.
  const lost = findLostReturn();
  if (fault) logFailure(fault);
  const isDoubtful = fault ?? lost ?? (host.skipKyc || configuration?.exchange.kind === 'direct');
  const isReal = isProduction(host);
  if (isReal && !isDoubtful) return;
  const notes = await loadFile(furtherFiles.notes);
  notes?.logNotes({
    host,
    texts: english,
    isReal,
    configuration,
    lost,
    log: logOnce,
  });
}
