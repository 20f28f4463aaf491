// `debug`: where the element loads the doctor, which is a file of its own.
import { isProduction } from '../configuration.js';
import { logOnce, page } from '../page/page.js';
import type { DoctorFile, ExaminedElement } from '../protocol/doctor.js';
import { suggestAttribute } from './attribute-names.js';

/** `load` is set by the entries: script files and npm have different ways to another file. */
export const doctor = {
  load: (): Promise<DoctorFile> => Promise.reject(new Error("import 'monerium-connect'")),
};

const examined = new WeakSet<HTMLElement>();

/** Loads the doctor for an element with `debug`, once. In production it warns instead. */
export async function callDoctor(
  element: Pick<ExaminedElement, 'reading'>,
  host: ExaminedElement['host'],
): Promise<void> {
  const isWanted = host.debug && host.isConnected;
  if (!isWanted) examined.delete(host);
  if (!isWanted || examined.has(host)) return;
  if (isProduction(host)) {
    logOnce('warn', 'debug is for the sandbox: it is ignored');
    return;
  }
  examined.add(host);
  const journal = (page.journal ??= []);
  await page.ready;
  try {
    const file = await doctor.load();
    file.examine({
      host,
      journal,
      suggestAttribute,
      get reading() {
        return element.reading;
      },
      get waiting() {
        return page.arrival?.transaction;
      },
    });
  } catch (reason) {
    logOnce('warn', `debug shows nothing: ${(reason as Error).message}`);
  }
}
