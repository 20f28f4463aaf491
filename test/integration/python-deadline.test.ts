// The example in Python waits for a body no longer than for Monerium, in FastAPI too.
import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { inASecond } from '../helpers/languages.js';
import { ORIGIN } from '../helpers/site.js';

const head = [
  'POST /monerium/session HTTP/1.1',
  'Host: a',
  `Origin: ${ORIGIN}`,
  'Content-Length: 300',
  'Connection: close',
];
const json = [...head, 'Content-Type: application/json', '', '{'].join('\r\n');

for (const { name, skip, start } of inASecond) {
  describe(`the deadline in ${name}`, { skip }, () => {
    const openSockets = async (number: number): Promise<Socket[]> => {
      const { url } = await start('http://127.0.0.1:1');
      const { port } = new URL(url);
      return Array.from({ length: number }, () => connect(Number(port), '127.0.0.1'));
    };

    for (const [what, sent, status] of [
      ['ends a body that never comes with 408', json, /^HTTP\/1\.\d 408 /],
      ['closes a connection on which nothing comes', '', /^$/],
    ] as const) {
      // Uvicorn has no deadline for the head of a request.
      if (sent === '' && name === 'FastAPI') continue;
      it(`${what}, in ${name}`, { timeout: 10_000 }, async () => {
        const sockets = await openSockets(4);
        for (const socket of sockets) socket.write(sent);
        for (const answer of await Promise.all(sockets.map(text))) assert.match(answer, status);
      });
    }

    it(`ends a body that comes drop by drop, in ${name}`, { timeout: 10_000 }, async () => {
      const [socket = assert.fail()] = await openSockets(1);
      socket.write(json);
      const drops = setInterval(() => socket.write(' '), 50);
      const answer = await text(socket);
      clearInterval(drops);
      assert.match(answer, /^HTTP\/1\.\d 408 /);
    });
  });
}
