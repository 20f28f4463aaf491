import { expect } from '@open-wc/testing';
import fc from 'fast-check';
import { useFakeTimers } from 'sinon';
import { markUsed } from '../../src/core/browser/transaction.js';
import {
  IDENTITY,
  RECORD_PREFIX,
  answer,
  closePages,
  defer,
  deliver,
  find,
  holdNavigations,
  until,
  type View,
} from './fixture.js';
import { itHolds } from './property.js';
import { prepareStarts } from './start-fixture.js';

const MINUTE = 60_000;
const { add, listRecords, listTypes, replace } = prepareStarts();
const replaced: (() => void)[] = [];

function restoreAll(): void {
  for (const restore of replaced.splice(0).reverse()) restore();
}

afterEach(restoreAll);

/** A window that `window.open` may return. It can post messages to this page. */
async function openFrameWindow(): Promise<View> {
  const frame = document.createElement('iframe');
  frame.src = '/test/unit/page.html';
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
  document.body.append(frame);
  replaced.push(() => frame.remove());
  await loaded;
  return frame.contentWindow as View;
}

/** An element whose popup is open. The test controls the intervals of this page. */
async function openWaiting() {
  const popup = await openFrameWindow();
  const posts: string[] = [];
  const release = defer<void>();
  const navigations = holdNavigations(popup);
  replaced.push(() => navigations.release());
  replace(window, 'open', () => popup);
  const headers: Headers[] = [];
  replace(window, 'fetch', (url, init) => {
    posts.push(typeof url === 'string' ? url : '');
    headers.push(new Headers(init?.headers));
    return release.promise.then(() => answer(IDENTITY));
  });
  const element = await add({ mode: 'popup' });
  // All elements of a page share their flow, including the element of the next test.
  replaced.push(() => element.disconnect());
  const clock = useFakeTimers({
    now: Date.now(),
    toFake: ['Date', 'setInterval', 'clearInterval'],
  });
  replaced.push(() => clock.restore());
  element.click();
  expect(element.status).to.equal('waiting');
  const state = listRecords()[0]?.slice(RECORD_PREFIX.length) ?? '';
  const query = `?code=c&state=${state}`;
  return { element, popup, posts, headers, release, clock, state, query };
}

describe('a start in a popup', () => {
  it('#33 stores its record where the popup can read it, before the popup opens', async () => {
    const kept: (string | null)[] = [];
    const opened: string[] = [];
    replace(window, 'open', (href) => {
      kept.push(localStorage.getItem(listRecords()[0] ?? ''));
      opened.push(String(href));
      return { closed: false, close() {}, focus() {} } as unknown as Window;
    });
    const element = await add({ mode: 'popup' });
    element.click();
    expect(opened).to.have.length(1);
    const [record] = kept;
    expect(JSON.parse(record ?? 'null')).to.include({ v: 1, mode: 'popup' });
    expect(record).to.match(/"codeVerifier":"[\w-]{43}"/);
    expect(sessionStorage.getItem(RECORD_PREFIX + 'tab')).to.equal(
      new URL(opened[0] ?? '').searchParams.get('state'),
    );
  });

  it('#22 opens Monerium in the task of the click', async () => {
    const steps: string[] = [];
    replace(window, 'open', (href) => {
      steps.push(`open ${new URL(String(href)).pathname}`);
      const popup = {
        closed: false,
        close() {},
        focus() {},
        location: { replace: () => steps.push('navigate') },
      };
      return popup as unknown as Window;
    });
    const element = await add({ mode: 'popup' });
    element.click();
    expect(steps).to.deep.equal(['open /auth']);
  });

  it('#32 can be cancelled while it waits, times out after 30 minutes, and can still succeed', async () => {
    const { element, clock, state, query, posts, release } = await openWaiting();
    release.resolve();
    for (let minute = 0; minute < 30; minute += 1) {
      clock.tick(MINUTE);
      await element.updateComplete;
      expect([element.status, find(element, '[part=cancel]')?.localName]).to.deep.equal([
        'waiting',
        'button',
      ]);
    }
    clock.tick(500);
    expect(element.connection).to.have.nested.property('error.code', 'popup_timeout');
    const channel = new BroadcastChannel(state);
    replaced.push(() => channel.close());
    channel.postMessage(query);
    await until(() => element.status === 'connected');
    expect(posts).to.have.length(1);
    expect(listTypes().filter((type) => /connected|error/.test(type))).to.deep.equal([
      'monerium-error',
      'monerium-connected',
    ]);
  });

  it('#101 posts with the headers that the page has set last', async () => {
    const { element, state, query, headers, release } = await openWaiting();
    release.resolve();
    element.backendHeaders = { 'x-csrf-token': 'renewed' };
    await element.updateComplete;
    expect(element.status).to.equal('waiting');
    const channel = new BroadcastChannel(state);
    replaced.push(() => channel.close());
    channel.postMessage(query);
    await until(() => element.status === 'connected');
    expect(headers.map((sent) => sent.get('x-csrf-token'))).to.deep.equal(['renewed']);
  });

  const WAYS = ['channel', 'message', 'storage'] as const;
  itHolds(
    '#10 takes one of many copies of a response, in any order and by any channel',
    200,
    fc
      .asyncProperty(
        fc.array(fc.constantFrom(...WAYS), { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        async (copies, isHurried) => {
          const { element, popup, posts, release, clock, state, query } = await openWaiting();
          const channel = new BroadcastChannel(state);
          const send = {
            channel: () => channel.postMessage(query),
            message: () => popup.eval(`parent.postMessage('${query}', '${location.origin}')`),
            // A popup that has exchanged its code itself stores this.
            storage: () => markUsed(state, IDENTITY),
          };
          for (const way of copies) {
            send[way]();
            clock.tick(500);
            // A lock may take longer than a message.
            if (!isHurried) await until(() => element.status !== 'waiting');
          }
          // The exchange takes longer than all the copies.
          await deliver();
          release.resolve();
          await until(() => element.status === 'connected');
          await deliver();
          clock.tick(MINUTE);
          const told = listTypes().filter((type) => /connected|error/.test(type));
          channel.close();
          expect(told).to.deep.equal(['monerium-connected']);
          // A copy that was exchanged elsewhere needs no request. The first copy decides.
          expect(posts.length).to.be.at.most(1);
          if (!isHurried) expect(posts.length).to.equal(copies[0] === 'storage' ? 0 : 1);
        },
      )
      .afterEach(async () => {
        restoreAll();
        await closePages();
      }),
  );
});
