import { expect } from '@open-wc/testing';
import {
  after as runAfter,
  assertSecure,
  every,
  isFramed,
  isFreshNavigation,
  isSecure,
  keepOnOrigin,
  leaveReturn,
  rewriteAddress,
  whenIdle,
  whenLoaded,
  whenOnline,
  whenParsed,
  whenShown,
} from '../../src/core/browser/window.js';
import { catchConnectError } from '../helpers/connect-error.js';
import { Undo } from '../helpers/storage.js';
import { holdClock } from './clock.js';
import { holdNavigations, settle } from './fixture.js';

const undo = new Undo();

afterEach(() => undo.run());

describe('after', () => {
  it('calls back once', () => {
    const clock = holdClock(undo);
    let calls = 0;
    runAfter(100, () => (calls += 1));
    clock.tick(99);
    expect(calls).to.equal(0);
    clock.tick(1000);
    expect(calls).to.equal(1);
  });

  it('does not call back after its end', () => {
    const clock = holdClock(undo);
    let calls = 0;
    const timer = runAfter(100, () => (calls += 1));
    timer.end();
    timer.end();
    clock.tick(1000);
    expect(calls).to.equal(0);
    expect(clock.countTimers()).to.equal(0);
  });
});

describe('whenIdle', () => {
  /** Counts how often it has resolved. */
  function countIdle(): { calls: number } {
    const count = { calls: 0 };
    void whenIdle().then(() => (count.calls += 1));
    return count;
  }

  it('waits for the next frame, then for an idle moment, with a limit', async () => {
    const clock = holdClock(undo);
    const frames: (() => void)[] = [];
    const asked: [callback: () => void, options: unknown][] = [];
    undo.replace(window, 'requestAnimationFrame', { value: (one: () => void) => frames.push(one) });
    undo.replace(window, 'requestIdleCallback', {
      value: (...args: (typeof asked)[number]) => asked.push(args),
    });
    const count = countIdle();
    expect(asked).to.have.length(0);
    frames[0]?.();
    expect(asked, 'in the task of the frame').to.have.length(0);
    await clock.tickAsync(0);
    expect(asked.map(([, options]) => options)).to.deep.equal([{ timeout: 500 }]);
    expect(count.calls).to.equal(0);
    asked[0]?.[0]();
    await clock.tickAsync(0);
    expect(count.calls).to.equal(1);
  });

  it('waits for half a second at most where no frame comes', async () => {
    const clock = holdClock(undo);
    undo.replace(window, 'requestAnimationFrame', { value: () => 0 });
    const count = countIdle();
    await clock.tickAsync(499);
    expect(count.calls).to.equal(0);
    await clock.tickAsync(1);
    expect(count.calls).to.equal(1);
  });

  it('#87 uses a timer where there are no idle callbacks', async () => {
    const clock = holdClock(undo);
    undo.replace(window, 'requestAnimationFrame', { value: (one: () => void) => one() });
    undo.replace(window, 'requestIdleCallback', { value: undefined });
    const count = countIdle();
    expect(count.calls).to.equal(0);
    await clock.tickAsync(0);
    expect(count.calls).to.equal(1);
  });

  it('waits for no frame in a page that is hidden', async () => {
    const clock = holdClock(undo);
    undo.replace(document, 'visibilityState', { value: 'hidden' });
    undo.replace(window, 'requestAnimationFrame', { value: () => 0 });
    const count = countIdle();
    await clock.tickAsync(0);
    expect(count.calls).to.equal(1);
  });
});

describe('every', () => {
  const restore = () => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));

  it('calls back again and again, until it is ended', () => {
    const clock = holdClock(undo);
    const calls: boolean[] = [];
    const timer = every(500, (isRestored) => calls.push(isRestored));
    timer.start();
    clock.tick(499);
    expect(calls).to.deep.equal([]);
    clock.tick(501);
    expect(calls).to.deep.equal([false, false]);
    timer.end();
    clock.tick(5000);
    restore();
    expect(calls).to.have.length(2);
    expect(clock.countTimers()).to.equal(0);
  });

  it('#12 #36 calls back when the page comes back from the cache, and only then', () => {
    holdClock(undo);
    const calls: boolean[] = [];
    const timer = every(500, (isRestored) => calls.push(isRestored));
    timer.start();
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: false }));
    expect(calls).to.deep.equal([]);
    restore();
    expect(calls).to.deep.equal([true]);
    timer.end();
  });
});

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
      const target = type === 'load' ? window : document;
      target.dispatchEvent(new Event(type, { bubbles: true }));
      expect(await parsed).to.equal(true);
    });
  }

  it('#302 goes on in the task of DOMContentLoaded, after every other listener', async () => {
    readyState('loading');
    const order: string[] = [];
    void whenParsed().then(() => order.push('goes on'));
    const note = () => void order.push('listener');
    addEventListener('DOMContentLoaded', note, { once: true });
    document.dispatchEvent(new Event('DOMContentLoaded', { bubbles: true }));
    await Promise.resolve().then(() => {});
    await Promise.resolve();
    expect(order).to.deep.equal(['listener', 'goes on']);
  });

  it('#96 knows a page whose DOMContentLoaded is over', async () => {
    readyState('interactive');
    const entries = [{ domContentLoadedEventEnd: 12 }];
    undo.replace(performance, 'getEntriesByType', { value: () => entries });
    await whenParsed();
  });

  it('waits for the load of the page, unless it is over', async () => {
    await whenLoaded();
    readyState('loading');
    const loaded = whenLoaded().then(() => true);
    expect(await isResolved(loaded)).to.equal(false);
    dispatchEvent(new Event('load'));
    expect(await loaded).to.equal(true);
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

describe('where the page is', () => {
  it('is secure here, and no frame', () => {
    expect(isSecure()).to.equal(true);
    expect(() => assertSecure()).not.to.throw();
    expect(isFramed()).to.equal(false);
  });

  it('#81 is insecure without crypto.subtle, and says what is needed', async () => {
    undo.replace(crypto, 'subtle', { value: undefined });
    expect(isSecure()).to.equal(false);
    const error = await catchConnectError(assertSecure);
    expect(error).to.include({ code: 'insecure_context', phase: 'start', kind: 'setup' });
    expect(error.hint).to.match(/https:.*localhost.*file:/);
  });

  for (const [type, expected] of [
    ['navigate', true],
    ['reload', false],
    ['back_forward', false],
    ['prerender', false],
    [undefined, false],
  ] as const) {
    it(`knows that ${type ?? 'nothing'} is ${expected ? 'a' : 'no'} fresh navigation`, () => {
      undo.replace(performance, 'getEntriesByType', { value: () => (type ? [{ type }] : []) });
      expect(isFreshNavigation()).to.equal(expected);
    });
  }
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

  it('goes back to another page, and stays where only the fragment differs', () => {
    const { urls, release } = holdNavigations();
    undo.add(release);
    const [page = ''] = location.href.split('#');
    for (const href of [page, `${page}#x`, location.href]) leaveReturn(location.href, href);
    expect(urls).to.deep.equal([]);
    const other = new URL('/elsewhere?a=1#x', page).href;
    leaveReturn(`${page}?moved`, other);
    expect(urls).to.deep.equal([]);
    leaveReturn(location.href, other);
    expect(urls).to.deep.equal([other]);
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
});
