// The headings of CHANGELOG.md: `## Unreleased` first, then `## <version> - <date>`.
// https://keepachangelog.com/en/1.1.0/

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
