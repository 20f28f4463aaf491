// Makes a release: `npm run release -- 0.2.0`. With `--dry-run` it stops before the commit and
// leaves nothing behind. Begun again on the commit of its tag, it publishes: only a CI service can
// say for npm which commit a package was built from.
// https://docs.npmjs.com/generating-provenance-statements
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { release } from './changelog.mjs';
import { npmCommand } from './npm.mjs';

/** @param {string} reason */
function stop(reason) {
  console.error(reason);
  process.exit(1);
}

/** @param {...string} args */
const git = (...args) => execFileSync('git', args, { encoding: 'utf8' }).trim();

/** @param {...string} command */
function npm(...command) {
  const { file, args, shell } = npmCommand(...command);
  execFileSync(file, args, { shell, stdio: 'inherit' });
}

const readPackage = () => JSON.parse(readFileSync('package.json', 'utf8'));

const { values, positionals } = parseArgs({
  options: { 'dry-run': { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [version = ''] = positionals;
const tag = `v${version}`;
// A version with a suffix is for those who ask for it.
const publish = [
  'publish',
  '--access',
  'public',
  '--tag',
  version.includes('-') ? 'next' : 'latest',
];

if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(version)) {
  stop('Which version? `npm run release -- 0.2.0`, with --dry-run to stop before the commit.');
}
if (git('status', '--porcelain')) stop('There are changes that are not committed.');
const isTagged = git('tag', '--points-at', 'HEAD').split('\n').includes(tag);
if (!isTagged && git('tag', '--list', tag)) stop(`${tag} is another commit already.`);
// npm compares the repository with the one that the CI service names.
const { repository } = readPackage();
if (!repository) {
  const reason = 'package.json names no `repository`, which provenance needs.';
  if (!values['dry-run']) stop(reason);
  console.warn(reason);
}

/** Writes the version wherever it is named, and looks at the result as a pull request is. */
function prepare() {
  npm('version', version, '--no-git-tag-version', '--allow-same-version');
  npm('run', 'manifest');
  npm('run', 'readme');
  const readme = readFileSync('README.md', 'utf8');
  writeFileSync('README.md', readme.replace(/Status: .*$/m, `Status: ${version}.`));
  const date = new Date().toISOString().slice(0, 10);
  const changelog = readFileSync('CHANGELOG.md', 'utf8');
  writeFileSync('CHANGELOG.md', release(changelog, version, date));
  const parts = ['format', 'manifest', 'size', 'readme', 'package'];
  npm('test', '--', ...parts.flatMap((name) => ['--part', name]));
}

npm('test');
if (!isTagged) {
  try {
    prepare();
    if (values['dry-run']) {
      console.log(git('diff'));
      npm(...publish, '--dry-run');
      console.log(`Here ${tag} would be committed, tagged and published.`);
    } else {
      git('commit', '--all', '--message', `Release ${version}`);
      git('tag', '--annotate', tag, '--message', `Release ${version}`);
    }
  } finally {
    // After a commit this does nothing.
    git('restore', '.');
  }
}

const isOnCi = process.env.GITHUB_ACTIONS === 'true' || process.env.GITLAB_CI === 'true';
if (values['dry-run']) console.log('Nothing was changed.');
else if (isOnCi) npm(...publish, '--provenance');
else console.log(`${tag} is ready: \`git push --follow-tags\`, and this command again on CI.`);
