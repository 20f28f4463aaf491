import { expect } from '@open-wc/testing';
import {
  ATTRIBUTES,
  CLIENT_ID,
  IDENTITY,
  RESPONSE,
  answer,
  closePages,
  openPage,
  settleIdle,
  stopClock,
  until,
  type View,
} from './fixture.js';

const PRODUCTION = { ...ATTRIBUTES, environment: 'production' };

afterEach(closePages);

describe('what is said to the developer', () => {
  it('is the redirect URI to register, once per page, in the sandbox', async () => {
    const page = await openPage();
    page.add();
    await settleIdle(page.view);
    await until(() => page.list('info').length);
    const said = page.list('info').filter((text) => text.includes('redirect_uri'));
    expect(said).to.have.length(1);
    expect(said[0]?.split(/\s/)).to.include(page.view.location.href);
  });

  it('is nothing in production, with a backend', async () => {
    const page = await openPage({ attributes: PRODUCTION });
    await settleIdle(page.view);
    expect(page.spoken).to.deep.equal([]);
  });

  it('is one warning in production, without a backend', async () => {
    const attributes = { 'client-id': CLIENT_ID, environment: 'production' };
    const page = await openPage({ attributes });
    page.add(attributes);
    await settleIdle(page.view);
    await until(() => page.list('warn').length);
    expect(page.list('warn')).to.have.length(1);
    expect(page.list('warn')[0]).to.contain('backend-url');
  });

  it('is one warning that production skips no KYC', async () => {
    const page = await openPage({ attributes: { ...PRODUCTION, 'skip-kyc': '' } });
    await settleIdle(page.view);
    await until(() => page.list('warn').length);
    expect(page.list('warn')).to.have.length(1);
    expect(page.list('warn')[0]).to.contain('skip-kyc');
  });

  it('names a wrong attribute once, a task after the first update', async () => {
    const page = await openPage({ attributes: { 'client-id': '' } });
    await page.element.updateComplete;
    expect(page.list('error')).to.deep.equal([]);
    await settleIdle(page.view);
    page.element.email = 'a@example.org';
    await settleIdle(page.view);
    expect(page.list('error')).to.have.length(1);
    expect(page.list('error')[0]).to.match(/invalid_config.*client-id/);
    expect(page.element.status).to.equal('idle');
    expect(page.heard).to.have.length(0);
  });

  it('is nothing about an attribute that is set after the element', async () => {
    const page = await openPage({ attributes: {} });
    await page.element.updateComplete;
    page.element.clientId = CLIENT_ID;
    await settleIdle(page.view);
    expect(page.list('error').filter((text) => text.includes('client-id'))).to.deep.equal([]);
  });

  it('comes as well when the attributes are right only later, and once', async () => {
    const page = await openPage({ attributes: {} });
    await settleIdle(page.view);
    const { clientId, environment } = { clientId: CLIENT_ID, environment: 'production' };
    Object.assign(page.element, { clientId, environment, skipKyc: true });
    await settleIdle(page.view);
    expect(page.list('warn').filter((text) => text.includes('backend-url'))).to.have.length(1);
    expect(page.list('warn').filter((text) => text.includes('skip-kyc'))).to.have.length(1);
    page.element.environment = 'sandbox';
    await settleIdle(page.view);
    expect(page.list('info')).to.deep.equal([]);
  });

  it('#164 names what differs when a response finds no element in 5 s', async () => {
    let clock: ReturnType<typeof stopClock> | undefined;
    const page = await openPage({
      search: RESPONSE,
      record: { apiUrl: 'https://other.example' },
      prepare: (view: View) => (clock = stopClock(view)),
    });
    await clock?.advance(4999);
    expect(page.list('warn')).to.deep.equal([]);
    await clock?.advance(1);
    // The file that has the words is loaded first.
    await clock?.reach(() => page.list('warn').length > 0);
    expect(page.list('warn')).to.have.length(1);
    expect(page.list('warn')[0])
      .to.contain('apiUrl')
      .and.not.to.match(/clientId|redirectUri/);
    await clock?.advance(60_000);
    expect(page.list('warn')).to.have.length(1);
    expect(page.list('warn')[0])
      .to.contain('https://other.example')
      .and.contain('api.monerium.dev');
  });

  it('#195 is all that comes of it: an element that fits gets the response after a minute', async () => {
    let clock: ReturnType<typeof stopClock> | undefined;
    const page = await openPage({
      search: RESPONSE,
      record: { apiUrl: 'https://other.example' },
      prepare: (view: View) => (clock = stopClock(view)),
    });
    await clock?.advance(60_000);
    await clock?.reach(() => page.list('warn').length > 0);
    expect(page.element.status).to.equal('idle');
    expect(page.types()).to.deep.equal([]);
    expect(page.sent).to.deep.equal([]);
    const fitting = page.add({ ...ATTRIBUTES, 'api-url': 'https://other.example' });
    await clock?.reach(() => fitting.status === 'connected');
    expect(page.element.status).to.equal('idle');
    expect(page.sent).to.have.length(1);
    const endings = page.heard.filter(({ type }) => !type.endsWith('status'));
    expect(endings.map(({ type, target }) => [type, target])).to.deep.equal([
      ['monerium-connected', fitting],
    ]);
  });

  it('#3 is one warning when the script runs again', async () => {
    const page = await openPage();
    await page.view.load('/src/define.ts?again');
    await page.view.load('/src/define.ts?and-again');
    expect(page.list('warn')).to.have.length(1);
    expect(page.list('warn')[0]).to.contain('already defined');
  });

  it('#95 is no secret, and none is in an event, an error, the document or the history', async () => {
    const secret = 'canary-code-or-token';
    const record = { codeVerifier: `canary-${'v'.repeat(36)}`, exchange: 'direct' };
    const tokens = { access_token: secret, refresh_token: secret, token_type: 'bearer' };
    const attributes = { 'client-id': CLIENT_ID };
    const answers = [
      () => answer({ ...tokens, ...IDENTITY, email: secret }),
      () => answer({ error: secret, message: secret }, 400),
      () => Promise.reject(new Error(secret)),
    ];
    for (const respond of answers) {
      const search = `?code=${secret}&state=STATE`;
      const page = await openPage({ search, record, attributes, fetch: async () => respond() });
      await until(() => /connected|failed/.test(page.element.status));
      await settleIdle(page.view);
      const { connection, shadowRoot } = page.element;
      const error = connection.status === 'failed' ? connection.error : undefined;
      const places = [
        page.spoken,
        page.heard.map(({ detail }) => detail),
        page.view.history.state,
        error,
        error?.message,
        error?.stack,
        error?.cause,
        page.view.name,
        page.view.location.href,
        page.document.documentElement.outerHTML,
        shadowRoot?.innerHTML,
        page.stored(),
        page.document.cookie,
        page.document.title,
      ];
      const text = JSON.stringify(places);
      expect(text).not.to.contain('canary');
      expect(text).not.to.contain(page.state);
    }
  });
});
