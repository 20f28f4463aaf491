import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { describe, it } from 'node:test';
import { DEMO_CLIENT_ID, startEmulator } from '../../src/testing/emulator/emulator.js';
import { choicesOf } from '../../src/testing/emulator/switches.js';
import {
  CLIENT,
  type Fields,
  REDIRECT_URI,
  STATE,
  authorize,
  emulator,
  exchange,
  get,
  issueCode,
  tokensOf,
} from './emulator-fixture.js';

describe('the control endpoints', () => {
  it('records requests with their query, headers and body', async () => {
    await authorize();
    await exchange('code_unknown');
    const [first, second] = emulator.requests;
    assert.equal(first?.path, '/auth');
    assert.equal(first?.query.state, STATE);
    assert.equal(first?.status, 307);
    assert.equal(second?.method, 'POST');
    assert.match(second?.headers['content-type'] ?? '', /urlencoded/);
    assert.equal(new URLSearchParams(second?.body).get('code'), 'code_unknown');
  });

  /** Sends what `fetch` would not: every header as given. Without a body it is a GET. */
  function send(path: string, headers: Fields = {}, body?: string): Promise<number | undefined> {
    const method = body === undefined ? 'GET' : 'POST';
    return new Promise((resolve, reject) => {
      const url = `${emulator.url}/emulator/${path}`;
      const sent = request(url, { method, headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on('error', reject).end(body);
    });
  }

  const JSON_TYPE = { 'content-type': 'application/json' };

  const control = (path: string, body?: unknown) =>
    fetch(`${emulator.url}/emulator/${path}`, {
      ...(body !== undefined && {
        method: 'POST',
        headers: JSON_TYPE,
        body: JSON.stringify(body),
      }),
    });

  it('requires the content type of JSON', async () => {
    const types = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''];
    for (const path of ['switches', 'clients', 'reset']) {
      for (const type of types) {
        assert.equal(await send(path, type ? { 'content-type': type } : {}, '{}'), 415);
      }
    }
    const withCharset = { 'content-type': 'Application/JSON; charset=utf-8' };
    assert.equal(await send('switches', withCharset, '{"cors":false}'), 200);
  });

  it('refuses pages of other origins', async () => {
    const ownPort = new URL(emulator.url).port;
    const foreign = [
      'https://shop.example',
      'null',
      `http://localhost:${ownPort}`,
      'http://127.0.0.1',
    ];
    for (const origin of foreign) {
      const headers = { origin, ...JSON_TYPE };
      assert.equal(await send('switches', headers, '{"token":"hang"}'), 403);
      assert.equal(await send('clients', headers, JSON.stringify(CLIENT)), 403);
      assert.equal(await send('reset', headers, '{}'), 403);
      assert.equal(await send('requests', { origin }), 403);
    }
    for (const site of ['cross-site', 'same-site']) {
      assert.equal(await send('requests', { 'sec-fetch-site': site }), 403);
    }
    assert.equal((await exchange(issueCode())).status, 200);
  });

  it('accepts its own origin, and programs that send none', async () => {
    const own = { origin: emulator.url, 'sec-fetch-site': 'same-origin' };
    assert.equal(await send('requests', own), 200);
    assert.equal(await send('requests', { 'sec-fetch-site': 'none' }), 200);
    assert.equal(await send('reset', { ...own, ...JSON_TYPE }, '{}'), 204);
    assert.equal(await send('reset', JSON_TYPE, '{}'), 204);
  });

  it('refuses a foreign Host, which DNS rebinding would bring', async () => {
    const { port } = new URL(emulator.url);
    for (const name of [
      'evil.example',
      'evil.localhost',
      'localhost.evil.example',
      '127.0.0.1.nip.io',
    ]) {
      const host = `${name}:${port}`;
      assert.equal(await send('requests', { host }), 403);
      const headers = { host, origin: `http://${host}`, ...JSON_TYPE };
      assert.equal(await send('switches', headers, '{"token":"hang"}'), 403);
    }
    for (const name of ['localhost', 'LOCALHOST', '127.0.0.1', '192.168.1.2', '[::1]']) {
      assert.equal(await send('requests', { host: `${name}:${port}` }), 200);
    }
  });

  it('is controlled by HTTP, and those requests are not recorded', async () => {
    const client = { clientId: 'by-http', name: 'By HTTP', redirectUris: [REDIRECT_URI] };
    assert.equal((await control('clients', client)).status, 201);
    assert.equal((await control('switches', { token: 'server-error' })).status, 200);
    assert.equal((await exchange('code')).status, 500);
    assert.equal((await authorize({ client_id: 'by-http' })).status, 307);
    const recorded: unknown = await (await control('requests')).json();
    assert.deepEqual(recorded, structuredClone(emulator.requests));
    assert.equal(emulator.requests.length, 2);
    assert.equal((await control('reset', {})).status, 204);
    assert.equal(emulator.requests.length, 0);
    assert.equal((await exchange('code')).status, 400);
    assert.equal((await authorize({ client_id: 'by-http' })).status, 307);
  });

  it('names what a switch can be', async () => {
    const list = (name: string) =>
      choicesOf(name)
        ?.map((one) => `"${one}"`)
        .join(', ');
    const told: [object, string][] = [
      [{ decision: 'no' }, `The switch 'decision' cannot be "no". It can be ${list('decision')}.`],
      [{ siweUnlinked: 1 }, `The switch 'siweUnlinked' cannot be 1. It can be "portal", "error".`],
      [{ coop: 'x' }, `The switch 'coop' cannot be "x". It can be ${list('coop')}.`],
      [{ cors: 'yes' }, `The switch 'cors' cannot be "yes". It can be true, false.`],
      [{ delayMs: -1 }, "The switch 'delayMs' cannot be -1."],
    ];
    for (const [switches, message] of told) {
      const response = await control('switches', switches);
      assert.equal(((await response.json()) as { message: string }).message, message);
    }
  });

  it('refuses unknown switches and values', async () => {
    const wrong = [{ tokens: 'hang' }, { token: 'explode' }, { delayMs: -1 }, [], { cors: 1 }];
    for (const switches of wrong) {
      assert.equal((await control('switches', switches)).status, 400);
    }
    assert.equal((await control('clients', { clientId: 'x' })).status, 400);
    const client = { ...CLIENT, redirectUris: ['javascript:alert(1)'] };
    assert.equal((await control('clients', client)).status, 400);
  });

  it('forgets customers and tokens on reset', async () => {
    const { access } = await tokensOf(await exchange(issueCode()));
    emulator.reset();
    assert.equal((await get('/auth/context', access)).status, 401);
  });

  it('issues no code for a client or redirect URI that is not registered', () => {
    const options = { clientId: DEMO_CLIENT_ID, redirectUri: REDIRECT_URI, codeChallenge: '' };
    assert.throws(() => emulator.issueCode({ ...options, clientId: 'nobody' }), /not known/);
    assert.throws(() => emulator.issueCode({ ...options, redirectUri: 'x' }), /not known/);
  });

  it('fails to start when its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    assert.ok(port, 'no port');
    await assert.rejects(startEmulator({ port }), { code: 'EADDRINUSE' });
    other.close();
  });
});
