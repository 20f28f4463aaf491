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

/** Takes the place of `open()`. `block(true)`: from now on every window is blocked. */
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

  it('#22 opens a window at the address that is known, and goes there once', () => {
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
    // Of a sandbox in Firefox.
    ['an exception', forbid],
  ] as const) {
    it(`#23 #34 is blocked when ${title} comes of it`, async () => {
      undo.replace(window, 'open', { value: open });
      const error = await catchConnectError(() => openPopup());
      expect(error).to.include({ code: 'popup_blocked', phase: 'start', kind: 'failed' });
    });
  }

  it('#194 opens the window in the middle of the one of its page', () => {
    undo.replace(window, 'screenX', { value: -100 });
    undo.replace(window, 'screenY', { value: 40 });
    undo.replace(window, 'outerWidth', { value: 1280 });
    undo.replace(window, 'outerHeight', { value: 960 });
    const { calls } = replaceOpen();
    openPopup(HREF, 'x');
    expect(calls[0]?.[2]).to.equal('popup,width=480,height=760,left=300,top=140');
  });

  it('#31 gives no window a name that another could be opened in', () => {
    const { calls } = replaceOpen();
    openPopup(HREF, 'x');
    expect(calls[0]?.[1]).to.equal('_blank');
  });

  it('#190 leaves its opener to the window, which no page could close without one', () => {
    const { windows } = replaceOpen();
    openPopup().go(HREF, 'x');
    openPopup(HREF, 'x');
    for (const { opener } of windows) expect(opener === window).to.equal(true);
  });

  it('#192 stores in the window which flow it is for, as soon as that is known', () => {
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

  it('#82 is opened all the same when its storage is blocked', () => {
    const { windows, blockStorage } = replaceOpen();
    blockStorage();
    expect(() => openPopup(HREF, 'x')).not.to.throw();
    expect(windows).to.have.length(1);
  });

  it('knows its window, and closes it', () => {
    const { windows } = replaceOpen();
    const popup = openPopup();
    expect(popup.isSource(windows[0])).to.equal(true);
    expect(popup.isSource(window)).to.equal(false);
    expect(popup.isSource(null)).to.equal(false);
    popup.end();
    expect(windows[0]?.log).to.deep.equal(['close ']);
  });

  it('#31 brings its window to the front, and opens it again at its last address', () => {
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

  it('#31 can be opened again after the browser has blocked that once', () => {
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
  /** A popup that has been open for a while; `at` is when it was closed. */
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

  it('#24 is closed 1.5 seconds later, when a result can no longer be on its way', () => {
    replaceFocus(() => true);
    const { clock, popup } = openAndClose(3000);
    expect(popup.isClosed()).to.equal(false);
    clock.tick(1499);
    expect(popup.isClosed()).to.equal(false);
    clock.tick(1);
    expect(popup.isClosed()).to.equal(true);
  });

  it('#25 is severed, not closed, within three seconds of opening, for good', () => {
    replaceFocus(() => true);
    const { clock, popup } = openAndClose(2999);
    for (const ms of [0, 1500, 5000, 3_600_000]) {
      popup.isClosed();
      clock.tick(ms);
      expect(popup.isClosed()).to.equal(false);
    }
  });

  it('#25 is severed, not closed, while this window has not got the focus back', () => {
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

  it('#24 stays closed when the browser blocks that it is opened again', () => {
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
