import { expect } from '@open-wc/testing';
import {
  ATTRIBUTES,
  IDENTITY,
  RECORD_PREFIX,
  RESPONSE,
  closePages,
  createState,
  nameTab,
  openPage,
  settle,
  until,
  type Page,
  type View,
} from './fixture.js';

const PRODUCTION = { ...ATTRIBUTES, environment: 'production' };
const HOUR = 3_600_000;

/** Checks that nothing has happened: no event, no request, and this query in the URL. */
async function expectSilence(page: Page, search: string) {
  const url = new URL(page.view.location.href);
  expect(url.search + url.hash).to.equal(search);
  await settle();
  expect(page.element.status).to.equal('idle');
  expect(page.heard).to.have.length(0);
  expect(page.sent).to.have.length(0);
}

/** Waits until the page has failed: one event with this code, and no request. */
async function expectFailure(page: Page, code: string) {
  await until(() => page.element.status === 'failed');
  await settle();
  const errors = page.heard.filter(({ type }) => type === 'monerium-error');
  expect(errors.map(({ detail }) => (detail as { code: string }).code)).to.deep.equal([code]);
  expect(page.view.location.search).to.equal('');
  expect(page.sent).to.have.length(0);
}

afterEach(closePages);

describe('a response in the address', () => {
  it('#45 #46 #47 is removed in the task that finds it, and nothing else is', async () => {
    const search = '?a=b%20c&x&code=1&%73tate=STATE&iss=i&error_uri=u&e=%ff#/route?code=2';
    let length = 0;
    const page = await openPage({
      search,
      prepare: (view) => {
        view.history.replaceState({ router: 7 }, '');
        length = view.history.length;
      },
      attributes: false,
    });
    expect(page.view.location.search + page.view.location.hash).to.equal(
      '?a=b%20c&x&e=%ff#/route?code=2',
    );
    expect(page.view.history.state).to.deep.equal({ router: 7 });
    expect(page.view.history.length).to.equal(length);
    expect(page.sent).to.have.length(0);
  });

  it('#46 #60 is used even when the URL cannot be changed', async () => {
    const page = await openPage({
      search: RESPONSE,
      prepare: (view) => Object.assign(view.history, { replaceState: view.fail }),
    });
    await until(() => page.element.status === 'connected');
    expect(page.sent).to.have.length(1);
  });

  it('#45 #46 is removed from the URL of the page, also with a <base>', async () => {
    const page = await openPage({
      search: `${RESPONSE}#a`,
      prepare: ({ document }) => {
        const base = document.createElement('base');
        base.href = '/test/';
        document.head.append(base);
      },
      attributes: false,
    });
    expect(page.view.location.href).to.equal(
      new URL('/test/unit/page.html#a', page.view.location.origin).href,
    );
  });

  for (const redirectUri of [`${location.origin}/elsewhere`, 'no URL', '']) {
    it(`#38 #61 is ignored on a page with another URL than its redirect URI: ${redirectUri}`, async () => {
      const page = await openPage({ search: '?code=c&state=STATE', record: { redirectUri } });
      await expectSilence(page, `?code=c&state=${page.state}`);
      expect(page.stored()).to.have.property('redirectUri', redirectUri);
    });
  }

  it('#38 is recognised with any query in its redirect URI and in the URL', async () => {
    const redirectUri = new URL('/test/unit/page.html?a=1', location.href).href;
    const page = await openPage({
      search: '?b=2&code=c&state=STATE',
      record: { redirectUri },
      attributes: { ...ATTRIBUTES, 'redirect-uri': redirectUri },
    });
    await until(() => page.element.status === 'connected');
    expect(page.view.location.search).to.equal('?b=2');
  });

  it('#44 is read from the query, and never from the fragment', async () => {
    const page = await openPage({ search: `${RESPONSE}#/route&code=other` });
    await until(() => page.element.status === 'connected');
    expect(page.sent[0]?.body).to.contain('"the-code"');
    expect(page.view.location.hash).to.equal('#/route&code=other');
  });

  it('#17 belongs to its own flow, and not to the last one of this tab', async () => {
    const page = await openPage({
      search: RESPONSE,
      prepare: (view) => nameTab(createState(), view),
    });
    await until(() => page.element.status === 'connected');
    expect(page.stored()).to.have.property('outcome');
  });

  it('#39 is ignored without a state when the flow of this tab has ended', async () => {
    const state = createState();
    const used = { v: 1, at: Date.now(), outcome: 'aborted' };
    localStorage.setItem(RECORD_PREFIX + state, JSON.stringify(used));
    nameTab(state);
    const search = '?error=access_denied';
    await expectSilence(await openPage({ search, record: false }), search);
  });

  for (const search of [
    '?code=c&state=stranger',
    '?code=c&state=MC1.x#/a',
    '?error=oops',
    '?error=access_denied&state=x',
    '?code=c',
    '?state=mc2.abc&code=%E0%A4%A',
  ]) {
    it(`#37 #38 #40 #53 is ignored when it belongs to another client: ${search}`, async () => {
      const pending = createState();
      localStorage.setItem(RECORD_PREFIX + pending, '{"v":1}');
      const page = await openPage({ search, record: false });
      await expectSilence(page, search);
      expect(localStorage.getItem(RECORD_PREFIX + pending)).to.equal('{"v":1}');
    });
  }

  it('#19 #51 #84 fails without a request when this browser does not know its state', async () => {
    const page = await openPage({ search: RESPONSE, record: false });
    expect(page.view.location.search).to.equal('');
    await expectFailure(page, 'transaction_not_found');
    expect(page.element.connection).to.have.nested.property('error.kind', 'failed');
    // Nothing is logged, because a developer cannot fix it.
    expect(page.list('error')).to.deep.equal([]);
  });

  it('#52 does not end the pending flow of the customer when it is forged', async () => {
    const pending = createState();
    const text = JSON.stringify({ v: 1, codeVerifier: 'v', startUrl: 's', at: Date.now() });
    localStorage.setItem(RECORD_PREFIX + pending, text);
    const page = await openPage({ search: '?code=evil&state=mc1.forged', record: false });
    await expectFailure(page, 'transaction_not_found');
    expect(localStorage.getItem(RECORD_PREFIX + pending)).to.equal(text);
  });

  for (const at of [Date.now() - 25 * HOUR, Date.now() + HOUR]) {
    it(`#20 fails when it is too old or from the future: ${at < Date.now()}`, async () => {
      const page = await openPage({ search: RESPONSE, record: { at } });
      await expectFailure(page, 'transaction_expired');
      expect(page.stored()).to.have.property('outcome', 'transaction_expired');
    });
  }

  for (const query of ['code=a&code=b', 'code=a&error=access_denied', `code=${'x'.repeat(2049)}`]) {
    it(`#41 #42 is invalid, and its flow has ended: ${query.slice(0, 30)}`, async () => {
      const page = await openPage({ search: `?${query}&state=STATE` });
      await expectFailure(page, 'response_invalid');
      expect(page.stored()).not.to.have.property('codeVerifier');
    });
  }

  it('#39 may lack a state when it is the error of the flow of this tab', async () => {
    const state = createState();
    const page = await openPage({
      search: '?error=access_denied',
      prepare: (view) => {
        // The record of this page is moved to the state that the tab knows.
        const [key = ''] = Object.keys(localStorage);
        localStorage.setItem(RECORD_PREFIX + state, localStorage.getItem(key) ?? '');
        localStorage.removeItem(key);
        nameTab(state, view);
      },
    });
    await expectFailure(page, 'access_denied');
    expect(page.heard.at(-1)?.detail).to.include({
      oauthError: 'access_denied',
      phase: 'authorize',
    });
  });

  for (const [error, code] of [
    ['access_denied', 'access_denied'],
    ['server_error', 'authorization_unavailable'],
    ['temporarily_unavailable', 'authorization_unavailable'],
    ['invalid_scope', 'authorization_error'],
  ]) {
    it(`is ${code} for ${error}`, async () => {
      await expectFailure(await openPage({ search: `?error=${error}&state=STATE` }), `${code}`);
    });
  }

  it('#4 #6 is removed from the URL when it comes again, without an event', async () => {
    const page = await openPage({
      search: RESPONSE,
      prepare: () => {
        const [key = ''] = Object.keys(localStorage);
        localStorage.setItem(key, JSON.stringify({ v: 1, at: Date.now(), outcome: IDENTITY }));
      },
    });
    await expectSilence(page, '');
  });

  it('#5 is reported as interrupted, once, when the page was left during the exchange', async () => {
    const state = createState();
    localStorage.setItem(RECORD_PREFIX + state, JSON.stringify({ v: 1, at: Date.now() }));
    nameTab(state);
    await expectFailure(await openPage(), 'interrupted');
    await expectSilence(await openPage(), '');
  });

  it('#55 waits for an element of its own client, API, redirect URI and backend', async () => {
    const page = await openPage({ search: RESPONSE, attributes: PRODUCTION });
    await expectSilence(page, '');
    const element = page.add();
    await until(() => element.status === 'connected');
    expect(page.element.status).to.equal('idle');
  });

  it('#61 uses no endpoint from storage', async () => {
    const evil = 'https://evil.example/';
    const changes = [{ exchange: evil }, { apiUrl: evil }, { redirectUri: evil }];
    for (const record of changes) {
      const page = await openPage({ search: RESPONSE, record });
      // An element logs this before it would request the lock of the response.
      await until(() => page.list('info').length);
      await page.view.navigator.locks.request(RECORD_PREFIX + page.state, () => {});
      expect(page.sent).to.have.length(0);
      expect(page.types()).not.to.include('monerium-connected');
    }
  });
});

describe('a page whose elements have the names of platform objects', () => {
  const NAMES = {
    // prettier-ignore
    document: [
      'baseURI', 'prerendering', 'readyState', 'visibilityState', 'hasFocus', 'addEventListener',
      'location', 'cookie', 'referrer', 'URL', 'defaultView',
    ],
    // prettier-ignore
    window: [
      'crypto', 'location', 'history', 'navigator', 'localStorage', 'sessionStorage', 'fetch',
      'performance', 'opener', 'top', 'open', 'stop', 'close', 'document', 'customElements',
      'BroadcastChannel', 'JSON', 'URL', 'Symbol', 'console', 'monerium-connect',
    ],
  };
  const CLOBBER = (name: string) =>
    `<img name="${name}"><a id="${name}" href="https://evil.example/">x</a>`;

  for (const [owner, names] of Object.entries(NAMES)) {
    it(`#103 connects despite elements with names of the ${owner}`, async () => {
      const exchange = new URL('/exchange', location.href).href;
      const page = await openPage({
        search: RESPONSE,
        record: { exchange },
        attributes: { ...ATTRIBUTES, 'backend-url': '/exchange' },
        prepare: ({ document: { body } }) =>
          body.insertAdjacentHTML('beforeend', names.map(CLOBBER).join('')),
      });
      await until(() => page.element.status === 'connected');
      expect(page.sent.map(({ url }) => url)).to.deep.equal([exchange]);
      expect(page.view.location.search).to.equal('');
    });
  }
});

describe('a browser or a page without a feature', () => {
  const gaps: [string, (view: View) => void][] = [
    ['locks', ({ navigator }) => Object.defineProperty(navigator, 'locks', { value: undefined })],
    ['BroadcastChannel', (view) => Reflect.deleteProperty(view, 'BroadcastChannel')],
    ['structuredClone', (view) => Reflect.deleteProperty(view, 'structuredClone')],
    ['AbortSignal.any', (view) => Reflect.deleteProperty(view.AbortSignal, 'any')],
    ['AbortSignal.timeout', (view) => Reflect.deleteProperty(view.AbortSignal, 'timeout')],
    ['navigation', (view) => Reflect.deleteProperty(view, 'navigation')],
  ];
  for (const [name, prepare] of gaps) {
    it(`#87 connects without ${name}`, async () => {
      const page = await openPage({ search: RESPONSE, prepare });
      await until(() => page.element.status === 'connected');
      expect(page.sent).to.have.length(1);
    });
  }

  it('#81 fails without an event when the context is not secure', async () => {
    const page = await openPage({
      prepare: ({ crypto }) => Object.defineProperty(crypto, 'subtle', { value: undefined }),
    });
    await page.element.updateComplete;
    expect(page.element.connection).to.have.nested.property('error.code', 'insecure_context');
    await settle();
    expect(page.heard).to.have.length(0);
    const { element } = page;
    expect(await element.connect().catch((error: { code: string }) => error.code)).to.equal(
      'insecure_context',
    );
  });
});
