import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it, mock } from 'node:test';
import { getRequestListener } from '@hono/node-server';
import { contract } from '../../src/testing/contract-kit/contract.js';
import { starts } from '../../src/testing/contract-kit/starts.js';
import { createSessions } from '../../examples/sessions.js';
import {
  createConnectHandler,
  createConnections,
  createExchangeHandler,
  createMemoryStore,
} from '../../src/server/index.js';
import { compileCommand } from '../helpers/command.js';
import { CLIENT_ID, ORIGIN, REDIRECT_URI } from '../helpers/site.js';

const SITE = ['--origin', ORIGIN, '--redirect-uri', REDIRECT_URI, '--client-id', CLIENT_ID];
const SOURCE = await compileCommand();
const BUILT = 'dist/bin/monerium-connect.js';

let backend: Server;
let url: string;
let moneriumPort: string;

/** What the backend asks of each post: a CSRF token. */
const CSRF = 'X-CSRF-Token';

async function open(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

before(async () => {
  const taken = createServer();
  moneriumPort = String(await open(taken));
  await new Promise((resolve) => taken.close(resolve));
  const handle = createExchangeHandler({
    clientId: CLIENT_ID,
    redirectUris: [REDIRECT_URI],
    apiUrl: `http://127.0.0.1:${moneriumPort}`,
    // A busy machine takes longer than a second for a right post.
    timeoutMs: 4000,
    onConnected: () => undefined,
    onError: () => undefined,
  });
  const guarded = (request: Request) =>
    request.method === 'POST' && !request.headers.has(CSRF)
      ? Response.json({ error: 'access_denied' }, { status: 403 })
      : handle(request);
  backend = createServer(getRequestListener(guarded, { overrideGlobalObjects: false }));
  url = `http://127.0.0.1:${await open(backend)}/api/monerium`;
});

after(() => {
  backend.closeAllConnections();
  backend.close();
});

async function run(program: string, ...args: string[]) {
  const child = spawn(process.execPath, [program, ...args]);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => (stdout += String(data)));
  child.stderr.on('data', (data) => (stderr += String(data)));
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

describe('monerium-connect check-backend', () => {
  const skip = !existsSync(BUILT) && `no ${BUILT}: run npm run build first`;
  it('ends with 0 when everything holds', async () => {
    const args = [...SITE, '--cors', '--header', `${CSRF}: 1`, '--port', moneriumPort];
    const { code, stdout, stderr } = await run(SOURCE, 'check-backend', url, ...args);
    assert.equal(stderr, '');
    assert.ok(stdout.includes(`Monerium  http://127.0.0.1:${moneriumPort},`), stdout);
    assert.match(stdout, new RegExp(`\n${contract.length} hold, 0 fail\n$`));
    assert.equal(stdout.match(/^holds {2}/gm)?.length, contract.length);
    assert.equal(code, 0);
  });

  it('#227 ends with 1 and names what does not hold, what is right and why', async () => {
    const args = [...SITE, '--port', moneriumPort];
    const { code, stdout } = await run(SOURCE, 'check-backend', url, ...args);
    const lines = [
      'FAILS  connects a right post: answered 403, and never asked Monerium',
      'sent   POST {code, code_verifier, redirect_uri, client_id}, ' +
        `content-type: application/json, origin: ${ORIGIN}`,
      'got    403 application/json {error: access_denied}',
      'right  Answer 200 with {"profile":"…","userId":"…"} after one token request with the four fields.',
      'why    node_modules/monerium-connect/docs/check-backend.md#the-exchange',
    ];
    assert.ok(stdout.includes(lines.join('\n       ')), stdout);
    assert.match(stdout, /The rest was not tried: fix this first\./);
    assert.match(stdout, /\n0 hold, 1 fail\n$/);
    assert.equal(code, 1);
  });

  it('#261 checks a server that starts the flow with --start', { timeout: 60_000 }, async () => {
    const apiUrl = `http://127.0.0.1:${moneriumPort}`;
    const store = createMemoryStore();
    const connections = createConnections({ store, apiUrl });
    const common = { clientId: CLIENT_ID, baseUrl: `${ORIGIN}/monerium`, store, apiUrl };
    const secret = 'a secret of the shop, 32 bytes or more';
    const handle = createConnectHandler({ ...common, secret, ...createSessions(connections) });
    mock.method(console, 'warn', () => undefined);
    mock.method(console, 'error', () => undefined);
    const server = createServer(getRequestListener(handle, { overrideGlobalObjects: false }));
    const base = `http://127.0.0.1:${await open(server)}/monerium`;
    try {
      const site = ['--origin', ORIGIN, '--client-id', CLIENT_ID, '--port', moneriumPort];
      const args = [...site, '--start', '--redirect-uri', `${ORIGIN}/monerium/callback`];
      const { code, stdout } = await run(SOURCE, 'check-backend', `${base}/`, ...args);
      assert.match(stdout, new RegExp(`\n${starts.length} hold, 0 fail\n$`));
      assert.equal(code, 0);
    } finally {
      mock.restoreAll();
      server.closeAllConnections();
      server.close();
    }
  });

  const refused: [string, string[], RegExp][] = [
    ['no command', [], /^Usage: /],
    ['another command', ['doctor', 'http://localhost:1'], /^Usage: /],
    [
      'no origin',
      ['check-backend', 'http://localhost:1', '--client-id', 'a'],
      /^Missing: --origin, --redirect-uri\.\n\nUsage: /,
    ],
    ['no URL', ['check-backend', '/api', ...SITE], /^\/api is not a URL/],
    [
      'no callback',
      ['check-backend', 'http://a', '--start', ...SITE],
      /^With --start, .*\/callback/,
    ],
    [
      'a redirect URI that Monerium would not register',
      ['check-backend', 'http://a', ...SITE, '--redirect-uri', 'http://shop.example/back'],
      /^The redirect URI 'http:\/\/shop\.example\/back' needs https\.$/m,
    ],
    ['an unknown option', ['check-backend', '--verbose'], /Unknown option '--verbose'/],
    ['a bad port', ['check-backend', 'http://a', ...SITE, '--port', '-1'], /./],
    ['a bad header', ['check-backend', 'http://a', ...SITE, '--header', 'x'], /^--header needs/],
    [
      'a backend that is not there',
      ['check-backend', 'http://127.0.0.1:1', ...SITE],
      /^Nothing answers/,
    ],
  ];
  for (const [what, args, message] of refused) {
    it(`ends with 2 and one message: ${what}`, async () => {
      const { code, stdout, stderr } = await run(SOURCE, ...args);
      assert.equal(stdout, '');
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /\n {4}at /);
      assert.equal(code, 2);
    });
  }

  it('ends with 2 when the port of its emulator is taken', async () => {
    const { port } = new URL(url);
    const args = [...SITE, '--port', port];
    const { code, stderr } = await run(SOURCE, 'check-backend', url, ...args);
    assert.match(stderr, /^No emulator on 127\.0\.0\.1:\d+: EADDRINUSE\. Try --port\./);
    assert.equal(code, 2);
  });

  it('says which version it is', { skip }, async () => {
    const { code, stdout } = await run(BUILT, '--version');
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
    assert.equal(code, 0);
  });

  it('explains itself', async () => {
    const { code, stdout } = await run(SOURCE, 'check-backend', '--help');
    assert.match(stdout, /^Usage: monerium-connect check-backend <url>/);
    assert.equal(code, 0);
  });
});
