import type { BackendResponse, Harness } from './harness.js';
import { assertThat, refuses, type Clause } from './clause.js';

const COMPARE = 'Compare the whole Origin header with a list of your own, by ===.';
const JSON_ONLY =
  'Take application/json only: every other site can send the simple types without asking.';

/** Origins that a lax comparison takes for the site's own, by what they are. */
const origins: [string, (origin: URL) => string][] = [
  ['a foreign origin', () => 'https://foreign.example'],
  ['an origin that only begins like yours', ({ origin }) => `${origin}.foreign.example`],
  ['an origin that only ends like yours', ({ protocol, host }) => `${protocol}//foreign${host}`],
  ['a subdomain of your origin', ({ protocol, host }) => `${protocol}//foreign.${host}`],
  ['your host on another port', ({ protocol, hostname }) => `${protocol}//${hostname}:61234`],
  [
    'your host with the other scheme',
    ({ protocol, host }) => `${protocol === 'https:' ? 'http:' : 'https:'}//${host}`,
  ],
  ['your host without a scheme', ({ host }) => host],
  [
    'an origin with another letter for the dot',
    ({ protocol, host }) =>
      `${protocol}//${host.includes('.') ? host.replace('.', 'x') : `${host}x`}`,
  ],
  ['the origin null', () => 'null'],
];

const types = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'];

/** A chunked body says nothing of its length. */
async function postInChunks(harness: Harness): Promise<BackendResponse> {
  const text = JSON.stringify(harness.createFields({ padding: 'x'.repeat(64 * 1024) }));
  const bytes = new TextEncoder().encode(text);
  const body = new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 4096) {
        controller.enqueue(bytes.slice(at, at + 4096));
      }
      controller.close();
    },
  });
  return harness.postBody(body);
}

/** What every other page of the web can send. */
export const foreignPosts: Clause[] = [
  ...origins.map(([what, change]) =>
    refuses(what, COMPARE, (harness) =>
      harness.post(harness.createFields(), { origin: change(new URL(harness.backend.origin)) }),
    ),
  ),
  refuses('a post without an Origin', COMPARE, (harness) =>
    harness.post(harness.createFields(), { origin: '' }),
  ),
  ...[...types, 'text/plain;application/json'].map((type) =>
    refuses(`the content type ${type}`, JSON_ONLY, (harness) =>
      harness.post(harness.createFields(), { 'content-type': type }),
    ),
  ),
  refuses('a post without a content type', JSON_ONLY, (harness) =>
    harness.post(harness.createFields(), { 'content-type': '' }),
  ),
  {
    name: 'takes no code from the address',
    hint: 'Read the four fields from the body of a POST only: any page can make a browser GET.',
    async check(harness) {
      harness.prepare();
      const fields = harness.createFields() as Record<string, string>;
      const { headers } = harness.backend;
      const query = `?${new URLSearchParams(fields)}`;
      await harness.send(
        { method: 'GET', headers: { accept: 'application/json', ...headers } },
        query,
      );
      assertThat(harness.exchanges.length === 0, 'sent the code of a GET to Monerium');
    },
  },
  {
    name: 'refuses a body over 8 KiB that comes in chunks',
    hint: 'Count the bytes while you read, and answer 413; do not rely on Content-Length.',
    async check(harness) {
      harness.prepare();
      // A server may close the connection while the rest of the body is still on its way.
      const answer = await postInChunks(harness).catch(() => undefined);
      const isRefused = !answer || (answer.status >= 400 && answer.status < 500);
      assertThat(isRefused, `answered ${answer?.status}, not 4xx`);
      assertThat(harness.exchanges.length === 0, 'sent the code to Monerium');
      const { status } = await harness.post(harness.createFields());
      assertThat(status === 200, `answered ${status} to the right post that came after it`);
    },
  },
];
