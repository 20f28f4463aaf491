// The example in Python waits for a body no longer than for Monerium.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { can, run } from '../helpers/backends.js';
import { ORIGIN } from '../helpers/site.js';

/** `connect.py` with a shorter deadline than its own. */
const SCRIPT = `
import os, sys
sys.path.insert(0, "examples")
import connect
connect.SECONDS = 1
server = connect.make_server(
    "127.0.0.1", int(os.environ["PORT"]), connect.application, connect.Server, connect.QuietHandler
)
server.serve_forever()
`;

const skip = !can('python3', '--version') && 'there is no python3 here';

describe('connect.py', { skip }, () => {
  const head = ['POST /api HTTP/1.1', 'Host: a', `Origin: ${ORIGIN}`, 'Content-Length: 300'];
  const json = [...head, 'Content-Type: application/json', '', '{'].join('\r\n');

  for (const [what, sent, status] of [
    ['ends a body that never comes with 408', json, /^HTTP\/1\.\d 408 /],
    ['closes a connection on which nothing comes', '', /^$/],
  ] as const) {
    it(what, { timeout: 10_000 }, async () => {
      const url = await run('python3', ['-c', SCRIPT], 'http://127.0.0.1:1');
      const sockets = Array.from({ length: 4 }, () =>
        connect(Number(new URL(url).port), '127.0.0.1'),
      );
      for (const socket of sockets) socket.write(sent);
      for (const answer of await Promise.all(sockets.map(text))) assert.match(answer, status);
    });
  }

  it('ends a body that comes drop by drop', { timeout: 10_000 }, async () => {
    const url = await run('python3', ['-c', SCRIPT], 'http://127.0.0.1:1');
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(json);
    const drops = setInterval(() => socket.write(' '), 50);
    const answer = await text(socket);
    clearInterval(drops);
    assert.match(answer, /^HTTP\/1\.\d 408 /);
  });
});
