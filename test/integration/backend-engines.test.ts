// The demo backend over each of its databases, in one process and in several.
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'iovalkey';
import Database from 'libsql';
import pg from 'pg';
import { startBackend, type Backend } from '../../demo/backend/backend.js';
import { throwawayKey } from '../../demo/backend/key-ring.js';
import {
  skipPostgres,
  skipValkey,
  startPostgres,
  startValkey,
  type Engine,
} from '../helpers/engines.js';
import { assertRefused, CALLBACK, CLIENT_ID, Site } from '../node/backend-fixture.js';

interface Kind {
  readonly name: string;
  readonly skip: string | false;
  /** SQLite has no server. */
  readonly startEngine?: () => Promise<Engine>;
}

const kinds: Kind[] = [
  { name: 'SQLite', skip: false },
  { name: 'PostgreSQL', skip: skipPostgres, startEngine: startPostgres },
  { name: 'Valkey', skip: skipValkey, startEngine: startValkey },
];

const toAddress = (url: string) => url.replace(/^redis:/, 'valkey:');

for (const { name, skip, startEngine } of kinds) {
  describe(`the demo backend over ${name}`, { skip }, () => {
    const site = new Site();
    let engine: Engine | undefined;
    const children: ChildProcess[] = [];

    before(async () => {
      engine = await startEngine?.();
      if (engine) site.database = toAddress(engine.url);
      await site.start();
    });
    afterEach(() => {
      site.emulator.reset();
      site.log.length = 0;
    });
    after(async () => {
      for (const child of children) child.kill('SIGKILL');
      await site.close();
      engine?.stop();
    });

    /** `npm run backend -- --processes`, and where it is. */
    async function startProcesses(count: number) {
      const line = ['--import=tsx', 'demo/backend/main.ts', '--processes', String(count)];
      const child = spawn(process.execPath, line, {
        env: {
          PATH: process.env['PATH'],
          MONERIUM_API_URL: site.emulator.url,
          MONERIUM_CLIENT_ID: CLIENT_ID,
          MONERIUM_REDIRECT_URIS: CALLBACK,
          BACKEND_DATABASE: site.database,
          BACKEND_KEY: site.key,
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(child);
      const [output] = await Promise.race([
        once(child.stdout, 'data') as Promise<[Buffer]>,
        once(child, 'exit').then(() => assert.fail('the processes have not started')),
      ]);
      return { child, url: /http:\S+\d/.exec(String(output))?.[0] ?? '' };
    }

    it('keeps a customer connected over a restart, until they disconnect', async () => {
      const cookie = await site.signIn();
      await site.restart();
      assert.equal((await site.get('/me', cookie)).status, 200);
      assert.equal((await site.disconnect(cookie)).status, 204);
      await assertRefused(await site.get('/me', cookie), 401, 'login_required');
    });

    it('sends each code and each refresh token once, in two processes', async () => {
      const others = await startBackend(site.options());
      try {
        const body = site.grantBody();
        const [first, second] = await Promise.all([
          site.connect(body),
          site.at(others.url).connect(body),
        ]);
        assert.deepEqual([first.status, second.status].sort(), [200, 400]);
        assert.equal(site.emulator.tokenRequests().length, 1);
        const { headers } = first.status === 200 ? first : second;
        const [cookie = ''] = (headers.get('Set-Cookie') ?? '').split(';');
        site.emulator.endAccessTokens();
        const urls = [site.backend.url, others.url];
        const asked = urls.map((url) => site.at(url).get('/me', cookie));
        const statuses = (await Promise.all(asked)).map(({ status }) => status);
        assert.deepEqual(statuses, [200, 200]);
        assert.equal(site.emulator.refreshRequests().length, 1);
      } finally {
        await others.close();
      }
    });

    it('counts the requests of a client over all processes, and says when to come back', async () => {
      const limits = { connect: { points: 3, seconds: 60 }, session: { points: 5, seconds: 60 } };
      const proxies = 1;
      const both = await Promise.all(
        [1, 2].map(() => startBackend({ ...site.options(), limits, proxies })),
      );
      const ask = ({ url }: Backend, address: string) =>
        site.at(url).connect({}, { 'X-Forwarded-For': `made-up, ${address}` });
      try {
        const asked = [0, 1, 0, 1, 0, 1].map((index) => ask(both[index]!, '192.0.2.7'));
        const responses = await Promise.all(asked);
        const refused = responses.filter(({ status }) => status === 429);
        assert.equal(refused.length, 3);
        for (const { headers } of refused) {
          const seconds = Number(headers.get('Retry-After'));
          assert.ok(seconds >= 1 && seconds <= 60, `${seconds}`);
          assert.match(headers.get('Access-Control-Expose-Headers') ?? '', /retry-after/i);
        }
        assert.equal((await ask(both[0]!, '192.0.2.8')).status, 400);
      } finally {
        await Promise.all(both.map((backend) => backend.close()));
      }
    });

    it('starts in four processes at once, one of which is replaced when it is killed', async () => {
      const { child, url } = await startProcesses(4);
      const front = site.at(url);
      const cookie = await front.signIn();
      const [victim = 0] = childrenOf(child);
      process.kill(victim, 'SIGKILL');
      while (childrenOf(child).includes(victim) || childrenOf(child).length < 4) await wait(20);
      site.emulator.endAccessTokens();
      site.emulator.configure({ delayMs: 50 });
      const asked = Array.from({ length: 12 }, () => front.get('/me', cookie));
      const statuses = (await Promise.all(asked)).map(({ status }) => status);
      assert.deepEqual(new Set(statuses), new Set([200]));
      assert.equal(site.emulator.refreshRequests().length, 1);
      child.kill('SIGTERM');
      await once(child, 'exit');
    });

    it('loses nothing on SIGTERM while codes and refresh tokens are on their way', async () => {
      const { child, url } = await startProcesses(2);
      const front = site.at(url);
      const before = await Promise.all([front.signIn(), front.signIn()]);
      site.emulator.endAccessTokens();
      site.emulator.requests.length = 0;
      // Longer than a client may take to read its last response.
      site.emulator.configure({ delayMs: 1000 });
      const asked = before.map((cookie) => front.get('/me', cookie));
      const connecting = [front.signIn(), front.signIn()];
      const sent = () => [...site.emulator.tokenRequests(), ...site.emulator.refreshRequests()];
      while (sent().length < 4) await wait(5);
      child.kill('SIGTERM');
      for (const { status } of await Promise.all(asked)) assert.equal(status, 200);
      const cookies = [...before, ...(await Promise.all(connecting))];
      assert.deepEqual(await once(child, 'exit'), [0, null]);
      site.emulator.configure({ delayMs: 0 });
      for (const cookie of cookies) assert.equal((await site.get('/me', cookie)).status, 200);
    });

    const noServer = !startEngine && 'a file cannot be away';
    it('#211 is not ready while its clock is another than that of the database', async (t) => {
      const { now } = Date;
      const skewed = t.mock.method(Date, 'now', () => now() - 61_000);
      const response = await fetch(`${site.backend.url}/health/ready`);
      skewed.mock.restore();
      // A file has no clock of its own.
      assert.equal(response.status, startEngine ? 503 : 200);
      const { status } = (await response.json()) as { status: string };
      assert.match(status, startEngine ? /clock/ : /^ready$/);
    });

    it('is alive but not ready while its database is away', { skip: noServer }, async () => {
      const statusOf = async (path: string) => (await fetch(site.backend.url + path)).status;
      assert.equal(await statusOf('/health/ready'), 200);
      engine?.crash();
      assert.equal(await statusOf('/health/ready'), 503);
      assert.equal(await statusOf('/health/live'), 200);
      await assertRefused(await site.connect(), 503, 'temporarily_unavailable');
      assert.equal(site.emulator.tokenRequests().length, 0);
      engine?.start();
      while ((await statusOf('/health/ready')) !== 200) await wait(50);
      await site.signIn();
    });

    it('#223 is not ready while its database can be read and takes no writes', async () => {
      const cookie = await site.signIn();
      const ready = async () => (await fetch(`${site.backend.url}/health/ready`)).status;
      const allowWrites = await refuseWrites(site.database);
      try {
        assert.equal((await site.get('/session', cookie)).status, 200);
        assert.equal(await ready(), 503);
        await assertRefused(await site.connect(), 503, 'temporarily_unavailable');
        assert.equal(site.emulator.tokenRequests().length, 1);
      } finally {
        await allowWrites();
      }
      while ((await ready()) !== 200) await wait(50);
      await site.signIn();
    });
  });
}

/** What a full disk or memory does to each database. Returns what takes it back. */
async function refuseWrites(database: string): Promise<() => Promise<void>> {
  if (database.startsWith('valkey:')) {
    const client = new Redis(database);
    await client.config('SET', 'maxmemory', '1');
    return async () => {
      await client.config('SET', 'maxmemory', '0');
      client.disconnect();
    };
  }
  if (database.startsWith('postgres:')) {
    const client = new pg.Client({ connectionString: database });
    await client.connect();
    const set = async (value: string) => {
      await client.query('SET default_transaction_read_only = off');
      await client.query(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
      await client.query('SELECT pg_reload_conf()');
    };
    await set('on');
    return async () => {
      await set('off');
      await client.end();
    };
  }
  const other = new Database(database);
  other.exec('BEGIN IMMEDIATE');
  return async () => void other.close();
}

/** The processes that a process has started. */
function childrenOf({ pid }: ChildProcess): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return stdout.split('\n').map(Number).filter(Boolean);
}

describe('the demo backend over a Valkey that forgets in a crash', { skip: skipValkey }, () => {
  it('does not start, and says what the server needs', async () => {
    const engine = await startValkey({ durable: false });
    const options = { apiUrl: 'http://localhost', clientId: CLIENT_ID, redirectUris: [CALLBACK] };
    const database = toAddress(engine.url);
    try {
      await assert.rejects(
        startBackend({ ...options, database, key: throwawayKey() }),
        /^StartFailure: The database valkey:.* cannot be used: .*append/,
      );
    } finally {
      engine.stop();
    }
  });
});
