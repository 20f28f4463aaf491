import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { plot } from './plot.js';
import type { Machine, Results } from './results.js';
import { mainTable, report } from './table.js';

const START = '<!-- bench: written by npm run bench -->';
const END = '<!-- /bench -->';

interface Output {
  readonly results: Results;
  readonly machine: Machine;
  readonly folder: URL;
  /** Gets the main table between its two marks; left out, it stays as it is. */
  readonly readme: URL | undefined;
}

/** Writes every form of the results, and answers the report. */
export async function writeResults({ results, machine, folder, readme }: Output): Promise<string> {
  const text = report(results, machine);
  const rounded = JSON.stringify({ machine, results }, (_, value: unknown) =>
    typeof value === 'number' ? Number(value.toFixed(2)) : value,
  );
  await writeFormatted(new URL('bench.json', folder), rounded, 'json');
  await writeFormatted(new URL('bench.md', folder), text, 'markdown');
  await writeFile(new URL('bench.svg', folder), plot(results));
  if (readme) {
    const old = await readFile(readme, 'utf8');
    const [before, after] = [old.split(START)[0], old.split(END)[1]];
    if (!before || !after) throw new Error(`README.md has no ${START} … ${END}.`);
    const fresh = `${before}${START}\n\n${mainTable(results)}\n\n${END}${after}`;
    await writeFormatted(readme, fresh, 'markdown');
  }
  return text;
}

/** As `npm run format` leaves it, so that nobody has to run it after. */
async function writeFormatted(file: URL, text: string, parser: 'json' | 'markdown'): Promise<void> {
  const options = await resolveConfig(file);
  await writeFile(file, await format(text, { ...options, parser }));
}
