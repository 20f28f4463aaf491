import { writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { plot } from './plot.js';
import type { Machine, Results } from './results.js';
import { report } from './table.js';

interface Output {
  readonly results: Results;
  readonly machine: Machine;
  readonly folder: URL;
}

/** Writes every form of the results, and answers the report. */
export async function writeResults({ results, machine, folder }: Output): Promise<string> {
  const text = report(results, machine);
  const rounded = JSON.stringify({ machine, results }, (_, value: unknown) =>
    typeof value === 'number' ? Number(value.toFixed(2)) : value,
  );
  await writeFormatted(new URL('bench.json', folder), rounded, 'json');
  await writeFormatted(new URL('bench.md', folder), text, 'markdown');
  await writeFile(new URL('bench.svg', folder), plot(results));
  return text;
}

/** As `npm run format` leaves it, so that nobody has to run it after. */
async function writeFormatted(file: URL, text: string, parser: 'json' | 'markdown'): Promise<void> {
  const options = await resolveConfig(file);
  await writeFile(file, await format(text, { ...options, parser }));
}
