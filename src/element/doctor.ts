// `debug`: where the element loads the doctor, which is a file of its own.
import { isProduction } from '../core/options.js';
import { loadFile, logOnce, page } from '../core/browser/page.js';
import { furtherFiles } from '../core/further/files.js';
import type { ExaminedElement } from '../core/further/doctor.js';

const examined = new WeakSet<HTMLElement>();

/** Loads the doctor for an element with `debug`, once. In production it warns instead. */
export async function callDoctor(
  connector: Pick<ExaminedElement, 'reading'>,
  host: ExaminedElement['host'],
): Promise<void> {
  const isWanted = host.debug && host.isConnected;
  if (!isWanted) examined.delete(host);
  if (!isWanted || examined.has(host)) return;
  if (isProduction(host)) {
    logOnce('warn', 'debug is ignored in production');
    return;
  }
  examined.add(host);
  const journal = (page.journal ??= []);
  await page.ready;
  const file = await loadFile(furtherFiles.doctor);
  const notes = file && (await loadFile(furtherFiles.notes));
  file?.examine({
    host,
    journal,
    suggestAttribute: notes?.suggestAttribute,
    get reading() {
      return connector.reading;
    },
    get waiting() {
      return page.arrival?.transaction;
    },
  });
}
