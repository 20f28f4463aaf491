// The session that a site's backend keeps: what each of its responses means.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { isConnectError } from '../../src/core/errors.js';
import { askSession, endSession, type KeptSession } from '../../src/core/flow/kept-session.js';

const ADA = { profile: 'ada', userId: 'user-1' };

let session: KeptSession;
let count = 0;

beforeEach(() => {
  // Each has its own address: a fault is logged once.
  const url = `https://shop.example/api/${(count += 1)}`;
  const backend = { url, credentials: 'include', headers: { 'x-csrf': 't' } } as const;
  session = { backend, timeout: 5000 };
});

afterEach(() => mock.restoreAll());

/** A backend that returns this response, or a network error for the status 0. */
function respondWith(status: number, body?: string) {
  return mock.method(globalThis, 'fetch', async () => {
    if (!status) throw new TypeError('fetch failed');
    return new Response(body ?? null, { status });
  });
}

describe('who is connected', () => {
  const warn = () => mock.method(console, 'warn', () => undefined);
  const ids = JSON.stringify(ADA);

  for (const [status, body, expected] of [
    [200, ids, ADA],
    [204, undefined, 'nobody'],
    [401, undefined, 'nobody'],
    [404, '<h1>Not found</h1>', 'nobody'],
  ] as const) {
    it(`is ${JSON.stringify(expected)} by ${status}`, async () => {
      const warned = warn();
      const fetched = respondWith(status, body);
      assert.deepEqual(await askSession(session), expected);
      assert.equal(warned.mock.callCount(), 0);
      const [url, init] = fetched.mock.calls[0]?.arguments ?? [];
      assert.equal(url, session.backend.url);
      assert.equal(init?.method, 'GET');
      assert.equal(init.credentials, 'include');
      assert.equal(new Headers(init.headers).get('x-csrf'), 't');
    });
  }

  for (const [what, status, body] of [
    ['without ids', 200, '{}'],
    ['that is not JSON', 200, 'hello'],
    ['with a server error', 500, ids],
    ['that forbids it', 403, ids],
    ['that never arrives', 0, ''],
  ] as const) {
    it(`is not known by a response ${what}, with a warning`, async () => {
      const warned = warn();
      respondWith(status, body);
      assert.equal(await askSession(session), undefined);
      assert.match(String(warned.mock.calls[0]?.arguments[0]), /stay-connected: GET https:/);
    });
  }
});

describe('the end of a session', () => {
  for (const status of [200, 204, 404, 410]) {
    it(`is confirmed by ${status}`, async () => {
      const fetched = respondWith(status, status === 204 ? undefined : 'no JSON');
      await endSession(session);
      const [, init] = fetched.mock.calls[0]?.arguments ?? [];
      assert.equal(init?.method, 'DELETE');
    });
  }

  for (const status of [0, 302, 401, 403, 500]) {
    it(`is disconnect_failed by ${status || 'no response'}`, async () => {
      respondWith(status, status === 302 ? undefined : '{}');
      await assert.rejects(endSession(session), (reason) => {
        assert.equal(isConnectError(reason) && reason.code, 'disconnect_failed');
        return true;
      });
    });
  }
});
