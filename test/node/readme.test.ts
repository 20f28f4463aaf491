// The README as a newcomer follows it: in an empty folder, with the package as it is packed. And
// its figures, which come from the last run of the benchmarks.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import getPort from 'get-port';
import { skipWithout } from '../../scripts/setup/folders.mjs';
import { npmCommand } from '../../scripts/setup/npm.mjs';
import { snippets } from '../helpers/snippets.js';

const missing = existsSync('dist/integrity.json') ? false : 'run `npm run build` first';
const skip = missing || skipWithout('examples') || process.platform === 'win32';
const own = snippets.filter(({ document }) => document === 'README.md');
const commands = own.flatMap(({ language, code }) =>
  language === 'sh' ? code.replaceAll('\\\n', ' ').trim().split('\n') : [],
);

/** The command that has this text. */
function findCommand(text: string): string {
  const found = commands.filter((line) => line.includes(text));
  assert.equal(found.length, 1, `${found.length} of ${text}`);
  return found[0] ?? '';
}

describe('the shop of the README, in an empty folder', { skip }, () => {
  const running: ChildProcess[] = [];
  let folder = '';
  let ports: Record<string, string> = {};

  const withPorts = (text: string) =>
    Object.entries(ports).reduce((done, [from, to]) => done.replaceAll(`:${from}`, `:${to}`), text);

  const runHere = (command: string) =>
    spawnSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8', timeout: 60_000 });

  function start(command: string): void {
    const env = { ...process.env, PORT: ports['3000'] };
    const options = { cwd: folder, env, stdio: 'ignore', detached: true } as const;
    running.push(spawn('sh', ['-c', command], options));
  }

  function stopLast(): void {
    const { pid } = running.pop() ?? {};
    if (pid !== undefined) process.kill(-pid);
  }

  async function load(url: string): Promise<Response> {
    for (let attempt = 0; attempt < 200; attempt++) {
      const response = await fetch(withPorts(url), { redirect: 'manual' }).catch(() => undefined);
      if (response) return response;
      await wait(50);
    }
    throw new Error(`${url} does not answer`);
  }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'monerium-connect-readme-'));
    const [shop, emulator, checker] = await Promise.all([getPort(), getPort(), getPort()]);
    ports = { 3000: String(shop), 4010: String(emulator), 4011: String(checker) };
    const pack = npmCommand('pack', '--ignore-scripts', '--pack-destination', folder);
    execFileSync(pack.file, pack.args, { stdio: 'ignore', shell: pack.shell });
    const home = join(folder, 'node_modules/monerium-connect');
    mkdirSync(home, { recursive: true });
    mkdirSync(join(folder, 'site'));
    // What `npm install` does, without a registry.
    const [, tarball = ''] = /\.\/(\S+\.tgz) express/.exec(findCommand('npm install')) ?? [];
    execFileSync('tar', ['-xzf', join(folder, tarball), '-C', home, '--strip-components=1']);
    symlinkSync(resolve('examples/node_modules/express'), join(folder, 'node_modules/express'));
    mkdirSync(join(folder, 'node_modules/.bin'));
    const bin = join(home, 'dist/bin/monerium-connect.js');
    symlinkSync(bin, join(folder, 'node_modules/.bin/monerium-connect'));
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    for (const { file, code } of own) {
      if (file !== undefined) writeFileSync(join(folder, file), withPorts(code));
    }
  });

  after(() => {
    while (running.length > 0) stopLast();
    rmSync(folder, { recursive: true, force: true });
  });

  it('copies every script file, as each may load others', () => {
    assert.equal(runHere(findCommand('cp -r')).status, 0);
    const files = Object.keys(JSON.parse(readFileSync('dist/integrity.json', 'utf8')) as object);
    const absent = files.filter((file) => !existsSync(join(folder, 'site', file)));
    assert.deepEqual(absent, []);
  });

  it('leads to Monerium from the link, and shows the element on both pages', async () => {
    const port = ports['4010'] ?? '';
    start(`${withPorts(findCommand('connect emulator'))} --port ${port}`);
    await load('http://127.0.0.1:4010/');
    start(withPorts(findCommand('node server.mjs')));
    for (const page of ['', 'connect.html']) {
      const html = await (await load(`http://localhost:3000/${page}`)).text();
      assert.match(html, /<monerium-connect\s/);
    }
    const { headers } = await load('http://localhost:3000/monerium/start?return_to=/');
    const location = headers.get('location') ?? '';
    assert.equal(location.startsWith(`http://127.0.0.1:${port}/auth?`), true, location);
    assert.equal((await load(location)).status < 400, true, 'the redirect URI is not registered');
    stopLast();
  });

  it('passes the check that the README names, and that of the server that starts', async () => {
    const command = withPorts(findCommand('check-backend'));
    start(withPorts(findCommand('node server.mjs').replace(':4010', ':4011')));
    await load('http://localhost:3000/');
    const port = ports['4011'] ?? '';
    const page = runHere(command.replace('--port 4011', `--port ${port}`));
    assert.equal(page.status, 0, page.stdout + page.stderr);
    const toServer = command
      .replace('/api/monerium', '/monerium')
      .replace('/connect.html', '/monerium/callback')
      .replace('--stay-connected', '--start')
      .replace('--port 4011', `--port ${port}`);
    const server = runHere(toServer);
    assert.equal(server.status, 0, server.stdout + server.stderr);
  });
});

describe('the figures of the README', () => {
  const readme = readFileSync('README.md', 'utf8');
  const results = readFileSync('test/bench/results/bench.md', 'utf8').split('\n');

  /** CPU to the button, and the return to the token request, in ms. */
  function timesOf(peer: string): (string | undefined)[] {
    const row = results.find((line) => line.startsWith(`| ${peer} `)) ?? '';
    const cells = row.split('|').map((cell) => cell.trim());
    return [cells[3], cells[6]];
  }

  it('are those of the last benchmark', () => {
    const shown =
      /after (\d+) ms, and\s+the code is sent (\d+) ms after the return; with `oidc-client-ts` that is (\d+) ms and (\d+) ms/.exec(
        readme,
      );
    const measured = [...timesOf('**monerium-connect**'), ...timesOf('`oidc-client-ts`')];
    assert.deepEqual(shown?.slice(1), measured);
  });
});
