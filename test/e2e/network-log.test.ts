// What the network log of Chromium's developer tools says of a post.
import assert from 'node:assert/strict';
import { toPuppeteer } from './support/puppeteer.js';
import { skipIn, useWorld, waitForStatus, type Page } from './support.js';

const world = useWorld();
const { test } = world;
const CHROMIUM_ONLY = skipIn({ firefox: 'its log is not to be had', webkit: 'it has no such log' });
/** Read by its own stream, a response is logged as canceled in more than half of all flows. */
const FLOWS = 8;

/** Follows the post to the backend. `ended` resolves with `finished`, or with the error. */
async function followPost(page: Page): Promise<{ ended: Promise<string> }> {
  const session = await toPuppeteer(page).createCDPSession();
  await session.send('Network.enable');
  let post: string | undefined;
  session.on('Network.requestWillBeSent', ({ requestId, request }) => {
    if (request.method === 'POST' && request.url.endsWith('/backend')) post = requestId;
  });
  const ended = new Promise<string>((resolve) => {
    session.on('Network.loadingFinished', ({ requestId }) => {
      if (requestId === post) resolve('finished');
    });
    session.on('Network.loadingFailed', ({ requestId, errorText, canceled }) => {
      if (requestId === post) resolve(`${canceled ? 'canceled' : 'failed'}: ${errorText}`);
    });
  });
  return { ended };
}

test(
  '#174 a successful post is logged as finished, and not as canceled',
  CHROMIUM_ONLY,
  async () => {
    world.servePage('/');
    world.site.backend.answer = { kind: 'parts' };
    const visitor = await world.visit();
    const endings: string[] = [];
    for (let flow = 0; flow < FLOWS; flow += 1) {
      const page = await world.open(visitor, '/');
      const { ended } = await followPost(page);
      await world.connect(page);
      await waitForStatus(page, 'connected');
      endings.push(await ended);
      await page.close();
    }
    assert.deepEqual(endings, Array<string>(FLOWS).fill('finished'));
  },
);
