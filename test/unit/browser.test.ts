import { expect } from '@open-wc/testing';
import { useFakeTimers, type SinonFakeTimers } from 'sinon';
import {
  afterLoad,
  closeWindow,
  hearPopup,
  keepOnOrigin,
  openPopup,
  rewriteAddress,
  tellOpener,
  watch,
  whenOnline,
  whenParsed,
  whenShown,
} from '../../src/browser.js';
import { Undo } from '../helpers/storage.js';
import { catchConnectError } from '../helpers/connect-error.js';
import { createState, deliver, settle, until } from './fixture.js';

const HREF = 'https://monerium.example/auth?state=x';
const OTHER_HREF = 'https://monerium.example/auth?state=y';
const undo = new Undo();

afterEach(() => undo.run());

/** The clock and the timers of this page, in the hands of the test. */
function holdClock(): SinonFakeTimers {
  const clock = useFakeTimers({
    now: Date.now(),
    toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
  });
  undo.add(() => clock.restore());
  return clock;
}

/** Plays the windows that this page opens. A window that is `undefined` is blocked. */
function playWindows() {
  const calls: string[][] = [];
  const windows: { closed: boolean; log: string[] }[] = [];
  const create = () => {
    const log: string[] = [];
    const note = (word: string) => (text?: string) => void log.push([word, text ?? ''].join(' '));
    const made = { closed: false, log, focus: note('focus'), location: { replace: note('go') } };
    return Object.assign(made, { close: note('close') });
  };
  undo.replace(window, 'open', {
    value: (...words: string[]) => {
      calls.push(words);
      const made = create();
      windows.push(made);
      return made;
    },
    writable: true,
  });
  return { calls, windows };
}

function replaceFocus(hasFocus: () => boolean): void {
  undo.replace(document, 'hasFocus', { value: hasFocus });
}

describe('openPopup', () => {
  it('#22 opens the address before it returns, as a small window', () => {
    const { calls } = playWindows();
    openPopup(HREF);
    expect(calls.map(([href]) => href)).to.deep.equal([HREF]);
    expect(calls[0]?.[2]).to.match(/^popup,/);
    expect(calls[0]?.[2]).not.to.include('noopener');
  });

  it('#31 gives every window a name of its own', () => {
    const { calls } = playWindows();
    for (let count = 0; count < 20; count += 1) openPopup(HREF);
    const names = new Set(calls.map(([, name]) => name));
    expect(names.size).to.equal(20);
    for (const name of names) expect(name).to.match(/^[\da-f-]{36}$/);
  });

  const forbid = () => {
    throw new DOMException('', 'InvalidAccessError');
  };
  for (const [title, open] of [
    ['no window', () => null],
    ['a window that is closed', () => ({ closed: true })],
    // Of a sandbox in Firefox.
    ['an exception', forbid],
  ] as const) {
    it(`#23 #34 is blocked when ${title} comes of it`, async () => {
      undo.replace(window, 'open', { value: open });
      const { code, phase } = await catchConnectError(() => openPopup(HREF));
      expect([code, phase]).to.deep.equal(['popup_blocked', 'start']);
    });
  }

  it('takes an address later, and knows its window', () => {
    const { windows } = playWindows();
    const popup = openPopup('about:blank');
    popup.go(HREF);
    expect(windows[0]?.log).to.deep.equal([`go ${HREF}`]);
    expect(popup.isSource(windows[0])).to.equal(true);
    expect(popup.isSource(window)).to.equal(false);
    expect(popup.isSource(null)).to.equal(false);
    popup.close();
    expect(windows[0]?.log.at(-1)).to.equal('close ');
  });

  it('#31 brings its window to the front, and opens it again at its last address', () => {
    const { calls, windows } = playWindows();
    const popup = openPopup('about:blank');
    popup.go(OTHER_HREF);
    popup.show();
    expect(windows[0]?.log.at(-1)).to.equal('focus ');
    expect(calls).to.have.length(1);
    Object.assign(windows[0] ?? {}, { closed: true });
    popup.show();
    expect(calls.map(([href]) => href)).to.deep.equal(['about:blank', OTHER_HREF]);
    expect(windows[1]?.log).to.deep.equal(['focus ']);
    expect(popup.isSource(windows[1])).to.equal(true);
    expect(popup.isClosed()).to.equal(false);
  });
});

describe('a popup that looks closed', () => {
  /** A popup that has been open for a while; `at` is when it was closed. */
  function openAndClose(at: number) {
    const clock = holdClock();
    const { windows } = playWindows();
    const popup = openPopup(HREF);
    clock.tick(at);
    expect(popup.isClosed()).to.equal(false);
    const setClosed = (closed: boolean) => Object.assign(windows.at(-1) ?? {}, { closed });
    setClosed(true);
    return { clock, popup, setClosed };
  }

  it('#24 is closed 1.5 seconds later, when a result can no longer be on its way', () => {
    replaceFocus(() => true);
    const { clock, popup } = openAndClose(3000);
    expect(popup.isClosed()).to.equal(false);
    clock.tick(1499);
    expect(popup.isClosed()).to.equal(false);
    clock.tick(1);
    expect(popup.isClosed()).to.equal(true);
  });

  it('#25 is cut off, not closed, within three seconds of opening, for good', () => {
    replaceFocus(() => true);
    const { clock, popup } = openAndClose(2999);
    for (const ms of [0, 1500, 5000, 3_600_000]) {
      popup.isClosed();
      clock.tick(ms);
      expect(popup.isClosed()).to.equal(false);
    }
  });

  it('#25 is cut off, not closed, while this window has not got the focus back', () => {
    let hasFocus = false;
    replaceFocus(() => hasFocus);
    const { clock, popup } = openAndClose(60_000);
    popup.isClosed();
    clock.tick(1500);
    expect(popup.isClosed()).to.equal(false);
    // Known once and for all: the focus may come back while the customer is still at Monerium.
    hasFocus = true;
    clock.tick(60_000);
    expect(popup.isClosed()).to.equal(false);
  });

  it('#24 begins its 1.5 seconds anew when it was open in between', () => {
    replaceFocus(() => true);
    const { clock, popup, setClosed } = openAndClose(10_000);
    popup.isClosed();
    clock.tick(1000);
    setClosed(false);
    expect(popup.isClosed()).to.equal(false);
    setClosed(true);
    expect(popup.isClosed()).to.equal(false);
    clock.tick(1000);
    expect(popup.isClosed()).to.equal(false);
    clock.tick(500);
    expect(popup.isClosed()).to.equal(true);
  });

  it('#31 is open when it was opened again, and can be closed again', () => {
    replaceFocus(() => true);
    const { clock, popup, setClosed } = openAndClose(100);
    popup.isClosed();
    clock.tick(2000);
    expect(popup.isClosed()).to.equal(false);
    popup.show();
    expect(popup.isClosed()).to.equal(false);
    clock.tick(5000);
    setClosed(true);
    popup.isClosed();
    clock.tick(1500);
    expect(popup.isClosed()).to.equal(true);
  });
});

describe('watch', () => {
  const restore = () => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));

  it('calls back again and again, until it is ended', () => {
    const clock = holdClock();
    const calls: boolean[] = [];
    const stop = watch(500, (isRestored) => calls.push(isRestored));
    clock.tick(499);
    expect(calls).to.deep.equal([]);
    clock.tick(501);
    expect(calls).to.deep.equal([false, false]);
    stop();
    clock.tick(5000);
    restore();
    expect(calls).to.have.length(2);
    expect(clock.countTimers()).to.equal(0);
  });

  it('#12 #36 calls back when the page comes back from the cache, and only then', () => {
    holdClock();
    const calls: boolean[] = [];
    const stop = watch(500, (isRestored) => calls.push(isRestored));
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: false }));
    expect(calls).to.deep.equal([]);
    restore();
    expect(calls).to.deep.equal([true]);
    stop();
  });
});

describe('the line between a popup and its opener', () => {
  const RESPONSE = '?code=c&state=s';
  let name: string;
  let channel: BroadcastChannel;
  let heard: unknown[];
  let told: string[];
  let hangUp = () => {};

  beforeEach(() => {
    name = createState();
    heard = [];
    told = [];
    channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }) => heard.push(data);
  });

  afterEach(() => {
    hangUp();
    channel.close();
  });

  /** An opener that takes only `RESPONSE`. */
  function listen(isSource = (_source: unknown) => false): void {
    hangUp = hearPopup(name, isSource, (query) => query === RESPONSE && (() => told.push(query)));
  }

  it('#26 hands the response over by the channel, once, and hears that it was taken', async () => {
    listen();
    expect(await tellOpener(RESPONSE, name, true)).to.equal(true);
    expect(told).to.deep.equal([RESPONSE]);
    channel.postMessage(RESPONSE);
    await settle();
    expect(told).to.have.length(1);
  });

  it('#27 tells within a second that nobody has taken it', async () => {
    const clock = holdClock();
    let isTaken: boolean | undefined;
    const telling = tellOpener(RESPONSE, name, true).then((answer) => (isTaken = answer));
    await clock.tickAsync(999);
    expect(isTaken).to.equal(undefined);
    await clock.tickAsync(1);
    await telling;
    expect(isTaken).to.equal(false);
  });

  it('has nobody to ask without an opener and a flow, and waits for nobody', async () => {
    const clock = holdClock();
    const telling = tellOpener(RESPONSE, name, false);
    await clock.tickAsync(0);
    expect(await telling).to.equal(false);
    undo.run();
    await settle();
    expect(heard).to.deep.equal([]);
  });

  for (const [title, value] of [
    ['#87 goes on by itself without BroadcastChannel', undefined],
    [
      '#78 goes on by itself where a blocker stops BroadcastChannel',
      class {
        constructor() {
          throw new DOMException('blocked', 'SecurityError');
        }
      },
    ],
  ] as const) {
    it(`${title}, and listens all the same`, async () => {
      undo.replace(window, 'BroadcastChannel', { value });
      listen((source) => source === window);
      expect(await tellOpener(RESPONSE, name, true)).to.equal(false);
      window.postMessage(RESPONSE, location.origin);
      await until(() => told.length);
      expect(told).to.deep.equal([RESPONSE]);
    });
  }

  it('#30 reaches an opener that has no record of it, and is answered only by it', async () => {
    const opener = await addFrame();
    undo.replace(window, 'opener', { value: opener });
    const received: { data: unknown; origin: string }[] = [];
    opener.addEventListener('message', ({ data, origin }: MessageEvent) =>
      received.push({ data, origin }),
    );
    const telling = tellOpener(RESPONSE, name, false);
    await until(() => received.length);
    expect(received).to.deep.equal([{ data: RESPONSE, origin: location.origin }]);
    opener.eval(`parent.postMessage('monerium-connect', '*')`);
    expect(await telling).to.equal(true);
  });

  it('#28 takes nobody else for its opener, and no other word for an answer', async () => {
    const opener = await addFrame();
    undo.replace(window, 'opener', { value: opener });
    const clock = holdClock();
    let isTaken: boolean | undefined;
    const telling = tellOpener(RESPONSE, name, false).then((answer) => (isTaken = answer));
    window.postMessage('monerium-connect', location.origin);
    opener.eval(`parent.postMessage('yes', '*'); parent.postMessage({ data: 1 }, '*')`);
    channel.postMessage('taken');
    await deliver();
    expect(isTaken).to.equal(undefined);
    await clock.tickAsync(1000);
    await telling;
    expect(isTaken).to.equal(false);
  });

  it('#28 tells its opener only on its own origin', async () => {
    const targets: unknown[] = [];
    undo.replace(window, 'opener', {
      value: { postMessage: (_message: string, target: string) => targets.push(target) },
    });
    await tellOpener(RESPONSE, name, false);
    expect(targets).to.deep.equal([location.origin]);
  });

  it('#28 answers the very window that has told it', async () => {
    const frame = await addFrame();
    const answers: unknown[] = [];
    frame.addEventListener('message', ({ data }: MessageEvent) => answers.push(data));
    listen((source) => source === frame);
    frame.eval(`parent.postMessage('${RESPONSE}', '*')`);
    await until(() => answers.length);
    expect(answers).to.deep.equal(['monerium-connect']);
    expect(told).to.deep.equal([RESPONSE]);
    expect(heard).to.deep.equal([]);
  });
});

/** A frame of this origin. */
async function addFrame(): Promise<Window & typeof globalThis> {
  const frame = document.createElement('iframe');
  document.body.append(frame);
  undo.add(() => frame.remove());
  await settle();
  return frame.contentWindow as Window & typeof globalThis;
}

describe('the moments of a page', () => {
  const readyState = (value: DocumentReadyState) => undo.replace(document, 'readyState', { value });

  /** Whether a promise has resolved by now. */
  async function isResolved(promise: Promise<unknown>): Promise<boolean> {
    const pending = {};
    await settle();
    return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
  }

  it('#11 waits until a prerendered page is shown', async () => {
    undo.replace(document, 'prerendering', { value: true });
    const shown = whenShown().then(() => true);
    expect(await isResolved(shown)).to.equal(false);
    document.dispatchEvent(new Event('prerenderingchange'));
    expect(await shown).to.equal(true);
  });

  for (const type of ['DOMContentLoaded', 'load']) {
    it(`#96 waits for ${type} while the page is being parsed`, async () => {
      readyState('interactive');
      undo.replace(performance, 'getEntriesByType', { value: () => [] });
      const parsed = whenParsed().then(() => true);
      expect(await isResolved(parsed)).to.equal(false);
      dispatchEvent(new Event(type));
      expect(await parsed).to.equal(true);
    });
  }

  it('#96 knows a page whose DOMContentLoaded is over', async () => {
    readyState('interactive');
    const entries = [{ domContentLoadedEventEnd: 12 }];
    undo.replace(performance, 'getEntriesByType', { value: () => entries });
    await whenParsed();
  });

  it('counts from the load of the page, or from now', () => {
    const clock = holdClock();
    const calls: string[] = [];
    afterLoad(100, () => calls.push('now'));
    readyState('loading');
    afterLoad(100, () => calls.push('load'));
    clock.tick(1000);
    expect(calls).to.deep.equal(['now']);
    dispatchEvent(new Event('load'));
    clock.tick(99);
    expect(calls).to.have.length(1);
    clock.tick(1);
    expect(calls).to.deep.equal(['now', 'load']);
  });

  it('#63 waits for the network, unless it is given up', async () => {
    const given = new AbortController();
    const online = whenOnline(new AbortController().signal).then(() => true);
    const lost = whenOnline(given.signal).then(() => true);
    given.abort();
    dispatchEvent(new Event('online'));
    expect(await online).to.equal(true);
    expect(await isResolved(lost)).to.equal(false);
  });
});

describe('addresses', () => {
  it('#46 changes the address and nothing else of the history entry', () => {
    const { href } = location;
    const { state: before, length } = history;
    undo.add(() => history.replaceState(before, '', href));
    history.replaceState({ router: 1 }, '');
    rewriteAddress(`${href}#x`);
    expect(location.href).to.equal(`${href}#x`);
    expect(history.state).to.deep.equal({ router: 1 });
    expect(history.length).to.equal(length);
  });

  it('#46 goes on where the address may not be changed', () => {
    const { href } = location;
    const value = () => {
      throw new DOMException('', 'SecurityError');
    };
    undo.replace(history, 'replaceState', { value });
    rewriteAddress(`${href}#x`);
    expect(location.href).to.equal(href);
  });

  it('#56 keeps an address of this origin, and no other', () => {
    const { origin, href } = location;
    expect(keepOnOrigin(`${origin}/a?b#c`)).to.equal(`${origin}/a?b#c`);
    for (const foreign of [
      origin,
      `${origin}.evil.example/`,
      `${origin}@evil.example/`,
      '/a',
      '',
    ]) {
      expect(keepOnOrigin(foreign), foreign).to.equal(href);
    }
  });

  it('#26 closes a window that a script has opened', () => {
    const calls: unknown[][] = [];
    undo.replace(window, 'close', { value: (...words: unknown[]) => calls.push(words) });
    closeWindow();
    expect(calls).to.have.length(1);
  });
});
