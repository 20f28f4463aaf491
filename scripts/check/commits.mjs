// Checks the messages of commits by `commitlint.config.mjs`: those that are newer than that file.
// A shallow clone has only the newest commit, and an archive none.
import { spawnSync } from 'node:child_process';

/** @param {...string} args */
const git = (...args) => spawnSync('git', args, { encoding: 'utf8' }).stdout?.trim() ?? '';

const added = ['--diff-filter=A', '--format=%H', '--max-count=1', '--', 'commitlint.config.mjs'];
const first = git('log', ...added);
if (first === '') {
  console.log('No history, so no commit to check.');
} else {
  const range = [`--from=${first}`, '--to=HEAD', '--verbose'];
  const args = ['node_modules/@commitlint/cli/cli.js', ...range];
  process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
}
