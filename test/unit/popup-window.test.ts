import { expect } from '@open-wc/testing';
import {
  closeOwnPopup,
  closeWindow,
  createPopupName,
  openPopup,
  readPopupName,
} from '../../src/page/popup-window.js';
import { catchConnectError } from '../helpers/connect-error.js';
import { clearStorage, Undo } from '../helpers/storage.js';
import { holdClock } from './clock.js';

const NAME = '0f0e8c1c-6a5f-4a63-9d3a-0c9d2c1b7a10';
const HREF = 'https://monerium.example/auth?state=x';
const OTHER_HREF = 'https://monerium.example/auth?state=y';
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
      ...{ focus: note('focus'), close: note('close'), location: { replace: note('go') } },
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

describe('createPopupName', () => {
  it('#31 gives every window a name of its own that cannot be guessed', () => {
    const names = new Set(Array.from({ length: 20 }, createPopupName));
    expect(names.size).to.equal(20);
    for (const name of names) expect(name).to.match(/^monerium-connect-[\da-f-]{36}$/);
  });
});

describe('openPopup', () => {
  it('#22 opens an empty small window of that name before it returns', () => {
    const { calls } = replaceOpen();
    openPopup(NAME);
    expect(calls.map((words) => words.slice(0, 2))).to.deep.equal([['about:blank', NAME]]);
    expect(calls[0]?.[2]).to.match(/^popup,/);
    expect(calls[0]?.[2]).not.to.include('noopener');
  });

  it('#22 opens a window at the address that is known, and goes there once', () => {
    const { calls, windows } = replaceOpen();
    const popup = openPopup(NAME, HREF);
    popup.go(HREF);
    expect(calls.map((words) => words.slice(0, 2))).to.deep.equal([[HREF, NAME]]);
    expect(windows[0]?.opener).to.equal(null);
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
      const error = await catchConnectError(() => openPopup(NAME));
      expect(error).to.include({ code: 'popup_blocked', phase: 'start', retry: 'restart' });
      expect(error.hint).to.match(/connect\(\).*click/);
    });
  }

  it('cuts the way back to this page before the window gets its address', () => {
    const { windows } = replaceOpen();
    const popup = openPopup(NAME);
    expect(windows[0]?.opener).to.equal(null);
    expect(windows[0]?.log).to.deep.equal([]);
    popup.go(HREF);
    expect(windows[0]?.log).to.deep.equal([`go ${HREF}`]);
  });

  it('#87 keeps the way back where there is no other way to answer', () => {
    const { windows } = replaceOpen();
    undo.replace(window, 'BroadcastChannel', { value: undefined });
    openPopup(NAME);
    expect(windows[0]?.opener === window).to.equal(true);
  });

  it('#30 keeps the way back in a frame, whose channels another site may not share', async () => {
    const frame = document.createElement('iframe');
    frame.src = '/test/unit/page.html';
    const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
    document.body.append(frame);
    undo.add(() => frame.remove());
    await loaded;
    const view = frame.contentWindow as Window & { load: (path: string) => Promise<unknown> };
    const path = '/src/page/popup-window.ts';
    const inner = (await view.load(path)) as { openPopup: typeof openPopup };
    const { windows } = replaceOpen();
    view.open = window.open;
    inner.openPopup(NAME);
    expect(windows).to.have.length(1);
    expect(windows[0]?.opener === window).to.equal(true);
  });

  it('knows its window, and closes it', () => {
    const { windows } = replaceOpen();
    const popup = openPopup(NAME);
    expect(popup.isSource(windows[0])).to.equal(true);
    expect(popup.isSource(window)).to.equal(false);
    expect(popup.isSource(null)).to.equal(false);
    popup.close();
    expect(windows[0]?.log).to.deep.equal(['close ']);
  });

  it('#31 brings its window to the front, and opens it again at its last address', () => {
    const { calls, windows } = replaceOpen();
    const popup = openPopup(NAME);
    popup.go(HREF);
    popup.go(OTHER_HREF);
    popup.show();
    expect(windows[0]?.log.at(-1)).to.equal('focus ');
    expect(calls).to.have.length(1);
    Object.assign(windows[0] ?? {}, { closed: true });
    popup.show();
    expect(calls.map(([href, name]) => [href, name])).to.deep.equal([
      ['about:blank', NAME],
      [OTHER_HREF, NAME],
    ]);
    expect(windows[1]?.opener).to.equal(null);
    expect(windows[1]?.log).to.deep.equal(['focus ']);
    expect(popup.isSource(windows[1])).to.equal(true);
    expect(popup.isClosed()).to.equal(false);
  });

  it('#31 can be opened again after the browser has blocked that once', () => {
    const { calls, windows, block } = replaceOpen();
    const popup = openPopup(NAME);
    popup.go(HREF);
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
    const popup = openPopup(NAME);
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

describe('a window that was opened as a popup', () => {
  const KEY = 'monerium-connect:popup';

  beforeEach(() => {
    const { name } = window;
    undo.add(() => (window.name = name));
    undo.add(clearStorage);
    window.name = '';
  });

  it('#39 is known by its name, which goes before what is stored', () => {
    const name = createPopupName();
    sessionStorage.setItem(KEY, createPopupName());
    window.name = name;
    expect(readPopupName()).to.equal(name);
  });

  it('#39 is known by its storage where the engine has cleared its name', () => {
    const name = createPopupName();
    sessionStorage.setItem(KEY, name);
    for (const other of ['', 'monerium']) {
      window.name = other;
      expect(readPopupName()).to.equal(name);
    }
  });

  it('#39 is no popup of ours without both, nor where storage is blocked', () => {
    window.name = 'monerium';
    expect(readPopupName()).to.equal('');
    undo.block('sessionStorage');
    expect(readPopupName()).to.equal('');
  });

  it('is closed only when it is one of ours', () => {
    let calls = 0;
    undo.replace(window, 'close', { value: () => (calls += 1) });
    closeOwnPopup();
    expect(calls).to.equal(0);
    window.name = createPopupName();
    closeOwnPopup();
    expect(calls).to.equal(1);
  });

  it('#39 gets its name stored in its own storage, before it leaves for another origin', () => {
    const { windows } = replaceOpen();
    openPopup(NAME);
    expect(windows[0]?.stored).to.deep.equal([[KEY, NAME]]);
    expect(sessionStorage.getItem(KEY)).to.equal(null);
  });

  it('#82 is opened all the same when its storage is blocked', () => {
    const { windows, blockStorage } = replaceOpen();
    blockStorage();
    expect(() => openPopup(NAME)).not.to.throw();
    expect(windows).to.have.length(1);
  });
});
