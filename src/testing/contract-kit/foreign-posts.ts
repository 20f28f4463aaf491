import type { BackendResponse } from './backend-response.js';
import type { Harness } from './harness.js';
import { assertThat, refuses, type Clause } from './clause.js';
import { laxOrigins } from './origins.js';

const COMPARE = 'Compare the whole Origin header with a list of your own, by ===.';
const JSON_ONLY =
  'Take application/json only: every other site can send the simple types without asking.';

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
  ...laxOrigins.map(([what, change]) =>
    refuses(what, 'other-sites', COMPARE, (harness) =>
      harness.post(harness.createFields(), { origin: change(new URL(harness.backend.origin)) }),
    ),
  ),
  refuses('a post without an Origin', 'other-sites', COMPARE, (harness) =>
    harness.post(harness.createFields(), { origin: '' }),
  ),
  ...[...types, 'text/plain;application/json'].map((type) =>
    refuses(`the content type ${type}`, 'other-sites', JSON_ONLY, (harness) =>
      harness.post(harness.createFields(), { 'content-type': type }),
    ),
  ),
  refuses('a post without a content type', 'other-sites', JSON_ONLY, (harness) =>
    harness.post(harness.createFields(), { 'content-type': '' }),
  ),
  {
    name: 'takes no code from the address',
    hint: 'Read the four fields from the body of a POST only: any page can make a browser GET.',
    why: 'other-sites',
    async check(harness) {
      harness.prepare();
      await harness.ask('GET', {}, harness.createFields() as Record<string, string>);
      assertThat(harness.exchanges.length === 0, 'sent the code of a GET to Monerium');
    },
  },
  {
    name: 'refuses a body over 8 KiB that comes in chunks',
    why: 'the-four-fields',
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
