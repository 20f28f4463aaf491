// The linter of the documents: it reports what reads badly, and accepts what reads well.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { VFile } from 'vfile';
import plainWords from '../../scripts/documents/plain-words.mjs';

/** A sentence that the linter reports, and the same fact in plain words. */
const SENTENCES = [
  [
    'The element prints it in the console in the sandbox.',
    'In the sandbox, the element logs the exact URI to the browser console.',
  ],
  ['Your backend takes one post and gives one answer', 'Your backend needs a single endpoint.'],
  [
    'Where the token answer has no `profile` and `userId`, ask `/auth/context`.',
    'If the token response has no ids, fetch them from `/auth/context`.',
  ],
  [
    'For everything that speaks `Request` and `Response` the package has that endpoint ready',
    'The package includes this endpoint for runtimes with the web `Request`/`Response` API.',
  ],
  ['in front of every body parser', 'Register this route before `express.json()`.'],
  ['`keepTokens` is yours: it keeps the tokens', 'You write `keepTokens`: it stores the tokens.'],
  [
    'Tokens live in the memory of the page and end with it.',
    'Tokens are kept in memory and are lost on reload.',
  ],
  [
    'The window comes back there, hands the response to your page and closes; ' +
      "the events are your page's.",
    'After sign-in the popup opens that page, passes the result to your page and closes. ' +
      'Listen for events on your page.',
  ],
  [
    'When your page is gone by then, the window goes on by itself.',
    'If your page has been closed, the popup finishes the connection itself.',
  ],
  [
    'The customer can cancel and bring the window back all the while.',
    'Meanwhile the customer can cancel, or bring the popup to the front.',
  ],
  [
    'Call `connect()` only in a click: else browsers block the window, ' +
      'and you hear `popup_blocked`.',
    'Call `connect()` synchronously in a click handler; ' +
      'otherwise browsers block the popup and `popup_blocked` is fired.',
  ],
  [
    'A framed page cannot leave for Monerium, which is never shown in a frame.',
    'Monerium refuses to load in an iframe, so use `mode="auto"` when your page is embedded.',
  ],
  ['the console says what and how to mend it', 'The console says what to fix.'],
  [
    "A stranger's is left alone, byte for byte.",
    'Responses for other OAuth clients are untouched.',
  ],
  [
    'What stands in the markup is fetched earlier',
    'Resources in your HTML load before the script runs and may send the code in their `Referer`.',
  ],
  [
    'It forgets here only. End your own session too.',
    '`disconnect()` only resets the element. Also end the session on your server.',
  ],
  [
    'Beside what a team would use instead, in one run; less is better.',
    'Compared with alternatives (lower is better).',
  ],
  [
    'Monerium failed, made no sense, redirected, or did not tell the ids',
    'Monerium returned an error, an invalid response, a redirect, or no ids.',
  ],
  [
    'Imported earlier, it can be done with a response before anybody listens.',
    'If you import it earlier, it may finish before your listeners are attached.',
  ],
  [
    "point your backend's address of Monerium's API there first",
    "Before running it, set your backend's `MONERIUM_API_URL` to that address.",
  ],
] as const;

const processor = unified().use(remarkParse).use(remarkGfm).use(plainWords);

function lint(markdown: string): string[] {
  const file = new VFile(markdown);
  processor.runSync(processor.parse(file), file);
  return file.messages.map(({ reason }) => reason);
}

describe('the linter of the documents', () => {
  for (const [unclear, plain] of SENTENCES) {
    it(`reports: ${unclear}`, () => assert.notDeepEqual(lint(unclear), []));
    it(`accepts: ${plain}`, () => assert.deepEqual(lint(plain), []));
  }

  it('reads headings, lists and cells of tables', () => {
    for (const text of ['# A stranger', '- A stranger', '| a |\n| - |\n| A stranger |']) {
      assert.equal(lint(text).length, 1, text);
    }
  });

  it('leaves blocks of code alone', () => {
    assert.deepEqual(lint('```js\nconst stranger = "mend";\n```'), []);
  });

  it('counts the words of a sentence', () => {
    const words = Array.from({ length: 17 }, () => 'two words').join(' ');
    assert.deepEqual(lint(`${words}.`), []);
    assert.deepEqual(lint(`One ${words}.`), ['A sentence of 35 words']);
  });
});
