// Finds the browser that the tests drive. Plain Node without packages, since `setup.mjs` runs
// before anything is installed.
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const commands = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** Places outside PATH where an installer puts the browser, by platform. */
function usualPaths() {
  const { env, platform } = process;
  if (platform === 'darwin') {
    const apps = [
      'Chromium.app/Contents/MacOS/Chromium',
      'Google Chrome.app/Contents/MacOS/Google Chrome',
    ];
    const roots = ['/Applications', join(env.HOME ?? '', 'Applications')];
    return roots.flatMap((root) => apps.map((app) => join(root, app)));
  }
  if (platform === 'win32') {
    const roots = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].filter(Boolean);
    const apps = ['Chromium\\Application\\chrome.exe', 'Google\\Chrome\\Application\\chrome.exe'];
    return roots.flatMap((root) => apps.map((app) => join(String(root), app)));
  }
  return ['/usr/lib/chromium/chromium', '/opt/google/chrome/chrome', '/snap/bin/chromium'];
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Ubuntu's `chromium-browser` can be a stub that only says "install the snap": the binary is asked.
 * @param {string} file
 */
function answers(file) {
  // On Windows `chrome.exe --version` opens a window instead of printing.
  if (process.platform === 'win32') return true;
  try {
    const options = /** @type {const} */ ({ encoding: 'utf8', stdio: 'pipe', timeout: 20_000 });
    return /\d+\.\d+/.test(execFileSync(file, ['--version'], options));
  } catch {
    return false;
  }
}

/**
 * The path of an installed Chromium or Chrome, or `undefined`. `CHROMIUM_PATH` wins over any
 * search; one that cannot run is not silently replaced by another browser.
 * @returns {string | undefined}
 */
export function findChromium() {
  const wanted = process.env.CHROMIUM_PATH;
  if (wanted) return isExecutable(wanted) ? wanted : undefined;
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const onPath = commands.flatMap((command) => folders.map((folder) => join(folder, command)));
  return [...onPath, ...usualPaths()].find((file) => isExecutable(file) && answers(file));
}

/** Chromium refuses to start its sandbox as root; for every other user the sandbox stays on. */
const asRoot = process.getuid?.() === 0;

/** Launch arguments for puppeteer: no request of the browser's own may disturb a test. */
export const chromiumArgs = [
  ...(asRoot ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
