import { expect } from '@open-wc/testing';
import type { Identity, MoneriumConnect } from '../../src/index.js';
import {
  ATTRIBUTES,
  BACKEND_URL,
  CLIENT_ID,
  IDENTITY,
  RESPONSE,
  addHere,
  answer,
  closePages,
  defer,
  holdNavigations,
  listenToConsole,
  openPage,
  settle,
  stopClock,
  until,
  type View,
} from './fixture.js';
import '../../src/index.js';

const OTHER_CLIENT = CLIENT_ID.replace(/^./, '0');

/** Opens a page whose exchange ends with `succeed()`. */
async function openExchanging(options: Parameters<typeof openPage>[0] = {}) {
  const end = defer<Response>();
  const page = await openPage({ search: RESPONSE, fetch: () => end.promise, ...options });
  await until(() => page.sent.length);
  const { heard } = page;
  const listEndings = () => heard.filter(({ type }) => /connected|error/.test(type));
  return { ...page, listEndings, succeed: () => end.resolve(answer(IDENTITY)) };
}

/** Lists the listeners, timers and channels that a window holds. */
function countHolds(view: Window & typeof globalThis) {
  const held = new Map<unknown, string>();
  const addEventListener = view.addEventListener.bind(view);
  const removeEventListener = view.removeEventListener.bind(view);
  const { setTimeout, clearTimeout, setInterval, clearInterval } = view;
  const nameTimer = (id: unknown) => `timer ${String(id)}`;
  Object.assign(view, {
    addEventListener(type: string, listener: EventListener, options?: AddEventListenerOptions) {
      held.set(listener, type);
      options?.signal?.addEventListener('abort', () => held.delete(listener));
      addEventListener(type, listener, options);
    },
    removeEventListener(type: string, listener: EventListener) {
      held.delete(listener);
      removeEventListener(type, listener);
    },
    setTimeout(callback: () => void, delay: number) {
      const run = () => {
        held.delete(nameTimer(id));
        callback();
      };
      const id: unknown = setTimeout.call(view, run, delay);
      held.set(nameTimer(id), `timeout ${delay}`);
      return id;
    },
    setInterval(callback: () => void, delay: number) {
      const id: unknown = setInterval.call(view, callback, delay);
      held.set(nameTimer(id), `interval ${delay}`);
      return id;
    },
    clearTimeout(id: number) {
      held.delete(nameTimer(id));
      clearTimeout.call(view, id);
    },
    clearInterval(id: number) {
      held.delete(nameTimer(id));
      clearInterval.call(view, id);
    },
  });
  const { BroadcastChannel } = view;
  view.BroadcastChannel = class extends BroadcastChannel {
    constructor(name: string) {
      super(name);
      held.set(this, 'channel');
    }
    override close() {
      held.delete(this);
      super.close();
    }
  };
  const restore = () =>
    Object.assign(view, {
      addEventListener,
      removeEventListener,
      BroadcastChannel,
      setTimeout,
      clearTimeout,
      setInterval,
      clearInterval,
    });
  return { list: () => [...held.values()], restore };
}

afterEach(closePages);

describe('an element that is inserted and removed', () => {
  it('#1 exchanges once when it is removed and inserted in one task', async () => {
    const { element, document, sent, types } = await openPage({ search: RESPONSE });
    element.remove();
    document.body.append(element);
    await until(() => element.status === 'connected');
    await settle();
    expect(sent).to.have.length(1);
    expect(types().filter((type) => type !== 'monerium-status')).to.deep.equal([
      'monerium-connected',
    ]);
  });

  it('#1 exchanges once when it is inserted again during the exchange', async () => {
    const { element, document, sent, listEndings, succeed } = await openExchanging();
    element.remove();
    await settle();
    document.body.append(element);
    await settle();
    succeed();
    await until(() => element.status === 'connected');
    await settle();
    expect(sent).to.have.length(1);
    expect(listEndings().map(({ type }) => type)).to.deep.equal(['monerium-connected']);
  });

  it('#1 fires the event on the element that replaces another', async () => {
    const { element, add, sent, listEndings, succeed } = await openExchanging();
    element.remove();
    const next = add();
    succeed();
    await until(() => next.status === 'connected');
    await settle();
    expect(sent).to.have.length(1);
    expect(listEndings().map(({ target }) => target === next)).to.deep.equal([true]);
  });

  it('#2 shows the connection in every matching element, and fires one event', async () => {
    const page = await openPage({
      search: RESPONSE,
      record: { id: 'modal' },
      attributes: { ...ATTRIBUTES, id: 'modal' },
      prepare: ({ document }) => {
        const header = Object.assign(document.createElement('monerium-connect'), { id: 'header' });
        for (const [name, value] of Object.entries(ATTRIBUTES)) header.setAttribute(name, value);
        document.body.append(header);
      },
    });
    const header = page.document.querySelector('#header') as MoneriumConnect;
    await until(() => page.element.status === 'connected' && header.status === 'connected');
    await settle();
    expect(page.sent).to.have.length(1);
    const told = page.heard.filter(({ type }) => type === 'monerium-connected');
    expect(told.map(({ target }) => (target as Element).id)).to.deep.equal(['modal']);
  });

  it('#2 fires the event on the first matching element when the clicked one is missing', async () => {
    const { element, add, listEndings, succeed } = await openExchanging({
      record: { id: 'gone' },
    });
    const second = add();
    const stranger = add({ ...ATTRIBUTES, 'client-id': OTHER_CLIENT });
    await settle();
    succeed();
    await until(() => second.status === 'connected');
    await settle();
    expect(listEndings().map(({ target }) => target === element)).to.deep.equal([true]);
    expect(stranger.status).to.equal('idle');
  });

  it('#8 continues without the element, and fires the event on the next one', async () => {
    let clock: ReturnType<typeof stopClock> | undefined;
    const prepare = (view: View) => (clock = stopClock(view));
    const end = defer<Response>();
    const options = { search: RESPONSE, fetch: () => end.promise, prepare };
    const { element, add, sent, heard, stored } = await openPage(options);
    await clock?.reach(() => sent.length);
    element.remove();
    await clock?.advance(1000);
    expect(sent[0]?.init.signal?.aborted).to.be.false;
    end.resolve(answer(IDENTITY));
    await clock?.reach(() => stored()?.['outcome']);
    await clock?.advance(29_000);
    heard.length = 0;
    const next = add();
    await clock?.advance(0);
    expect(next.connection).to.deep.equal({ status: 'connected', ...IDENTITY });
    expect(heard.at(-1)).to.deep.include({ type: 'monerium-connected' });
    const another = add();
    await clock?.advance(60_000);
    expect(another.status).to.be.oneOf(['idle', 'connected']);
    expect(heard.filter(({ type }) => type === 'monerium-connected')).to.have.length(1);
  });

  for (const [status, ending] of [
    [200, 'monerium-connected'],
    [400, 'monerium-error'],
  ] as const) {
    it(`#8 keeps the event for the next element when there is none, after a ${status}`, async () => {
      let clock: ReturnType<typeof stopClock> | undefined;
      const prepare = (view: View) => (clock = stopClock(view));
      const end = defer<Response>();
      const options = { search: RESPONSE, fetch: () => end.promise, prepare };
      const { element, add, sent, heard, stored } = await openPage(options);
      await clock?.reach(() => sent.length);
      element.remove();
      heard.length = 0;
      end.resolve(answer(IDENTITY, status));
      // A failure is stored a second later.
      await clock?.reach(() => stored()?.['outcome'], 1000);
      await clock?.advance(60_000);
      add();
      await clock?.advance(60_000);
      expect(heard.map(({ type }) => type)).to.deep.equal([ending]);
    });
  }

  it('#9 receives the response when it is added after a router has removed the query', async () => {
    const page = await openPage({ search: `${RESPONSE}&a=b`, attributes: false });
    expect(page.view.location.search).to.equal('?a=b');
    page.view.history.replaceState({ router: 1 }, '', '/somewhere/else');
    await settle();
    expect(page.sent).to.have.length(0);
    const redirectUri = new URL('/test/unit/page.html', location.href).href;
    const element = page.add({ ...ATTRIBUTES, 'redirect-uri': redirectUri });
    await until(() => element.status === 'connected');
    expect(page.sent).to.have.length(1);
    expect(page.view.location.pathname).to.equal('/somewhere/else');
  });

  for (const [mode, held] of [
    ['redirect', 'pageshow,interval 10000'],
    ['popup', 'message,channel,pageshow,interval 500'],
  ] as const) {
    it(`#99 leaves no listener, timer or channel when it is removed in ${mode} mode`, async () => {
      const spoken = listenToConsole(window);
      const navigations = holdNavigations();
      const { open } = window;
      const location = { replace: () => {} } as unknown as Location;
      window.open = () => ({ closed: false, close() {}, location }) as unknown as Window;
      const first = await addHere();
      first.remove();
      const holds = countHolds(window);
      const list = () => holds.list().filter((hold) => hold !== 'timeout 0');
      try {
        const element = document.createElement('monerium-connect');
        const attributes = { ...ATTRIBUTES, mode };
        for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
        document.body.append(element);
        element.remove();
        document.body.append(element);
        // Waits for its idle callback, which a busy browser runs late.
        await until(() => !list().some((hold) => hold.startsWith('timeout')));
        element.click();
        await settle();
        expect(list().sort()).to.deep.equal(held.split(',').sort());
        element.remove();
        await settle();
        expect(list()).to.deep.equal([]);
      } finally {
        holds.restore();
        navigations.release();
        spoken.restore();
        window.open = open;
      }
    });
  }
});

describe('an element that is cancelled', () => {
  it('is idle at once after cancel(), and fires the events', async () => {
    const { element, heard, listEndings, succeed, sent } = await openExchanging();
    const start = element.connect().catch((error: Error) => error);
    heard.length = 0;
    element.cancel();
    expect(element.connection).to.deep.equal({ status: 'idle' });
    expect(heard.map(({ type, detail }) => [type, detail])).to.deep.equal([
      ['monerium-status', { status: 'idle', previous: 'exchanging' }],
      ['monerium-error', { code: 'aborted', kind: 'cancelled', phase: 'exchange' }],
    ]);
    expect(sent[0]?.init.signal?.aborted).to.be.true;
    expect(await start).to.have.property('code', 'aborted');
    succeed();
    await settle();
    element.cancel();
    expect(element.status).to.equal('idle');
    expect(listEndings()).to.have.length(1);
  });

  it('does nothing while idle, connected or failed', async () => {
    const { element, heard } = await openPage();
    element.cancel();
    Object.assign(element, IDENTITY);
    await element.updateComplete;
    heard.length = 0;
    element.cancel();
    expect(element.status).to.equal('connected');
    expect(heard).to.have.length(0);
  });

  it('#79 ignores the late result of an exchange function', async () => {
    const end = defer<Identity>();
    const properties = { exchange: () => end.promise };
    const { element, heard } = await openPage({ search: RESPONSE, properties });
    await until(() => element.status === 'exchanging');
    element.cancel();
    const { length } = heard;
    end.resolve(IDENTITY);
    await settle();
    expect(element.status).to.equal('idle');
    expect(heard).to.have.length(length);
  });

  const changes: [string, Partial<MoneriumConnect>][] = [
    ['client', { clientId: OTHER_CLIENT }],
    ['API', { environment: 'production' }],
    ['API URL', { apiUrl: 'https://proxy.example' }],
    ['redirect URI', { redirectUri: '/elsewhere' }],
    ['backend', { backendUrl: 'https://other.example/' }],
    ['kind of exchange', { exchange: async () => IDENTITY }],
  ];
  for (const [name, change] of changes) {
    it(`#101 is aborted when its ${name} changes during the exchange`, async () => {
      const { element, listEndings, succeed } = await openExchanging();
      Object.assign(element, change);
      await element.updateComplete;
      expect(element.status).to.equal('idle');
      succeed();
      await settle();
      expect(listEndings().map(({ detail }) => detail)).to.deep.equal([
        { code: 'aborted', kind: 'cancelled', phase: 'exchange' },
      ]);
    });
  }

  it('#101 continues when a router changes the URL before the lock is granted', async () => {
    const [asked, granted] = [defer<void>(), defer<void>()];
    const page = await openPage({
      search: RESPONSE,
      prepare: ({ navigator: { locks } }) => {
        const request = locks.request.bind(locks) as (...values: unknown[]) => Promise<unknown>;
        const hold = async (...values: unknown[]) => {
          asked.resolve();
          await granted.promise;
          return request(...values);
        };
        Object.assign(locks, { request: hold });
      },
    });
    await asked.promise;
    page.view.history.replaceState(null, '', '/moved');
    page.element.requestUpdate();
    await page.element.updateComplete;
    granted.resolve();
    await until(() => page.element.status === 'connected');
    expect(page.sent).to.have.length(1);
  });

  it('#101 continues when only other properties change', async () => {
    const { element, listEndings, succeed, view } = await openExchanging();
    Object.assign(element, { lang: 'de', backendHeaders: { a: 'b' }, email: 'a@example.org' });
    Object.assign(element, { profile: 'other', userId: 'other', backendUrl: `${BACKEND_URL}` });
    view.history.replaceState(null, '', '/moved');
    await element.updateComplete;
    expect(element.status).to.equal('exchanging');
    succeed();
    await until(() => element.status === 'connected');
    expect(listEndings()).to.have.length(1);
    expect(element.profile).to.equal(IDENTITY.profile);
  });
});
