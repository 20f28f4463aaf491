// The files that the element loads on use. The entries set how: script files and npm have different
// ways to another file.
import type { DoctorFile } from './doctor.js';
import type { NotesFile } from './notes.js';

const missing = (): Promise<never> => Promise.reject(new Error("import 'monerium-connect'"));

export const furtherFiles: { doctor: () => Promise<DoctorFile>; notes: () => Promise<NotesFile> } =
  { doctor: missing, notes: missing };
