import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { Switches } from '../../src/testing/emulator/switches.js';
import { assertRefused, cookieOf, Site } from './backend-fixture.js';

const site = new Site();
const PROFILE = /^\/profiles\//;

before(() => site.start());
afterEach(() => {
  site.emulator.reset();
  site.log.length = 0;
});
after(() => site.close());

/** Connects, with an access token that Monerium does not take any more. */
async function signInWithOldTokens(): Promise<string> {
  const cookie = await site.signIn();
  site.emulator.endAccessTokens();
  return cookie;
}

function profileTokens(): string[] {
  const asked = site.emulator.requests.filter(({ path }) => PROFILE.test(path));
  return asked.map(({ headers }) => headers['authorization'] ?? '');
}

describe('the demo backend fetches the profile', () => {
  it('with the tokens of the session', async () => {
    const connected = await site.connect();
    const me = await site.get('/me', cookieOf(connected));
    const ids = (await connected.json()) as object;

    assert.equal(me.status, 200);
    assert.equal(me.headers.get('Access-Control-Allow-Credentials'), 'true');
    const rest = { name: 'canary.customer', kind: 'personal', state: 'approved' };
    assert.deepEqual(await me.json(), { ...ids, ...rest });
    assert.equal(site.emulator.refreshRequests().length, 0);
  });

  it('for nobody without a session', async () => {
    await assertRefused(await site.get('/me', ''), 401, 'login_required');
    await assertRefused(await site.get('/me', 'session=unknown'), 401, 'login_required');
    assert.deepEqual(site.emulator.requests, []);
  });

  it('#210 and keeps the session while Monerium is out of order', async () => {
    const cookie = await signInWithOldTokens();
    const assertUnavailable = async (token: Switches['token']) => {
      site.emulator.configure({ token });
      await assertRefused(await site.get('/me', cookie), 502, 'temporarily_unavailable');
    };
    // As a proxy with a wrong rule does. First, since after a failure nothing is sent for a second.
    await assertUnavailable('unauthorized');
    assert.equal(site.emulator.refreshRequests().length, 1);
    await assertUnavailable('unavailable');
    await assertUnavailable('html');
    assert.equal((await site.get('/session', cookie)).status, 200);
    assert.equal(site.log.length, 3);
    site.emulator.configure({ token: 'none' });
    // For a second after a failure the refresh token is not sent again.
    while ((await site.get('/me', cookie)).status !== 200) await setTimeout(50);
  });
});

describe('the demo backend refreshes tokens', () => {
  it('that Monerium does not take any more, and keeps the new ones', async () => {
    const cookie = await signInWithOldTokens();
    for (let turn = 0; turn < 3; turn += 1) {
      assert.equal((await site.get('/me', cookie)).status, 200);
    }
    assert.equal(site.emulator.refreshRequests().length, 1);
    assert.equal(new Set(profileTokens()).size, 2);
  });

  it('again and again, each time with the newest', async () => {
    const cookie = await site.signIn();
    for (let turn = 0; turn < 4; turn += 1) {
      site.emulator.endAccessTokens();
      assert.equal((await site.get('/me', cookie)).status, 200);
    }
    const sent = site.emulator.refreshRequests().map(({ body }) => body);
    assert.equal(new Set(sent).size, 4, 'a refresh token is never sent twice');
  });

  it('once for all who ask at the same time', async () => {
    const cookie = await signInWithOldTokens();
    site.emulator.configure({ delayMs: 50 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => site.get('/me', cookie)));

    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    assert.equal(site.emulator.refreshRequests().length, 1);
    assert.equal((await site.get('/me', cookie)).status, 200);
    assert.equal(site.emulator.refreshRequests().length, 1, 'the new tokens are the kept ones');
  });

  it('that do not say when they end, only when they have', async () => {
    site.emulator.configure({ expiresIn: null });
    const cookie = await site.signIn();
    await site.restart();
    assert.equal((await site.get('/me', cookie)).status, 200);
    assert.equal(site.emulator.refreshRequests().length, 0);
  });

  it('and ends the session when Monerium refuses', async () => {
    const cookie = await signInWithOldTokens();
    const before = (await site.rows()).length;
    site.emulator.reset();

    await assertRefused(await site.get('/me', cookie), 401, 'login_required');
    assert.equal((await site.rows()).length, before - 1);
  });

  it('without bringing back a session that was ended meanwhile', async () => {
    const cookie = await signInWithOldTokens();
    const before = (await site.rows()).length;
    site.emulator.configure({ delayMs: 100 });
    const me = site.get('/me', cookie);
    await until(() => site.emulator.refreshRequests().length === 1);
    assert.equal((await site.disconnect(cookie)).status, 204);
    await (await me).body?.cancel();

    assert.equal((await site.rows()).length, before - 1);
    await assertRefused(await site.get('/session', cookie), 401, 'login_required');
  });
});

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
}
