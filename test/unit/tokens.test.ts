import { expect } from '@open-wc/testing';
import type { ConnectError } from '../../src/index.js';
import {
  ATTRIBUTES,
  CLIENT_ID,
  IDENTITY,
  RESPONSE,
  answer,
  closePages,
  defer,
  openPage,
  readBody,
  settle,
  stopClock,
  until,
  type Page,
  type View,
} from './fixture.js';

const MINUTE = 60_000;
const attributes = { 'client-id': CLIENT_ID, timeout: '5000' };

type Respond = (grant: URLSearchParams) => Response | Promise<Response>;
type Clock = ReturnType<typeof stopClock>;

const tokens = (number: number, more: object = {}) =>
  answer({
    access_token: `access-${number}`,
    refresh_token: `refresh-${number}`,
    token_type: 'bearer',
    expires_in: 600,
    ...IDENTITY,
    ...more,
  });

/** A connected page with a stopped clock. `first.expires_in` is the lifetime of its tokens. */
async function openConnected(first: object, respond: Respond = () => tokens(2)) {
  let clock: Clock | undefined;
  const page = await openPage({
    search: RESPONSE,
    attributes,
    record: { exchange: 'direct' },
    fetch: async (_url, init) => {
      const { signal } = init;
      const grant = new URLSearchParams(readBody(init));
      if (grant.get('grant_type') === 'authorization_code') return tokens(1, first);
      const aborted = new Promise<never>((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
      });
      return Promise.race([respond(grant), aborted]);
    },
    prepare: (view: View) => (clock = stopClock(view)),
  });
  const { element } = page;
  await clock?.reach(() => element.status === 'connected');
  page.sent.length = page.heard.length = 0;
  return { ...page, clock: clock as Clock };
}

const listGrants = ({ sent }: Pick<Page, 'sent'>) =>
  sent.map(({ body }) => Object.fromEntries(new URLSearchParams(body)));

async function catchError(promise: Promise<unknown>): Promise<Partial<ConnectError>> {
  return promise.then(
    (value) => expect.fail(`Expected an error, got ${String(value)}`),
    (error: ConnectError) => error,
  );
}

afterEach(closePages);

describe('getAccessToken()', () => {
  it('returns the token of the exchange while it is valid', async () => {
    const { element, sent, clock } = await openConnected({ expires_in: 600 });
    expect(await element.getAccessToken()).to.equal('access-1');
    await clock.advance(9 * MINUTE - 1);
    expect(await element.getAccessToken()).to.equal('access-1');
    expect(sent).to.have.length(0);
  });

  it('refreshes a token that expires in less than 60 s', async () => {
    const page = await openConnected({ expires_in: 600 });
    await page.clock.advance(9 * MINUTE + 1);
    expect(await page.element.getAccessToken()).to.equal('access-2');
    expect(page.sent.map(({ url }) => url)).to.deep.equal(['https://api.monerium.dev/auth/token']);
    expect(listGrants(page)).to.deep.equal([
      { grant_type: 'refresh_token', client_id: CLIENT_ID, refresh_token: 'refresh-1' },
    ]);
    expect(page.heard).to.have.length(0);
  });

  it('#80 shares one refresh among 50 concurrent calls', async () => {
    const page = await openConnected({ expires_in: 30 });
    const calls = Array.from({ length: 50 }, () => page.element.getAccessToken());
    expect(new Set(await Promise.all(calls))).to.deep.equal(new Set(['access-2']));
    expect(page.sent).to.have.length(1);
  });

  it('#80 replaces the refresh token by the rotated one', async () => {
    let count = 1;
    const page = await openConnected({ expires_in: 30 }, () =>
      tokens((count += 1), { expires_in: 30 }),
    );
    expect(await page.element.getAccessToken()).to.equal('access-2');
    expect(await page.element.getAccessToken()).to.equal('access-3');
    const used = listGrants(page).map(({ refresh_token }) => refresh_token);
    expect(used).to.deep.equal(['refresh-1', 'refresh-2']);
  });

  it('keeps the refresh token when a refresh returns no other', async () => {
    const more = { expires_in: 30, refresh_token: undefined };
    const page = await openConnected({ expires_in: 30 }, () => tokens(2, more));
    await page.element.getAccessToken();
    await page.element.getAccessToken();
    const used = listGrants(page).map(({ refresh_token }) => refresh_token);
    expect(used).to.deep.equal(['refresh-1', 'refresh-1']);
  });

  it('keeps a token of unknown lifetime', async () => {
    const { element, sent, clock } = await openConnected({ expires_in: undefined });
    await clock.advance(1000 * MINUTE);
    expect(await element.getAccessToken()).to.equal('access-1');
    expect(sent).to.have.length(0);
  });

  it('returns a token that cannot be refreshed until it expires, then rejects', async () => {
    const page = await openConnected({ expires_in: 30, refresh_token: undefined });
    expect(await page.element.getAccessToken()).to.equal('access-1');
    await page.clock.advance(30_001);
    expect(await catchError(page.element.getAccessToken())).to.include({
      code: 'token_unavailable',
      phase: 'token',
      name: 'ConnectError',
    });
    expect(page.sent).to.have.length(0);
  });
});

describe('a refresh that fails', () => {
  for (const status of [400, 401, 403]) {
    it(`#80 clears the tokens on a ${status}`, async () => {
      const refuse = () => answer({ error: 'invalid_grant', message: 'canary' }, status);
      const page = await openConnected({ expires_in: 30 }, refuse);
      const calls = [page.element.getAccessToken(), page.element.getAccessToken()];
      const [error, other] = await Promise.all(calls.map(catchError));
      expect(error?.code).to.equal('token_unavailable');
      expect(other?.code).to.equal('token_unavailable');
      expect(error?.message).not.to.contain('canary');
      expect(page.element.connection).to.deep.equal({ status: 'idle' });
      expect(page.heard.map(({ type, detail }) => [type, detail])).to.deep.equal([
        ['monerium-status', { status: 'idle', previous: 'connected' }],
        ['monerium-disconnected', {}],
      ]);
      expect(Object.isFrozen(page.heard[1]?.detail)).to.be.true;
      expect(page.element.hasAttribute('profile')).to.be.false;
      expect(page.element.hasAttribute('user-id')).to.be.false;
      await catchError(page.element.getAccessToken());
      expect(page.sent).to.have.length(1);
    });
  }

  const passing: [string, () => Response | Promise<Response>][] = [
    ['a 429', () => answer({}, 429)],
    ['a 500', () => answer({}, 500)],
    ['a 503', () => answer({}, 503)],
    ['a lost network', () => Promise.reject(new TypeError('canary'))],
    ['a response that is not JSON', () => new Response('<p>')],
  ];
  for (const [name, fail] of passing) {
    it(`#80 keeps the tokens on ${name}`, async () => {
      let isUp = false;
      const respond = () => (isUp ? tokens(2) : fail());
      const page = await openConnected({ expires_in: 30 }, respond);
      const error = await catchError(page.element.getAccessToken());
      expect(error).to.include({ code: 'token_unavailable', kind: 'failed' });
      expect(error.message).not.to.contain('canary');
      expect(page.element.status).to.equal('connected');
      expect(page.heard).to.have.length(0);
      isUp = true;
      expect(await page.element.getAccessToken()).to.equal('access-2');
    });
  }

  it('#80 keeps the tokens when there is no response in time', async () => {
    let isUp = false;
    const respond = () => (isUp ? tokens(2) : new Promise<never>(() => {}));
    const page = await openConnected({ expires_in: 30 }, respond);
    const refused = catchError(page.element.getAccessToken());
    await page.clock.advance(4999);
    expect(page.sent[0]?.init.signal?.aborted).to.be.false;
    await page.clock.advance(1);
    expect((await refused).code).to.equal('token_unavailable');
    expect(page.element.status).to.equal('connected');
    isUp = true;
    expect(await page.element.getAccessToken()).to.equal('access-2');
  });

  it('is cancelled by disconnect(), and a late success is ignored', async () => {
    const late = defer<Response>();
    const page = await openConnected({ expires_in: 30 }, () => late.promise);
    const refused = catchError(page.element.getAccessToken());
    await settle();
    page.element.disconnect();
    late.resolve(tokens(2));
    expect((await refused).code).to.equal('token_unavailable');
    expect(page.types()).to.deep.equal(['monerium-status', 'monerium-disconnected']);
    expect((await catchError(page.element.getAccessToken())).code).to.equal('token_unavailable');
  });
});

describe('no token', () => {
  it('is available before a connection, and no event is fired', async () => {
    const { element, heard } = await openPage({ attributes });
    expect(await catchError(element.getAccessToken())).to.include({ code: 'token_unavailable' });
    expect(heard).to.have.length(0);
  });

  it('is available with a backend, or with an identity in the attributes', async () => {
    const { element, add } = await openPage({ search: RESPONSE });
    await until(() => element.status === 'connected');
    expect((await catchError(element.getAccessToken())).code).to.equal('token_unavailable');
    const other = add({ ...ATTRIBUTES, profile: 'p', 'user-id': 'u' });
    await other.updateComplete;
    expect((await catchError(other.getAccessToken())).code).to.equal('token_unavailable');
  });

  it('is kept of a cancelled exchange that ends late', async () => {
    const late = defer<Response>();
    const page = await openPage({
      search: RESPONSE,
      attributes,
      record: { exchange: 'direct' },
      fetch: () => late.promise,
    });
    await until(() => page.sent.length);
    page.element.cancel();
    late.resolve(tokens(1));
    await settle();
    expect((await catchError(page.element.getAccessToken())).code).to.equal('token_unavailable');
  });

  it('is kept after disconnect()', async () => {
    const page = await openConnected({ expires_in: 600 });
    page.element.disconnect();
    expect((await catchError(page.element.getAccessToken())).code).to.equal('token_unavailable');
    expect(page.sent).to.have.length(0);
  });

  it('is in storage, in an attribute or in the document', async () => {
    const page = await openConnected({ expires_in: 30 });
    await page.element.getAccessToken();
    const { document, element } = page;
    const places = [
      JSON.stringify(localStorage),
      JSON.stringify(sessionStorage),
      document.documentElement.outerHTML,
      element.shadowRoot?.innerHTML,
      document.cookie,
      JSON.stringify(page.spoken),
      page.view.name,
      JSON.stringify(page.view.history.state),
    ];
    expect(places.join()).not.to.match(/access-\d|refresh-\d/);
  });
});
