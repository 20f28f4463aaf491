import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, afterEach, before, describe, it, mock } from 'node:test';
import { type CodeStore, createMemoryStore, type ServerEvent } from '../../src/server/index.js';
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

describe('the claims of codes', () => {
  it('let one of two handlers send a code', async () => {
    const store = createMemoryStore();
    const handlers = [site.handlerWith({ store }), site.handlerWith({ store })];
    const body = site.createPost();
    const responses = await Promise.all(handlers.map((handle) => handle(post(body))));
    assert.deepEqual(responses.map(({ status }) => status).sort(), [200, 400]);
    assert.equal(site.emulator.tokenRequests().length, 1);
  });

  it('are limited to the 10,000 newest in the memory of a process', async () => {
    const store = createMemoryStore();
    const { signal } = new AbortController();
    const claim = (number: number) => store.claim(`${number}`, 3_600_000, signal);
    for (let number = 0; number <= 10_000; number++) assert.equal(await claim(number), true);
    assert.equal(await claim(1), false);
    assert.equal(await claim(0), true);
  });

  it('store the hash of a code, and never the code', async () => {
    const keys: string[] = [];
    const store: CodeStore = {
      async claim(key, ttlMs, deadline) {
        keys.push(key);
        assert.equal(ttlMs, 3_600_000);
        assert.equal(deadline instanceof AbortSignal, true);
        return true;
      },
    };
    const body = site.createPost();
    await site.handlerWith({ store })(post(body));
    await site.handlerWith({ store })(post(body));
    assert.match(keys[0] ?? '', /^[\w-]{43}$/);
    assert.equal(keys[0], keys[1]);
    assert.equal(!keys[0]?.includes(body.code), true);
  });

  /** A store in memory, and the keys of its claims. */
  function watchClaims() {
    const kept = new Set<string>();
    const memory = createMemoryStore();
    const store: CodeStore = {
      async claim(key, ttlMs, deadline) {
        const isFirst = await memory.claim(key, ttlMs, deadline);
        kept.add(key);
        return isFirst;
      },
      async release(key, deadline) {
        await memory.release?.(key, deadline);
        kept.delete(key);
      },
    };
    return { store, kept };
  }

  /** Posts a code twice. Returns how often it was sent to Monerium, and how many claims remain. */
  async function postTwice(fetch: typeof globalThis.fetch, options = {}) {
    let sent = 0;
    const { store, kept } = watchClaims();
    const count: typeof fetch = (...request) => (sent++, fetch(...request));
    const handle = site.handlerWith({ store, fetch: count, ...options });
    const body = site.createPost();
    const statuses = [(await handle(post(body))).status, (await handle(post(body))).status];
    return { sent, kept: kept.size, statuses };
  }

  it('#218 are released for made-up codes that Monerium refuses', async () => {
    const { store, kept } = watchClaims();
    site.emulator.configure({ oauthErrors: true });
    const handle = site.handlerWith({ store });
    for (let number = 0; number < 50; number++) {
      const response = await handle(post({ ...site.createPost(), code: `made-up-${number}` }));
      assert.equal(response.status, 400);
    }
    assert.equal(kept.size, 0);
    assert.equal(site.emulator.tokenRequests().length, 50);
  });

  const answer = (status: number, body: unknown) => async () => Response.json(body, { status });
  const grant = { error: 'invalid_grant' };

  it('#218 are released when Monerium refuses the code, so that the right verifier can be posted', async () => {
    const refused = await postTwice(answer(400, { ...grant, error_description: 'no' }));
    assert.deepEqual(refused, { sent: 2, kept: 0, statuses: [400, 400] });
  });

  const kept: [string, typeof globalThis.fetch][] = [
    [
      'a success',
      answer(200, { access_token: 'a', token_type: 'Bearer', profile: 'p', userId: 'u' }),
    ],
    ['a success without ids', answer(200, { access_token: 'a', token_type: 'Bearer' })],
    ['no answer', () => Promise.reject(new TypeError('reset'))],
    ['an answer that is no tokens', answer(200, grant)],
    ['a failure of Monerium with that word', answer(500, grant)],
    ['a 429 with that word', answer(429, grant)],
    ['a fault of the client', answer(400, { error: 'invalid_client' })],
    ['a request that was not understood', answer(400, { error: 'invalid_request' })],
    [
      "an error in Monerium's own form, which names no code",
      answer(400, { code: 400, errors: {} }),
    ],
    ['a page of a proxy', async () => new Response('invalid_grant', { status: 400 })],
  ];
  for (const [what, fetch] of kept) {
    it(`#218 stay after ${what}, and the code is sent once`, async () => {
      const { sent, ...others } = await postTwice(fetch);
      assert.equal(others.kept, 1);
      assert.equal(others.statuses[1], 400);
      assert.equal(sent, what.endsWith('ids') ? 2 : 1, 'the second asks for the ids');
    });
  }

  it('#218 stay when the ids are refused with the same word', async () => {
    const token = { access_token: 'a', token_type: 'Bearer' };
    const { kept: left } = await postTwice(async (url) =>
      new Request(url).url.endsWith('/auth/token')
        ? Response.json(token)
        : Response.json(grant, { status: 400 }),
    );
    assert.equal(left, 1);
  });

  it('#218 stay after a deadline, and when onConnected throws', async () => {
    const hang: typeof fetch = (_, init) =>
      new Promise((_resolve, reject) =>
        init?.signal?.addEventListener('abort', () => reject(new TypeError('aborted'))),
      );
    assert.deepEqual(await postTwice(hang, { timeoutMs: 100 }), {
      sent: 1,
      kept: 1,
      statuses: [504, 400],
    });
    const onConnected = () => {
      throw new Error('no database');
    };
    const tokens = { access_token: 'a', token_type: 'Bearer', profile: 'p', userId: 'u' };
    const broken = await postTwice(answer(200, tokens), { onConnected });
    assert.deepEqual(broken, { sent: 1, kept: 1, statuses: [500, 400] });
  });

  it('#218 of the first post are not released by a second one that is refused', async () => {
    const { store, kept: left } = watchClaims();
    const handle = site.handlerWith({ store });
    const body = site.createPost();
    const both = await Promise.all([handle(post(body)), handle(post(body)), handle(post(body))]);
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 400, 400]);
    assert.equal(left.size, 1);
    assert.equal(site.emulator.tokenRequests().length, 1);
  });

  const unreleased: [string, CodeStore['release']][] = [
    ['cannot be released', undefined],
    ['fail to be released', () => Promise.reject(new Error('away'))],
    ['hang on release', () => new Promise(() => undefined)],
  ];
  for (const [what, release] of unreleased) {
    it(`#218 that ${what} change nothing about the response`, async () => {
      const { claim } = createMemoryStore();
      const store: CodeStore = release ? { claim, release } : { claim };
      const fetch = answer(400, grant);
      const handle = site.handlerWith({ store, fetch, timeoutMs: 200 });
      const response = await handle(post(site.createPost()));
      assert.equal(response.status, 400);
      assert.equal(((await response.json()) as { error: string }).error, 'invalid_grant');
    });
  }

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
      const handle = site.handlerWith({ store: { claim }, timeoutMs: 60 });
      const response = await handle(post(site.createPost()));
      assert.equal(response.status, 503);
      assert.deepEqual(site.emulator.requests, []);
      assert.match(site.failures[0]?.message ?? '', /^503 temporarily_unavailable: store /);
    });
  }
});

describe('the claims of a process', () => {
  it('can be made again after their time to live', async () => {
    const store = createMemoryStore();
    assert.equal(await store.claim('a', 1000, signal), true);
    assert.equal(await store.claim('a', 1000, signal), false);
    const now = Date.now();
    mock.method(Date, 'now', () => now + 1001);
    assert.equal(await store.claim('a', 1000, signal), true);
  });

  it('are the default, with one warning in production', () => {
    const script = `
      import { createExchangeHandler, createMemoryStore } from './src/server/index.ts';
      const options = { clientId: 'a', redirectUris: ['https://a.example'], onConnected() {} };
      createExchangeHandler({ ...options, store: createMemoryStore() });
      createExchangeHandler(options);`;
    const args = ['--import=tsx', '--input-type=module', `--eval=${script}`];
    const warningsIn = (NODE_ENV: string) => {
      const env = { ...process.env, NODE_ENV };
      const { stderr, status } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
      assert.equal(status, 0, stderr);
      return stderr.match(/set `store`/g)?.length ?? 0;
    };
    assert.deepEqual([warningsIn('production'), warningsIn('development')], [1, 0]);
  });
});

describe('observe', () => {
  it('receives the result of each post', async () => {
    const events: ServerEvent[] = [];
    const handle = site.handlerWith({ observe: (event) => void events.push(event) });
    const body = site.createPost();
    await handle(post(body));
    await handle(post(body));
    for (const event of events)
      if ('ms' in event) assert.equal(event.ms >= 0 && event.ms < 60_000, true);
    assert.deepEqual(
      events.map(({ type, ...others }) => [type, 'status' in others ? others.status : 0]),
      [
        ['exchanged', 0],
        ['replay-refused', 0],
        ['exchange-failed', 400],
      ],
    );
    for (const secret of Object.values(body))
      assert.equal(JSON.stringify(events).includes(secret), false);
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
  it('#224 does not show the empty post of the doctor, which onError receives', async () => {
    const lines: unknown[] = [];
    mock.method(console, 'warn', (line: string) => void lines.push(line));
    const handle = site.handlerWith({ onError: undefined });
    const answers = [await handle(post({})), await handle(post({ code: 7 }))];
    for (const { status } of answers) assert.equal(status, 400);
    assert.deepEqual(lines, [
      'monerium-connect: 400 invalid_request: code is missing or malformed',
    ]);
    await site.handle(post({}));
    assert.match(site.failures[0]?.reason ?? '', /^the body has no fields/);
  });

  it('shows failures below 500 in the sandbox, and not in production', async () => {
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
