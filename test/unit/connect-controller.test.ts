import { expect } from '@open-wc/testing';
import { ConnectError } from '../../src/index.js';
import {
  ATTRIBUTES,
  BACKEND_URL,
  CLIENT_ID,
  IDENTITY,
  RECORD_PREFIX,
  addHere,
  closeFrames,
  holdNavigations,
  listenToConsole,
  listenToEvents,
  openFrame,
  settle,
  type Heard,
} from './fixture.js';

let spoken: ReturnType<typeof listenToConsole>;
let navigations: ReturnType<typeof holdNavigations>;
let heard: Heard[];
let box: HTMLElement;

/** Adds an element and hears its events from then on. */
async function add(...options: Parameters<typeof addHere>) {
  const element = await addHere(...options);
  box = document.createElement('div');
  element.replaceWith(box);
  box.append(element);
  await settle();
  heard = listenToEvents(box);
  return element;
}

const listTypes = () => heard.map(({ type }) => type);
const listRecords = () =>
  Object.keys(localStorage).filter((key) => key.startsWith(`${RECORD_PREFIX}mc1.`));

function readRecord(): Record<string, unknown> {
  return JSON.parse(localStorage.getItem(listRecords()[0] ?? '') ?? '{}');
}

function readQuery(): Record<string, string> {
  return Object.fromEntries(new URL(navigations.urls[0] ?? '').searchParams);
}

/** What a call rejects with. */
async function catchError(promise: Promise<unknown>): Promise<ConnectError> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof ConnectError) return outcome;
  throw new Error(`Expected a ConnectError, got ${String(outcome)}`);
}

async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  const base64 = btoa(String.fromCharCode(...new Uint8Array(hash)));
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Replaces a member for one test. */
const replaced: (() => void)[] = [];
function replace<T extends object, K extends keyof T>(owner: T, key: K, value: T[K]): void {
  const original = owner[key];
  owner[key] = value;
  replaced.push(() => (owner[key] = original));
}

beforeEach(() => {
  spoken = listenToConsole(window);
  navigations = holdNavigations();
});

afterEach(() => {
  for (const restore of replaced.splice(0)) restore();
  closeFrames();
  box?.remove();
  navigations.release();
  spoken.restore();
});

describe('a start', () => {
  it('#22 writes, reads back and leaves within the task of the click', async () => {
    const element = await add();
    const order: string[] = [];
    const { setItem, getItem } = Storage.prototype;
    replace(Storage.prototype, 'setItem', function (this: Storage, key, value) {
      if (key.startsWith(`${RECORD_PREFIX}mc1.`)) order.push('write');
      setItem.call(this, key, value);
    });
    replace(Storage.prototype, 'getItem', function (this: Storage, key) {
      if (key.startsWith(`${RECORD_PREFIX}mc1.`)) order.push('read');
      return getItem.call(this, key);
    });
    element.addEventListener('monerium-before-connect', () => order.push('ask'));
    element.click();
    expect(navigations.urls).to.have.length(1);
    order.push('end of task');
    expect(order.join()).to.match(/^ask,write,read,end of task$/);
    expect(element.connection).to.deep.equal({ status: 'redirecting' });
  });

  it('keeps the record before the navigation begins', async () => {
    const element = await add();
    let kept = -1;
    const { navigation } = window as unknown as { navigation: EventTarget };
    navigation.addEventListener('navigate', () => (kept = listRecords().length), { once: true });
    element.click();
    expect(kept).to.equal(1);
  });

  it('#54 asks for a code with a fresh S256 challenge of the kept verifier', async () => {
    const element = await add();
    element.click();
    const { code_challenge, state, ...others } = readQuery();
    expect(others).to.deep.equal({
      client_id: CLIENT_ID,
      code_challenge_method: 'S256',
      redirect_uri: location.origin + location.pathname,
      response_type: 'code',
    });
    expect(new URL(navigations.urls[0] ?? '').href).to.match(
      /^https:\/\/api\.monerium\.dev\/auth\?/,
    );
    expect(state).to.match(/^mc1\.[\w-]{43}$/);
    expect(listRecords()).to.deep.equal([RECORD_PREFIX + state]);
    expect(code_challenge).to.equal(await digest(String(readRecord()['codeVerifier'])));
  });

  it('keeps exactly what the return is compared with', async () => {
    const element = await add({ id: 'pay' });
    const before = Date.now();
    element.click();
    const { at, codeVerifier, ...record } = readRecord();
    expect(record).to.deep.equal({
      v: 1,
      clientId: CLIENT_ID,
      apiUrl: 'https://api.monerium.dev',
      redirectUri: location.origin + location.pathname,
      exchange: BACKEND_URL,
      mode: 'redirect',
      startUrl: location.href,
      elementId: 'pay',
    });
    expect(codeVerifier).to.match(/^[\w-]{43}$/);
    expect(at).to.be.within(before, Date.now());
    expect(sessionStorage.getItem(`${RECORD_PREFIX}tab`)).to.equal(readQuery()['state']);
  });

  it('#54 uses its secrets once', async () => {
    const element = await add();
    for (let turn = 0; turn < 3; turn += 1) {
      element.click();
      await settle();
      element.cancel();
      await settle();
    }
    const queries = navigations.urls.map((url) => new URL(url).searchParams);
    expect(new Set(queries.map((query) => query.get('state'))).size).to.equal(3);
    expect(new Set(queries.map((query) => query.get('code_challenge'))).size).to.equal(3);
  });

  it('passes on what the page knows', async () => {
    const wallet = { address: '0xabc', chain: 'gnosis', signature: '0xdef' };
    const known = { email: 'a+b&c=d@example.org', 'auth-mode': 'signup', 'skip-kyc': '' };
    const element = await add({ ...wallet, ...known });
    element.click();
    const { email, auth_mode, skip_kyc, address, chain, signature } = readQuery();
    expect({ address, chain, signature }).to.deep.equal(wallet);
    expect(email).to.equal('a+b&c=d@example.org');
    expect({ auth_mode, skip_kyc }).to.deep.equal({ auth_mode: 'signup', skip_kyc: 'true' });
  });

  it('#100 lets no attribute add or replace a parameter', async () => {
    const element = await add({ email: 'x&redirect_uri=https://evil.example&state=1#' });
    element.click();
    const { searchParams } = new URL(navigations.urls[0] ?? '');
    expect(searchParams.getAll('redirect_uri')).to.deep.equal([
      location.origin + location.pathname,
    ]);
    expect(searchParams.getAll('state')).to.have.length(1);
  });

  it('does not skip KYC in production', async () => {
    const element = await add({ environment: 'production', 'skip-kyc': '' });
    element.click();
    expect(navigations.urls[0]).to.match(/^https:\/\/api\.monerium\.app\/auth\?/);
    expect(readQuery()).not.to.have.property('skip_kyc');
  });

  it('#49 sends an absolute redirect URI as it was written', async () => {
    const written = `${location.origin}/a/../%7ecallback?b=c%20d`;
    const element = await add({ 'redirect-uri': written });
    element.click();
    expect(readQuery()['redirect_uri']).to.equal(written);
    expect(readRecord()['redirectUri']).to.equal(written);
  });

  it('#49 resolves a relative redirect URI', async () => {
    const element = await add({ 'redirect-uri': '/callback' });
    element.click();
    expect(readQuery()['redirect_uri']).to.equal(`${location.origin}/callback`);
  });

  it('sends the page without query and fragment as the redirect URI by default', async () => {
    const { href } = location;
    history.replaceState(history.state, '', `${location.pathname}?a=b#c`);
    const element = await add();
    element.click();
    history.replaceState(history.state, '', href);
    expect(readQuery()['redirect_uri']).to.equal(location.origin + location.pathname);
    expect(readRecord()['startUrl']).to.match(/\?a=b#c$/);
  });

  it('goes to the API of api-url', async () => {
    const element = await add({ 'api-url': 'https://proxy.example/monerium/', mode: 'auto' });
    element.click();
    expect(navigations.urls[0]).to.match(/^https:\/\/proxy\.example\/monerium\/auth\?/);
  });

  it('resolves when the page is leaving', async () => {
    const element = await add();
    await element.connect();
    expect(element.status).to.equal('redirecting');
    expect(listTypes()).to.deep.equal(['monerium-before-connect', 'monerium-status']);
  });

  it('leaves as well when the next secrets are not ready yet', async () => {
    const element = await add();
    element.click();
    element.cancel();
    await element.connect();
    expect(element.status).to.equal('redirecting');
    expect(navigations.urls).to.have.length(2);
  });

  it('can be cancelled while the secrets are not ready', async () => {
    const element = await add();
    element.click();
    element.cancel();
    heard.length = 0;
    const start = catchError(element.connect());
    element.cancel();
    expect(listTypes()).to.deep.equal(['monerium-error']);
    expect((await start).code).to.equal('aborted');
    await settle();
    expect(navigations.urls).to.have.length(1);
    expect(listTypes()).to.deep.equal(['monerium-error']);
  });
});

describe('a second start', () => {
  it('#16 is the first one, for a double click', async () => {
    const element = await add();
    element.click();
    element.click();
    await settle();
    element.click();
    expect(navigations.urls).to.have.length(1);
    expect(listRecords()).to.have.length(1);
    expect(listTypes()).to.deep.equal(['monerium-before-connect', 'monerium-status']);
  });

  it('#16 gets the promise of the first', async () => {
    const element = await add();
    const first = element.connect();
    expect(element.connect() === first).to.be.true;
    await first;
    expect(element.connect() === first).to.be.true;
    expect(navigations.urls).to.have.length(1);
  });

  for (const type of ['monerium-before-connect', 'monerium-status'] as const) {
    it(`#16 gets the promise of the first within ${type}`, async () => {
      const element = await add();
      const inner: Promise<void>[] = [];
      element.addEventListener(type, () => inner.push(element.connect()), { once: true });
      const first = element.connect();
      expect(inner).to.have.length(1);
      expect(inner[0] === first).to.be.true;
      await first;
      expect(navigations.urls).to.have.length(1);
    });
  }
});

describe('monerium-before-connect', () => {
  it('keeps everything as it was when it is cancelled', async () => {
    const element = await add();
    const cancel = (event: Event) => event.preventDefault();
    element.addEventListener('monerium-before-connect', cancel);
    await element.connect();
    expect(element.status).to.equal('idle');
    expect(Object.keys(localStorage)).to.deep.equal([]);
    expect(JSON.stringify(localStorage)).to.equal('{}');
    expect(sessionStorage.length).to.equal(0);
    expect(navigations.urls).to.deep.equal([]);
    expect(listTypes()).to.deep.equal(['monerium-before-connect']);
    element.removeEventListener('monerium-before-connect', cancel);
    element.click();
    await settle();
    expect(navigations.urls).to.have.length(1);
  });

  it('says how the customer will leave, in a frozen detail', async () => {
    const element = await add();
    await element.connect();
    expect(heard[0]?.detail).to.deep.equal({ mode: 'redirect' });
    expect(Object.isFrozen(heard[0]?.detail)).to.be.true;
  });

  it('#97 is the only event that can be cancelled, and all cross shadow roots', async () => {
    const element = await add();
    const kinds: Record<string, boolean[]> = {};
    for (const type of ['before-connect', 'status', 'error', 'disconnected']) {
      element.addEventListener(`monerium-${type}`, ({ cancelable, bubbles, composed }) => {
        kinds[type] = [cancelable, bubbles, composed];
      });
    }
    element.click();
    element.cancel();
    Object.assign(element, IDENTITY);
    await element.updateComplete;
    element.disconnect();
    expect(kinds).to.deep.equal({
      'before-connect': [true, true, true],
      status: [false, true, true],
      error: [false, true, true],
      disconnected: [false, true, true],
    });
  });
});

describe('a start that is refused', () => {
  for (const clientId of [CLIENT_ID, 'wrong']) {
    it(`rejects with aborted while disabled, without event, client ${clientId}`, async () => {
      const element = await add({ disabled: '', 'client-id': clientId });
      expect((await catchError(element.connect())).code).to.equal('aborted');
      expect(element.status).to.equal('idle');
      expect(listTypes()).to.deep.equal([]);
      expect(navigations.urls).to.deep.equal([]);
    });
  }

  it('resolves when connected already', async () => {
    const element = await add({}, IDENTITY);
    await element.connect();
    expect(element.status).to.equal('connected');
    expect(listTypes()).to.deep.equal([]);
    expect(navigations.urls).to.deep.equal([]);
  });

  const faults: [string, Record<string, string>][] = [
    ['client-id', { 'client-id': 'x' }],
    ['environment', { environment: 'staging' }],
    ['mode', { mode: 'dialog' }],
    ['auth-mode', { 'auth-mode': 'register' }],
    ['backend-credentials', { 'backend-credentials': 'yes' }],
    ['address', { address: '0x1' }],
    ['redirect-uri', { 'redirect-uri': 'https://evil.example/' }],
    ['redirect-uri', { 'redirect-uri': '/callback#fragment' }],
    ['redirect-uri', { 'redirect-uri': '/callback?state=1' }],
    ['api-url', { 'api-url': 'http://api.example' }],
    ['api-url', { 'api-url': 'https://user:pass@api.example' }],
    ['backend-url', { 'backend-url': 'javascript:alert(1)' }],
    ['backend-url', { 'backend-url': '//evil.example\\@x' }],
  ];
  for (const [name, attributes] of faults) {
    it(`#56 #77 is invalid_config for ${JSON.stringify(attributes)}`, async () => {
      const element = await add(attributes);
      expect(element.status).to.equal('idle');
      const error = await catchError(element.connect());
      expect(error).to.include({ code: 'invalid_config', retry: 'none', phase: 'start' });
      expect(error.message).to.contain(name);
      expect(element.connection).to.deep.equal({ status: 'failed', error });
      expect(listTypes()).to.deep.equal(['monerium-status', 'monerium-error']);
      expect(heard[1]?.detail).to.deep.equal({
        ...{ code: 'invalid_config', retry: 'none', phase: 'start' },
      });
      expect(Object.keys(localStorage)).to.deep.equal([]);
      expect(navigations.urls).to.deep.equal([]);
    });
  }

  it('is idle again when the attribute has been mended', async () => {
    const element = await add({ 'client-id': '' });
    await catchError(element.connect());
    element.lang = 'de';
    element.email = 'a@example.org';
    await element.updateComplete;
    expect(element.status).to.equal('failed');
    element.clientId = CLIENT_ID;
    await element.updateComplete;
    expect(element.status).to.equal('idle');
    element.click();
    expect(element.status).to.equal('redirecting');
  });

  it('judges what the page has set by then, without waiting for an update', async () => {
    const element = await add({ 'client-id': '' });
    element.clientId = CLIENT_ID;
    element.click();
    await settle();
    expect(navigations.urls).to.have.length(1);
  });

  const lies: [string, Storage['setItem']][] = [
    [
      'throws',
      () => {
        throw new DOMException('full', 'QuotaExceededError');
      },
    ],
    ['drops what is written', () => {}],
  ];
  for (const [name, setItem] of lies) {
    it(`#82 #83 stays on the page when storage ${name}`, async () => {
      const element = await add();
      replace(Storage.prototype, 'setItem', setItem);
      const error = await catchError(element.connect());
      expect(error).to.include({ code: 'storage_unavailable', retry: 'restart' });
      expect(element.status).to.equal('failed');
      expect(navigations.urls).to.deep.equal([]);
      expect(listTypes().filter((type) => type === 'monerium-error')).to.have.length(1);
    });
  }

  it('#85 is embedding_blocked in a frame, and nothing is loaded there', async () => {
    const page = await openFrame({ attributes: ATTRIBUTES });
    const inner = holdNavigations(page.view);
    await settle();
    expect(page.element.status).to.equal('idle');
    await page.element.connect().catch(() => {});
    expect(page.heard.at(-1)?.detail).to.deep.equal({
      ...{ code: 'embedding_blocked', retry: 'none', phase: 'start' },
    });
    expect(inner.urls).to.deep.equal([]);
    expect(page.list('error').join()).to.contain('embedding_blocked');
  });
});
