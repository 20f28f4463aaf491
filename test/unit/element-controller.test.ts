import { expect } from '@open-wc/testing';
import { BACKEND_URL, CLIENT_ID, IDENTITY, RECORD_PREFIX, settle } from './fixture.js';
import { catchError, prepareStarts } from './start-fixture.js';

const { add, replace, getHeard, getUrls, listTypes, listRecords } = prepareStarts();

function readRecord(): Record<string, unknown> {
  return JSON.parse(localStorage.getItem(listRecords()[0] ?? '') ?? '{}');
}

function readQuery(): Record<string, string> {
  return Object.fromEntries(new URL(getUrls()[0] ?? '').searchParams);
}

async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  const base64 = btoa(String.fromCharCode(...new Uint8Array(hash)));
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

describe('a start', () => {
  it('#22 writes, reads back and leaves within the task of the click', async () => {
    const element = await add();
    const order: string[] = [];
    const own = Object.getOwnPropertyDescriptors(Storage.prototype);
    replace(Storage.prototype, 'setItem', function (this: Storage, ...entry) {
      if (entry[0].startsWith(`${RECORD_PREFIX}mc1.`)) order.push('write');
      own.setItem.value?.apply(this, entry);
    });
    replace(Storage.prototype, 'getItem', function (this: Storage, key) {
      if (key.startsWith(`${RECORD_PREFIX}mc1.`)) order.push('read');
      return own.getItem.value?.call(this, key) ?? null;
    });
    element.addEventListener('monerium-before-connect', () => order.push('ask'));
    element.click();
    expect(getUrls()).to.have.length(1);
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
    expect(new URL(getUrls()[0] ?? '').href).to.match(/^https:\/\/api\.monerium\.dev\/auth\?/);
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
      id: 'pay',
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
    const queries = getUrls().map((url) => new URL(url).searchParams);
    expect(new Set(queries.map((query) => query.get('state'))).size).to.equal(3);
    expect(new Set(queries.map((query) => query.get('code_challenge'))).size).to.equal(3);
  });

  it('passes on what the page knows', async () => {
    const known = { email: 'a+b&c=d@example.org', 'auth-mode': 'signup', 'skip-kyc': '' };
    const element = await add(known);
    element.click();
    const { email, auth_mode, skip_kyc } = readQuery();
    expect(email).to.equal('a+b&c=d@example.org');
    expect({ auth_mode, skip_kyc }).to.deep.equal({ auth_mode: 'signup', skip_kyc: 'true' });
  });

  it('#100 lets no attribute add or replace a parameter', async () => {
    const element = await add({ email: 'x&redirect_uri=https://evil.example&state=1#' });
    element.click();
    const { searchParams } = new URL(getUrls()[0] ?? '');
    expect(searchParams.getAll('redirect_uri')).to.deep.equal([
      location.origin + location.pathname,
    ]);
    expect(searchParams.getAll('state')).to.have.length(1);
  });

  it('does not skip KYC in production', async () => {
    const element = await add({ environment: 'production', 'skip-kyc': '' });
    element.click();
    expect(getUrls()[0]).to.match(/^https:\/\/api\.monerium\.app\/auth\?/);
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
    expect(getUrls()[0]).to.match(/^https:\/\/proxy\.example\/monerium\/auth\?/);
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
    expect(getUrls()).to.have.length(2);
  });

  it('can be cancelled while the secrets are not ready', async () => {
    const element = await add();
    element.click();
    element.cancel();
    getHeard().length = 0;
    const start = catchError(element.connect());
    element.cancel();
    expect(listTypes()).to.deep.equal(['monerium-before-connect', 'monerium-error']);
    expect((await start).code).to.equal('aborted');
    await settle();
    expect(getUrls()).to.have.length(1);
    expect(listTypes()).to.deep.equal(['monerium-before-connect', 'monerium-error']);
  });
});

describe('a second start', () => {
  it('#16 is the first one, for a double click', async () => {
    const element = await add();
    element.click();
    element.click();
    await settle();
    element.click();
    expect(getUrls()).to.have.length(1);
    expect(listRecords()).to.have.length(1);
    expect(listTypes()).to.deep.equal(['monerium-before-connect', 'monerium-status']);
  });

  it('#16 gets the promise of the first', async () => {
    const element = await add();
    const first = element.connect();
    expect(element.connect() === first).to.be.true;
    await first;
    expect(element.connect() === first).to.be.true;
    expect(getUrls()).to.have.length(1);
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
      expect(getUrls()).to.have.length(1);
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
    expect(getUrls()).to.deep.equal([]);
    expect(listTypes()).to.deep.equal(['monerium-before-connect']);
    element.removeEventListener('monerium-before-connect', cancel);
    element.click();
    await settle();
    expect(getUrls()).to.have.length(1);
  });

  for (const type of ['monerium-before-connect', 'monerium-status'] as const) {
    it(`lets a listener cancel the start, within ${type}`, async () => {
      const element = await add();
      element.addEventListener(type, () => element.cancel(), { once: true });
      expect((await catchError(element.connect())).code).to.equal('aborted');
      expect(element.status).to.equal('idle');
      expect(getUrls()).to.deep.equal([]);
      expect(getHeard().filter((event) => event.type === 'monerium-error')).to.have.length(1);
      expect(JSON.stringify(localStorage)).not.to.contain('codeVerifier');
    });
  }

  it('says how the customer will leave, in a frozen detail', async () => {
    const element = await add();
    await element.connect();
    expect(getHeard()[0]?.detail).to.deep.equal({ mode: 'redirect' });
    expect(Object.isFrozen(getHeard()[0]?.detail)).to.be.true;
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

describe('a start that is given up', () => {
  it('is idle at once after cancel(), and nobody can come back to it', async () => {
    const element = await add();
    element.click();
    getHeard().length = 0;
    element.cancel();
    expect(element.connection).to.deep.equal({ status: 'idle' });
    expect(getHeard().map(({ type, detail }) => [type, detail])).to.deep.equal([
      ['monerium-status', { status: 'idle', previous: 'redirecting' }],
      ['monerium-error', { code: 'aborted', kind: 'cancelled', phase: 'start' }],
    ]);
    expect(readRecord()).not.to.have.property('codeVerifier');
    element.cancel();
    expect(getHeard()).to.have.length(2);
  });

  it('#101 is aborted when its client changes, not when its headers do', async () => {
    const element = await add();
    element.click();
    Object.assign(element, { backendHeaders: { a: 'b' }, lang: 'de', email: 'a@example.org' });
    await element.updateComplete;
    expect(element.status).to.equal('redirecting');
    element.clientId = CLIENT_ID.replace(/^./, '0');
    await element.updateComplete;
    expect(element.status).to.equal('idle');
    expect(getHeard().at(-1)?.detail).to.deep.include({ code: 'aborted', phase: 'start' });
  });
});
