// The files that the element loads on use. The entries set how: script files and npm have different
// ways to another file.
import { logOnce } from '../page/page.js';
import type { DoctorFile } from '../protocol/doctor.js';
import type { NotesFile } from '../protocol/notes.js';

const missing = (): Promise<never> => Promise.reject(new Error("import 'monerium-connect'"));

export const furtherFiles: { doctor: () => Promise<DoctorFile>; notes: () => Promise<NotesFile> } =
  { doctor: missing, notes: missing };

/** Loads a file. Without it, the element goes on, and the console names the file. */
export async function loadFile<T>(load: () => Promise<T>): Promise<T | undefined> {
  try {
    return await load();
  } catch (reason) {
    logOnce('warn', (reason as Error).message);
    return undefined;
  }
}
