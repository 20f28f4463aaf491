// A start with a wallet: the checks before it, the states during it, and the request after it.
import { KINDS } from '../helpers/error-codes.js';
import { expect } from '@open-wc/testing';
import type { MoneriumConnect } from '../../src/index.js';
import { queueResponse, page } from '../../src/core/browser/page.js';
import type { WalletEntry } from '../../src/core/oauth/wallet.js';
import { WALLET_KEY } from '../../src/core/oauth/wallet.js';
import { entry } from '../../src/wallet/entry.js';
import '../../src/wallet/wallet.js';
import { Undo } from '../helpers/storage.js';
import { english } from '../../src/core/texts.js';
import {
  BACKEND_URL,
  CLIENT_ID,
  defer,
  find,
  readShown,
  settle,
  settleIdle,
  until,
} from './fixture.js';
import { catchError, prepareStarts } from './start-fixture.js';
import {
  ADDRESS,
  SIGNATURE,
  announce,
  createWallet,
  findButton,
  findDialog,
  refusal,
} from './wallet-fixture.js';

const { add, replace, getHeard, getUrls, listTypes, listRecords } = prepareStarts();

const SIGN_IN = {
  wallet: 'sign-in',
  'app-name': 'AppName',
  'privacy-url': 'https://shop.example/privacy',
  'terms-url': 'https://shop.example/terms',
};

const undo = new Undo();
afterEach(() => undo.run());

const registry = globalThis as unknown as Record<symbol, WalletEntry | undefined>;

/** A wallet that signs only when the test calls `sign()`. */
function createSlowWallet() {
  const asked = defer<void>();
  const answer = defer<unknown>();
  const wallet = createWallet({
    personal_sign: () => {
      asked.resolve();
      return answer.promise;
    },
  });
  return { ...wallet, asked: asked.promise, sign: () => answer.resolve(SIGNATURE), answer };
}

/** An element whose wallet is being asked. */
async function startSlowly(attributes: Record<string, string> = SIGN_IN) {
  const wallet = createSlowWallet();
  const element = await add(attributes, { walletProvider: wallet.provider });
  const promise = element.connect();
  promise.catch(() => {});
  await wallet.asked;
  return { ...wallet, element, promise };
}

const fieldsOf = (url = '') => Object.fromEntries(new URL(url).searchParams);

/** Sets whether a click was recent enough to open a window. */
function setActivation(isActive: boolean): void {
  undo.replace(navigator, 'userActivation', { value: { isActive } });
}

describe('a start with a wallet', () => {
  it('#88 sends the fields of a sign-in by a navigation, and no others', async () => {
    const { provider, calls } = createWallet();
    const attributes = { ...SIGN_IN, email: 'a@b.example', 'auth-mode': 'login', 'skip-kyc': '' };
    const element = await add(attributes, { walletProvider: provider });
    await element.connect();
    const [url = ''] = getUrls();
    const fields = fieldsOf(url);
    expect(Object.keys(fields).sort()).to.deep.equal([
      'authentication_method',
      'client_id',
      'code_challenge',
      'code_challenge_method',
      'message',
      'redirect_uri',
      'signature',
      'state',
    ]);
    expect(fields['authentication_method']).to.equal('siwe');
    expect(fields['signature']).to.equal(SIGNATURE);
    const [hex] = calls.find(({ method }) => method === 'personal_sign')?.params ?? [];
    const sent = Array.from(new TextEncoder().encode(fields['message']), (byte) =>
      byte.toString(16).padStart(2, '0'),
    );
    expect(`0x${sent.join('')}`).to.equal(hex);
    expect(fields['message']).to.include(`\nURI: ${fields['redirect_uri']}\n`);
  });

  it('#94 stores neither message nor signature nor address', async () => {
    const element = await add(SIGN_IN, { walletProvider: createWallet().provider });
    await element.connect();
    const stored = JSON.stringify([{ ...localStorage }, { ...sessionStorage }]);
    expect(stored).to.include(CLIENT_ID);
    for (const secret of [SIGNATURE, 'wants you to sign in', ADDRESS.toLowerCase()]) {
      expect(stored.toLowerCase()).not.to.include(secret);
    }
    expect(element.outerHTML + (element.shadowRoot?.innerHTML ?? '')).not.to.include(SIGNATURE);
  });

  it('#88 is not ended by a failed response of an earlier page', async () => {
    const { element, promise, sign } = await startSlowly();
    queueResponse({ response: {}, oauthState: '', query: '', transaction: undefined });
    element.flow!.resume();
    expect(page.received).to.equal(undefined);
    expect(element.status).to.equal('signing');
    sign();
    await promise;
    expect(getUrls()).to.have.length(1);
    expect(listTypes()).not.to.include('monerium-error');
  });

  it('continues without a wallet and its chain when the customer chooses that', async () => {
    const element = await add({ ...SIGN_IN, chain: 'chiado' });
    const promise = element.connect();
    await until(() => findDialog(element));
    findButton(element, 'Use e-mail').click();
    await promise;
    expect(fieldsOf(getUrls()[0])).to.have.property('response_type', 'code');
    expect(fieldsOf(getUrls()[0])).not.to.have.any.keys('chain', 'address', 'signature');
  });

  it('shows signing while the wallet is asked, then navigates', async () => {
    const { element, sign, promise } = await startSlowly();
    expect(element.status).to.equal('signing');
    await element.updateComplete;
    expect(readShown(element, 'button')).to.equal(english.signing);
    expect(find(element, 'button')?.getAttribute('aria-busy')).to.equal('true');
    expect(element.matches(':state(signing)')).to.equal(true);
    expect(listRecords()).to.deep.equal([]);
    sign();
    await promise;
    expect(listTypes()).to.deep.equal([
      'monerium-before-connect',
      'monerium-status',
      'monerium-status',
    ]);
    expect(getHeard().at(-1)?.detail).to.deep.equal({ status: 'redirecting', previous: 'signing' });
  });

  it('#197 shows that a wallet has to be chosen, and then that it asks for confirmation', async () => {
    const element = await add(SIGN_IN);
    const wallet = createWallet({ personal_sign: () => new Promise(() => {}) });
    const promise = element.connect();
    await until(() => findDialog(element));
    const name = announce(wallet.provider);
    expect(element.status).to.equal('signing');
    await element.updateComplete;
    expect(readShown(element, 'button[part=button]')).to.equal(english.wallets);
    expect(find(element, '[part=status]')?.textContent?.trim()).to.equal(english.wallets);
    expect(findDialog(element)?.ariaLabel).to.equal(english.wallets);
    findButton(element, name).click();
    await until(() => wallet.methods().includes('personal_sign'));
    await element.updateComplete;
    expect(readShown(element, 'button[part=button]')).to.equal(english.signing);
    const statuses = listTypes().filter((type) => type === 'monerium-status');
    expect(statuses).to.have.length(1);
    element.cancel();
    await catchError(promise);
  });

  it('#198 keeps another element of the page idle and disabled, without Cancel', async () => {
    const { element, promise } = await startSlowly();
    const other = element.cloneNode() as typeof element;
    element.after(other);
    await settleIdle();
    const button = find(other, 'button[part=button]');
    expect(other.status).to.equal('idle');
    expect(readShown(other, 'button[part=button]')).to.equal(english.connect);
    expect(button?.matches(':disabled')).to.equal(true);
    expect(button?.getAttribute('aria-busy')).to.equal('false');
    expect(find(other, '[part=cancel]')).to.equal(null);
    expect(find(element, '[part=cancel]')).not.to.equal(null);
    element.cancel();
    await catchError(promise);
    await other.updateComplete;
    expect(button?.matches(':disabled')).to.equal(false);
    other.remove();
  });

  for (const [answer, code] of [
    [refusal(4001), 'wallet_rejected'],
    [refusal(-32002), 'wallet_busy'],
    [refusal(4900, 'secret text'), 'wallet_error'],
    ['nonsense', 'wallet_error'],
  ] as const) {
    it(`#91 #115 #127 #141 fails with ${code}, and asks again with a fresh message`, async () => {
      const wallet = createWallet({ personal_sign: answer });
      const element = await add(SIGN_IN, { walletProvider: wallet.provider });
      const error = await catchError(element.connect());
      expect(error).to.include({ code, phase: 'wallet', kind: KINDS[code] });
      expect(getHeard().at(-1)?.detail).to.deep.equal({ code, phase: 'wallet', kind: KINDS[code] });
      expect(JSON.stringify(error.stack) + JSON.stringify(error)).not.to.include('secret text');
      expect(listRecords()).to.deep.equal([]);
      await catchError(element.connect());
      const messages = wallet.calls
        .filter(({ method }) => method === 'personal_sign')
        .map(({ params: [message] }) => message);
      expect(new Set(messages).size).to.equal(2);
      expect(getUrls()).to.deep.equal([]);
    });
  }

  it('#132 asks one wallet for two clicks and for two elements', async () => {
    const { element, methods, sign, promise } = await startSlowly();
    const other = document.createElement('monerium-connect');
    Object.assign(other, { clientId: CLIENT_ID, backendUrl: BACKEND_URL });
    element.after(other);
    await settle();
    element.click();
    expect(other.connect()).to.equal(promise);
    expect(element.connect()).to.equal(promise);
    sign();
    await promise;
    expect(methods().filter((method) => method === 'personal_sign')).to.have.length(1);
    expect(getUrls()).to.have.length(1);
    other.remove();
  });

  const neighbours: [string, (other: MoneriumConnect) => unknown][] = [
    ['is disabled', (other) => (other.disabled = true)],
    ['wants another chain', (other) => (other.chain = 'amoy')],
    ['is removed', (other) => other.remove()],
  ];
  for (const [label, change] of neighbours) {
    it(`#134 continues when an element that was not clicked ${label}`, async () => {
      const { element, sign, promise } = await startSlowly();
      const other = document.createElement('monerium-connect');
      Object.assign(other, { clientId: CLIENT_ID, backendUrl: BACKEND_URL });
      element.after(other);
      await settle();
      expect(other.status).to.equal('idle');
      change(other);
      await settle();
      expect(element.status).to.equal('signing');
      sign();
      await promise;
      expect(getUrls()).to.have.length(1);
      other.remove();
    });
  }

  it('#133 is cancelled while the wallet is asked, once, and ignores the signature', async () => {
    const { element, sign, promise } = await startSlowly();
    await element.updateComplete;
    const error = catchError(promise);
    find(element, '[part="cancel"]')?.click();
    expect((await error).code).to.equal('aborted');
    expect(element.status).to.equal('idle');
    sign();
    await settle();
    expect(element.status).to.equal('idle');
    expect(listTypes().filter((type) => type === 'monerium-error')).to.have.length(1);
    expect(getUrls()).to.deep.equal([]);
  });

  const changes: [string, (element: MoneriumConnect) => unknown][] = [
    ['is disabled', (element) => (element.disabled = true)],
    ['wants another chain', (element) => (element.chain = 'amoy')],
    ['wants no wallet', (element) => (element.wallet = 'none')],
    ['has another name', (element) => (element.appName = 'Other')],
    ['has another client', (element) => (element.clientId = 'other')],
    ['is removed', (element) => element.remove()],
    ['is moved', (element) => element.parentElement?.append(element)],
  ];
  for (const [label, change] of changes) {
    it(`#134 sends nothing when the element ${label} while the wallet is asked`, async () => {
      const { element, sign } = await startSlowly();
      const parent = element.parentElement;
      change(element);
      await settle();
      expect(element.status).to.equal('idle');
      sign();
      await settle();
      expect(getUrls()).to.deep.equal([]);
      expect(listRecords()).to.deep.equal([]);
      parent?.append(element);
      await settle();
      expect(element.status).to.equal('idle');
    });
  }

  it('#134 continues when no signed value has changed', async () => {
    const { element, sign, promise } = await startSlowly();
    element.backendHeaders = { 'x-csrf': 'new' };
    element.walletProvider = createWallet().provider;
    await settle();
    sign();
    await promise;
    expect(getUrls()).to.have.length(1);
  });

  it('#135 is idle when the page is restored from the back/forward cache', async () => {
    const { element } = await startSlowly();
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
    await settle();
    expect(element.status).to.equal('idle');
  });

  it('#140 has closed the list before the wallet is asked', async () => {
    const covered: boolean[] = [];
    const wallet = createWallet({
      eth_requestAccounts: () => {
        covered.push(findDialog(element) !== null);
        return [];
      },
    });
    const name = announce(wallet.provider);
    const element = await add(SIGN_IN);
    const error = catchError(element.connect());
    await until(() => findDialog(element));
    findButton(element, name).click();
    await error;
    expect(covered).to.deep.equal([false]);
  });
});

describe('a start with a wallet, in popup mode', () => {
  const POPUP = { ...SIGN_IN, mode: 'popup' };

  /** Records the calls of `open()`, and blocks each window. */
  function blockWindows(): unknown[] {
    const opened: unknown[] = [];
    replace(window, 'open', (...options) => {
      opened.push(options);
      return null;
    });
    return opened;
  }

  it('#131 opens the window at once when the click was just now', async () => {
    const opened = blockWindows();
    setActivation(true);
    const element = await add(POPUP, { walletProvider: createWallet().provider });
    await catchError(element.connect());
    expect(opened).to.have.length(1);
    expect(getHeard().map(({ detail }) => (detail as { status?: string }).status)).not.to.include(
      'signed',
    );
  });

  it('#130 waits for a click when the signature took too long, and says so', async () => {
    const opened = blockWindows();
    setActivation(false);
    const { element, sign, promise } = await startSlowly(POPUP);
    element.focus();
    sign();
    await until(() => element.status === 'signed');
    await element.updateComplete;
    expect(opened).to.deep.equal([]);
    expect(readShown(element, '[part="label"]')).to.equal('Continue to Monerium');
    expect(find(element, 'button')?.getAttribute('aria-disabled')).to.equal('false');
    expect(find(element, '[part="status"]')?.textContent).to.include('Continue to Monerium');
    expect(element.shadowRoot?.activeElement === find(element, 'button')).to.equal(true);
    // Without a click the browser blocks the window: the signature is dropped.
    expect(element.connect()).to.equal(promise);
    expect((await catchError(promise)).code).to.equal('popup_blocked');
    expect(opened).to.have.length(1);
    expect(
      listRecords()
        .map((key) => localStorage.getItem(key))
        .join(),
    ).not.to.include('codeVerifier');
  });

  it('#130 #133 is cancelled while it waits for a click', async () => {
    const opened = blockWindows();
    setActivation(false);
    const { element, sign, promise } = await startSlowly(POPUP);
    sign();
    await until(() => element.status === 'signed');
    await element.updateComplete;
    const error = catchError(promise);
    find(element, '[part="cancel"]')?.click();
    expect((await error).code).to.equal('aborted');
    expect(element.status).to.equal('idle');
    await settle();
    expect(opened).to.deep.equal([]);
  });

  it('#129 asks the wallet again when the click came too late', async () => {
    const opened = blockWindows();
    setActivation(false);
    const wallet = createWallet();
    const element = await add(POPUP, { walletProvider: wallet.provider });
    const error = catchError(element.connect());
    await until(() => element.status === 'signed');
    const { now } = Date;
    replace(Date, 'now', () => now() + 241_000);
    void element.connect();
    await until(() => wallet.methods().filter((method) => method === 'personal_sign').length === 2);
    await until(() => element.status === 'signed');
    expect(opened).to.deep.equal([]);
    void element.connect();
    await error;
    expect(opened).to.have.length(1);
  });
});

describe('what keeps a start from asking a wallet', () => {
  const refused: [string, string, () => Promise<MoneriumConnect>][] = [
    ['invalid_config', 'an unknown value', () => add({ wallet: 'yes' })],
    ['invalid_config', 'a value of an earlier version', () => add({ wallet: 'link' })],
    ['invalid_config', 'no name', () => add({ ...SIGN_IN, 'app-name': '' })],
    ['invalid_config', 'a name of two lines', () => add({ ...SIGN_IN, 'app-name': 'a\nb' })],
    ['invalid_config', 'a repaired URL', () => add({ ...SIGN_IN, 'terms-url': 'https:a.b' })],
    ['invalid_config', 'a chain of production', () => add({ ...SIGN_IN, chain: 'gnosis' })],
    [
      'storage_unavailable',
      'no storage',
      () => {
        replace(Storage.prototype, 'setItem', () => {});
        return add(SIGN_IN);
      },
    ],
    [
      'offline',
      'no network',
      () => {
        undo.replace(navigator, 'onLine', { value: false });
        return add(SIGN_IN);
      },
    ],
  ];

  for (const [code, label, prepare] of refused) {
    it(`#137 ${label} is ${code}, and nothing is asked or stored`, async () => {
      const wallet = createWallet();
      const element = await prepare();
      element.walletProvider = wallet.provider;
      const error = await catchError(element.connect());
      expect(error).to.include({ code, phase: 'start' });
      expect(wallet.calls).to.deep.equal([]);
      expect(listTypes()).not.to.include('monerium-before-connect');
      expect(Object.keys(localStorage)).to.deep.equal([]);
      expect(getUrls()).to.deep.equal([]);
    });
  }

  it('#138 a page without the wallet file, whose flow continues without a wallet', async () => {
    const wallet = createWallet();
    replace(registry, WALLET_KEY, undefined);
    const attributes = { ...SIGN_IN, 'client-id': 'client-3' };
    const element = await add(attributes, { walletProvider: wallet.provider });
    await element.connect();
    expect(getUrls()).to.have.length(1);
    expect(wallet.calls).to.deep.equal([]);
    const proof = await catchError(element.proveWallet());
    expect(proof.code).to.equal('invalid_config');
    expect(proof.message).to.include('monerium-connect.wallet.min.js');
  });

  it('#137 a page that cancels monerium-before-connect', async () => {
    const wallet = createWallet();
    // Another client has another flow: the flow of the other tests has failed.
    const attributes = { ...SIGN_IN, 'client-id': 'client-2' };
    const element = await add(attributes, { walletProvider: wallet.provider });
    element.addEventListener('monerium-before-connect', (event) => event.preventDefault());
    await element.connect();
    expect(element.status).to.equal('idle');
    expect(wallet.calls).to.deep.equal([]);
  });
});

describe('proveWallet()', () => {
  it('resolves with a proof, without a client ID, an event or a change of status', async () => {
    const element = await add({ 'client-id': '' }, { walletProvider: createWallet().provider });
    const proof = await element.proveWallet();
    expect(proof).to.deep.equal({
      address: ADDRESS,
      chain: 'chiado',
      message: 'I hereby declare that I am the address owner.',
      signature: SIGNATURE,
    });
    expect(element.status).to.equal('idle');
    expect(listTypes()).to.deep.equal([]);
  });

  it('rejects with a ConnectError', async () => {
    const { provider } = createWallet({ personal_sign: refusal(4001) });
    const element = await add({ 'client-id': '' }, { walletProvider: provider });
    expect(await catchError(element.proveWallet())).to.include({
      code: 'wallet_rejected',
      phase: 'wallet',
    });
    expect(element.status).to.equal('idle');
    expect(listTypes()).to.deep.equal([]);
  });

  it('is registered once, even when a page has several copies of the file', () => {
    expect(registry[WALLET_KEY]).to.equal(entry);
  });
});
