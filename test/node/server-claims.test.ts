import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, afterEach, before, describe, it, mock } from 'node:test';
import { createMemoryClaims, type Claims, type ServerEvent } from '../../src/server/handler.js';
import { openSite, post, type Site } from '../helpers/site.js';

const signal = new AbortController().signal;

let site: Site;

before(async () => {
  site = await openSite();
});

afterEach(() => {
  mock.restoreAll();
  site.reset();
});

after(() => site.close());

describe('claims', () => {
  it('let one of two handlers send a code', async () => {
    const claims = createMemoryClaims();
    const handlers = [site.handlerWith({ claims }), site.handlerWith({ claims })];
    const body = site.createPost();
    const responses = await Promise.all(handlers.map((handle) => handle(post(body))));
    assert.deepEqual(responses.map(({ status }) => status).sort(), [200, 400]);
    assert.equal(site.emulator.tokenRequests().length, 1);
  });

  it('know the hash of a code, and never the code', async () => {
    const keys: string[] = [];
    const claims: Claims = {
      async claim(key, ttlMs, deadline) {
        keys.push(key);
        assert.equal(ttlMs, 86_400_000);
        assert.ok(deadline instanceof AbortSignal);
        return true;
      },
    };
    const body = site.createPost();
    await site.handlerWith({ claims })(post(body));
    await site.handlerWith({ claims })(post(body));
    assert.match(keys[0] ?? '', /^[\w+/]{43}=$/);
    assert.equal(keys[0], keys[1]);
    assert.ok(!keys[0]?.includes(body.code));
  });

  const broken: [string, () => Promise<boolean>][] = [
    ['reject', () => Promise.reject(new Error('away'))],
    ['hang', () => new Promise(() => undefined)],
    [
      'throw',
      () => {
        throw new Error('away');
      },
    ],
  ];
  for (const [what, claim] of broken) {
    it(`end in 503 within the deadline when they ${what}, and nothing is sent`, async () => {
      const handle = site.handlerWith({ claims: { claim }, timeoutMs: 60 });
      const response = await handle(post(site.createPost()));
      assert.equal(response.status, 503);
      assert.deepEqual(site.emulator.requests, []);
      assert.match(site.failures[0]?.message ?? '', /^503 temporarily_unavailable: claims /);
    });
  }
});

describe('the claims of a process', () => {
  it('can be made again when their time is over', async () => {
    const claims = createMemoryClaims();
    assert.equal(await claims.claim('a', 1000, signal), true);
    assert.equal(await claims.claim('a', 1000, signal), false);
    const now = Date.now();
    mock.method(Date, 'now', () => now + 1001);
    assert.equal(await claims.claim('a', 1000, signal), true);
  });

  it('are the default, with one warning in production', () => {
    const script = `
      import { createExchangeHandler, createMemoryClaims } from './src/server/handler.ts';
      const options = { clientId: 'a', redirectUris: ['https://a.example'], onConnected() {} };
      createExchangeHandler({ ...options, claims: createMemoryClaims() });
      createExchangeHandler(options);`;
    const args = ['--import=tsx', '--input-type=module', `--eval=${script}`];
    const warningsIn = (NODE_ENV: string) => {
      const env = { ...process.env, NODE_ENV };
      const { stderr, status } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
      assert.equal(status, 0, stderr);
      return stderr.match(/set `claims`/g)?.length ?? 0;
    };
    assert.deepEqual([warningsIn('production'), warningsIn('development')], [1, 0]);
  });
});

describe('observe', () => {
  it('is told how each post went', async () => {
    const events: ServerEvent[] = [];
    const handle = site.handlerWith({ observe: (event) => void events.push(event) });
    const body = site.createPost();
    await handle(post(body));
    await handle(post(body));
    for (const event of events) if ('ms' in event) assert.ok(event.ms >= 0 && event.ms < 60_000);
    assert.deepEqual(
      events.map(({ type, ...others }) => [type, 'status' in others ? others.status : 0]),
      [
        ['exchanged', 0],
        ['replay-refused', 0],
        ['exchange-failed', 400],
      ],
    );
    for (const secret of Object.values(body)) assert.ok(!JSON.stringify(events).includes(secret));
  });

  it('changes nothing when it throws', async () => {
    const observe = () => {
      throw new Error('broken');
    };
    const handle = site.handlerWith({ observe });
    assert.equal((await handle(post(site.createPost()))).status, 200);
  });
});

describe('the console', () => {
  it('has the failures below 500 in the sandbox, and not in production', async () => {
    const lines: string[] = [];
    mock.method(console, 'warn', (line: string) => void lines.push(line));
    const request = () => post(site.createPost(), { origin: 'https://evil.example' });
    const apiUrl = site.emulator.url;
    const common = { onError: undefined, apiUrl };
    const answers = [
      await site.handlerWith({ ...common })(request()),
      await site.handlerWith({ ...common, environment: 'production' })(request()),
    ];
    assert.deepEqual(lines, [
      'monerium-connect: 403 access_denied: Origin https://evil.example is not one of allowedOrigins ' +
        '(https://shop.example)',
    ]);
    const [sandbox, production] = await Promise.all(answers.map((answer) => answer.json()));
    assert.deepEqual(Object.keys(sandbox as object), ['error', 'error_description']);
    assert.deepEqual(production, { error: 'access_denied' });
  });
});
