// `debug`: where the element loads the doctor, which is a file of its own.
import { isProduction } from '../core/options.js';
import { loadFile, logOnce, page } from '../core/browser/page.js';
import { furtherFiles } from '../core/further/files.js';
import type { InspectedElement } from '../core/further/doctor.js';

const inspected = new WeakSet<HTMLElement>();

/** Loads the doctor for an element with `debug`, once. In production it warns instead. */
export async function loadDoctor(
  connector: Pick<InspectedElement, 'parsed'>,
  host: InspectedElement['host'],
): Promise<void> {
  const isWanted = host.debug && host.isConnected;
  if (!isWanted) inspected.delete(host);
  if (!isWanted || inspected.has(host)) return;
  if (isProduction(host)) {
    logOnce('warn', 'debug is ignored in production');
    return;
  }
  inspected.add(host);
  const transitions = (page.transitions ??= []);
  await page.ready;
  const file = await loadFile(furtherFiles.doctor);
  const notes = file && (await loadFile(furtherFiles.notes));
  file?.inspect({
    host,
    transitions,
    suggestAttribute: notes?.suggestAttribute,
    get parsed() {
      return connector.parsed;
    },
    get waiting() {
      return page.received?.transaction;
    },
  });
}
