// Real databases from Debian's packages, started for one test file and gone with it.
import { spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import getPort from 'get-port';

const PG = '/usr/lib/postgresql/17/bin';

export interface Engine {
  /** What a client connects to. */
  readonly url: string;
  /** As a crash ends it. */
  crash(): void;
  start(): void;
  stop(): void;
}

function find(program: string): boolean {
  return existsSync(program) || spawnSync('which', [program]).status === 0;
}

const isRoot = process.getuid?.() === 0;

/** Why a test is skipped that needs more than `npm test` installs. */
export const missing = (program: string, packages: string): string =>
  `no ${program}: \`npm run setup -- --all\` installs ${packages}, as root on Debian`;

/** A reason to skip, or `false`. */
export const skipPostgres = !find(`${PG}/initdb`) && missing('PostgreSQL 17', 'postgresql-17');
export const skipValkey = !find('valkey-server') && missing('Valkey', 'valkey-server');
export const skipPgBouncer =
  skipPostgres || (!find('pgbouncer') && missing('PgBouncer', 'pgbouncer'));

/** PostgreSQL and PgBouncer refuse to run as root. */
function run(program: string, ...args: string[]): void {
  const line = isRoot ? ['runuser', '-u', 'postgres', '--', program, ...args] : [program, ...args];
  const [command = '', ...rest] = line;
  // A pipe would stay open as long as the server that was started.
  const { status } = spawnSync(command, rest, { cwd: '/', stdio: 'ignore', timeout: 30_000 });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${status}`);
}

export function makeFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'monerium-connect-engine-'));
  chmodSync(folder, 0o777);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export async function startPostgres(): Promise<Engine> {
  const { folder, remove } = makeFolder();
  const port = await getPort();
  const data = join(folder, 'data');
  run(`${PG}/initdb`, '-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '--no-locale');
  const own = `listen_addresses = '127.0.0.1'\nport = ${port}\nunix_socket_directories = '${folder}'\n`;
  appendFileSync(join(data, 'postgresql.conf'), own);
  const log = join(folder, 'log');
  const start = () => run(`${PG}/pg_ctl`, '-D', data, '-l', log, '-w', 'start');
  const crash = () => run(`${PG}/pg_ctl`, '-D', data, '-w', 'stop', '-m', 'immediate');
  start();
  const stop = () => {
    crash();
    remove();
  };
  return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, start, crash, stop };
}

/** In transaction mode: two statements of one client may meet two connections. */
export async function startPgBouncer(postgres: Engine): Promise<Engine> {
  const { folder, remove } = makeFolder();
  const port = await getPort();
  const { port: behind } = new URL(postgres.url);
  const file = join(folder, 'pgbouncer.ini');
  const settings = [
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    `unix_socket_dir = ${folder}`,
    'auth_type = any',
    'pool_mode = transaction',
    'default_pool_size = 5',
    `logfile = ${join(folder, 'log')}`,
    `pidfile = ${join(folder, 'pid')}`,
  ];
  const databases = `[databases]\n* = host=127.0.0.1 port=${behind} user=postgres\n`;
  writeFileSync(file, `${databases}[pgbouncer]\n${settings.join('\n')}\n`, { mode: 0o644 });
  const start = () => run('pgbouncer', '-d', file);
  const crash = () => run('sh', '-c', `kill -9 $(cat ${join(folder, 'pid')})`);
  start();
  const stop = () => {
    crash();
    remove();
  };
  return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, start, crash, stop };
}

export async function startValkey({ durable = true } = {}): Promise<Engine> {
  const { folder, remove } = makeFolder();
  const port = await getPort();
  const pidfile = join(folder, 'pid');
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  const disk = ['--appendonly', durable ? 'yes' : 'no', '--appendfsync', 'everysec'];
  const daemon = ['--daemonize', 'yes', '--pidfile', pidfile, '--logfile', join(folder, 'log')];
  const start = () => {
    run('valkey-server', ...args, ...disk, ...daemon);
    const isThere = () =>
      spawnSync('valkey-cli', ['-p', String(port), 'ping'], { encoding: 'utf8' }).stdout ===
      'PONG\n';
    for (let tries = 0; !isThere(); tries++) {
      if (tries > 500) throw new Error('valkey-server does not answer');
    }
  };
  const crash = () => run('sh', '-c', `kill -9 $(cat ${pidfile})`);
  start();
  const stop = () => {
    crash();
    remove();
  };
  return { url: `redis://127.0.0.1:${port}`, start, crash, stop };
}
