import { expect } from '@open-wc/testing';
import { closeWindow, openPopup } from '../../src/core/browser/popup-window.js';
import { catchConnectError } from '../helpers/connect-error.js';
import { Undo } from '../helpers/storage.js';
import { holdClock } from './clock.js';

const HREF = 'https://monerium.example/auth?state=x';
const KEY = 'monerium-connect:popup';
const undo = new Undo();

afterEach(() => undo.run());

interface FakeWindow {
  closed: boolean;
  opener: unknown;
  readonly log: string[];
  readonly stored: string[][];
}

/** Replaces `open()`. `block(true)`: from now on every window is blocked. */
function replaceOpen() {
  const calls: string[][] = [];
  const windows: FakeWindow[] = [];
  let isBlocked = false;
  let isStorageBlocked = false;
  const create = () => {
    const log: string[] = [];
    const note = (word: string) => (text?: string) => void log.push([word, text ?? ''].join(' '));
    const stored: string[][] = [];
    const setItem = (...words: string[]) => {
      if (isStorageBlocked) throw new DOMException('', 'SecurityError');
      stored.push(words);
    };
    const made = { closed: false, opener: window, log, stored, sessionStorage: { setItem } };
    return Object.assign(made, {
      focus: note('focus'),
      close: note('close'),
      location: { replace: note('go') },
    });
  };
  undo.replace(window, 'open', {
    value: (...words: string[]) => {
      calls.push(words);
      if (isBlocked) return null;
      const made = create();
      windows.push(made);
      return made;
    },
    writable: true,
  });
  const block = (value: boolean) => {
    isBlocked = value;
  };
  const blockStorage = () => {
    isStorageBlocked = true;
  };
  return { calls, windows, block, blockStorage };
}

function replaceFocus(hasFocus: () => boolean): void {
  undo.replace(document, 'hasFocus', { value: hasFocus });
}

describe('openPopup', () => {
  it('#22 opens an empty small window before it returns', () => {
    const { calls } = replaceOpen();
    openPopup();
    expect(calls.map(([href]) => href)).to.deep.equal(['about:blank']);
    expect(calls[0]?.[2]).to.match(/^popup,/);
    expect(calls[0]?.[2]).not.to.include('noopener');
  });

  it('#22 opens a window at a known URL, and navigates only once', () => {
    const { calls, windows } = replaceOpen();
    const popup = openPopup(HREF, 'x');
    popup.go(HREF, 'x');
    expect(calls.map(([href]) => href)).to.deep.equal([HREF]);
    expect(windows[0]?.log).to.deep.equal([]);
  });

  const forbid = () => {
    throw new DOMException('', 'InvalidAccessError');
  };
  for (const [title, open] of [
    ['no window', () => null],
    ['a window that is closed', () => ({ closed: true })],
    // In a sandboxed frame in Firefox.
    ['an exception', forbid],
  ] as const) {
    it(`#23 #34 throws popup_blocked when the result is ${title}`, async () => {
      undo.replace(window, 'open', { value: open });
      const error = await catchConnectError(() => openPopup());
      expect(error).to.include({ code: 'popup_blocked', phase: 'start', kind: 'failed' });
    });
  }

  it('#194 opens the window in the centre of the window of its page', () => {
    undo.replace(window, 'screenX', { value: -100 });
    undo.replace(window, 'screenY', { value: 40 });
    undo.replace(window, 'outerWidth', { value: 1280 });
    undo.replace(window, 'outerHeight', { value: 960 });
    const { calls } = replaceOpen();
    openPopup(HREF, 'x');
    expect(calls[0]?.[2]).to.equal('popup,width=480,height=760,left=300,top=140');
  });

  it('#31 gives the window no name, so that no other flow uses it', () => {
    const { calls } = replaceOpen();
    openPopup(HREF, 'x');
    expect(calls[0]?.[1]).to.equal('_blank');
  });

  it('#190 keeps the opener, because no page could close the window without one', () => {
    const { windows } = replaceOpen();
    openPopup().go(HREF, 'x');
    openPopup(HREF, 'x');
    for (const { opener } of windows) expect(opener === window).to.equal(true);
  });

  it('#192 stores the flow in the window as soon as it is known', () => {
    const { windows } = replaceOpen();
    openPopup(HREF, 'x');
    expect(windows[0]?.stored).to.deep.equal([[KEY, 'x']]);
    const popup = openPopup();
    popup.go(HREF, 'y');
    expect(windows[1]?.stored.at(-1)).to.deep.equal([KEY, 'y']);
    Object.assign(windows[1] ?? {}, { closed: true });
    popup.show();
    expect(windows[2]?.stored).to.deep.equal([[KEY, 'y']]);
    expect(sessionStorage.getItem(KEY)).to.equal(null);
  });

  it('#82 opens a window even when its storage is blocked', () => {
    const { windows, blockStorage } = replaceOpen();
    blockStorage();
    expect(() => openPopup(HREF, 'x')).not.to.throw();
    expect(windows).to.have.length(1);
  });

  it('recognises its window, and closes it', () => {
    const { windows } = replaceOpen();
    const popup = openPopup();
    expect(popup.isSource(windows[0])).to.equal(true);
    expect(popup.isSource(window)).to.equal(false);
    expect(popup.isSource(null)).to.equal(false);
    popup.end();
    expect(windows[0]?.log).to.deep.equal(['close ']);
  });

  it('#31 focuses its window, and opens it again at its last URL', () => {
    const { calls, windows } = replaceOpen();
    const popup = openPopup();
    popup.go(HREF, 'x');
    popup.show();
    expect(windows[0]?.log.at(-1)).to.equal('focus ');
    expect(calls).to.have.length(1);
    Object.assign(windows[0] ?? {}, { closed: true });
    popup.show();
    expect(calls.map(([href]) => href)).to.deep.equal(['about:blank', HREF]);
    expect(windows[1]?.log).to.deep.equal(['focus ']);
    expect(popup.isSource(windows[1])).to.equal(true);
    expect(popup.isClosed()).to.equal(false);
  });

  it('#31 opens the window again after the browser has blocked that once', () => {
    const { calls, windows, block } = replaceOpen();
    const popup = openPopup();
    popup.go(HREF, 'x');
    Object.assign(windows[0] ?? {}, { closed: true });
    block(true);
    popup.show();
    block(false);
    popup.show();
    expect(calls.at(-1)?.[0]).to.equal(HREF);
    expect(windows[1]?.log).to.deep.equal(['focus ']);
  });
});

describe('a popup that looks closed', () => {
  /** Opens a popup and closes it after `at` milliseconds. */
  function openAndClose(at: number) {
    const clock = holdClock(undo);
    const { windows, block } = replaceOpen();
    const popup = openPopup();
    clock.tick(at);
    expect(popup.isClosed()).to.equal(false);
    const setClosed = (closed: boolean) => Object.assign(windows.at(-1) ?? {}, { closed });
    setClosed(true);
    return { clock, popup, setClosed, block };
  }

  it('#24 is closed 1.5 seconds later, when a result can no longer arrive', () => {
    replaceFocus(() => true);
    const { clock, popup } = openAndClose(3000);
    expect(popup.isClosed()).to.equal(false);
    clock.tick(1499);
    expect(popup.isClosed()).to.equal(false);
    clock.tick(1);
    expect(popup.isClosed()).to.equal(true);
  });

  it('#25 is permanently severed, not closed, within three seconds of opening', () => {
    replaceFocus(() => true);
    const { clock, popup } = openAndClose(2999);
    for (const ms of [0, 1500, 5000, 3_600_000]) {
      popup.isClosed();
      clock.tick(ms);
      expect(popup.isClosed()).to.equal(false);
    }
  });

  it('#25 is severed, not closed, when this window does not have the focus', () => {
    let hasFocus = false;
    replaceFocus(() => hasFocus);
    const { clock, popup } = openAndClose(60_000);
    popup.isClosed();
    clock.tick(1500);
    expect(popup.isClosed()).to.equal(false);
    // This does not change: the focus may return while the customer is still at Monerium.
    hasFocus = true;
    clock.tick(60_000);
    expect(popup.isClosed()).to.equal(false);
  });

  it('#24 restarts its 1.5 seconds when it was open in between', () => {
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

  it('#31 is open after it was opened again, and can be closed again', () => {
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

  it('#24 stays closed when the browser blocks the new window', () => {
    replaceFocus(() => true);
    const { clock, popup, block } = openAndClose(10_000);
    block(true);
    popup.show();
    popup.isClosed();
    clock.tick(1500);
    expect(popup.isClosed()).to.equal(true);
  });
});

describe('closeWindow', () => {
  it('#26 closes this window', () => {
    const calls: unknown[][] = [];
    undo.replace(window, 'close', { value: (...words: unknown[]) => calls.push(words) });
    closeWindow();
    expect(calls).to.deep.equal([[]]);
  });
});
