import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import getPort from 'get-port';
import { npmCommand } from '../../scripts/setup/npm.mjs';
import type { Source } from './site.js';

const LEFT_OUT = ['node_modules', 'dist', '.next', '.angular'];
const READY_MS = 120_000;
const POLL_MS = 100;

/** An app outside of the project, where it can import only its own packages. */
export class App {
  readonly folder: string;
  readonly #scripts: Record<string, string>;

  private constructor(folder: string, scripts: Record<string, string>) {
    this.folder = folder;
    this.#scripts = scripts;
  }

  /**
   * Copies the app into the folder of the packed package, installs its lockfile, and then that
   * package.
   * @param base the folder of an app whose files are copied first
   */
  static async install(source: string, tarball: string, base = source): Promise<App> {
    const folder = join(dirname(tarball), basename(source));
    const filter = (path: string) => !LEFT_OUT.includes(basename(path));
    for (const from of [base, source]) await cp(from, folder, { recursive: true, filter });
    const quiet = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
    await runToEnd(folder, ['ci', ...quiet]);
    await runToEnd(folder, ['install', '--no-save', ...quiet, tarball]);
    const { scripts = {} } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    return new App(folder, scripts);
  }

  /** Adds files by their paths, or replaces files of the app. */
  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      const file = join(this.folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
  }

  has(script: string): boolean {
    return script in this.#scripts;
  }

  /** Builds for production, and returns what is to be served. */
  async build(): Promise<Running> {
    if (!this.has('build')) return { source: { folder: this.folder }, stop: async () => {} };
    await runToEnd(this.folder, ['run', 'build']);
    if (this.has('start')) return this.run('start');
    return { source: { folder: join(this.folder, 'dist') }, stop: async () => {} };
  }

  /** Starts the app's own server with a script that accepts `--port`. */
  async run(script: string): Promise<Running> {
    const port = await getPort();
    const server = start(this.folder, ['run', script, '--', '--port', String(port)]);
    const stop = async () => {
      endGroup(server.child, 'SIGTERM');
      await server.ended.catch(() => {});
    };
    try {
      await Promise.race([answers(port), server.ended]);
    } catch (error) {
      await stop();
      throw error;
    }
    return { source: { port }, stop };
  }

  /** Runs the app's own tests in this browser. */
  test(executable: string): Promise<void> {
    return runToEnd(this.folder, ['run', 'test'], { CHROMIUM: executable });
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

export interface Running {
  readonly source: Source;
  stop(): Promise<void>;
}

/** The running processes. All are killed at the end of the tests. */
const children = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of children) endGroup(child, 'SIGKILL');
});

/** Runs npm, and shows its output only if it fails. */
function start(folder: string, args: string[], variables: NodeJS.ProcessEnv = {}) {
  const npm = npmCommand(...args);
  const child = spawn(npm.file, npm.args, {
    cwd: folder,
    env: { ...environment(), ...variables },
    shell: npm.shell,
    // A separate process group, because npm starts a shell, and the shell starts the server.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)));
  }
  const ended = once(child, 'close').then(([code]) => {
    children.delete(child);
    if (code !== 0) throw new Error(`npm ${args.join(' ')} ended with ${String(code)}:\n${said}`);
  });
  return { child, ended };
}

async function runToEnd(
  folder: string,
  args: string[],
  variables?: NodeJS.ProcessEnv,
): Promise<void> {
  await start(folder, args, variables).ended;
}

/** Removes variables of an outer npm, which are about this project and not about the app. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_ENV$/i.test(name));
  return { ...Object.fromEntries(own), CI: '1', NEXT_TELEMETRY_DISABLED: '1' };
}

function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The process has already ended.
  }
}

/** Resolves when a server responds on the port. */
async function answers(port: number): Promise<void> {
  const deadline = performance.now() + READY_MS;
  while (performance.now() < deadline) {
    const response = await fetch(`http://localhost:${port}/`).catch(() => undefined);
    await response?.body?.cancel();
    if (response) return;
    await setTimeout(POLL_MS);
  }
  throw new Error(`Nothing answered on port ${port} within ${READY_MS} ms.`);
}
