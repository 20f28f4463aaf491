// `stay-connected`: who is connected, the sign-out, and what the functions of the site receive.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { ExchangeHandlerOptions } from '../../src/server/index.js';
import { ask, openSite, ORIGIN, post, type Site } from '../helpers/site.js';

const IDS = { profile: 'profile-1', userId: 'user-1' };

let site: Site;

before(async () => {
  site = await openSite();
});

afterEach(() => site.reset());

after(() => site.close());

const handlerWith = (options: Partial<ExchangeHandlerOptions> = {}) =>
  site.handlerWith({ onSession: () => IDS, onDisconnect: () => undefined, ...options });

const foreignRequests = (method: string) => [
  ask(method, { origin: 'https://evil.example' }),
  ask(method, { origin: 'null' }),
  ask(method, { origin: `${ORIGIN}.evil.example` }),
];

/** A request of a page on the handler's own origin, which has no header `Origin`. */
function askAtHome(method: string, headers: Record<string, string> = {}): Request {
  return new Request('http://10.0.0.7:8080/api/monerium', { method, headers });
}

describe('GET', () => {
  it('returns the two ids of the session and nothing else', async () => {
    const details: object[] = [];
    const onSession = (given: object) => {
      details.push(given);
      return { ...IDS, name: 'Anna' };
    };
    const request = ask('GET', { cookie: 'session=1' });
    const response = await handlerWith({ onSession })(request, { user: 7 });
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), IDS);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.equal(response.headers.get('access-control-allow-origin'), ORIGIN);
    assert.deepEqual(details, [{ request, context: { user: 7 } }]);
  });

  for (const nothing of [undefined, null]) {
    it(`returns 204 when the session is not connected: ${nothing}`, async () => {
      const response = await handlerWith({ onSession: async () => nothing })(ask('GET'));
      assert.equal(response.status, 204);
      assert.equal(await response.text(), '');
      assert.equal(response.headers.get('cache-control'), 'no-store');
    });
  }

  it('needs no Origin from a page of its own origin', async () => {
    const tries = { '': 200, 'same-origin': 200, 'same-site': 403, 'cross-site': 403, none: 403 };
    for (const [value, status] of Object.entries(tries)) {
      const headers: Record<string, string> = value ? { 'sec-fetch-site': value } : {};
      assert.equal((await handlerWith()(askAtHome('GET', headers))).status, status, value);
    }
  });

  it('returns no ids to a page of another origin', async () => {
    for (const request of foreignRequests('GET')) {
      const response = await handlerWith()(request);
      assert.equal(response.status, 403);
      assert.equal(response.headers.get('access-control-allow-origin'), null);
      assert.doesNotMatch(await response.text(), /profile-1|user-1/);
    }
  });

  it('fails when onSession returns no valid ids', async () => {
    for (const ids of [{ profile: 'a' }, { profile: 'a b', userId: 'u' }, {}]) {
      const response = await handlerWith({ onSession: () => ids as typeof IDS })(ask('GET'));
      assert.equal(response.status, 500);
      assert.match(site.failures.at(-1)?.reason ?? '', /onSession returned no ids/);
    }
  });

  it('fails with the cause when onSession throws', async () => {
    const broken = new TypeError('secret');
    const response = await handlerWith({ onSession: () => Promise.reject(broken) })(ask('GET'));
    assert.equal(response.status, 503);
    assert.doesNotMatch(await response.text(), /secret/);
    assert.equal(site.failures[0]?.cause, broken);
    assert.equal(
      site.failures[0]?.message,
      '503 temporarily_unavailable: onSession threw TypeError',
    );
  });

  it('reports the type of a thrown value that is not an error', async () => {
    const onSession = () => {
      throw Object('text');
    };
    await handlerWith({ onSession })(ask('GET'));
    assert.equal(site.failures[0]?.message, '503 temporarily_unavailable: onSession threw object');
  });

  it('ends with 503 at the deadline when onSession hangs', async () => {
    const onSession = () => new Promise<undefined>(() => undefined);
    const response = await handlerWith({ onSession, timeoutMs: 50 })(ask('GET'));
    assert.equal(response.status, 503);
    assert.match(site.failures[0]?.message ?? '', /onSession took too long/);
  });

  it('is 405 for a handler without onSession', async () => {
    const response = await handlerWith({ onSession: undefined })(ask('GET'));
    assert.equal(response.status, 405);
    assert.equal(response.headers.get('allow'), 'POST, DELETE, OPTIONS');
  });
});

describe('DELETE', () => {
  it('ends the session, with the headers of onDisconnect', async () => {
    const details: object[] = [];
    const onDisconnect = (given: object) => {
      details.push(given);
      return { 'set-cookie': 'session=; Max-Age=0' };
    };
    const request = ask('DELETE');
    const response = await handlerWith({ onDisconnect })(request, 'context');
    assert.equal(response.status, 204);
    assert.deepEqual(response.headers.getSetCookie(), ['session=; Max-Age=0']);
    assert.deepEqual(details, [{ request, context: 'context' }]);
  });

  it('may return no header', async () => {
    assert.equal((await handlerWith()(ask('DELETE'))).status, 204);
  });

  it('ends no session for a foreign page, nor without an Origin', async () => {
    let ended = 0;
    const handle = handlerWith({ onDisconnect: () => void ended++ });
    const atHome = askAtHome('DELETE', { 'sec-fetch-site': 'same-origin' });
    for (const request of [...foreignRequests('DELETE'), askAtHome('DELETE'), atHome]) {
      assert.equal((await handle(request)).status, 403);
    }
    assert.equal(ended, 0);
  });

  it('fails when onDisconnect throws or returns invalid headers', async () => {
    const wrong = [() => Promise.reject(new Error('away')), () => ({ 'not a name': '1' })];
    for (const onDisconnect of wrong) {
      assert.equal((await handlerWith({ onDisconnect })(ask('DELETE'))).status, 503);
    }
  });

  it('is 405 for a handler without onDisconnect', async () => {
    const response = await handlerWith({ onDisconnect: undefined })(ask('DELETE'));
    assert.equal(response.status, 405);
    assert.equal(response.headers.get('allow'), 'POST, GET, OPTIONS');
  });
});

describe('a preflight', () => {
  it('allows the methods that the handler has', async () => {
    const { headers } = await handlerWith()(ask('OPTIONS'));
    assert.equal(headers.get('access-control-allow-methods'), 'POST, GET, DELETE, OPTIONS');
  });
});

describe('the context', () => {
  it('reaches onConnected as it was given', async () => {
    const context = { session: {} };
    const contexts: unknown[] = [];
    const handle = site.handlerWith({
      onConnected: (details) => void contexts.push(details.context),
    });
    await handle(post(site.createPost()), context);
    await handle(post(site.createPost()));
    assert.equal(contexts[0], context);
    assert.deepEqual(contexts, [context, undefined]);
  });
});
