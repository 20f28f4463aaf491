// Checks that the name of the package is ours at npm. As long as nothing is published under it,
// anybody can take it, and `npm install` of every document would install their package.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { npmCommand } from '../setup/npm.mjs';

/**
 * @typedef {object} Published what npm has under the name
 * @property {{ url?: string }} [repository]
 * @property {string[]} [maintainers] such as `somebody <somebody@example.com>`
 */

/**
 * @param {object} facts
 * @param {string} facts.name
 * @param {string} facts.repository the URL in package.json
 * @param {Published} [facts.published] without one, the name is free
 * @param {string} [facts.account] who is logged in
 * @returns {string | undefined} why nothing can be released
 */
export function refuseName({ name, repository, published, account }) {
  if (!published) {
    // The first release takes the name. npm trusts a workflow only for a package that is there.
    if (account) return undefined;
    return `npm has no package ${name}, so anybody can take the name: see docs/releasing.md.`;
  }
  const { maintainers = [], repository: { url } = {} } = published;
  const isMaintainer = maintainers.some((maintainer) => maintainer.split(' ')[0] === account);
  if (url === repository || isMaintainer) return undefined;
  return `${name} at npm is not ours: its repository is ${url}.`;
}

/** @param {...string} args */
function npm(...args) {
  const { file, args: all, shell } = npmCommand(...args);
  return spawnSync(file, all, { encoding: 'utf8', shell }).stdout.trim();
}

/** @param {string} name */
function readPublished(name) {
  const text = npm('view', name, '--json');
  const answer = JSON.parse(text || '{"error":{"summary":"no answer"}}');
  if (answer.error === undefined) return answer;
  if (answer.error.code === 'E404') return undefined;
  throw new Error(`npm view ${name}: ${answer.error.summary}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { name, repository } = JSON.parse(readFileSync('package.json', 'utf8'));
  const published = readPublished(name);
  const account = npm('whoami', '--loglevel=silent');
  const refusal = refuseName({ name, repository: repository.url, published, account });
  if (refusal) {
    console.error(refusal);
    process.exitCode = 1;
  }
}
