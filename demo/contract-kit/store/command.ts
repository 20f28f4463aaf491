/** `npx monerium-connect check-store`: checks a site's own store in four processes. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { StartFailure, summarize, watch } from '../report.js';
import { checkStore } from './check-store.js';

const USAGE = `Usage: npx monerium-connect check-store <file>

Holds a store of connections and claims against what createConnections() and createExchangeHandler()
need. The file is a module that exports \`store\`, an object with read(), replace() and claim(), and
if you like \`close\`. Four processes import it: give it a database for tests.

  --rounds  how often eight callers want the same (200)
  --only    checks only what has this text in its name

It ends with 0 when everything holds, 1 when something does not, and 2 when it could not begin.
`;

export async function runCheckStore(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '200' },
      only: { type: 'string', default: '' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [, path, ...others] = positionals;
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (!path || others.length > 0) throw new StartFailure(USAGE);
  const file = resolve(path);
  if (!existsSync(file)) throw new StartFailure(`There is no file ${file}.`);
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new StartFailure(`--rounds needs a whole number from 1 on, not ${values.rounds}.`);
  }
  console.log(`Store     ${file}, in 4 processes\n`);
  return summarize(await checkStore({ file, rounds, only: values.only, ...watch() }));
}
