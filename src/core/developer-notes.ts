// What is logged for the developer about the options of a connector.
import { logFailure } from './flow/failure-log.js';
import { loadFile, logOnce } from './browser/page.js';
import { furtherFiles } from './further/files.js';
import type { NotedHost } from './further/notes.js';
import { isProduction, type ParsedOptions } from './options.js';

/** Logs the fault of the options, and loads the notes where a developer has something to do. */
export async function logNotes(
  host: NotedHost,
  { configuration, fault }: ParsedOptions,
  texts: object,
): Promise<void> {
  if (fault) logFailure(fault);
  const isDoubtful = fault ?? (host.skipKyc || configuration?.exchange.kind === 'direct');
  const isReal = isProduction(host);
  if (isReal && !isDoubtful) return;
  const notes = await loadFile(furtherFiles.notes);
  notes?.logNotes({ host, texts, isReal, configuration, log: logOnce });
}
