// Makes a fresh clone ready: the right Node, the locked packages and, with `--browser`, a Chromium,
// with `--all` Firefox, WebKitGTK, the databases and the packages of further folders as well.
// Plain Node without packages, and quick when there is nothing to do: it runs before every start.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { engines, findShell } from './browsers.mjs';
import { folders } from './folders.mjs';
import { npmCommand } from './npm.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** @param {string} line */
function stop(line) {
  console.error(line);
  process.exit(1);
}

/** @param {string} file */
function readJson(file) {
  return JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'));
}

function checkNode() {
  const needed = readJson('package.json').engines.node.replace('>=', '');
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [neededMajor, neededMinor] = needed.split('.').map(Number);
  const enough = major > neededMajor || (major === neededMajor && minor >= neededMinor);
  if (!enough) {
    stop(`Node ${needed} or newer is needed, this is ${process.version}: https://nodejs.org`);
  }
}

/**
 * npm leaves a copy of what it installed in node_modules. Contents are compared, not times: a
 * checkout gives every file a new time. Optional packages may be absent on this platform.
 */
function packagesAreCurrent(folder = '.') {
  const copy = `${folder}/node_modules/.package-lock.json`;
  if (!existsSync(new URL(`../../${copy}`, import.meta.url))) return false;
  const locked = Object.entries(readJson(`${folder}/package-lock.json`).packages);
  const installed = readJson(copy).packages;
  return locked.every(([path, { version, integrity, optional }]) => {
    if (path === '' || (optional && !installed[path])) return true;
    return installed[path]?.version === version && installed[path].integrity === integrity;
  });
}

function installPackages(folder = '.') {
  const ci = ['ci', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error'];
  const { file, args, shell } = npmCommand(...ci);
  return spawnSync(file, args, { cwd: root, shell, stdio: 'inherit' }).status === 0;
}

function hasApt() {
  const system = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(system) && process.getuid?.() === 0;
}

/** @param {string[]} packages */
function installWithApt(packages) {
  console.log(`Installing ${packages.join(', ')} with apt-get …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '-y', '-q', '--no-install-recommends', ...packages];
  for (const args of [['update', '-q'], install]) {
    // Only errors are shown; apt's progress says nothing to somebody who wants to run tests.
    if (spawnSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] }).status !== 0)
      return;
  }
}

/** What the server tests run, by a file of each package. */
const servers = {
  '/usr/lib/postgresql/17/bin/initdb': 'postgresql-17',
  '/usr/bin/valkey-server': 'valkey-server',
  '/usr/bin/valkey-cli': 'valkey-tools',
  '/usr/sbin/pgbouncer': 'pgbouncer',
  '/usr/lib/python3/dist-packages/cryptography': 'python3-cryptography',
  '/usr/lib/python3/dist-packages/django': 'python3-django',
  '/usr/lib/python3/dist-packages/fastapi': 'python3-fastapi',
  '/usr/lib/python3/dist-packages/uvicorn': 'python3-uvicorn',
  '/usr/bin/go': 'golang-go',
  '/usr/bin/php': 'php-cli',
  '/usr/lib/php/20240924/curl.so': 'php-curl',
  '/usr/sbin/mariadbd': 'mariadb-server-core',
  // WordPress depends on a web server. This one runs only when it is called.
  '/usr/sbin/micro-httpd': 'micro-httpd',
  '/usr/share/wordpress/wp-settings.php': 'wordpress',
};

/** Debian's package would make a database of its own and start it. The tests start theirs. */
function keepFromStarting() {
  const folder = '/etc/postgresql-common';
  if (existsSync(`${folder}/createcluster.conf`)) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/createcluster.conf`, 'create_main_cluster = false\n');
}

/** Tests that need one are skipped without it. */
function installServers() {
  const missing = () =>
    Object.entries(servers).flatMap(([file, name]) => (existsSync(file) ? [] : [name]));
  if (missing().length > 0 && hasApt()) {
    keepFromStarting();
    installWithApt(missing());
  }
  if (missing().length > 0) console.log(`Tests are skipped without ${missing().join(', ')}.`);
}

/** Tests that need one are skipped without it. */
function installFolders() {
  for (const [folder, contents] of Object.entries(folders)) {
    if (packagesAreCurrent(folder)) continue;
    console.log(`Installing ${contents} …`);
    if (!installPackages(folder)) console.log(`Tests are skipped without ${contents}.`);
  }
}

/** @param {import('./browsers.mjs').Engine[]} names */
function checkBrowsers(names) {
  const missing = () => names.filter((name) => !engines[name].find());
  const packages = missing().flatMap((name) => engines[name].packages);
  // Tests take twice as long without it.
  if (!process.env.CHROMIUM_PATH && !findShell()) packages.push('chromium-headless-shell');
  if (packages.length > 0 && hasApt()) installWithApt(packages);
  const [name] = missing();
  if (!name) return;
  const { path, packages: wanted } = engines[name];
  const set = process.env[path];
  if (set) stop(`${path} names no program that can be run: ${set}`);
  stop(`The tests need ${wanted.join(', ')}: install it, or set ${path} to its path.`);
}

checkNode();
if (!packagesAreCurrent()) {
  console.log('Installing the packages of package-lock.json …');
  if (!installPackages()) stop('`npm ci` failed, see above.');
}
if (process.argv.includes('--all')) {
  installServers();
  installFolders();
  checkBrowsers(['chromium', 'firefox', 'webkit']);
} else if (process.argv.includes('--browser')) checkBrowsers(['chromium']);
