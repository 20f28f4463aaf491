import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, describe, it } from 'node:test';
import { DEMO_CLIENT_ID } from '../../src/testing/emulator/emulator.js';
import { compileCommand } from '../helpers/command.js';
import { CHALLENGE } from './emulator-fixture.js';

const SOURCE = await compileCommand();
const BUILT = 'dist/bin/monerium-connect.js';
const CALLBACK = 'http://localhost:5173/';
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill();
});

function start(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [SOURCE, 'emulator', ...args]);
  started.push(child);
  return child;
}

/** Starts the emulator on a free port, and resolves with what it prints as JSON. */
async function startJson(...args: string[]): Promise<Record<string, unknown> & { url: string }> {
  const { stdout } = start('--port', '0', '--json', ...args);
  assert.ok(stdout, 'no output');
  const [line] = (await once(createInterface(stdout), 'line')) as [string];
  return JSON.parse(line) as Record<string, unknown> & { url: string };
}

/** The exit code and the text of a command that cannot start. */
async function fail(...args: string[]): Promise<{ code: unknown; text: string }> {
  const child = start(...args);
  let text = '';
  child.stderr?.on('data', (data) => (text += String(data)));
  const [code] = (await once(child, 'close')) as [unknown];
  return { code, text };
}

function authorize(url: string, fields: Record<string, string> = {}): Promise<Response> {
  const query = new URLSearchParams({
    client_id: DEMO_CLIENT_ID,
    redirect_uri: CALLBACK,
    response_type: 'code',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    state: 'mc1.state',
    ...fields,
  });
  return fetch(`${url}/auth?${query.toString()}`, { redirect: 'manual' });
}

describe('the command emulator', () => {
  it('prints its address, the client and the redirect URIs as JSON', async () => {
    const second = 'https://shop.example/back';
    const args = ['--client-id', 'shop', '--redirect-uri', CALLBACK, '--redirect-uri', second];
    const { url, ...rest } = await startJson(...args);
    assert.deepEqual(rest, { clientId: 'shop', redirectUris: [CALLBACK, second] });
    for (const redirect_uri of [CALLBACK, second]) {
      assert.equal((await authorize(url, { client_id: 'shop', redirect_uri })).status, 307);
    }
    assert.equal((await authorize(url)).status, 400, 'the default client is not registered');
  });

  it('sends a customer back at once with --auto-approve', async () => {
    const { url } = await startJson('--redirect-uri', CALLBACK, '--auto-approve');
    const portal = await authorize(url);
    const back = await fetch(new URL(portal.headers.get('location') ?? '', url), {
      redirect: 'manual',
    });
    assert.match(
      back.headers.get('location') ?? '',
      /^http:\/\/localhost:5173\/\?code=.*mc1\.state/,
    );
  });

  it('has a customer with a wallet and an IBAN with --seed', async () => {
    const page = async (...args: string[]) => {
      const { url } = await startJson(...args);
      return (await fetch(url)).text();
    };
    assert.match(await page('--seed'), /customer@example\.com[^]*EE\d{18}/);
    assert.doesNotMatch(await page(), /customer@example\.com/);
  });

  it('says what is wrong with its arguments, and exits with 1', async () => {
    for (const [args, message] of [
      [['--prot', '1'], /Unknown option '--prot'[^]*Usage/],
      [['--port', '70000'], /--port needs a whole number up to 65535, not 70000/],
      [['--redirect-uri', 'javascript:1'], /'javascript:1' is no absolute http or https URL/],
    ] as const) {
      const { code, text } = await fail(...args);
      assert.equal(code, 1);
      assert.match(text, message);
      assert.doesNotMatch(text, /^ {4}at /m);
    }
  });

  it('names a port that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { code, text } = await fail('--port', String(port));
    server.close();
    assert.equal(code, 1);
    assert.match(text, new RegExp(`No emulator on 127\\.0\\.0\\.1:${port}.*--port 0`));
  });

  it('needs nothing but its one file', { skip: !existsSync(BUILT) && 'no build' }, async () => {
    const child = spawn(process.execPath, [BUILT, 'emulator', '--port', '0', '--json']);
    started.push(child);
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const { url } = JSON.parse(line) as { url: string };
    const scripts = ['/emulator/style.css', '/emulator/page.js', '/portal/wallet.js'];
    for (const path of scripts) {
      const response = await fetch(url + path);
      assert.equal(response.status, 200, path);
      assert.ok((await response.text()).length > 100, path);
    }
  });
});

describe('the command', () => {
  const run = (name: string) => spawnSync(process.execPath, [SOURCE, name], { encoding: 'utf8' });

  for (const name of ['help', '--help']) {
    it(`lists its commands with ${name}`, () => {
      const { status, stdout } = run(name);
      assert.equal(status, 0);
      assert.match(stdout, /demo[^]*emulator[^]*check-backend[^]*check-store/);
    });
  }

  it('lists them for an unknown one, and exits with 2', () => {
    const { status, stderr } = run('emulater');
    assert.equal(status, 2);
    assert.match(stderr, /demo[^]*emulator[^]*check-backend/);
  });
});
