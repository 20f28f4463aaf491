// What seals cookies and rows: everything that was not sealed for this very place stays closed.
import assert from 'node:assert/strict';
import { randomBytes, webcrypto } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createConnections, createMemoryStore, createSeal } from '../../src/server/index.js';
import { createSealFor } from '../../src/server/seal.js';
import { createSqlStore } from '../../src/server/sql.js';
import { createValkeyStore } from '../../src/server/valkey.js';
import { catchConnectError } from '../helpers/connect-error.js';

const SECRET = 'a secret of the site, 32 bytes or more';
const OTHER = 'another one, which is just as long as it';
const TEXT = JSON.stringify({ accessToken: 'V_pc…', refreshToken: 'C5CA' });
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

const { seal, open } = createSeal(SECRET);
const closed = /^Error: it was sealed with another secret, for another purpose, or was changed$/;

describe('#242 a sealed text', () => {
  it('#242 opens for the same purpose, also in another process', async () => {
    const sealed = await seal(TEXT, 'row 1');
    assert.equal(await open(sealed, 'row 1'), TEXT);
    assert.equal(await createSeal(SECRET).open(sealed, 'row 1'), TEXT);
  });

  it('#242 shows nothing of it, and is another one each time', async () => {
    const all = await Promise.all(Array.from({ length: 100 }, () => seal(TEXT, 'row 1')));
    assert.equal(new Set(all).size, 100);
    const nonces = all.map((sealed) => sealed.slice(0, 5 + 16));
    assert.equal(new Set(nonces).size, 100);
    for (const sealed of all) {
      assert.match(sealed, /^mcs1\.[\w-]+$/);
      assert.doesNotMatch(Buffer.from(sealed.slice(5), 'base64url').toString('latin1'), /C5CA/);
      assert.equal(sealed.length, 5 + Math.ceil(((Buffer.byteLength(TEXT) + 28) * 4) / 3));
    }
  });

  it('#242 does not open when any of its characters is another', async () => {
    const sealed = await seal('text', 'row 1');
    for (let at = 0; at < sealed.length; at++) {
      // The last ones have bits that a careless decoder drops.
      const letters = at < sealed.length - 3 ? 'AQgw-_=.' : `${ALPHABET}=+/ .\n`;
      for (const letter of letters) {
        if (sealed[at] === letter) continue;
        const changed = sealed.slice(0, at) + letter + sealed.slice(at + 1);
        await assert.rejects(open(changed, 'row 1'), closed, changed);
      }
    }
  });

  it('#242 does not open when any of its bits is another', async () => {
    const bytes = Buffer.from((await seal('text', 'row 1')).slice(5), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      await assert.rejects(open(`mcs1.${changed.toString('base64url')}`, 'row 1'), closed);
    }
  });

  it('#242 does not open when it is cut or made longer, or in another spelling', async () => {
    const sealed = await seal('text', 'row 1');
    for (let end = 0; end < sealed.length; end++) {
      await assert.rejects(open(sealed.slice(0, end), 'row 1'), closed);
      await assert.rejects(open(sealed.slice(end + 1), 'row 1'), closed);
    }
    for (const changed of [
      `${sealed}A`,
      `${sealed}=`,
      `${sealed}==`,
      ` ${sealed}`,
      `${sealed}\n`,
    ]) {
      await assert.rejects(open(changed, 'row 1'), closed);
    }
    const base64 = Buffer.from(sealed.slice(5), 'base64url').toString('base64');
    for (const prefix of ['mcs1.', 'mcs2.', 'MCS1.', '']) {
      await assert.rejects(open(prefix + base64.padEnd(base64.length + 1, '='), 'row 1'), closed);
    }
    await assert.rejects(open(sealed.replace('mcs1.', 'mcs2.'), 'row 1'), closed);
  });

  it('#242 opens neither in another place nor for another use of the secret', async () => {
    const sealed = await seal(TEXT, 'row 1');
    for (const purpose of ['row 2', 'row 1 ', 'row', '', 'ROW 1']) {
      await assert.rejects(open(sealed, purpose), closed);
    }
    const flows = createSealFor('flow', SECRET);
    await assert.rejects(flows.open(sealed, 'row 1'), closed);
    await assert.rejects(open(await flows.seal(TEXT, 'row 1'), 'row 1'), closed);
  });

  it('#242 does not open with another secret', async () => {
    const sealed = await seal(TEXT, 'row 1');
    for (const secret of [OTHER, `${SECRET} `, SECRET.toUpperCase()]) {
      await assert.rejects(createSeal(secret).open(sealed, 'row 1'), closed);
    }
  });

  it('#242 is no made-up text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 200 }), fc.string(), async (text, purpose) => {
        await assert.rejects(open(text, purpose), closed);
        await assert.rejects(open(`mcs1.${text}`, purpose), closed);
      }),
    );
  });

  it('keeps every text as it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string(), async (text, purpose) => {
        assert.equal(await open(await seal(text, purpose), purpose), text);
      }),
    );
    for (const text of ['', '\ufeff{"a":1}', '€ 👛', '\0']) {
      assert.equal(await open(await seal(text, ''), ''), text);
    }
  });

  it('can be many megabytes', { timeout: 60_000 }, async () => {
    const text = randomBytes(1_000_000).toString('hex');
    const sealed = await seal(text, 'row 1');
    assert.equal(await open(sealed, 'row 1'), text);
    await assert.rejects(open(`${sealed.slice(0, -1)}`, 'row 1'), closed);
    await assert.rejects(open('mcs1.'.padEnd(4_000_000, 'A'), 'row 1'), closed);
  });

  it('is what the documents say: HKDF-SHA-256, AES-256-GCM, nonce first', async () => {
    const bytes = Buffer.from((await seal(TEXT, 'row 1')).slice(5), 'base64url');
    const { subtle } = webcrypto;
    const base = await subtle.importKey('raw', Buffer.from(SECRET), 'HKDF', false, ['deriveBits']);
    const info = Buffer.from('monerium-connect mcs1. store');
    const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info };
    const raw = await subtle.deriveBits(hkdf, base, 256);
    const key = await subtle.importKey('raw', raw, 'AES-GCM', false, ['decrypt']);
    const additionalData = Buffer.from('mcs1.row 1');
    const aes = { name: 'AES-GCM', iv: bytes.subarray(0, 12), additionalData };
    const text = await subtle.decrypt(aes, key, bytes.subarray(12));
    assert.equal(Buffer.from(text).toString(), TEXT);
  });
});

describe('#243 several secrets', () => {
  it('#243 all open, and the first one seals', async () => {
    const both = createSeal([OTHER, SECRET]);
    assert.equal(await both.open(await seal(TEXT, 'row 1'), 'row 1'), TEXT);
    const newer = await both.seal(TEXT, 'row 1');
    assert.equal(await createSeal(OTHER).open(newer, 'row 1'), TEXT);
    await assert.rejects(open(newer, 'row 1'), closed);
  });

  it('#243 let a site replace one without a moment in which a process cannot read', async () => {
    const steps = [[SECRET], [SECRET, OTHER], [OTHER, SECRET], [OTHER]].map(createSeal);
    for (const [at, { seal: write }] of steps.entries()) {
      const sealed = await write(TEXT, 'row 1');
      for (const beside of steps.slice(Math.max(at - 1, 0), at + 2)) {
        assert.equal(await beside.open(sealed, 'row 1'), TEXT);
      }
    }
  });

  it('#243 are a copy: a list that changes later changes nothing', async () => {
    const list = [SECRET];
    const own = createSeal(list);
    list[0] = OTHER;
    assert.equal(await own.open(await seal(TEXT, 'row 1'), 'row 1'), TEXT);
  });

  it('#243 are refused when one is short, and not repeated', async () => {
    const short = 'x'.repeat(31);
    assert.doesNotThrow(() => createSeal('ä'.repeat(16)));
    for (const secret of [short, [SECRET, short], [], '', undefined, 7, [SECRET, 7], ['']]) {
      const error = await catchConnectError(async () => createSeal(secret as string));
      assert.equal(error.code, 'invalid_config');
      assert.match(error.message, /^invalid_config: secret needs /);
      assert.equal(!error.message.includes('xxx'), true);
    }
  });
});

describe('#244 the stores with a seal', () => {
  const { signal } = new AbortController();
  const tokens = { accessToken: 'the-access', refreshToken: 'the-refresh', expiresAt: 1e15 };
  const details = { profile: 'the-profile', userId: 'u', clientId: 'c', tokens };

  it('#244 keep nothing in the clear, and read it again: SQL', async () => {
    const rows = new Map<string, (string | number)[]>();
    const run = async (text: string, values: readonly (string | number)[]) => {
      const [id = ''] = values;
      if (text.startsWith('INSERT')) rows.set(String(id), [...values]);
      const [, version, connection] = rows.get(String(id)) ?? [];
      return { rows: connection ? [{ version, connection }] : [], changed: 1 };
    };
    const connections = createConnections({ store: createSqlStore(run, createSeal(SECRET)) });
    await connections.connect('anna', details);
    assert.doesNotMatch(JSON.stringify([...rows]), /the-access|the-refresh|the-profile/);
    assert.equal(await connections.getAccessToken('anna'), 'the-access');
    // A row in the place of another would sign somebody in as another customer.
    rows.set('bob', rows.get('anna') ?? []);
    const error = await catchConnectError(() => connections.find('bob'));
    assert.equal(error.code, 'server_unavailable');
  });

  it('#244 keep nothing in the clear, and read it again: Valkey', async () => {
    let kept = '';
    const send = async (args: string[]) => {
      if (args.length === 4) return [kept, '1', '1'];
      kept = `${args[5]} ${args[6]}`;
      return 1;
    };
    const options = { durable: false, ...createSeal(SECRET) };
    const store = createValkeyStore(send, options);
    const connection = { ...details, refreshAt: 1 };
    assert.equal(await store.replace('anna', 0, connection, signal), true);
    assert.match(kept, /^\d+ mcs1\./);
    assert.deepEqual((await store.read('anna', signal))?.connection, connection);
    await assert.rejects(store.read('bob', signal), closed);
  });

  it('are not needed in memory', async () => {
    const connections = createConnections({ store: createMemoryStore() });
    await connections.connect('anna', details);
    assert.equal(await connections.getAccessToken('anna'), 'the-access');
  });
});
