import { expect } from '@open-wc/testing';
import {
  ATTRIBUTES,
  IDENTITY,
  RESPONSE,
  RECORD_PREFIX,
  answer,
  closePages,
  createRecord,
  createState,
  defer,
  listenToEvents,
  nameTab,
  openPage,
  settle,
  until,
  type Heard,
} from './fixture.js';

/** A page in the midst of an exchange that waits for `end`. */
async function openExchanging(options: Parameters<typeof openPage>[0] = {}) {
  const end = defer<Response>();
  const page = await openPage({ search: RESPONSE, fetch: () => end.promise, ...options });
  await until(() => page.sent.length);
  const { heard } = page;
  const listEndings = () => heard.filter(({ type }) => /connected|error/.test(type));
  return {
    ...page,
    listEndings,
    succeed: () => end.resolve(answer(IDENTITY)),
    fail: () => end.resolve(answer({}, 500)),
  };
}

afterEach(closePages);

describe('a listener', () => {
  it('#96 that throws changes nothing', async () => {
    const thrown: string[] = [];
    const page = await openExchanging();
    page.view.addEventListener('error', (event) => {
      thrown.push(event.message);
      event.preventDefault();
    });
    for (const type of ['monerium-status', 'monerium-connected'] as const) {
      page.element.addEventListener(type, page.view.fail);
    }
    page.succeed();
    await until(() => page.element.status === 'connected');
    await settle();
    expect(thrown).to.have.length(2);
    expect(page.element.status).to.equal('connected');
    expect(page.listEndings()).to.have.length(1);
    expect(page.stored()).to.have.deep.property('outcome', IDENTITY);
  });

  it('hears every change in order, also of what it changes itself', async () => {
    const { element, succeed, heard } = await openExchanging();
    heard.length = 0;
    element.addEventListener('monerium-status', ({ detail }) => {
      if (detail.connection.status === 'connected') element.disconnect();
    });
    succeed();
    await until(() => heard.some(({ type }) => type === 'monerium-disconnected'));
    await settle();
    const changes = heard.filter(({ type }) => type === 'monerium-status');
    expect(changes.map(({ detail }) => detail)).to.deep.equal([
      { status: 'connected', previous: 'exchanging' },
      { status: 'idle', previous: 'connected' },
    ]);
    expect(element.status).to.equal('idle');
  });

  it('#97 hears an element from outside of its shadow root', async () => {
    const page = await openPage({ search: RESPONSE, attributes: false });
    const host = page.document.createElement('div');
    page.document.body.append(host);
    const element = page.add();
    host.attachShadow({ mode: 'open' }).append(element);
    const heard = listenToEvents(host);
    await until(() => element.status === 'connected');
    await settle();
    expect(heard.map(({ type }) => type)).to.include.members([
      'monerium-status',
      'monerium-connected',
    ]);
    expect(page.types()).to.deep.equal(heard.map(({ type }) => type));
  });
});

describe('profile and user-id', () => {
  const listStatuses = (heard: Heard[]) => heard.map(({ type, detail }) => [type, detail]);

  it('connect both together, with monerium-status and no other event', async () => {
    const { element, heard } = await openPage();
    element.setAttribute('profile', 'p');
    await element.updateComplete;
    expect(element.status).to.equal('idle');
    expect(heard).to.have.length(0);
    element.setAttribute('user-id', 'u');
    await element.updateComplete;
    expect(element.connection).to.deep.equal({ status: 'connected', profile: 'p', userId: 'u' });
    element.setAttribute('user-id', 'v');
    await element.updateComplete;
    expect(element.connection).to.have.property('userId', 'v');
    expect(listStatuses(heard)).to.deep.equal([
      ['monerium-status', { status: 'connected', previous: 'idle' }],
      ['monerium-status', { status: 'connected', previous: 'connected' }],
    ]);
  });

  it('are no event when the page was rendered with them', async () => {
    const { element, heard } = await openPage({ properties: IDENTITY });
    await settle();
    expect(element.status).to.equal('connected');
    expect(heard).to.have.length(0);
  });

  for (const [name, take] of [
    ['profile is removed', (element: Element) => element.removeAttribute('profile')],
    ['user-id is removed', (element: Element) => element.removeAttribute('user-id')],
    ['profile is emptied', (element: Element) => element.setAttribute('profile', '')],
    ['user-id is emptied', (element: Element) => element.setAttribute('user-id', '')],
  ] as const) {
    it(`that the page has set make it idle, with monerium-status, when ${name}`, async () => {
      const { element, heard } = await openPage({ properties: IDENTITY });
      await element.updateComplete;
      expect(element.status).to.equal('connected');
      take(element);
      await element.updateComplete;
      expect(element.connection).to.deep.equal({ status: 'idle' });
      expect(listStatuses(heard)).to.deep.equal([
        ['monerium-status', { status: 'idle', previous: 'connected' }],
      ]);
    });
  }

  it('are removed by disconnect(), which is an event', async () => {
    const { element, heard } = await openPage({ properties: IDENTITY });
    await element.updateComplete;
    element.disconnect();
    expect(element.status).to.equal('idle');
    await element.updateComplete;
    expect(element.getAttributeNames()).not.to.include.members(['profile']);
    expect(element.hasAttribute('user-id')).to.be.false;
    expect(heard.map(({ type }) => type)).to.deep.equal([
      'monerium-status',
      'monerium-disconnected',
    ]);
    expect(heard[1]?.detail).to.deep.equal({});
    element.disconnect();
    expect(heard).to.have.length(2);
  });

  it('give way to a response in the URL', async () => {
    const attributes = { ...ATTRIBUTES, profile: 'old', 'user-id': 'old' };
    const page = await openPage({ search: RESPONSE, attributes });
    await until(() => page.types().includes('monerium-connected'));
    await page.element.updateComplete;
    expect(page.element.connection).to.deep.equal({ status: 'connected', ...IDENTITY });
    expect(page.element.getAttribute('profile')).to.equal(IDENTITY.profile);
  });

  it('give way to a response that fails', async () => {
    const attributes = { ...ATTRIBUTES, profile: 'old', 'user-id': 'old' };
    const page = await openPage({ search: '?error=access_denied&state=STATE', attributes });
    await until(() => page.types().includes('monerium-error'));
    await page.element.updateComplete;
    expect(page.element.status).to.equal('failed');
    expect(page.element.hasAttribute('profile')).to.be.false;
  });

  for (const search of ['?code=c&state=mc1.unknown', '?state=mc1.']) {
    it(`#147 stand, in silence, when any link has a state like ours: ${search}`, async () => {
      const attributes = { ...ATTRIBUTES, profile: 'old', 'user-id': 'old' };
      const page = await openPage({ search, attributes, record: false });
      expect(page.view.location.search).to.equal('');
      await settle();
      expect(page.element.connection).to.deep.include({ status: 'connected', profile: 'old' });
      expect(page.element.getAttribute('user-id')).to.equal('old');
      expect(page.heard).to.have.length(0);
    });
  }

  it('#153 stand when an error without a state comes in a link', async () => {
    const state = createState();
    const record = createRecord(ATTRIBUTES, {});
    localStorage.setItem(RECORD_PREFIX + state, JSON.stringify(record));
    nameTab(state);
    const attributes = { ...ATTRIBUTES, profile: 'old', 'user-id': 'old' };
    const page = await openPage({ search: '?error=access_denied', attributes, record: false });
    expect(page.view.location.search).to.equal('');
    await settle();
    expect(page.element.getAttribute('user-id')).to.equal('old');
    expect(page.heard).to.have.length(0);
  });

  it('stand when the page was left during an exchange: what became of it is unknown', async () => {
    const state = createState();
    localStorage.setItem(RECORD_PREFIX + state, JSON.stringify({ v: 1, at: Date.now() }));
    nameTab(state);
    const { element, types } = await openPage({ properties: IDENTITY });
    await until(() => types().includes('monerium-error'));
    expect(element.connection).to.deep.equal({ status: 'connected', ...IDENTITY });
    expect(element.getAttribute('profile')).to.equal(IDENTITY.profile);
  });

  const OTHER = { profile: 'p', userId: 'u' };
  it('that are set count for an element that moves in the same task', async () => {
    const { element, document } = await openPage({ properties: IDENTITY });
    await element.updateComplete;
    Object.assign(element, OTHER);
    document.body.append(element);
    await element.updateComplete;
    expect(element.connection).to.deep.equal({ status: 'connected', ...OTHER });
  });

  it('that are set during an exchange count when it fails', async () => {
    const { element, fail, types } = await openExchanging();
    Object.assign(element, OTHER);
    await element.updateComplete;
    expect(element.status).to.equal('exchanging');
    fail();
    await until(() => types().includes('monerium-error'));
    await element.updateComplete;
    expect(element.connection).to.deep.equal({ status: 'connected', ...OTHER });
  });

  it('that are set during an exchange give way when it succeeds', async () => {
    const { element, succeed } = await openExchanging();
    Object.assign(element, OTHER);
    await element.updateComplete;
    succeed();
    await until(() => element.status === 'connected');
    await element.updateComplete;
    expect(element.connection).to.deep.equal({ status: 'connected', ...IDENTITY });
  });

  for (const end of ['succeed', 'fail'] as const) {
    it(`of an element that comes later count after a flow: ${end}`, async () => {
      const page = await openExchanging();
      page[end]();
      await until(() => page.listEndings().length);
      page.element.remove();
      const late = page.add(ATTRIBUTES, OTHER);
      await late.updateComplete;
      await settle();
      expect(late.connection).to.deep.equal({ status: 'connected', ...OTHER });
      expect(page.listEndings()).to.have.length(1);
    });
  }

  it('are those of one element, not of its neighbour', async () => {
    const { element, add } = await openPage({ properties: IDENTITY });
    const other = add();
    await settle();
    expect([element.status, other.status]).to.deep.equal(['connected', 'idle']);
  });
});
