/** `monerium-connect check-store`: checks a site's own store in four processes. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { StartFailure } from '../../start-failure.js';
import { summarize, watch } from '../report.js';
import { checkStore } from './check-store.js';

const USAGE = `Usage: monerium-connect check-store <file>

Checks a store of connections and claims, for createConnections() and createExchangeHandler(). The
file is a module that exports \`store\`, an object with read(), replace() and claim(), and optionally
\`close\`. Four processes import it, so use a test database.

  --rounds  how often eight callers ask for the same claim or row at once (200)
  --only    runs only the checks with this text in their names

The exit code is 0 if everything passes, 1 if something fails, and 2 if it could not start.
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
