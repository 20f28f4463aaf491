// What a site, its other scripts and its storage can do to a flow.
import { expect } from '@open-wc/testing';
import type { MoneriumConnect } from '../../src/index.js';
import { english } from '../../src/core/texts.js';
import {
  ATTRIBUTES,
  BACKEND_URL,
  CLIENT_ID,
  IDENTITY,
  RECORD_PREFIX,
  RESPONSE,
  answer,
  closePages,
  createRecord,
  createState,
  nameTab,
  openPage,
  read,
  settle,
  settleIdle,
  stopClock,
  until,
  type Page,
  type View,
} from './fixture.js';

const DIRECT = { 'client-id': CLIENT_ID };
const EVIL = 'https://evil.example/';

afterEach(closePages);

/** The code of the error that a call rejects with, or `undefined`. */
function readCode(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: { code?: unknown }) => error.code,
  );
}

/** Opens a page, and waits until the browser is idle. */
async function openIdle(options: Parameters<typeof openPage>[0] = {}): Promise<Page> {
  const page = await openPage(options);
  await settleIdle(page.view);
  return page;
}

function addBase({ document }: View): void {
  const base = document.createElement('base');
  base.href = EVIL;
  document.head.append(base);
}

describe('an injected <base href>', () => {
  for (const [name, attributes, needed] of [
    ['backend-url', { 'backend-url': 'api/monerium' }, /backend-url/],
    ['backend-url from the root', { 'backend-url': '/api/monerium' }, /backend-url/],
    ['api-url', { 'api-url': '/api' }, /api-url/],
    ['api-url without a slash', { 'api-url': 'api' }, /api-url/],
    ['redirect-uri', { 'redirect-uri': 'back' }, /redirect-uri/],
  ] as const) {
    it(`#154 is invalid_config for a relative ${name}, and nothing is sent`, async () => {
      const page = await openIdle({ attributes: { ...DIRECT, ...attributes }, prepare: addBase });
      const code = await readCode(page.element.connect());
      expect(code).to.equal('invalid_config');
      expect(page.urls).to.deep.equal([]);
      expect(page.list('error').join()).to.match(needed);
      expect(Object.keys(localStorage)).to.deep.equal([]);
    });
  }

  it('#154 sends no code to another host', async () => {
    const exchange = new URL('/api/monerium', location.href).href;
    const page = await openIdle({
      search: RESPONSE,
      record: { exchange },
      attributes: { ...ATTRIBUTES, 'backend-url': 'api/monerium' },
      prepare: addBase,
    });
    expect(page.sent).to.deep.equal([]);
    expect(page.element.status).to.equal('idle');
  });

  it('#154 changes nothing for absolute URLs', async () => {
    const page = await openIdle({ search: RESPONSE, prepare: addBase });
    await until(() => page.element.status === 'connected');
    expect(page.sent.map(({ url }) => url)).to.deep.equal([BACKEND_URL]);
  });

  it('#154 api-url without a leading slash is invalid_config without any <base> too', async () => {
    const page = await openIdle({ attributes: { ...DIRECT, 'api-url': 'api' } });
    expect(await readCode(page.element.connect())).to.equal('invalid_config');
  });
});

describe('disconnect() while idle', () => {
  /** Starts a flow, disconnects on another page, and then opens the callback link. */
  async function followLink(record: Parameters<typeof createRecord>[1]): Promise<Page> {
    const state = createState();
    localStorage.setItem(RECORD_PREFIX + state, JSON.stringify(createRecord(ATTRIBUTES, record)));
    const signOut = await openIdle();
    await signOut.element.disconnect();
    expect(signOut.heard).to.deep.equal([]);
    expect(signOut.element.status).to.equal('idle');
    const page = await openIdle({ search: `?code=c&state=${state}`, record: false });
    // A page that has claimed the flow holds this lock until its exchange has ended.
    await navigator.locks.request(RECORD_PREFIX + state, () => {});
    return page;
  }

  it('#155 ends pending flows: their callback link sends no request and fires no event', async () => {
    const page = await followLink({});
    expect(page.view.location.search).to.equal('');
    expect(page.sent).to.deep.equal([]);
    expect(page.heard).to.deep.equal([]);
    expect(page.element.status).to.equal('idle');
  });

  it('#155 ends flows of other elements of the same client, in any mode', async () => {
    const page = await followLink({ mode: 'popup', exchange: 'direct' });
    expect(page.sent).to.deep.equal([]);
    expect(page.heard).to.deep.equal([]);
  });

  it('#155 does not end the flows of another client', async () => {
    const clientId = CLIENT_ID.replace(/^./, '0');
    const page = await followLink({ clientId });
    const element = page.add({ ...ATTRIBUTES, 'client-id': clientId });
    await until(() => element.status === 'connected');
    expect(page.sent).to.have.length(1);
  });
});

describe('a polluted Object.prototype', () => {
  const POLLUTION = {
    userId: 'evil',
    profile: 'evil',
    defaultProfile: 'evil',
    id: 'evil',
    apiUrl: EVIL,
    backendUrl: EVIL,
    clientId: 'evil',
    redirectUri: EVIL,
    noAccessor: true,
    default: EVIL,
    choices: [EVIL],
    email: 'evil@example.org',
    environment: 'production',
  };
  const pollute = ({ Object: { prototype }, location: { href } }: View) => {
    const [to = ''] = href.split('?');
    Object.assign(prototype, POLLUTION, { cameBackTo: to, returnTo: EVIL, successUrl: EVIL });
  };
  const TOKENS = { access_token: 'at', token_type: 'Bearer', expires_in: 3600 };

  it('#156 provides no identity when the token response has none', async () => {
    const page = await openIdle({
      search: RESPONSE,
      record: { exchange: 'direct' },
      attributes: DIRECT,
      prepare: pollute,
      fetch: async (url) => answer(url.endsWith('/token') ? TOKENS : { profiles: [{}] }),
    });
    await until(() => page.element.status === 'failed');
    expect(page.element.connection).to.have.nested.property('error.code', 'profile_unavailable');
    expect(page.sent.map(({ url }) => new URL(url).host)).to.deep.equal(
      Array(2).fill('api.monerium.dev'),
    );
  });

  it('#156 provides no identity when the backend returns none', async () => {
    const page = await openIdle({
      search: RESPONSE,
      prepare: pollute,
      fetch: async () => answer({ ok: true }),
    });
    await until(() => page.element.status === 'failed');
    expect(page.element.connection).to.have.nested.property('error.code', 'profile_unavailable');
  });

  it('#156 changes nothing in the authorization request', async () => {
    const page = await openIdle({ prepare: pollute });
    expect(page.element.status).to.equal('idle');
    await page.element.connect();
    const [url = ''] = page.urls;
    expect(new URL(url).origin).to.equal('https://api.monerium.dev');
    const { searchParams } = new URL(url);
    expect(searchParams.get('client_id')).to.equal(CLIENT_ID);
    expect(searchParams.get('redirect_uri')).to.equal(page.view.location.href);
    expect(searchParams.has('email')).to.be.false;
  });

  it('#156 does not change where the code is sent', async () => {
    const page = await openIdle({ search: RESPONSE, prepare: pollute });
    await until(() => page.element.status === 'connected');
    expect(page.sent.map(({ url }) => url)).to.deep.equal([BACKEND_URL]);
    // Copied, because a comparison of the object itself would include its polluted prototype.
    const { connection } = page.element;
    expect({ ...connection }).to.deep.equal({ status: 'connected', ...IDENTITY });
  });

  for (const [name, search, settled] of [
    ['a success', RESPONSE, 'connected'],
    ['a failure', '?error=access_denied&state=STATE', 'failed'],
  ] as const) {
    it(`#205 causes no navigation to another site after ${name}`, async () => {
      const page = await openIdle({
        search,
        record: { exchange: 'direct' },
        attributes: DIRECT,
        prepare: pollute,
        fetch: async () => answer({ ...TOKENS, ...IDENTITY }),
      });
      await until(() => page.element.status === settled);
      await settle();
      expect(page.urls).to.deep.equal([]);
    });
  }

  it('#205 does not change the texts of the element', async () => {
    const prepare = ({ Object: { prototype } }: View) =>
      Object.assign(prototype, { connect: 'Evil' });
    const page = await openIdle({ prepare, properties: { strings: { cancel: 'No' } } });
    expect(page.element.shadowRoot?.textContent)
      .to.contain(english.connect)
      .and.not.contain('Evil');
  });

  it('#156 adds no backend to a direct exchange', async () => {
    const page = await openIdle({
      search: RESPONSE,
      record: { exchange: 'direct' },
      attributes: DIRECT,
      prepare: pollute,
      fetch: async () => answer({ ...TOKENS, ...IDENTITY }),
    });
    await until(() => page.element.status === 'connected');
    expect(page.sent.map(({ url }) => url)).to.deep.equal(['https://api.monerium.dev/auth/token']);
    expect(await page.element.getAccessToken()).to.equal('at');
  });
});

describe('what any script can write into storage', () => {
  const FORGED: unknown[] = [
    'constructor',
    '__proto__',
    'toString',
    '<b>no</b>',
    'no_such_code',
    '',
    7,
    true,
    [],
    {},
    ['access_denied'],
    { profile: '<b>', userId: 'u' },
    { profile: 'p' },
  ];

  /** A page that waits for its popup. Its clock is stopped, and the popup is not a real window. */
  async function openWaiting() {
    let clock: ReturnType<typeof stopClock> | undefined;
    const page = await openPage({
      attributes: { ...ATTRIBUTES, mode: 'popup' },
      prepare: (view) => {
        const popup = { closed: false, close() {}, focus() {}, location: { replace() {} } };
        view.open = () => popup as unknown as Window;
        clock = stopClock(view);
      },
    });
    await clock!.advance(1000);
    // The page looks once for an interrupted flow. It has to do that before this flow starts.
    await settleIdle(page.view);
    page.element.connect().catch(() => {});
    await clock!.reach(() => page.element.status === 'waiting');
    const [key = ''] = Object.keys(localStorage).filter((name) => name.includes(':mc1.'));
    return { ...page, key, clock: clock! };
  }

  function texts(element: MoneriumConnect): string {
    return element.shadowRoot?.textContent ?? '';
  }

  it('#157 is ignored by a page that waits for its popup', async () => {
    const { element, key, clock, heard } = await openWaiting();
    const shown = texts(element);
    const { length } = heard;
    for (const outcome of FORGED) {
      localStorage.setItem(key, JSON.stringify({ v: 1, at: Date.now(), outcome }));
      await clock.advance(1000);
      expect(element.status, JSON.stringify(outcome)).to.equal('waiting');
      expect(texts(element)).to.equal(shown);
    }
    expect(heard).to.have.length(length);
    // The page has read the storage meanwhile: an outcome with a known code ends the wait.
    localStorage.setItem(key, JSON.stringify({ v: 1, at: Date.now(), outcome: 'access_denied' }));
    await clock.advance(1000);
    expect(element.status).to.equal('failed');
    expect(read(element)).to.equal(english.declined);
  });

  const steps = [
    ['response_invalid', 'authorize'],
    ['exchange_rejected', 'exchange'],
    ['profile_unavailable', 'identity'],
  ] as const;
  for (const [outcome, phase] of steps) {
    it(`#27 is announced with its phase when it is ${outcome}`, async () => {
      const { key, clock, heard } = await openWaiting();
      localStorage.setItem(key, JSON.stringify({ v: 1, at: Date.now(), outcome }));
      await clock.advance(1000);
      expect(heard.at(-1)?.detail).to.include({ code: outcome, phase });
    });
  }

  for (const outcome of FORGED.slice(0, 4)) {
    it(`#157 is not shown on the next page of the tab: ${String(outcome)}`, async () => {
      const state = createState();
      const used = { v: 1, at: Date.now(), outcome };
      localStorage.setItem(RECORD_PREFIX + state, JSON.stringify(used));
      nameTab(state);
      const page = await openIdle();
      await until(() => page.element.status === 'failed');
      expect(page.element.connection).to.have.nested.property('error.code', 'interrupted');
      expect(read(page.element)).to.equal(english.interrupted);
    });
  }
});

describe('a record with a valid state', () => {
  const valid = createRecord(ATTRIBUTES, {});
  const RECORDS: [string, string][] = [
    ['an empty verifier', JSON.stringify({ ...valid, codeVerifier: '' })],
    ['a verifier that is no text', JSON.stringify({ ...valid, codeVerifier: null })],
    ['no client', JSON.stringify({ ...valid, clientId: undefined })],
    ['another version', JSON.stringify({ ...valid, v: 2 })],
    ['no time', JSON.stringify({ ...valid, at: undefined })],
    ['no JSON', 'not JSON'],
    ['a list', '[]'],
    ['nothing', ''],
  ];
  for (const [name, text] of RECORDS) {
    it(`#169 leads to transaction_not_found when it is invalid: ${name}`, async () => {
      const state = createState();
      localStorage.setItem(RECORD_PREFIX + state, text);
      const page = await openIdle({ search: `?code=c&state=${state}`, record: false });
      await until(() => page.element.status === 'failed');
      await settle();
      const errors = page.heard.filter(({ type }) => type === 'monerium-error');
      expect(errors.map(({ detail }) => detail)).to.deep.equal([
        { code: 'transaction_not_found', phase: 'authorize', kind: 'failed' },
      ]);
      expect(page.view.location.search).to.equal('');
      expect(page.sent).to.deep.equal([]);
    });
  }
});
