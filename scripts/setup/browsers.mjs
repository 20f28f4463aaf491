// Finds the browsers that the tests drive. Plain Node without packages, since `setup.mjs` runs
// before anything is installed.
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** @typedef {'chromium' | 'firefox' | 'webkit'} Engine */

/** Places outside PATH where an installer puts Chromium, by platform. */
function chromiumPaths() {
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
  // These print no version, and no other program has their names.
  if (/(WebKitWebDriver|Xvfb)$/.test(file)) return true;
  try {
    const options = /** @type {const} */ ({ encoding: 'utf8', stdio: 'pipe', timeout: 20_000 });
    return /\d+\.\d+/.test(execFileSync(file, ['--version'], options));
  } catch {
    return false;
  }
}

/**
 * The first program that can be run. A path that somebody has set wins over any search; one that
 * cannot run is not silently replaced by another program.
 * @param {string | undefined} wanted
 * @param {string[]} commands
 * @param {string[]} [paths]
 * @returns {string | undefined}
 */
function find(wanted, commands, paths = []) {
  if (wanted) return isExecutable(wanted) ? wanted : undefined;
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const onPath = commands.flatMap((command) => folders.map((folder) => join(folder, command)));
  return [...onPath, ...paths].find((file) => isExecutable(file) && answers(file));
}

/** The path of an installed Chromium or Chrome. */
export function findChromium() {
  const commands = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
  return find(process.env.CHROMIUM_PATH, commands, chromiumPaths());
}

/** The path of a Chromium that draws no windows. */
export function findShell() {
  return find(undefined, ['chromium-headless-shell', 'chrome-headless-shell']);
}

/**
 * For a test that needs no back/forward cache and no popup blocker. Without windows it is half
 * of the work. A browser that somebody has set is used for everything.
 */
export function findHeadless() {
  return (process.env.CHROMIUM_PATH ? undefined : findShell()) ?? findChromium();
}

/** The path of an installed Firefox. */
export function findFirefox() {
  const paths = ['/Applications/Firefox.app/Contents/MacOS/firefox'];
  return find(process.env.FIREFOX_PATH, ['firefox-esr', 'firefox'], paths);
}

/** WebKitGTK's small browser lies in a folder that is named by platform and API version. */
function miniBrowsers() {
  const libraries = existsSync('/usr/lib') ? readdirSync('/usr/lib') : [];
  const versions = ['webkitgtk-6.0', 'webkit2gtk-4.1', 'webkit2gtk-4.0'];
  const parents = libraries.filter((name) => name.includes('-linux-'));
  return parents.flatMap((parent) =>
    versions.map((version) => join('/usr/lib', parent, version, 'MiniBrowser')),
  );
}

/**
 * WebKitGTK: its driver, its browser, and the display that it cannot do without.
 * @returns {{ driver: string, browser: string, xvfb: string } | undefined}
 */
export function findWebKit() {
  const driver = find(process.env.WEBKIT_DRIVER_PATH, ['WebKitWebDriver']);
  const browser = process.env.MINIBROWSER_PATH ?? miniBrowsers().find(isExecutable);
  const xvfb = find(process.env.XVFB_PATH, ['Xvfb']);
  return driver && browser && xvfb ? { driver, browser, xvfb } : undefined;
}

/** How to find each engine, what says where it is, and what Debian calls what it needs. */
export const engines = {
  chromium: { find: findChromium, path: 'CHROMIUM_PATH', packages: ['chromium'] },
  firefox: { find: findFirefox, path: 'FIREFOX_PATH', packages: ['firefox-esr'] },
  webkit: {
    find: findWebKit,
    path: 'WEBKIT_DRIVER_PATH',
    packages: ['webkitgtk-webdriver', 'xvfb', 'xauth'],
  },
};

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

/** The same for Firefox. */
export const firefoxPreferences = {
  'app.update.enabled': false,
  'datareporting.healthreport.uploadEnabled': false,
  // Nobody watches, and drawing takes a tenth of the time.
  'layout.frame_rate': 20,
  // Tests with several tabs would wait a second for every timer of those behind.
  'dom.min_background_timeout_value': 4,
  'dom.min_background_timeout_value_without_budget_throttling': 4,
  'dom.timeout.enable_budget_timer_throttling': false,
  // A test that has opened a window brings its own page to the front again.
  'dom.disable_window_flip': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'toolkit.telemetry.enabled': false,
};
