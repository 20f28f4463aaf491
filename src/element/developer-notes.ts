// What is logged for the developer about the set-up of an element.
import { isProduction, type ParsedOptions } from '../core/options.js';
import { logFailure } from '../core/flow/failure-log.js';
import { loadFile, logOnce } from '../core/browser/page.js';
import { furtherFiles } from '../core/further/files.js';
import type { NotedElement } from '../core/further/notes.js';
import { english } from '../core/texts.js';

type Host = NotedElement['host'];

/** Logs the fault of an element, and loads the notes where a developer has something to do. */
export async function logNotes(host: Host, parsed: ParsedOptions): Promise<void> {
  const { configuration, fault } = parsed;
  if (fault) logFailure(fault);
  const isDoubtful = fault ?? (host.skipKyc || configuration?.exchange.kind === 'direct');
  const isReal = isProduction(host);
  if (isReal && !isDoubtful) return;
  const notes = await loadFile(furtherFiles.notes);
  notes?.logNotes({
    host,
    texts: english,
    isReal,
    configuration,
    log: logOnce,
  });
}
