import { expect } from '@open-wc/testing';
import { createAttempt } from '../../src/core/flow/attempt.js';
import type { FlowControl } from '../../src/core/flow/flow-control.js';
import { listenToPopup, pollPopup, waitForPopup } from '../../src/core/flow/popup.js';
import type { FlowEvent } from '../../src/core/flow/state.js';
import type { ConnectError } from '../../src/core/errors.js';
import type { ReceivedResponse } from '../../src/core/browser/received-response.js';
import type { PopupWindow } from '../../src/core/browser/popup-window.js';
import { markUsed, saveTransaction, type Outcome } from '../../src/core/browser/transaction.js';
import { clearStorage, Undo } from '../helpers/storage.js';
import { holdClock } from './clock.js';
import { ATTRIBUTES, createRecord, createState, deliver, until } from './fixture.js';

const MINUTE = 60_000;
const IDENTITY = { profile: 'p', userId: 'u' };
const undo = new Undo();

let state: string;

beforeEach(() => {
  state = createState();
  saveTransaction(state, createRecord(ATTRIBUTES, { mode: 'popup' }));
});

afterEach(() => {
  undo.run();
  clearStorage();
});

function createPopup(isClosed: () => boolean = () => false): PopupWindow {
  const none = () => {};
  return { go: none, show: none, end: none, isClosed, isSource: () => false };
}

/** A flow of which only what a test gives does anything. */
function createFlow(own: Partial<FlowControl>): FlowControl {
  const none = () => {};
  const nothing = { send: () => true, take: () => false, isStarting: () => true };
  return { ...nothing, finish: none, fail: none, ...own };
}

/** The channel of the popup, and what comes back on it. */
function openChannel() {
  const channel = new BroadcastChannel(state);
  const confirmations: unknown[] = [];
  channel.onmessage = ({ data }) => confirmations.push(data);
  undo.add(() => channel.close());
  return { channel, confirmations };
}

describe('listenToPopup', () => {
  /** A listener that takes what comes when `isFree()`. */
  function listen(isFree: () => boolean = () => true) {
    const responses: ReceivedResponse[] = [];
    const flow = createFlow({
      take(received) {
        if (!isFree()) return false;
        responses.push(received);
        return true;
      },
    });
    const listener = listenToPopup(flow, createPopup(), state);
    undo.add(() => listener.end());
    return { responses, listener, ...openChannel() };
  }

  it('gives the response that comes over the channel, and confirms it', async () => {
    const { channel, responses, confirmations } = listen();
    const query = `?code=c&state=${state}&iss=i`;
    channel.postMessage(query);
    await until(() => confirmations.length);
    expect(confirmations).to.deep.equal(['monerium-connect']);
    expect(responses).to.have.length(1);
    const [received] = responses;
    expect(received).to.deep.include({ oauthState: state, query, response: { state, code: 'c' } });
    expect(received).to.have.nested.property('transaction.mode', 'popup');
  });

  it('confirms nothing that was not taken', async () => {
    let isFree = false;
    const { channel, responses, confirmations } = listen(() => isFree);
    channel.postMessage(`?code=c&state=${state}`);
    await deliver();
    expect(confirmations).to.deep.equal([]);
    isFree = true;
    channel.postMessage(`?code=c&state=${state}`);
    await until(() => confirmations.length);
    expect(responses).to.have.length(1);
  });

  it('#39 takes an error without state over the channel that only its popup knows', async () => {
    const { channel, responses, confirmations } = listen();
    channel.postMessage('?error=access_denied');
    await until(() => confirmations.length);
    expect(responses.map(({ response }) => response)).to.deep.equal([
      { oauthError: 'access_denied' },
    ]);
  });

  it('ignores a response that is not of its flow', async () => {
    const { channel, responses, confirmations } = listen();
    for (const query of [
      `?code=c&state=${createState()}`,
      '?code=c&state=stranger',
      '?error=wrong_password',
      '?code=c',
      '?a=b',
      '',
    ]) {
      channel.postMessage(query);
    }
    await deliver();
    expect(responses).to.deep.equal([]);
    expect(confirmations).to.deep.equal([]);
  });

  it('#10 ignores a response whose flow was claimed already', async () => {
    const { channel, responses, confirmations } = listen();
    markUsed(state);
    channel.postMessage(`?code=c&state=${state}`);
    await deliver();
    expect(responses).to.deep.equal([]);
    expect(confirmations).to.deep.equal([]);
  });

  it('takes nothing any more after its end', async () => {
    const { channel, responses, confirmations, listener } = listen();
    listener.end();
    channel.postMessage(`?code=c&state=${state}`);
    await deliver();
    expect(responses).to.deep.equal([]);
    expect(confirmations).to.deep.equal([]);
  });
});

describe('pollPopup', () => {
  /** A popup that is watched, with a clock that the test moves. */
  function poll(isClosed?: () => boolean) {
    const clock = holdClock(undo);
    const outcomes: Outcome[] = [];
    const losses: string[] = [];
    const flow = createFlow({
      finish: (_, outcome) => void outcomes.push(outcome),
      fail: (_, { phase, code }) => void losses.push(`${phase} ${code}`),
    });
    const timer = pollPopup(flow, createAttempt(), createPopup(isClosed), state);
    timer.start();
    undo.add(() => timer.end());
    return { clock, outcomes, losses, timer };
  }

  it('#24 looks twice a second whether the popup is closed', () => {
    let isClosed = false;
    const { clock, losses } = poll(() => isClosed);
    clock.tick(10 * MINUTE);
    expect(losses).to.deep.equal([]);
    isClosed = true;
    clock.tick(499);
    expect(losses).to.deep.equal([]);
    clock.tick(1);
    expect(losses).to.deep.equal(['authorize popup_closed']);
  });

  it('looks at nothing any more after its end', () => {
    const { clock, losses, timer } = poll(() => true);
    timer.end();
    clock.tick(60 * MINUTE);
    expect(losses).to.deep.equal([]);
    expect(clock.countTimers()).to.equal(0);
  });

  it('#32 gives up after 30 minutes by the clock', () => {
    const { clock, losses } = poll();
    clock.tick(30 * MINUTE);
    expect(losses).to.deep.equal([]);
    clock.tick(500);
    expect(losses).to.deep.equal(['authorize popup_timeout']);
  });

  it('#36 reads the clock when the page comes back, since its timers have stood still', () => {
    const { clock, losses } = poll();
    const restore = () => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
    clock.setSystemTime(Date.now() + 29 * MINUTE);
    restore();
    expect(losses).to.deep.equal([]);
    clock.setSystemTime(Date.now() + 2 * MINUTE);
    restore();
    expect(losses).to.deep.equal(['authorize popup_timeout']);
  });

  for (const outcome of [IDENTITY, 'access_denied', 'exchange_rejected'] as const) {
    it(`#27 #36 finds the outcome of a popup that has gone on by itself: ${JSON.stringify(outcome)}`, () => {
      // What has happened goes before the clock: the page may have slept for hours.
      const { clock, outcomes, losses } = poll(() => true);
      markUsed(state, outcome);
      clock.setSystemTime(Date.now() + 60 * MINUTE);
      clock.tick(500);
      expect(outcomes).to.deep.equal([outcome]);
      expect(losses).to.deep.equal([]);
    });
  }

  it('keeps waiting while the popup exchanges its code, and ignores invalid outcomes', () => {
    const { clock, outcomes, losses } = poll();
    markUsed(state);
    clock.tick(1000);
    const key = `monerium-connect:${state}`;
    const forged = ['<b>', 'UPPER', 'constructor', 'made_up', { profile: 'p' }, 7];
    for (const outcome of [...forged, { profile: 'p', userId: '<' }]) {
      localStorage.setItem(key, JSON.stringify({ v: 1, at: Date.now(), outcome }));
      clock.tick(500);
    }
    expect(outcomes).to.deep.equal([]);
    expect(losses).to.deep.equal([]);
  });

  it('#30 is embedding_blocked in a frame when no response came', async () => {
    const frame = document.createElement('iframe');
    frame.src = '/test/unit/page.html';
    const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
    document.body.append(frame);
    undo.add(() => frame.remove());
    await loaded;
    const view = frame.contentWindow as Window & { load: (path: string) => Promise<unknown> };
    const inner = (await view.load('/src/core/flow/popup.ts')) as { pollPopup: typeof pollPopup };
    const losses: ConnectError[] = [];
    const { Date: clock } = view as unknown as { Date: DateConstructor };
    const flow = createFlow({ fail: (_, error) => void losses.push(error) });
    const timer = inner.pollPopup(flow, createAttempt(), createPopup(), createState());
    timer.start();
    undo.add(() => timer.end());
    const late = clock.now() + 31 * MINUTE;
    clock.now = () => late;
    await until(() => losses.length);
    expect(losses.map(({ phase, code }) => `${phase} ${code}`)).to.deep.equal([
      'authorize embedding_blocked',
    ]);
  });
});

describe('waitForPopup', () => {
  /** A flow that records what is done to it. It takes one response. */
  function wait(isClosed?: () => boolean) {
    const clock = holdClock(undo);
    const log: unknown[][] = [];
    const events: FlowEvent[] = [];
    const note =
      (name: string) =>
      (...words: unknown[]) =>
        void log.push([name, ...words]);
    const flow = createFlow({
      send: (event) => events.push(event) > 0,
      take: ({ query }) => log.push(['take', query]) === 1,
      finish: note('finish'),
      fail: (attempt, { code }, type) => note(type ?? 'fail')(attempt, code),
    });
    const attempt = createAttempt();
    const popup = createPopup(isClosed);
    waitForPopup(flow, attempt, popup, state, 'https://monerium.example/auth');
    const [event] = events;
    if (event?.type !== 'wait') throw new Error('no event was sent');
    event.timer.start?.();
    undo.add(() => {
      event.listener.end();
      event.timer.end();
    });
    return { clock, log, events, event, attempt, popup };
  }

  it('sends one event, with all that waits', () => {
    const { events, event, attempt, popup, log } = wait();
    expect(events).to.have.length(1);
    expect(event.oauthState).to.equal(state);
    expect(event.attempt).to.equal(attempt);
    expect(event.popup).to.equal(popup);
    expect(log).to.deep.equal([]);
  });

  it('#26 gives the response to the flow, and confirms only what that has taken', async () => {
    const { log } = wait();
    const { channel, confirmations } = openChannel();
    const query = `?code=c&state=${state}`;
    channel.postMessage(query);
    channel.postMessage(query);
    await deliver();
    expect(log).to.deep.equal([
      ['take', query],
      ['take', query],
    ]);
    expect(confirmations).to.deep.equal(['monerium-connect']);
  });

  it('#24 takes the response of a popup whose end was seen, and sees no other end', async () => {
    const { clock, log, event, attempt } = wait(() => true);
    clock.tick(500);
    expect(log).to.deep.equal([['lose', attempt, 'popup_closed']]);
    event.timer.end();
    clock.tick(MINUTE);
    expect(log).to.have.length(1);
    const { channel } = openChannel();
    channel.postMessage(`?code=c&state=${state}`);
    await deliver();
    expect(log[1]).to.deep.equal(['take', `?code=c&state=${state}`]);
  });

  it('#27 concludes the attempt when the popup has exchanged its code by itself', () => {
    const { clock, log, attempt } = wait(() => true);
    markUsed(state, IDENTITY);
    clock.tick(500);
    expect(log).to.deep.equal([['finish', attempt, IDENTITY]]);
  });
});
