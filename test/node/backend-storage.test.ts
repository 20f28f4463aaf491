import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { createClient } from '@libsql/client/sqlite3';
import { startBackend } from '../../demo/backend/backend.js';
import { throwawayKey } from '../../demo/backend/key-ring.js';
import { assertRefused, cookieOf, EMAIL, Site } from './backend-fixture.js';

const site = new Site();

before(() => site.start());
afterEach(async () => {
  site.emulator.reset();
  await site.restart();
  await site.look((client) => client.execute('DELETE FROM monerium_connection'));
  site.log.length = 0;
});
after(() => site.close());

/** The text has neither the cookie nor a value that the emulator has issued or received. */
function assertNothingSecretIn(text: string, cookie: string): void {
  const [, id = ''] = cookie.split('=');
  for (const secret of [id, 'access_', 'refresh_', 'code_', EMAIL]) {
    assert.ok(secret && !text.includes(secret), `there is ${secret} in: ${text}`);
  }
}

describe('the database of the demo backend', () => {
  it('holds no token, no id of a session and no customer in the clear', async () => {
    const connected = await site.connect();
    const { profile, userId } = (await connected.json()) as Record<string, string>;
    await site.backend.close();
    const files = readdirSync(site.folder).filter((name) => name.startsWith('backend.db'));
    const bytes = files.map((name) => readFileSync(join(site.folder, name), 'latin1')).join();
    await site.restart().catch(() => undefined);

    assert.match(bytes, /^SQLite format 3/);
    assertNothingSecretIn(bytes, cookieOf(connected));
    assert.equal(!bytes.includes(String(profile)) && !bytes.includes(String(userId)), true);
  });

  it('is readable by its owner only', { skip: process.platform === 'win32' }, () => {
    assert.equal(statSync(site.database).mode & 0o777, 0o600);
  });

  it('has a fresh initialisation vector for every row', async () => {
    await site.signIn();
    await site.signIn();
    const [first, second] = await site.rows();
    const vectorOf = (row: typeof first) =>
      /^mcs1\.([\w-]{16})/.exec(String(row?.['connection']))?.[1];
    assert.notEqual(vectorOf(first), undefined);
    assert.notEqual(vectorOf(first), vectorOf(second));
  });

  it('keeps the customer connected over a restart', async () => {
    const cookie = await site.signIn();
    await site.restart();
    assert.equal((await site.get('/me', cookie)).status, 200);
  });

  it('finds nobody whose row was put in the place of another', async () => {
    const cookies = [await site.signIn(), await site.signIn()];
    await site.look(async (client) => {
      const { rows } = await client.execute('SELECT id, connection FROM monerium_connection');
      const [a, b] = rows;
      const sql = 'UPDATE monerium_connection SET connection = ? WHERE id = ?';
      await client.execute({ sql, args: [a?.['connection'] ?? null, b?.['id'] ?? null] });
      await client.execute({ sql, args: [b?.['connection'] ?? null, a?.['id'] ?? null] });
    });
    for (const cookie of cookies) {
      await assertRefused(await site.get('/session', cookie), 401, 'login_required');
    }
    assert.match(site.log.join(), /cannot be decrypted/);
  });

  it('refuses a session whose row was changed, extended in time or cut', async () => {
    // The character may already be `_`: one time in 64.
    const other = `CASE substr(connection, 151, 1) WHEN '_' THEN '-' ELSE '_' END`;
    const changes = [
      `connection = substr(connection, 1, 150) || ${other} || substr(connection, 152)`,
      `id = CAST(substr(id, 1, 13) + 1 AS TEXT) || substr(id, 14)`,
      `connection = substr(connection, 1, length(connection) - 1)`,
      `connection = ''`,
      `connection = '{}'`,
    ];
    for (const change of changes) {
      const cookie = await site.signIn();
      await site.look((client) => client.execute(`UPDATE monerium_connection SET ${change}`));
      await assertRefused(await site.get('/session', cookie), 401, 'login_required');
      await assertRefused(await site.get('/me', cookie), 401, 'login_required');
    }
  });

  it('keeps its sessions when a new key is put before the old one', async () => {
    const before = await site.signIn();
    const newer = throwawayKey();
    await site.restart({ key: `new:${newer},old:${site.key}` });
    assert.equal((await site.get('/me', before)).status, 200);
    const after = await site.signIn();
    await site.restart({ key: newer });
    assert.equal((await site.get('/me', after)).status, 200);
    await assertRefused(await site.get('/me', before), 401, 'login_required');
  });

  it('refuses every session under another key, and accepts all under the right one', async () => {
    const cookie = await site.signIn();
    await site.restart({ key: throwawayKey() });
    await assertRefused(await site.get('/me', cookie), 401, 'login_required');
    assert.match(site.log.join(), /another BACKEND_KEY/);
    await site.restart();
    assert.equal((await site.get('/me', cookie)).status, 200);
  });
});

describe('the demo backend refuses to start', () => {
  const database = () => join(site.folder, `${randomBytes(4).toString('hex')}.db`);

  it('without a complete key, and does not print it', async () => {
    const short = randomBytes(16).toString('base64');
    const broken = [`${throwawayKey()}AAAA`, `!${throwawayKey().slice(1)}`];
    for (const key of ['', short, ...broken, `${throwawayKey()},`, `a:${short}`]) {
      const start = startBackend({ ...site.options(), database: database(), key });
      await assert.rejects(start, ({ message }: Error) => {
        assert.match(message, /^BACKEND_KEY .*openssl rand -base64 32$/);
        return key === '' || !message.includes(key);
      });
    }
    const start = startBackend({ ...site.options(), database: database(), key: undefined });
    await assert.rejects(start, /^StartFailure: BACKEND_KEY is missing/);
  });

  it('with a file that is not a database, is in a missing folder or has a newer version', async () => {
    const text = database();
    writeFileSync(text, 'Not a database, but a text. '.repeat(100));
    const newer = database();
    const client = createClient({ url: `file:${newer}` });
    await client.execute('CREATE TABLE migration (version INTEGER PRIMARY KEY)');
    await client.execute('INSERT INTO migration VALUES (99)');
    client.close();
    const faults = [
      [text, /not a database/],
      [join(site.folder, 'no', 'folder.db'), /no such file or directory/],
      [newer, /it has version 99, this program knows \d+/],
    ] as const;
    for (const [file, reason] of faults) {
      await assert.rejects(startBackend({ ...site.options(), database: file }), (error: Error) => {
        assert.match(error.message, /^The database .* cannot be used: /);
        assert.match(error.message, reason);
        return true;
      });
    }
  });

  it('with an address that is neither a file, nor PostgreSQL, nor Valkey', async () => {
    const sentence = 'BACKEND_DATABASE has to be a file for SQLite, postgres://…, or valkey://….';
    for (const name of ['', 'mysql://root:secret@db/shop', 'redis://db', 'file:backend.db']) {
      const start = startBackend({ ...site.options(), database: name });
      await assert.rejects(start, { name: 'StartFailure', message: sentence });
    }
  });

  it('with a server that is unreachable, and does not print the password', async () => {
    for (const scheme of ['postgres', 'valkey']) {
      const name = `${scheme}://me:secret@127.0.0.1:1/db`;
      await assert.rejects(startBackend({ ...site.options(), database: name }), (error: Error) => {
        assert.equal(error.name, 'StartFailure');
        assert.match(error.message, new RegExp(`^The database ${scheme}://127.0.0.1:1/db cannot`));
        return !error.message.includes('secret') && !site.log.join().includes('secret');
      });
    }
  });

  it('with a password that is not URL-encoded, and does not print it', async () => {
    const passwords = ['sec/ret', 'sec#ret', 'sec?ret', '12/secret', 'sec@ret'];
    for (const password of passwords) {
      const name = `postgres://me:${password}@127.0.0.1:1/db`;
      await assert.rejects(startBackend({ ...site.options(), database: name }), (error: Error) => {
        assert.equal(error.name, 'StartFailure');
        return !/sec|ret/.test(error.message + site.log.join());
      });
    }
  });

  it('but not with a database of the first version, whose sessions it keeps', async () => {
    const cookie = await site.signIn();
    await site.backend.close();
    await site.look(async (client) => {
      await client.execute('DROP INDEX monerium_claim_ends_at');
      await client.execute('DELETE FROM migration WHERE version = 2');
    });
    await site.restart().catch(() => undefined);
    assert.equal((await site.get('/me', cookie)).status, 200);
    const index = "SELECT count(*) AS n FROM sqlite_schema WHERE name = 'monerium_claim_ends_at'";
    const { rows } = await site.look((client) => client.execute(index));
    assert.equal(rows[0]?.['n'], 1);
  });
});
