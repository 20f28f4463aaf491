import { expect } from '@open-wc/testing';
import { useFakeTimers } from 'sinon';
import type { Popup } from '../../src/browser.js';
import { isConnectError } from '../../src/errors.js';
import { followPopup, type PopupNews } from '../../src/popup.js';
import { buryTransaction, saveTransaction } from '../../src/transaction.js';
import { clearStorage, Undo } from '../helpers/storage.js';
import { ATTRIBUTES, createRecord, createState, defer, deliver, settle, until } from './fixture.js';

const MINUTE = 60_000;
const IDENTITY = { profile: 'p', userId: 'u' };
const undo = new Undo();

afterEach(() => {
  undo.run();
  clearStorage();
});

/** What was heard, in short: the code of a failure, the query of a response, a user id. */
function name(news: PopupNews): string {
  if (isConnectError(news)) return [news.phase, news.code, news.oauthError].join(' ').trim();
  return 'userId' in news ? news.userId : news.query;
}

/** A popup that is followed by this page, with the clock in the hands of the test. */
function follow(isClosed: () => boolean = () => false) {
  const clock = useFakeTimers({
    now: Date.now(),
    toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
  });
  const state = createState();
  saveTransaction(state, createRecord(ATTRIBUTES, { mode: 'popup' }));
  const none = () => {};
  const popup: Popup = {
    ...{ go: none, show: none, close: none, isClosed },
    isSource: () => false,
  };
  const news: string[] = [];
  const arrived = defer<PopupNews>();
  const watching = followPopup(popup, state, (found) => {
    news.push(name(found));
    arrived.resolve(found);
  });
  const channel = new BroadcastChannel(state);
  const answers: unknown[] = [];
  channel.onmessage = ({ data }) => answers.push(data);
  undo.add(() => {
    clock.restore();
    watching.stop();
    watching.hangUp();
    channel.close();
  });
  return { clock, state, news, channel, answers, arrived: arrived.promise, ...watching };
}

describe('followPopup', () => {
  it('tells the response that comes over the channel, and answers it, once', async () => {
    const { state, channel, news, answers, arrived } = follow();
    const query = `?code=c&state=${state}&iss=i`;
    channel.postMessage(query);
    channel.postMessage(query);
    const arrival = await arrived;
    await deliver();
    expect(news).to.deep.equal([query]);
    expect(answers).to.deep.equal(['monerium-connect']);
    expect(arrival).to.deep.include({ state, query, response: { state, code: 'c' } });
    expect(arrival).to.have.nested.property('transaction.mode', 'popup');
  });

  it('#39 takes an error without state over the channel that only its popup knows', async () => {
    const { channel, news, arrived } = follow();
    channel.postMessage('?error=access_denied');
    await arrived;
    expect(news).to.deep.equal(['?error=access_denied']);
  });

  it('leaves a response alone that is not of its flow', async () => {
    const { channel, news, answers } = follow();
    for (const query of [
      `?code=c&state=${createState()}`,
      '?code=c&state=stranger',
      '?code=c',
      '?a=b',
      '',
    ]) {
      channel.postMessage(query);
    }
    await deliver();
    expect(news).to.deep.equal([]);
    expect(answers).to.deep.equal([]);
  });

  it('#10 leaves a response alone whose flow was claimed already', async () => {
    const { state, channel, news, answers } = follow();
    buryTransaction(state);
    channel.postMessage(`?code=c&state=${state}`);
    await deliver();
    expect(news).to.deep.equal([]);
    expect(answers).to.deep.equal([]);
  });

  it('#24 takes the response of a popup whose end was told, and tells no other end', async () => {
    const { clock, state, channel, news, stop, arrived } = follow(() => true);
    clock.tick(500);
    expect(news).to.deep.equal(['authorize popup_closed']);
    stop();
    clock.tick(MINUTE);
    expect(news).to.have.length(1);
    channel.postMessage(`?code=c&state=${state}`);
    await arrived;
    await deliver();
    expect(news[1]).to.equal(`?code=c&state=${state}`);
  });

  it('takes nothing any more when it has hung up', async () => {
    const { state, channel, news, answers, hangUp } = follow();
    hangUp();
    channel.postMessage(`?code=c&state=${state}`);
    await deliver();
    expect(news).to.deep.equal([]);
    expect(answers).to.deep.equal([]);
  });

  it('#24 asks twice a second whether the popup is closed', () => {
    let isClosed = false;
    const { clock, news } = follow(() => isClosed);
    clock.tick(10 * MINUTE);
    expect(news).to.deep.equal([]);
    isClosed = true;
    clock.tick(500);
    expect(news).to.deep.equal(['authorize popup_closed']);
  });

  it('#32 gives up after 30 minutes by the clock', () => {
    const { clock, news } = follow();
    clock.tick(30 * MINUTE);
    expect(news).to.deep.equal([]);
    clock.tick(500);
    expect(news).to.deep.equal(['authorize popup_timeout']);
  });

  it('#36 asks the clock when the page comes back, since its timers have stood still', () => {
    const { clock, news } = follow();
    const restore = () => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
    clock.setSystemTime(Date.now() + 29 * MINUTE);
    restore();
    expect(news).to.deep.equal([]);
    clock.setSystemTime(Date.now() + 2 * MINUTE);
    restore();
    expect(news).to.deep.equal(['authorize popup_timeout']);
  });

  it('#27 #36 finds the outcome of a popup that has gone on by itself', () => {
    for (const [outcome, told] of [
      [IDENTITY, 'u'],
      ['access_denied', 'authorize access_denied access_denied'],
      ['exchange_rejected', 'exchange exchange_rejected'],
    ] as const) {
      // What has happened goes before the clock: the page may have slept for hours.
      const { clock, state, news } = follow(() => true);
      buryTransaction(state, outcome);
      clock.setSystemTime(Date.now() + 60 * MINUTE);
      clock.tick(500);
      expect(news).to.deep.equal([told]);
      undo.run();
    }
  });

  it('waits on while the popup is at work, and for an outcome that nobody could have had', () => {
    const { clock, state, news } = follow();
    buryTransaction(state);
    clock.tick(1000);
    const key = `monerium-connect:${state}`;
    for (const outcome of ['<b>', 'UPPER', { profile: 'p' }, { profile: 'p', userId: '<' }, 7]) {
      localStorage.setItem(key, JSON.stringify({ v: 1, at: Date.now(), outcome }));
      clock.tick(500);
    }
    expect(news).to.deep.equal([]);
  });

  it('#30 says out of a frame that it was embedded, when nobody can be heard', async () => {
    const frame = document.createElement('iframe');
    frame.src = '/test/unit/frame.html';
    const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
    document.body.append(frame);
    undo.add(() => frame.remove());
    await loaded;
    const view = frame.contentWindow as Window & { load: (path: string) => Promise<unknown> };
    const inner = (await view.load('/src/popup.ts')) as { followPopup: typeof followPopup };
    const news: PopupNews[] = [];
    const none = () => {};
    const { Date: clock } = view as unknown as { Date: DateConstructor };
    const { stop, hangUp } = inner.followPopup(
      { go: none, show: none, close: none, isClosed: () => false, isSource: () => false },
      createState(),
      (found) => news.push(found),
    );
    const late = clock.now() + 31 * MINUTE;
    clock.now = () => late;
    await until(() => news.length);
    stop();
    hangUp();
    await settle();
    expect(news.map(name)).to.deep.equal(['authorize embedding_blocked']);
  });
});
