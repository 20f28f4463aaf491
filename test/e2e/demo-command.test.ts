// The command `demo` from the package as it is packed, in an empty folder.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { execa } from 'execa';
import { npmCommand } from '../../scripts/setup/npm.mjs';
import { clickConnect, shareBrowser, skipIn, waitForStatus, type Page } from './support.js';

const sameCommand = 'the command is the same in every engine';
const { skip } = existsSync('dist/bin/monerium-connect.js')
  ? skipIn({ firefox: sameCommand, webkit: sameCommand })
  : { skip: 'dist/ is missing: run `npm run build` first' };
const timeout = 120_000;
const folder = mkdtempSync(join(tmpdir(), 'monerium-connect-demo-'));
const started: ChildProcess[] = [];
let installed: Promise<string> | undefined;

after(() => {
  for (const child of started) child.kill();
  rmSync(folder, { recursive: true, force: true });
});

async function npm(cwd: string, ...args: string[]): Promise<string> {
  const command = npmCommand(...args, '--ignore-scripts', '--no-audit', '--no-fund');
  const { stdout } = await execa(command.file, command.args, { cwd, shell: command.shell });
  return stdout;
}

/** Packs the package, installs it in an empty folder, and resolves with the command's path. */
async function install(): Promise<string> {
  const packed = await npm('.', 'pack', '--json', '--pack-destination', folder);
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  await npm(folder, 'install', '--prefer-offline', `./${filename}`);
  return join(folder, 'node_modules/.bin/monerium-connect');
}

/** Starts the demo on a free port, and resolves with the address that it prints. */
async function startDemo(...args: string[]): Promise<string> {
  const command = await (installed ??= install());
  const child = spawn(process.execPath, [command, 'demo', '--port', '0', ...args], { cwd: folder });
  started.push(child);
  let error = '';
  child.stderr.on('data', (text) => (error += String(text)));
  for await (const line of createInterface(child.stdout)) {
    const [, url] = /^Shop +(\S+)$/.exec(line) ?? [];
    if (url) return url;
  }
  throw new Error(`The demo has printed no address. ${error}`);
}

/** The emulator's customer needs no further page than these two. */
async function approve(page: Page): Promise<void> {
  await page.waitForSelector('[data-step=signup]');
  await page.click('#continue');
  await page.waitForSelector('[data-step=consent]');
  await page.click('#approve');
}

async function open(url: string) {
  const visitor = await (await shareBrowser()).visit();
  const page = await visitor.newPage();
  await page.goto(url);
  return { visitor, page };
}

for (const way of ['', '--page', '--direct']) {
  test(`the demo connects a customer with ${way || 'its server'}`, { skip, timeout }, async () => {
    const url = await startDemo(...(way ? [way] : []));
    const { visitor, page } = await open(url);
    await clickConnect(page);
    await approve(page);
    await waitForStatus(page, 'connected');
    assert.equal(await page.url(), url);
    await page.reload();
    await waitForStatus(page, way === '--direct' ? 'idle' : 'connected');
    assert.deepEqual(visitor.errors, []);
    await visitor.close();
  });
}

test('the demo names a port that is taken', { skip, timeout }, async () => {
  const { port } = new URL(await startDemo());
  const args = [await (installed ??= install()), 'demo', '--port', port];
  const child = spawn(process.execPath, args);
  let error = '';
  child.stderr.on('data', (text) => (error += String(text)));
  const [code] = (await once(child, 'close')) as [number];
  assert.equal(code, 1);
  assert.match(error, new RegExp(`^No shop on 127\\.0\\.0\\.1:${port}: .*--port 0\\.\n$`));
});
