import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it, mock } from 'node:test';
import type { Fault } from '../../src/testing/emulator/emulator.js';
import { isConnectError } from '../../src/core/errors.js';
import { ask, openSite, post, postStream, type Site } from '../helpers/site.js';

let site: Site;

before(async () => {
  site = await openSite();
});

afterEach(() => site.reset());

after(() => site.close());

async function assertFailed(response: Response, status: number, error: string): Promise<void> {
  assert.equal(response.status, status);
  const body = (await response.json()) as Record<string, string>;
  assert.equal(body.error, error);
  assert.equal(response.headers.get('cache-control'), 'no-store');
  assert.deepEqual(site.connected, []);
}

/** The last failure that onError received, with the error code of its cause. */
function lastFailure(): { message: string; code: string | undefined } {
  const { message, cause } = site.failures.at(-1) ?? assert.fail('onError heard nothing');
  return { message, code: isConnectError(cause) ? cause.code : undefined };
}

describe('the handler reports how Monerium failed, after one attempt', () => {
  const faults: [Fault, number, string, string][] = [
    ['rate-limit', 429, 'temporarily_unavailable', 'rate_limited'],
    ['unavailable', 502, 'server_error', 'server_unavailable'],
    ['server-error', 502, 'server_error', 'server_unavailable'],
    ['html', 502, 'server_error', 'exchange_bad_response'],
    ['empty', 502, 'server_error', 'exchange_bad_response'],
    ['endless', 502, 'server_error', 'exchange_bad_response'],
    ['reset', 502, 'server_error', 'exchange_network'],
    ['unauthorized', 400, 'invalid_grant', 'exchange_rejected'],
    ['not-found', 400, 'invalid_grant', 'exchange_rejected'],
  ];
  for (const [token, status, error, code] of faults) {
    it(`${token}: ${status} ${error}`, async () => {
      site.emulator.configure({ token });
      await assertFailed(await site.handle(post(site.createPost())), status, error);
      assert.equal(site.emulator.tokenRequests().length, 1);
      assert.equal(lastFailure().code, code);
    });
  }

  it('redirect: 502 server_error, and the code is sent to no other address', async () => {
    const redirectTo = `${site.emulator.url}/elsewhere`;
    site.emulator.configure({ token: 'redirect', redirectTo });
    await assertFailed(await site.handle(post(site.createPost())), 502, 'server_error');
    assert.deepEqual(
      site.emulator.requests.map(({ path }) => path),
      ['/auth/token'],
    );
  });

  for (const token of ['hang', 'drip'] as const) {
    it(`${token}: 504 temporarily_unavailable at the deadline`, async () => {
      site.emulator.configure({ token });
      const started = performance.now();
      const handle = site.handlerWith({ timeoutMs: 300 });
      await assertFailed(await handle(post(site.createPost())), 504, 'temporarily_unavailable');
      const ms = performance.now() - started;
      // The default is 15 seconds.
      assert.ok(ms >= 290 && ms < 10_000, `${ms} ms`);
      assert.equal(lastFailure().code, 'exchange_timeout');
    });
  }

  it('a code that was used elsewhere: 400 invalid_grant', async () => {
    const body = site.createPost();
    const another = site.handlerWith({});
    assert.equal((await another(post(body))).status, 200);
    site.connected.length = 0;
    await assertFailed(await site.handle(post(body)), 400, 'invalid_grant');
  });

  it("an error in OAuth's format: its registered code, and no other text", async () => {
    const answers = { invalid_client: 'invalid_client', 'evil text': 'invalid_grant' };
    for (const [error, told] of Object.entries(answers)) {
      const fetch = async () => Response.json({ error }, { status: 400 });
      const handle = site.handlerWith({ fetch });
      await assertFailed(await handle(post(site.createPost())), 400, told);
    }
  });

  it('a wait: Retry-After in whole seconds, if Monerium sends it', async () => {
    const waits = { '': null, '42': '42', '0.2': '1', '999999': '3600', soon: null };
    for (const [retryAfter, told] of Object.entries(waits)) {
      site.emulator.configure({ token: 'unavailable', retryAfter });
      const { headers } = await site.handle(post(site.createPost()));
      assert.equal(headers.get('retry-after'), told, retryAfter);
    }
  });

  it('reads little of an endless response', async () => {
    site.emulator.configure({ token: 'endless' });
    const before = process.memoryUsage().rss;
    await site.handle(post(site.createPost()));
    assert.equal(process.memoryUsage().rss - before < 64 * 1024 * 1024, true);
  });
});

describe('the handler fails when it cannot read the ids of the customer', () => {
  for (const [context, status] of [
    ['not-found', 404],
    ['unauthorized', 401],
    ['html', 200],
    ['empty', 204],
    ['unavailable', 503],
  ] as const) {
    it(`context ${context}: 502 server_error`, async () => {
      site.emulator.configure({ idsInToken: false, context });
      await assertFailed(await site.handle(post(site.createPost())), 502, 'server_error');
      const why = `profile_unavailable, Monerium answered ${status}`;
      assert.equal(lastFailure().message, `502 server_error: ${why}`);
    });
  }

  for (const context of ['hang', 'drip'] as const) {
    it(`context ${context}: 504 within the deadline of both requests`, async () => {
      site.emulator.configure({ idsInToken: false, context, delayMs: 200 });
      const signals = new Set<unknown>();
      const watched: typeof fetch = (input, init) => {
        signals.add(init?.signal);
        return fetch(input, init);
      };
      const handle = site.handlerWith({ timeoutMs: 400, fetch: watched });
      await assertFailed(await handle(post(site.createPost())), 504, 'temporarily_unavailable');
      assert.deepEqual(
        site.emulator.requests.map(({ path }) => path),
        ['/auth/token', '/auth/context'],
      );
      assert.equal(signals.size, 1, 'both requests have the same deadline');
    });
  }
});

describe('the handler ends the wait for a body', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);

  it('that never arrives: 408, and the body is not cancelled', async () => {
    let isCancelled = false;
    const silent = postStream({ cancel: () => void (isCancelled = true) });
    const handle = site.handlerWith({ timeoutMs: 100 });
    await assertFailed(await handle(silent), 408, 'invalid_request');
    assert.equal(isCancelled, false);
    assert.deepEqual(site.emulator.requests, []);
  });

  it('that arrives byte by byte: 408', async () => {
    let timer: NodeJS.Timeout | undefined;
    const dripping = postStream({
      start: (controller) => void (timer = setInterval(() => controller.enqueue(bytes(' ')), 5)),
    });
    const handle = site.handlerWith({ timeoutMs: 100 });
    await assertFailed(await handle(dripping), 408, 'invalid_request');
    clearInterval(timer);
  });

  it('that has no end: 413, and little of it is read', async () => {
    let pulled = 0;
    let isCancelled = false;
    const endless = postStream({
      pull: (controller) => controller.enqueue(bytes(' '.repeat(1024 * ++pulled))),
      cancel: () => void (isCancelled = true),
    });
    await assertFailed(await site.handle(endless), 413, 'invalid_request');
    assert.ok(pulled < 10, `${pulled}`);
    assert.equal(isCancelled, false);
  });

  it('that has a Content-Length over the limit: 413 before it is read', async () => {
    const long = post('x', { 'content-length': '8193' });
    await assertFailed(await site.handle(long), 413, 'invalid_request');
    assert.equal(long.bodyUsed, false);
  });

  it('that a parser has read: 500 that names the fix', async () => {
    const eaten = ask('POST', { 'content-type': 'application/json', 'content-length': '300' });
    await assertFailed(await site.handle(eaten), 500, 'server_error');
    assert.match(lastFailure().message, /a parser has read the body: .*toNodeListener/);
  });

  it('that breaks off: 400', async () => {
    const broken = postStream({ start: (controller) => controller.error(new Error('gone')) });
    await assertFailed(await site.handle(broken), 400, 'invalid_request');
    assert.equal(lastFailure().message, '400 invalid_request: the body broke off');
  });
});

describe('a failed request is reported', () => {
  afterEach(() => mock.restoreAll());

  function listen(): string[] {
    const lines: string[] = [];
    mock.method(console, 'error', (...words: unknown[]) => void lines.push(words.join(' ')));
    return lines;
  }

  it('in the console from status 500 on, when there is no onError', async () => {
    const lines = listen();
    const handle = site.handlerWith({ onError: undefined });
    site.emulator.configure({ token: 'unavailable' });
    await handle(post(site.createPost()));
    await handle(post({}));
    assert.deepEqual(lines, [
      'monerium-connect: 502 server_error: server_unavailable, Monerium answered 503',
    ]);
  });

  it('to onError for every status, with its request, and not in the console', async () => {
    const lines = listen();
    const heard: [string, Request][] = [];
    const handle = site.handlerWith({
      onError: (failure, request) => void heard.push([failure.message, request]),
    });
    const request = post({ code: 7 });
    await handle(request);
    assert.deepEqual(heard, [['400 invalid_request: code is missing or malformed', request]]);
    assert.deepEqual(lines, []);
  });

  for (const [kind, onError] of Object.entries({
    throws: () => {
      throw new Error('broken');
    },
    rejects: () => Promise.reject(new Error('broken')),
  })) {
    it(`in the console when onError ${kind}, and the page has its response`, async () => {
      const lines = listen();
      const handle = site.handlerWith({ onError });
      site.emulator.configure({ token: 'reset' });
      await assertFailed(await handle(post(site.createPost())), 502, 'server_error');
      assert.deepEqual(lines, ['monerium-connect: 502 server_error: exchange_network']);
    });
  }
});

describe('no secret leaves the handler', () => {
  it('in a response, a failure or the console, in any case', async () => {
    const lines: string[] = [];
    const levels = ['log', 'info', 'warn', 'error', 'debug'] as const;
    for (const level of levels) {
      mock.method(console, level, (...words: unknown[]) => void lines.push(words.join(' ')));
    }
    const secrets: string[] = [];
    const faults = ['none', 'rate-limit', 'server-error', 'html', 'unauthorized', 'reset'] as const;
    for (const token of faults) {
      site.emulator.configure({ token, oauthErrors: token === 'unauthorized' });
      const onConnected = (details: { tokens: object }) => {
        secrets.push(...Object.values(details.tokens).map(String));
        throw new Error(JSON.stringify(details.tokens));
      };
      const body = site.createPost();
      secrets.push(body.code, body.code_verifier);
      for (const onError of [undefined, (failure: Error) => void lines.push(failure.message)]) {
        const response = await site.handlerWith({ onConnected, onError })(post(body));
        lines.push(await response.text(), JSON.stringify([...response.headers]));
      }
    }
    mock.restoreAll();
    assert.equal(secrets.length >= 15 && lines.length >= 20, true);
    for (const secret of secrets) assert.ok(!lines.join('\n').includes(secret), secret);
  });
});
