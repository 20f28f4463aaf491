import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import getPort from 'get-port';
import {
  assertRefused,
  CALLBACK,
  CLIENT_ID,
  cookieOf,
  EMAIL,
  Site,
  SITE,
} from './backend-fixture.js';

const site = new Site();

before(() => site.start());
afterEach(async () => {
  await site.restart();
  site.emulator.reset();
  site.log.length = 0;
  await site.look((client) => client.execute('DELETE FROM monerium_connection'));
});
after(() => site.close());

function profileRequests(): number {
  return site.emulator.requests.filter(({ path }) => path.startsWith('/profiles')).length;
}

/** The log has the reason, and no secret or personal data. */
function assertLogged(reason: RegExp, ...secrets: (string | undefined)[]): void {
  const log = site.log.join('\n');
  assert.match(log, reason);
  for (const secret of ['access_', 'refresh_', 'code_', EMAIL, ...secrets]) {
    assert.ok(secret && !log.includes(secret), `the log holds ${secret}`);
  }
}

describe('a database that cannot be written', () => {
  it('causes 503, and the code is not sent', async () => {
    const body = site.grantBody();
    await site.lockedWhile(async () => {
      const response = await site.connect(body);
      assert.equal(response.headers.get('Set-Cookie'), null);
      await assertRefused(response, 503, 'temporarily_unavailable');
    });
    assertLogged(/cannot be written: SQLITE_BUSY/, body['code']);
    assert.equal(site.emulator.tokenRequests().length, 0);
    assert.equal((await site.connect(body)).status, 200);
  });

  it('loses no tokens of a customer whose code was sent before', async () => {
    site.emulator.configure({ delayMs: 100 });
    const connecting = site.connect();
    while (site.emulator.tokenRequests().length === 0) await new Promise(setImmediate);
    await site.lockedWhile(async () => {
      while (!site.log.join().includes('cannot be written')) await wait(20);
    });
    const response = await connecting;
    assert.equal(response.status, 200);
    assert.equal((await site.get('/me', cookieOf(response))).status, 200);
  });

  it('does not lose refreshed tokens, whose predecessors are invalid', async () => {
    const cookie = await site.signIn();
    site.emulator.endAccessTokens();
    site.emulator.configure({ delayMs: 100 });
    const me = site.get('/me', cookie);
    while (site.emulator.refreshRequests().length === 0) await new Promise(setImmediate);
    await site.lockedWhile(async () => {
      while (!site.log.join().includes('cannot be written')) await wait(20);
      assert.equal(profileRequests(), 1, 'new tokens are not used before they are kept');
    });
    assert.equal((await me).status, 200);
    assert.equal(site.emulator.refreshRequests().length, 1);
  });

  it('causes 503 for a sign-out, and the customer stays signed in', async () => {
    const cookie = await site.signIn();
    await site.restart({ timeoutMs: 500 });
    await site.lockedWhile(async () => {
      const response = await site.disconnect(cookie);
      assert.equal(response.headers.get('Set-Cookie'), null);
      await assertRefused(response, 503, 'temporarily_unavailable');
    });
    assert.equal((await site.get('/session', cookie)).status, 200);
    assert.equal((await site.disconnect(cookie)).status, 204);
  });
});

describe('a stop of the demo backend', () => {
  it('waits for an exchange that has begun, and keeps its tokens', async () => {
    site.emulator.configure({ delayMs: 200 });
    const connecting = site.connect();
    while (site.emulator.tokenRequests().length === 0) await new Promise(setImmediate);
    await site.restart();
    const response = await connecting;
    assert.equal(response.status, 200);
    assert.equal((await site.get('/session', cookieOf(response))).status, 200);
  });

  it('keeps the tokens of a customer who has aborted the request', async () => {
    site.emulator.configure({ delayMs: 200 });
    const leaving = new AbortController();
    const left = fetch(`${site.backend.url}/monerium/connect`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: SITE },
      body: JSON.stringify(site.grantBody()),
      signal: leaving.signal,
    });
    while (site.emulator.tokenRequests().length === 0) await new Promise(setImmediate);
    leaving.abort();
    await assert.rejects(left);
    await site.restart();
    assert.equal((await site.rows()).length, 1);
    assert.deepEqual(site.log, []);
  });
});

describe('a database that cannot be read', () => {
  it('is reported, and connects nobody', async () => {
    const cookie = await site.signIn();
    await site.look((client) =>
      client.execute('ALTER TABLE monerium_connection RENAME TO elsewhere'),
    );
    try {
      await assertRefused(await site.get('/me', cookie), 503, 'temporarily_unavailable');
      assertLogged(/cannot be read: .*no such table/);
    } finally {
      await site.look((client) =>
        client.execute('ALTER TABLE elsewhere RENAME TO monerium_connection'),
      );
    }
    assert.equal((await site.get('/me', cookie)).status, 200);
  });
});

describe('a backend in its own process', () => {
  const children: ChildProcess[] = [];
  after(() => children.forEach((child) => child.kill('SIGKILL')));

  function run(environment: Record<string, string>) {
    const child = spawn(process.execPath, ['--import=tsx', 'demo/backend/main.ts'], {
      env: {
        PATH: process.env['PATH'],
        MONERIUM_API_URL: site.emulator.url,
        MONERIUM_CLIENT_ID: CLIENT_ID,
        MONERIUM_REDIRECT_URIS: CALLBACK,
        BACKEND_DATABASE: `${site.folder}/process.db`,
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    return child;
  }

  async function isUp({ stdout }: ChildProcess): Promise<void> {
    const [line] = (await once(stdout!, 'data')) as [Buffer];
    site.backend = { ...site.backend, url: /http:\S+/.exec(String(line))?.[0] ?? '' };
  }

  it('keeps its sessions after it was killed', async () => {
    const { backend } = site;
    const environment = { BACKEND_KEY: site.key, BACKEND_PORT: String(await getPort()) };
    try {
      const first = run(environment);
      await isUp(first);
      const cookie = await site.signIn();
      first.kill('SIGKILL');
      await once(first, 'exit');
      const second = run(environment);
      await isUp(second);
      assert.equal((await site.get('/me', cookie)).status, 200);
      second.kill('SIGTERM');
      assert.deepEqual(await once(second, 'exit'), [0, null]);
    } finally {
      site.backend = backend;
    }
  });

  it('does not start without its key, and prints the reason', async () => {
    for (const [key, sentence] of [
      ['', 'BACKEND_KEY is missing. Make one with: openssl rand -base64 32\n'],
      [
        'c2hvcnQ',
        'BACKEND_KEY is not 32 bytes in base64. Make one with: openssl rand -base64 32\n',
      ],
    ] as const) {
      const child = run(key ? { BACKEND_KEY: key } : {});
      const [told, [status]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
      assert.equal(told, sentence);
      assert.equal(status, 1);
    }
  });
});
