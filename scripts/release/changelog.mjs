// The headings of CHANGELOG.md: `## Unreleased` first, then `## <version> - <date>`.
// https://keepachangelog.com/en/1.1.0/
// `npm version` runs this file: it gives what is unreleased the new version and today's date.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const unreleased = /^## Unreleased$/m;

/**
 * @param {string} changelog
 * @param {string} version
 */
export function isReleased(changelog, version) {
  return changelog.split('\n').some((line) => line.startsWith(`## ${version} - `));
}

/**
 * Gives what is unreleased its version and date.
 * @param {string} changelog
 * @param {string} version
 * @param {string} date as 2026-01-31
 * @throws Error when there is nothing to release, or the version is released already
 */
export function release(changelog, version, date) {
  if (isReleased(changelog, version)) throw new Error(`${version} is in the changelog already.`);
  const [, rest] = changelog.split(unreleased);
  if (rest === undefined) throw new Error('The changelog has no heading `## Unreleased`.');
  const [entries = ''] = rest.split(/^## /m);
  if (!/^- /m.test(entries)) throw new Error('The changelog has nothing under `## Unreleased`.');
  return changelog.replace(unreleased, `## Unreleased\n\n## ${version} - ${date}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync('CHANGELOG.md', release(readFileSync('CHANGELOG.md', 'utf8'), version, date));
  const readme = readFileSync('README.md', 'utf8');
  writeFileSync('README.md', readme.replace(/Status: .*$/m, `Status: ${version}.`));
}
