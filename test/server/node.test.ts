// The listener for Node's http and Express, with and without a parser before it.
import assert from 'node:assert/strict';
import { Agent, createServer, request as httpRequest, type RequestListener } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, afterEach, before, describe, it, mock } from 'node:test';
import { requirePackage, skipWithout } from '../../scripts/setup/folders.mjs';
import { toNodeListener } from '../../src/server/node.js';
import { openSite, ORIGIN, type Site } from '../helpers/site.js';

let site: Site;
const contexts: unknown[] = [];
const closing: (() => unknown)[] = [];

before(async () => {
  site = await openSite();
});

afterEach(() => {
  mock.restoreAll();
  site.reset();
  contexts.length = 0;
});

after(async () => {
  for (const close of closing) close();
  await site.close();
});

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => (server.closeAllConnections(), server.close()));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/monerium`;
}

const listener = () =>
  toNodeListener(
    site.handlerWith({
      onConnected: ({ context }) => {
        contexts.push(context);
        return [
          ['set-cookie', 'a=1'],
          ['set-cookie', 'b=2'],
        ];
      },
      onSession: () => ({ profile: 'p', userId: 'u' }),
    }),
  );

/** What a message without a body does. */
const nothing = () => undefined;
const silent = { on: nothing, pause: nothing, resume: nothing };

const HEADERS = { origin: ORIGIN, 'content-type': 'application/json' };

const send = (url: string, body: BodyInit) =>
  fetch(url, { method: 'POST', headers: HEADERS, body, duplex: 'half' } as RequestInit);

const skipExpress = skipWithout('examples');

/** Express with one of its parsers, such as `json`, before the listener. */
async function listenInExpress(parser?: string, options?: object): Promise<string> {
  const express = requirePackage('express', 'examples');
  const app = express();
  if (parser !== undefined) app.use(express[parser](options));
  return listen(app.all('/api/monerium', listener()));
}

const servers: [name: string, open: () => Promise<string>, skip?: string | false][] = [
  ["Node's http", () => listen(listener())],
  ['Express', () => listenInExpress(), skipExpress],
  ['Express behind express.json()', () => listenInExpress('json'), skipExpress],
  ['Express behind express.text()', () => listenInExpress('text', { type: '*/*' }), skipExpress],
  ['Express behind express.raw()', () => listenInExpress('raw', { type: '*/*' }), skipExpress],
];

for (const [name, open, skip = false] of servers) {
  describe(`the listener in ${name}`, { skip }, () => {
    let url = '';
    before(async () => void (url = await open()));

    it('connects a customer, with every cookie and the request as context', async () => {
      const response = await send(url, JSON.stringify(site.createPost()));
      assert.equal(response.status, 200);
      assert.deepEqual(response.headers.getSetCookie(), ['a=1', 'b=2']);
      assert.equal(response.headers.get('content-type'), 'application/json');
      assert.deepEqual(Object.keys((await response.json()) as object), ['profile', 'userId']);
      assert.equal((contexts[0] as { url: string }).url, '/api/monerium');
    });

    it('answers GET, and a preflight without a body', async () => {
      const session = await fetch(url, { headers: HEADERS });
      assert.deepEqual(await session.json(), { profile: 'p', userId: 'u' });
      const preflight = await fetch(url, { method: 'OPTIONS', headers: HEADERS });
      assert.equal(preflight.status, 204);
    });
  });
}

describe('the listener', () => {
  it('refuses a long body, with and without a length', async () => {
    const url = await listen(listener());
    const long = JSON.stringify({ ...site.createPost(), padding: 'x'.repeat(200_000) });
    assert.equal((await send(url, long)).status, 413);
    const chunks = new ReadableStream({
      pull(controller) {
        for (let at = 0; at < long.length; at += 10_000) {
          controller.enqueue(new TextEncoder().encode(long.slice(at, at + 10_000)));
        }
        controller.close();
      },
    });
    assert.equal((await send(url, chunks)).status, 413);
    assert.equal((await send(url, JSON.stringify(site.createPost()))).status, 200);
  });

  /** Sends the headers and, as long as the connection accepts it, an endless body. */
  async function flood(url: string, method: string, headers: object, piece: string) {
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1');
    const lines = Object.entries({ host: 'a', 'transfer-encoding': 'chunked', ...headers });
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    socket.write(`${method} /api/monerium HTTP/1.1\r\n${head}\r\n`);
    const chunk = `${piece.length.toString(16)}\r\n${piece}\r\n`;
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
    const isClosed = new Promise((resolve) =>
      socket.on('error', () => undefined).on('close', resolve),
    );
    const pour = () => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', pour);
    pour();
    await isClosed;
    return { answer, sent: socket.bytesWritten };
  }

  const MAX_SENT = 16 * 1024 * 1024; // The buffers of the system hold less.

  for (const [why, method, change, status] of [
    ['is too long', 'POST', {}, 413],
    ['has a foreign origin', 'POST', { origin: 'https://evil.example' }, 403],
    ['comes with a GET', 'GET', {}, 200],
    ['comes with a forbidden method', 'TRACE', {}, 400],
  ] as const) {
    it(`#222 stops reading an endless body that ${why}`, { timeout: 20_000 }, async () => {
      const url = await listen(listener());
      const headers = { ...HEADERS, ...change };
      const { answer, sent } = await flood(url, method, headers, 'x'.repeat(65_536));
      assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `));
      assert.match(answer, /^connection: close\r$/im);
      assert.equal(sent < MAX_SENT, true, `${sent} bytes`);
    });
  }

  it('#222 reads no more of a body than the handler does, also before the response', async () => {
    let taken = 0;
    const body = new Readable({
      read() {
        taken++;
        setImmediate(() => this.push('x'.repeat(1000)));
      },
    });
    const own = toNodeListener(async (request) => {
      await request.body?.getReader().read();
      const before = taken;
      while (rounds < 500) await new Promise((resolve) => setImmediate(resolve, rounds++));
      return new Response(String(taken - before));
    });
    let rounds = 0;
    let answer = '';
    const response = { writeHead: nothing, end: (text: string) => (answer = text) };
    await own(Object.assign(body, { method: 'POST', headers: {} }), response);
    body.destroy();
    assert.equal(Number(answer) < 100, true, answer);
  });

  it('#222 closes a connection whose body arrives too late', { timeout: 20_000 }, async () => {
    const url = await listen(toNodeListener(site.handlerWith({ timeoutMs: 100 })));
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const head = Object.entries({ ...HEADERS, host: 'a', 'content-length': 300 });
    socket.write(`POST / HTTP/1.1\r\n${head.map(([n, v]) => `${n}: ${v}\r\n`).join('')}\r\n{`);
    const answer = await text(socket);
    assert.match(answer, /^HTTP\/1.1 408 /);
    assert.match(answer, /^connection: close\r$/im);
  });

  it('#222 keeps the connection of a request that has arrived completely', async () => {
    const url = await listen(listener());
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    closing.push(() => agent.destroy());
    const ports = new Set<unknown>();
    const statuses: unknown[] = [];
    for (const [method, body] of [
      ['POST', JSON.stringify(site.createPost())],
      ['POST', '{"code":7}'],
      ['OPTIONS', ''],
      ['GET', ''],
    ] as const) {
      await new Promise<void>((resolve, reject) => {
        const request = httpRequest(url, { method, headers: HEADERS, agent }, (response) => {
          ports.add(request.socket?.localPort);
          statuses.push(response.statusCode);
          response.resume().on('end', resolve);
        });
        request.on('error', reject).end(body);
      });
    }
    assert.deepEqual(statuses, [200, 400, 204, 200]);
    assert.equal(ports.size, 1);
  });

  it('passes a long body completely to a handler that reads it', async () => {
    const own = toNodeListener(
      async (request) => new Response(String((await request.text()).length)),
    );
    const url = await listen((message, response) => void own(message, response));
    assert.equal(await (await send(url, 'x'.repeat(3_000_000))).text(), '3000000');
  });

  it('#221 returns 500 when Node refuses a header, and does not reject', async () => {
    const lines: string[] = [];
    mock.method(console, 'error', (...words: unknown[]) => void lines.push(words.join(' ')));
    const onConnected = () => ({ 'x-shop': 'secret\u0001' });
    const own = toNodeListener(site.handlerWith({ onConnected }));
    const rejections: unknown[] = [];
    const url = await listen((message, response) => {
      own(message, response).catch((reason: unknown) => {
        rejections.push(reason);
        response.end();
      });
    });
    const response = await send(url, JSON.stringify(site.createPost()));
    assert.deepEqual(rejections, []);
    assert.equal(response.status, 500);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.deepEqual(await response.json(), { error: 'server_error' });
    assert.match(lines.join(), /^monerium-connect: .*x-shop/);
    assert.doesNotMatch(lines.join(), /secret/);
  });

  it('returns 500 when other code has read the body, and reports the cause', async () => {
    const own = listener();
    const url = await listen((message, response) => {
      message.resume().once('end', () => void own(message, response));
    });
    assert.equal((await send(url, JSON.stringify(site.createPost()))).status, 500);
    assert.match(site.failures[0]?.message ?? '', /a parser has read the body/);
  });

  it('refuses JSON that is nested too deeply, behind a parser that has read it', async () => {
    const rejections: unknown[] = [];
    const own = listener();
    // As `express.json()` of Express 4 does. Express 4 ignores the promise of a listener.
    const url = await listen(async (message, response) => {
      const body: unknown = JSON.parse(await text(message));
      own(Object.assign(message, { body }), response).catch((reason: unknown) => {
        rejections.push(reason);
        response.end();
      });
    });
    const response = await send(url, '['.repeat(12_000) + ']'.repeat(12_000));
    assert.equal(response.status, 400);
    assert.deepEqual(rejections, []);
  });

  it('reads the body itself when a parser was for another content type', async () => {
    const own = listener();
    const url = await listen((message, response) => {
      // As version 1 of body-parser does, in Express 4.
      void own(Object.assign(message, { body: {} }), response);
    });
    assert.equal((await send(url, JSON.stringify(site.createPost()))).status, 200);
  });

  it('returns 400 for a method or path that Request refuses, and continues', async () => {
    const url = await listen(listener());
    const { port } = new URL(url);
    for (const options of [{ method: 'TRACE' }, { path: '//' }]) {
      const status = await new Promise((resolve, reject) => {
        const request = httpRequest({ port, host: '127.0.0.1', ...options }, (response) =>
          resolve(response.resume().statusCode),
        );
        request.on('error', reject).end();
      });
      assert.equal(status, 400);
    }
    assert.equal((await send(url, JSON.stringify(site.createPost()))).status, 200);
  });

  it('reports a post whose connection closes in the middle of the body', async () => {
    const own = listener();
    const url = await listen((message, response) => {
      message.once('data', () => request.destroy());
      own(message, response);
    });
    const request = httpRequest(url, {
      method: 'POST',
      headers: { ...HEADERS, 'content-length': 300 },
    });
    request.on('error', () => undefined);
    request.write('{"code":');
    request.flushHeaders();
    while (site.failures.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(site.failures[0]?.message, '400 invalid_request: the body broke off');
  });

  it('discards a body that the handler has cancelled', async () => {
    const own = toNodeListener(async (request) => {
      await request.body?.cancel();
      return new Response('ok');
    });
    const url = await listen((message, response) => void own(message, response));
    assert.equal((await send(url, 'x'.repeat(100_000))).status, 200);
  });

  it('writes nothing when a middleware has already sent a response', async () => {
    const written: unknown[] = [];
    const response = {
      headersSent: true,
      writeHead: (status: number) => void written.push(status),
      end: (text: string) => void written.push(text),
    };
    const own = toNodeListener(async () => new Response('ok'));
    await own({ ...silent, headers: {} }, response);
    await own({ ...silent, method: 'TRACE', headers: {} }, response);
    assert.deepEqual(written, []);
  });

  it('accepts a message of HTTP/2 without a method and URL', async () => {
    const headers = { ':path': '/', origin: ORIGIN, accept: ['a', 'b'], empty: undefined };
    const seen: Request[] = [];
    const own = toNodeListener(async (request) => {
      seen.push(request);
      return new Response('ok', { status: 201 });
    });
    const written: unknown[] = [];
    const response = {
      writeHead: (...values: unknown[]) => void written.push(...values),
      end: (text: string) => void written.push(text),
    };
    // The body is incomplete, but HTTP/2 has no header `connection`.
    await own({ ...silent, headers, complete: false }, response);
    const type = { 'content-type': 'text/plain;charset=UTF-8' };
    assert.deepEqual(written, [201, type, 'ok']);
    assert.equal(seen[0]?.method, 'GET');
    assert.equal(seen[0]?.headers.get('accept'), 'a, b');
  });
});
