// The element in a flow that the site's server starts.
import { expect } from '@open-wc/testing';
import {
  IDENTITY,
  answer,
  closePages,
  openPage,
  settle,
  settleIdle,
  until,
  type Page,
} from './fixture.js';

const ATTRIBUTES = {
  'start-url': '/monerium/start?shop=1',
  'backend-url': '/monerium/session',
  'stay-connected': '',
};

const NOBODY = () => Promise.resolve(answer(undefined, 204));
const SOMEBODY = () => Promise.resolve(answer(IDENTITY));

afterEach(closePages);

function open(
  search: string,
  fetch: () => Promise<Response>,
  attributes: Record<string, string> = {},
): Promise<Page> {
  return openPage({
    attributes: { ...ATTRIBUTES, ...attributes },
    search,
    fetch,
    record: false,
  });
}

const searchOf = ({ view }: Page) => view.location.search;

describe('the start at the server', () => {
  it('#281 is a navigation to start-url, with return_to and without secrets', async () => {
    const page = await open('?step=2&monerium_result=old', NOBODY, {
      email: 'ann@shop.example',
      'auth-mode': 'signup',
      'skip-kyc': '',
    });
    await until(() => page.element.status === 'idle');
    await page.element.connect();
    const [href = ''] = page.urls;
    const url = new URL(href);
    expect(url.origin + url.pathname).to.equal(`${location.origin}/monerium/start`);
    expect(Object.fromEntries(url.searchParams)).to.deep.equal({
      shop: '1',
      email: 'ann@shop.example',
      auth_mode: 'signup',
      return_to: '/test/unit/page.html?step=2&monerium_result=old',
    });
    expect(Object.keys(localStorage).filter((key) => key.includes(':mc1.'))).to.deep.equal([]);
    const detail = page.heard.find(({ type }) => type === 'monerium-before-connect')?.detail;
    expect(detail).to.deep.equal({ mode: 'redirect' });
  });

  it('#281 can be cancelled by the page, and by cancel()', async () => {
    const page = await open('', NOBODY);
    await until(() => page.element.status === 'idle');
    const stop = (event: Event) => event.preventDefault();
    page.document.addEventListener('monerium-before-connect', stop, { once: true });
    await page.element.connect();
    expect(page.urls).to.deep.equal([]);
    await page.element.connect();
    expect(page.element.status).to.equal('redirecting');
    page.element.cancel();
    expect(page.element.status).to.equal('idle');
    expect(localStorage.getItem('monerium-connect:')).to.equal(null);
  });

  for (const [name, changes] of Object.entries({
    'without backend-url': { 'backend-url': undefined },
    'without stay-connected': { 'stay-connected': undefined },
    'in a popup': { mode: 'popup' },
    'with client-id': { 'client-id': 'shop' },
    'with redirect-uri': { 'redirect-uri': '/connect' },
    'with a wallet': { wallet: 'sign-in' },
    'on another origin': { 'start-url': 'https://other.example/start' },
  })) {
    it(`#281 ${name} is invalid_config that names start-url`, async () => {
      const entries = Object.entries({ ...ATTRIBUTES, ...changes });
      const given = entries.filter((entry): entry is [string, string] => entry[1] !== undefined);
      const page = await openPage({ attributes: Object.fromEntries(given), fetch: NOBODY });
      const error = await page.element.connect().catch((reason: unknown) => reason);
      expect(error).to.include({ code: 'invalid_config' });
      expect(String(error)).to.contain('start-url needs');
      expect(page.urls).to.deep.equal([]);
    });
  }

  it('#281 logs no note about a redirect URI or a client ID', async () => {
    const page = await open('', NOBODY);
    await until(() => page.element.status === 'idle');
    await settle();
    expect(page.list('info', 'warn', 'error')).to.deep.equal([]);
  });
});

describe('the result of the server', () => {
  it('#282 connected fires an event once the backend has returned the identity', async () => {
    let tell: (response: Response) => void = () => {};
    const page = await open('?a=1&monerium_result=connected&b=%20#c', () => {
      return new Promise<Response>((resolve) => (tell = resolve));
    });
    await until(() => page.sent.length);
    expect(page.view.location.href.endsWith('/page.html?a=1&b=%20#c')).to.equal(true);
    expect(page.types()).not.to.include('monerium-connected');
    tell(answer(IDENTITY));
    await until(() => page.types().includes('monerium-connected'));
    const { detail } = page.heard.find(({ type }) => type === 'monerium-connected') ?? {};
    expect(detail).to.deep.equal({ ...IDENTITY, returnTo: page.view.location.href });
    await settle();
    expect(page.types().filter((type) => type !== 'monerium-status')).to.have.length(1);
    expect(page.sent.map(({ init }) => init.method)).to.deep.equal(['GET']);
    expect(page.urls).to.deep.equal([]);
  });

  it('#282 connected without a session fails with transaction_not_found', async () => {
    const page = await open('?monerium_result=connected', NOBODY);
    await until(() => page.element.status === 'failed');
    const { detail } = page.heard.find(({ type }) => type === 'monerium-error') ?? {};
    expect(detail).to.deep.equal({
      code: 'transaction_not_found',
      kind: 'failed',
      phase: 'authorize',
    });
  });

  it('#282 is not reported by another element of the page', async () => {
    let tell: (response: Response) => void = () => {};
    const page = await open('?monerium_result=connected', () => {
      return new Promise<Response>((resolve) => (tell = resolve));
    });
    const other = page.add({ 'client-id': 'shop', 'api-url': 'https://api.example' });
    await until(() => page.sent.length);
    await settleIdle(page.view);
    tell(answer(IDENTITY));
    await until(() => page.types().includes('monerium-connected'));
    expect(other.status).to.equal('idle');
    expect(page.types()).not.to.include('monerium-error');
  });

  it('#282 is reported when the attributes say that nobody is connected', async () => {
    const page = await open('?monerium_result=access_denied', NOBODY, { profile: '' });
    await until(() => page.types().includes('monerium-error'));
    expect(page.sent).to.deep.equal([]);
  });

  for (const [code, told] of Object.entries({
    access_denied: { kind: 'cancelled', phase: 'authorize', oauthError: 'access_denied' },
    server_unavailable: { kind: 'failed', phase: 'authorize' },
    profile_unavailable: { kind: 'failed', phase: 'identity' },
    transaction_expired: { kind: 'failed', phase: 'authorize' },
  })) {
    it(`#282 ${code} is reported once when the customer is not connected`, async () => {
      const page = await open(`?monerium_result=${code}`, NOBODY);
      await until(() => page.element.status === 'failed');
      const errors = page.heard.filter(({ type }) => type === 'monerium-error');
      expect(errors.map(({ detail }) => detail)).to.deep.equal([{ code, ...told }]);
      expect(searchOf(page)).to.equal('');
    });

    it(`#282 ${code} changes nothing when the customer is connected`, async () => {
      const page = await open(`?monerium_result=${code}`, SOMEBODY);
      await until(() => page.element.status === 'connected');
      await settle();
      expect(page.types()).not.to.include('monerium-error');
      expect(searchOf(page)).to.equal('');
    });
  }

  for (const value of ['', 'yes', 'Connected', 'toString', '__proto__', 'connected ']) {
    it(`#282 "${value}" belongs to the page, and stays in the URL`, async () => {
      const search = `?monerium_result=${encodeURIComponent(value)}`;
      const page = await open(search, NOBODY);
      await until(() => page.element.status === 'idle');
      await settle();
      expect(searchOf(page)).to.equal(search);
      expect(page.types()).not.to.include('monerium-error');
    });
  }
});
