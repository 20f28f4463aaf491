// A real WordPress with the plugin of the examples: Debian's packages, in folders that are gone
// after the tests.
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import getPort from 'get-port';
import { can } from './backends.js';
import { makeFolder, missing } from './engines.js';
import { CLIENT_ID } from './site.js';

const SOURCE = '/usr/share/wordpress';
export const PASSWORD = 'a password of the test';

const isThere =
  existsSync(`${SOURCE}/wp-settings.php`) &&
  existsSync('/usr/sbin/mariadbd') &&
  can('php', '-r', "exit(extension_loaded('mysqli') && extension_loaded('curl') ? 0 : 1);");

/** A reason to skip, or `false`. */
export const skipWordPress =
  !isThere && missing('WordPress', 'wordpress, mariadb-server-core, php-cli and php-curl');

export interface WordPress {
  /** Its address, without a trailing slash. The plugin is below `/monerium`. */
  readonly url: string;
  /** A page with the shortcode. */
  readonly shop: string;
  /** Runs a text of PHP in WordPress, and returns what it prints. */
  run(code: string): string;
  /** The same beside other processes. */
  runAside(code: string): Promise<string>;
  /** The `Cookie` header of a user who is signed in. */
  signIn(user: string): Promise<string>;
  stop(): void;
}

/** Runs a program to its end. */
function finish(command: string, args: string[], env: Record<string, string> = {}): string {
  const options = { encoding: 'utf8', env: { ...process.env, ...env }, timeout: 120_000 } as const;
  const { status, stdout, stderr } = spawnSync(command, args, options);
  if (status !== 0) throw new Error(`${command} failed: ${stderr}${stdout}`);
  return stdout;
}

async function startDatabase(folder: string) {
  const data = join(folder, 'data');
  const socket = join(folder, 'socket');
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? ['--user=root'] : [];
  const usual = ['--no-defaults', `--datadir=${data}`, ...user];
  const install = ['--auth-root-authentication-method=normal', '--skip-test-db'];
  finish('mariadb-install-db', [...usual, ...install]);
  const args = [
    ...usual,
    `--socket=${socket}`,
    '--skip-networking',
    '--innodb-flush-log-at-trx-commit=0',
  ];
  const child = spawn('/usr/sbin/mariadbd', args, { stdio: 'ignore' });
  // The socket is there as soon as it can be connected to.
  while (!existsSync(socket)) {
    if (child.exitCode !== null) throw new Error('MariaDB ended by itself');
    await wait(50);
  }
  return { socket, stop: () => child.kill('SIGKILL') };
}

const INSTALL = `
  mysqli_connect(null, 'root', '', '', 0, getenv('SOCKET'))->query('CREATE DATABASE wordpress');
  define('WP_INSTALLING', true);
  require getenv('SITE') . '/wp-load.php';
  require ABSPATH . 'wp-admin/includes/upgrade.php';
  wp_install('Shop', 'admin', 'admin@shop.example', false, '', getenv('PASSWORD'));
`;

const CONFIGURE = `
  require_once ABSPATH . 'wp-admin/includes/plugin.php';
  $fault = activate_plugin('monerium-connect.php', '', false, false);
  if (is_wp_error($fault)) exit(1);
  update_option('monerium_client_id', getenv('CLIENT_ID'));
  update_option('permalink_structure', '/%postname%/');
  switch_theme('plain');
  wp_create_user('customer', getenv('PASSWORD'), 'customer@shop.example');
  wp_insert_post(['post_type' => 'page', 'post_status' => 'publish', 'post_title' => 'Shop',
    'post_name' => 'shop', 'post_content' => '[monerium_connect]']);
`;

/** For PHP's own server: what is no file is for WordPress. */
const ROUTER = `<?php
$file = __DIR__ . parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (is_file($file)) return false;
require __DIR__ . '/index.php';
`;

const configOf = (url: string, apiUrl: string, socket: string) => `<?php
define('DB_NAME', 'wordpress');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:${socket}');
define('WP_HOME', '${url}');
define('WP_SITEURL', '${url}');
define('MONERIUM_API_URL', '${apiUrl}');
define('DISABLE_WP_CRON', true);
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('WP_ACCESSIBLE_HOSTS', '127.0.0.1');
define('WP_DEBUG', true);
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $name) {
  define($name . '_KEY', hash('sha256', $name . 'key'));
  define($name . '_SALT', hash('sha256', $name . 'salt'));
}
$table_prefix = 'wp_';
defined('ABSPATH') || define('ABSPATH', __DIR__ . '/');
require ABSPATH . 'wp-settings.php';
`;

/** Installs WordPress, activates the plugin, and serves it. */
export async function startWordPress(apiUrl: string): Promise<WordPress> {
  const { folder, remove } = makeFolder();
  const stops: (() => unknown)[] = [remove];
  const stop = () => stops.reverse().forEach((end) => end());
  try {
    return { ...(await openSite(apiUrl, folder, stops)), stop };
  } catch (error) {
    stop();
    throw error;
  }
}

/** @param stops gets what is to be ended, in the order of the start */
async function openSite(
  apiUrl: string,
  folder: string,
  stops: (() => unknown)[],
): Promise<Omit<WordPress, 'stop'>> {
  const site = join(folder, 'site');
  const own = new Set(['wp-config.php', 'wp-content'].map((name) => join(SOURCE, name)));
  cpSync(SOURCE, site, { recursive: true, dereference: true, filter: (file) => !own.has(file) });
  const content = join(site, 'wp-content');
  mkdirSync(join(content, 'plugins'), { recursive: true });
  mkdirSync(join(content, 'themes/plain'), { recursive: true });
  const plugin = 'examples/wordpress/monerium-connect.php';
  copyFileSync(plugin, join(content, 'plugins/monerium-connect.php'));
  writeFileSync(join(content, 'themes/plain/style.css'), '/* Theme Name: Plain */');
  const page = '<!doctype html><title>Shop</title><?php the_post(); the_content();';
  writeFileSync(join(content, 'themes/plain/index.php'), page);
  writeFileSync(join(site, 'router.php'), ROUTER);

  const port = String(await getPort());
  const url = `http://127.0.0.1:${port}`;
  const database = await startDatabase(folder);
  stops.push(database.stop);
  writeFileSync(join(site, 'wp-config.php'), configOf(url, apiUrl, database.socket));
  const env = { SITE: site, SOCKET: database.socket, PASSWORD, CLIENT_ID };
  const evaluate = (code: string) =>
    finish('php', ['-d', 'display_errors=stderr', '-r', code], env);
  const inWordPress = (code: string) => `require getenv('SITE') . '/wp-load.php';${code}`;
  const run = (code: string) => evaluate(inWordPress(code));
  const runAside = (code: string) => {
    const child = spawn('php', ['-r', inWordPress(code)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    return text(child.stdout);
  };
  evaluate(INSTALL);
  run(CONFIGURE);
  const args = [
    '-d',
    'display_errors=1',
    '-S',
    `127.0.0.1:${port}`,
    '-t',
    site,
    join(site, 'router.php'),
  ];
  const workers = { ...process.env, PHP_CLI_SERVER_WORKERS: '4' };
  const server = spawn('php', args, { stdio: 'ignore', detached: true, env: workers });
  stops.push(() => server.pid !== undefined && process.kill(-server.pid));
  while (!(await fetch(`${url}/shop/`).catch(() => undefined))) {
    if (server.exitCode !== null) throw new Error('PHP ended by itself');
    await wait(50);
  }
  return { url, shop: `${url}/shop/`, run, runAside, signIn: (user) => signIn(url, user) };
}

async function signIn(url: string, user: string): Promise<string> {
  const body = new URLSearchParams({ log: user, pwd: PASSWORD, testcookie: '1' });
  const headers = { cookie: 'wordpress_test_cookie=WP%20Cookie%20check' };
  const init = { method: 'POST', body, headers, redirect: 'manual' } as const;
  const answer = await fetch(`${url}/wp-login.php`, init);
  const pairs = answer.headers.getSetCookie().map((line) => line.split(';')[0] ?? '');
  return pairs.filter((pair) => pair.startsWith('wordpress_logged_in')).join('; ');
}
