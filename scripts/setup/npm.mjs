// How one script runs another of npm's commands. Plain Node without packages.

/**
 * Under `npm run` it is npm's own script: it needs no shell and is the very npm in use.
 * @param {...string} args
 * @returns {{ file: string, args: string[], shell: boolean }}
 */
export function npmCommand(...args) {
  const npm = process.env.npm_execpath;
  return npm?.endsWith('.js')
    ? { file: process.execPath, args: [npm, ...args], shell: false }
    : { file: 'npm', args, shell: process.platform === 'win32' };
}
