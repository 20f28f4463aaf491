import { expect } from '@open-wc/testing';
import type { Identity } from '../../src/index.js';
import {
  ATTRIBUTES,
  IDENTITY,
  RESPONSE,
  answer,
  closePages,
  defer,
  openPage,
  settle,
  stopClock,
  until,
  type Page,
  type View,
} from './fixture.js';

/** A page that has come back, once its flow has ended. */
async function openEnded(options: Parameters<typeof openPage>[0]): Promise<Page> {
  const page = await openPage({ search: RESPONSE, ...options });
  await until(() => /connected|failed/.test(page.element.status));
  await settle();
  return page;
}

function findDetail({ heard }: Page, type: string): object | undefined {
  const found = heard.filter((event) => event.type === type);
  expect(found.length).to.equal(1);
  return found[0]?.detail;
}

afterEach(closePages);

describe('an exchange that takes its time', () => {
  it('gets the promise of connect() while it runs', async () => {
    const end = defer<Identity>();
    const properties = { exchange: () => end.promise };
    const { element } = await openPage({ search: RESPONSE, properties });
    await until(() => element.status === 'exchanging');
    const first = element.connect();
    expect(element.connect() === first).to.be.true;
    end.resolve(IDENTITY);
    await first;
    expect(element.status).to.equal('connected');
  });

  it('rejects connect() with the error that ends it', async () => {
    const end = defer<Identity>();
    const properties = { exchange: () => end.promise };
    const { element, entry } = await openPage({ search: RESPONSE, properties });
    await until(() => element.status === 'exchanging');
    const first = element.connect().catch((error: unknown) => error);
    const error = new entry.ConnectError('server_unavailable');
    end.reject(error);
    expect((await first) === error).to.be.true;
  });

  for (const [timeout, deadline] of [
    [undefined, 20_000],
    ['1', 1000],
    ['999999', 120_000],
    ['3000', 3000],
    ['soon', 20_000],
  ] as const) {
    it(`#62 #79 is given up after ${deadline} ms by timeout ${timeout}, for good`, async () => {
      const end = defer<Response>();
      let clock: ReturnType<typeof stopClock> | undefined;
      const page = await openPage({
        search: RESPONSE,
        attributes: { ...ATTRIBUTES, ...(timeout && { timeout }) },
        fetch: () => end.promise,
        prepare: (view: View) => (clock = stopClock(view)),
      });
      await clock?.reach(() => page.sent.length);
      await clock?.advance(deadline - 1);
      expect(page.element.status).to.equal('exchanging');
      await clock?.advance(1);
      expect(page.element.connection).to.have.nested.property('error.code', 'exchange_timeout');
      expect(page.sent[0]?.init.signal?.aborted).to.be.true;
      end.resolve(answer(IDENTITY));
      await clock?.advance(60_000);
      expect(page.element.status).to.equal('failed');
      expect(
        page
          .types()
          .filter((type) => type !== 'monerium-status')
          .join(),
      ).to.equal('monerium-error');
    });
  }

  it('#199 is not given up once its failure is known', async () => {
    const end = defer<Identity>();
    let clock: ReturnType<typeof stopClock> | undefined;
    const { element, entry, stored } = await openPage({
      search: RESPONSE,
      properties: { exchange: () => end.promise, timeout: 1000 },
      prepare: (view: View) => (clock = stopClock(view)),
    });
    await clock?.reach(() => element.status === 'exchanging');
    await clock?.advance(500);
    end.reject(new entry.ConnectError('exchange_rejected'));
    await clock?.advance(999);
    expect(element.status).to.equal('exchanging');
    await clock?.advance(1);
    expect(element.connection).to.have.nested.property('error.code', 'exchange_rejected');
    await clock?.reach(() => stored()?.['outcome']);
    expect(stored()).to.have.property('outcome', 'exchange_rejected');
  });

  it('#62 names the function of the page that has not responded', async () => {
    let clock: ReturnType<typeof stopClock> | undefined;
    const { element } = await openPage({
      search: RESPONSE,
      properties: { exchange: () => new Promise<Identity>(() => {}), timeout: 1000 },
      prepare: (view: View) => (clock = stopClock(view)),
    });
    await clock?.reach(() => element.status === 'exchanging');
    await clock?.advance(1000);
    const message = 'exchange_timeout: exchange of this page did not respond within 1000 ms';
    expect(element.connection).to.have.nested.property('error.message', message);
  });

  for (const isOnline of [true, false]) {
    const code = isOnline ? 'exchange_timeout' : 'offline';
    it(`#14 asks the clock when the page comes back, since its timers stood still: ${code}`, async () => {
      let clock: ReturnType<typeof stopClock> | undefined;
      const prepare = (view: View) => {
        clock = stopClock(view);
        Object.defineProperty(view.navigator, 'onLine', { value: isOnline });
      };
      const fetch = () => new Promise<Response>(() => {});
      const page = await openPage({ search: RESPONSE, prepare, fetch });
      const { view, element, sent, types } = page;
      await clock?.reach(() => (isOnline ? sent.length : element.status === 'exchanging'));
      const comeBackAfter = (ms: number) => {
        const now = view.Date.now();
        view.Date.now = () => now + ms;
        view.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
      };
      comeBackAfter(19_000);
      expect(element.status).to.equal('exchanging');
      comeBackAfter(1001);
      expect(element.connection).to.have.nested.property('error.code', code);
      if (isOnline) expect(sent[0]?.init.signal?.aborted).to.be.true;
      comeBackAfter(60_000);
      await clock?.advance(60_000);
      expect(types().filter((type) => type !== 'monerium-status')).to.deep.equal([
        'monerium-error',
      ]);
    });
  }

  it('#62 covers a body that drips', async () => {
    const page = await openPage({
      search: RESPONSE,
      attributes: { ...ATTRIBUTES, timeout: '1000' },
      fetch: async (_url, { signal }) => {
        const body = new ReadableStream({
          start: (controller) => {
            controller.enqueue(new TextEncoder().encode('{'));
            signal?.addEventListener('abort', () => controller.error(signal.reason));
          },
        });
        return new Response(body);
      },
    });
    await until(() => page.element.status === 'failed');
    expect(findDetail(page, 'monerium-error')).to.deep.include({ code: 'exchange_timeout' });
  });

  it('#63 waits offline for the network, then sends once', async () => {
    let isOnline = false;
    const prepare = (view: View) =>
      Object.defineProperty(view.navigator, 'onLine', { get: () => isOnline });
    const page = await openPage({ search: RESPONSE, prepare });
    await until(() => page.element.status === 'exchanging');
    await settle();
    expect(page.sent).to.have.length(0);
    isOnline = true;
    page.view.dispatchEvent(new Event('online'));
    await until(() => page.element.status === 'connected');
    expect(page.sent).to.have.length(1);
  });

  it('#63 is offline after 20 s, and nothing was sent', async () => {
    let clock: ReturnType<typeof stopClock> | undefined;
    const prepare = (view: View) => {
      clock = stopClock(view);
      Object.defineProperty(view.navigator, 'onLine', { value: false });
    };
    const page = await openPage({ search: RESPONSE, prepare });
    await clock?.reach(() => page.element.status === 'exchanging');
    await clock?.advance(19_999);
    expect(page.element.status).to.equal('exchanging');
    await clock?.advance(1);
    expect(findDetail(page, 'monerium-error')).to.deep.include({ code: 'offline' });
    page.view.dispatchEvent(new Event('online'));
    await clock?.advance(60_000);
    expect(page.sent).to.have.length(0);
  });
});

describe('after a backend exchange, the customer', () => {
  it('#21 goes back to where the flow began, in a task after the event', async () => {
    const { urls, view } = await openEnded({});
    expect(urls).to.deep.equal([`${view.location.href}?from=start`]);
  });

  it('#179 stays where a listener cancels monerium-connected', async () => {
    const { urls } = await openEnded({
      prepare: (view) =>
        view.addEventListener('monerium-connected', (event) => event.preventDefault()),
    });
    expect(urls).to.deep.equal([]);
  });

  it('#180 stays where the site has moved the page meanwhile', async () => {
    const { urls } = await openEnded({
      prepare: (view) =>
        view.addEventListener('monerium-connected', () =>
          view.history.replaceState(null, '', '?moved'),
        ),
    });
    expect(urls).to.deep.equal([]);
  });

  it('stays when the start differs by its fragment only', async () => {
    const startUrl = new URL('/test/unit/page.html#top', location.href).href;
    expect((await openEnded({ record: { startUrl } })).urls).to.deep.equal([]);
  });

  it('#56 goes to no other origin', async () => {
    const record = { startUrl: 'https://evil.example/' };
    expect((await openEnded({ record })).urls).to.deep.equal([]);
  });

  it('stays without a backend and without a success', async () => {
    const properties = { exchange: async () => IDENTITY };
    expect((await openEnded({ properties })).urls).to.deep.equal([]);
    expect((await openEnded({ fetch: async () => answer({}, 400) })).urls).to.deep.equal([]);
  });
});
