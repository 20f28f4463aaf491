import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startEmulator, type Fault } from '../../src/testing/emulator/emulator.js';
import {
  authorize,
  bodyOf,
  emulator,
  exchange,
  get,
  issueCode,
  post,
  received,
  tokensOf,
} from './emulator-fixture.js';

describe('a fault', () => {
  const answers: [Fault, number, string | null][] = [
    ['rate-limit', 429, '7'],
    ['unavailable', 503, '7'],
    ['server-error', 500, null],
    ['unauthorized', 401, null],
    ['not-found', 404, null],
    ['empty', 204, null],
    ['html', 200, null],
  ];
  for (const [fault, status, retryAfter] of answers) {
    it(`returns ${status} for ${fault} at both endpoints, readable for pages`, async () => {
      const { access } = await tokensOf(await exchange(issueCode()));
      emulator.configure({ token: fault, context: fault });
      for (const response of [await exchange(issueCode()), await get('/auth/context', access)]) {
        assert.equal(response.status, status);
        assert.equal(response.headers.get('retry-after'), retryAfter);
        assert.equal(response.headers.get('access-control-allow-origin'), '*');
        assert.equal(response.headers.get('access-control-expose-headers'), 'Retry-After');
        if (status >= 400) assert.equal((await bodyOf(response)).code, status);
      }
    });
  }

  it('does not use the code up', async () => {
    const code = issueCode();
    emulator.configure({ token: 'unavailable' });
    await exchange(code);
    emulator.configure({ token: 'none' });
    assert.equal((await exchange(code)).status, 200);
  });

  it('returns a page for html', async () => {
    emulator.configure({ token: 'html' });
    const response = await exchange('code');
    assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
  });

  it('hides or changes Retry-After as switched', async () => {
    emulator.configure({ token: 'rate-limit', retryAfter: 'soon', exposeRetryAfter: false });
    const response = await exchange('code');
    assert.equal(response.headers.get('retry-after'), 'soon');
    assert.equal(response.headers.get('access-control-expose-headers'), null);
  });

  it('redirects with 307 to the URL of the switch', async () => {
    emulator.configure({ token: 'redirect', redirectTo: 'https://elsewhere.example/token' });
    const response = await exchange('code');
    assert.equal(response.status, 307);
    assert.equal(response.headers.get('location'), 'https://elsewhere.example/token');
  });

  it('drips a byte at a time after the headers', async () => {
    emulator.configure({ token: 'drip' });
    const response = await exchange('code');
    assert.equal(response.headers.get('content-type'), 'application/json');
    const reader = response.body?.getReader();
    assert.ok(reader, 'no body');
    const first = await reader.read();
    assert.equal(new TextDecoder().decode(first.value), '{');
    const second = await reader.read();
    assert.equal(second.done, false);
    await reader.cancel();
  });

  it('sends an endless body until the client closes the connection', async () => {
    emulator.configure({ token: 'endless' });
    const reader = (await exchange('code')).body?.getReader();
    assert.ok(reader, 'no body');
    let size = 0;
    while (size < 5_000_000) {
      const { value, done } = await reader.read();
      assert.equal(done, false);
      size += value?.length ?? 0;
    }
    await reader.cancel();
    assert.equal((await get('/auth/context', 'none')).status, 401);
  });

  it('resets the connection after the request was recorded, once', async () => {
    emulator.configure({ token: 'reset' });
    await assert.rejects(exchange('code'), (error: Error) => {
      assert.ok(error.cause instanceof Error && 'code' in error.cause, 'no cause');
      assert.equal(error.cause.code, 'ECONNRESET');
      return true;
    });
    assert.equal(emulator.tokenRequests().length, 1);
  });

  it('hangs until the emulator is closed', async () => {
    const own = await startEmulator();
    own.configure({ token: 'hang' });
    const hanging = assert.rejects(post(`${own.url}/auth/token`));
    const request = await received(own, '/auth/token');
    assert.equal((await fetch(`${own.url}/auth/context`)).status, 401);
    assert.equal(request.status, undefined);
    await own.close();
    await hanging;
  });
});

describe('CORS', () => {
  const preflight = (path: string) => fetch(emulator.url + path, { method: 'OPTIONS' });
  const allowed = (response: Response) => response.headers.get('access-control-allow-origin');

  it('allows pages of any origin to call the API, and none to read /auth', async () => {
    for (const path of ['/auth/token', '/auth/context', '/profiles', '/orders/x', '/addresses']) {
      const response = await preflight(path);
      assert.equal(response.status, 204);
      assert.equal(allowed(response), '*');
      const headers = response.headers.get('access-control-allow-headers');
      assert.equal(headers, 'authorization, content-type, accept');
    }
    assert.equal(allowed(await authorize()), null);
  });

  it('sends no CORS header when it is off, and the code is used up all the same', async () => {
    emulator.configure({ cors: false });
    const code = issueCode();
    const response = await exchange(code);
    assert.equal(response.status, 200);
    for (const answer of [response, await preflight('/auth/context')]) {
      assert.doesNotMatch([...answer.headers.keys()].join(), /access-control/);
    }
    assert.equal((await preflight('/auth/context')).ok, false);
    assert.equal((await exchange(code)).status, 400);
  });
});
