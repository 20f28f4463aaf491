import { aTimeout, expect } from '@open-wc/testing';
import type { AxeResults } from 'axe-core';
import { sendKeys } from '@web/test-runner-commands';
import { entry } from '../../src/wallet/entry.js';
import {
  REDIRECT_URI,
  announce,
  codeOf,
  createHost,
  createWallet,
  findButton,
  findDialog,
} from './wallet-fixture.js';

const opened: { host: HTMLElement; code: Promise<string> }[] = [];

function open(properties: object = {}) {
  const host = createHost(properties);
  const controller = new AbortController();
  const result = entry.prepare(host, REDIRECT_URI)(controller.signal);
  const code = codeOf(result);
  opened.push({ host, code });
  return { host, controller, result, code };
}

/** The names that are shown, in order. */
const namesOf = (host: HTMLElement) =>
  [...(findDialog(host)?.querySelectorAll('bdi') ?? [])].map(({ textContent }) => textContent);

/** One list is open at a time. */
async function close(): Promise<void> {
  for (const { host, code } of opened.splice(0)) {
    if (findDialog(host)) findButton(host, 'Cancel').click();
    await code;
    host.remove();
  }
}

afterEach(close);

/** It is a classic script. */
async function runAxe(host: HTMLElement): Promise<AxeResults> {
  if (!('axe' in window)) {
    const script = document.createElement('script');
    script.src = '/node_modules/axe-core/axe.min.js';
    await new Promise((resolve) => {
      script.addEventListener('load', resolve);
      document.head.append(script);
    });
  }
  const { axe } = window as unknown as { axe: { run(...o: unknown[]): Promise<AxeResults> } };
  return axe.run(host, { rules: { region: { enabled: false } } });
}

// What is announced stays for the lifetime of the page, so these come first.
describe('the list of wallets, before any is announced', () => {
  afterEach(() => delete (window as { ethereum?: unknown }).ethereum);

  it('#105 says that there is none, and offers to go on without', async () => {
    const { host, result } = open();
    expect(findDialog(host)?.textContent).to.include('No wallet found');
    findButton(host, 'Use e-mail').click();
    expect(await result).to.equal(undefined);
    expect(findDialog(host) === null).to.equal(true);
  });

  it('#112 takes no element and no getter that throws for a wallet', async () => {
    const link = document.createElement('a');
    link.id = 'ethereum';
    document.body.append(link);
    expect(namesOf(open().host)).to.deep.equal([]);
    await close();
    link.remove();
    Object.defineProperty(window, 'ethereum', {
      configurable: true,
      get() {
        throw new Error('hostile');
      },
    });
    expect(namesOf(open().host)).to.deep.equal([]);
  });

  it('#107 #112 shows a wallet that comes late and announces itself by `ethereum#initialized`', async () => {
    const { host, result } = open();
    expect(namesOf(host)).to.deep.equal([]);
    const wallet = createWallet();
    Object.assign(window, { ethereum: wallet.provider });
    dispatchEvent(new Event('ethereum#initialized'));
    expect(namesOf(host)).to.deep.equal(['Browser wallet']);
    findButton(host, 'Browser wallet').click();
    await result;
    expect(wallet.methods()).to.include('personal_sign');
  });

  it('#112 does not show it beside one that is announced', () => {
    Object.assign(window, { ethereum: createWallet().provider });
    const { host } = open();
    expect(namesOf(host)).to.deep.equal(['Browser wallet']);
    const name = announce(createWallet().provider);
    expect(namesOf(host)).to.deep.equal([name]);
  });
});

describe('the list of wallets', () => {
  it('#106 opens the wallet that was chosen, and tells two of one name apart by their domains', async () => {
    const [one, two] = [createWallet(), createWallet()];
    announce(one.provider, { name: 'Twin', rdns: 'one.example' });
    announce(two.provider, { name: 'Twin', rdns: 'two.example' });
    const { host, result } = open();
    findButton(host, 'two.example').click();
    await result;
    expect(one.calls).to.deep.equal([]);
    expect(two.methods()).to.include('personal_sign');
  });

  it('#107 grows at its end while it is open, and focus stays', () => {
    const { host } = open();
    const before = namesOf(host);
    const focused = host.shadowRoot?.activeElement;
    expect(focused?.matches('dialog li:first-child button')).to.equal(true);
    const name = announce(createWallet().provider);
    expect(namesOf(host)).to.deep.equal([...before, name]);
    expect(host.shadowRoot?.activeElement === focused).to.equal(true);
  });

  it('#109 keeps the first of a uuid and of a provider, and shows two of one domain', () => {
    const { host } = open();
    const before = namesOf(host).length;
    const { provider } = createWallet();
    announce(provider, { uuid: 'known', name: 'First', rdns: 'known.example' });
    announce(createWallet().provider, { uuid: 'known', name: 'Second' });
    announce(provider, { name: 'Third' });
    announce(createWallet().provider, { name: 'Fourth', rdns: 'known.example' });
    expect(namesOf(host).slice(before)).to.deep.equal(['First', 'Fourth']);
  });

  it('#110 #111 shows a hostile name as text, on one line, and runs nothing', async () => {
    const icon =
      'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"><script>top.hit=1</script></svg>';
    announce(createWallet().provider, { name: '<img src=x onerror="hit=1">', icon });
    const { host } = open();
    expect(namesOf(host).at(-1)).to.equal('<img src=x onerror="hit=1">');
    const images = [...(findDialog(host)?.querySelectorAll('img') ?? [])];
    expect(images.map(({ src, alt }) => [src.slice(0, 11), alt])).to.deep.equal([
      ['data:image/', ''],
    ]);
    await new Promise((resolve) => images[0]?.addEventListener('load', resolve));
    expect('hit' in window).to.equal(false);
  });

  it('#89 #111 has no gap where an icon cannot be shown', async () => {
    const { host } = open();
    announce(createWallet().provider, { icon: 'data:image/png;base64,AAAA', name: 'Broken' });
    const icon = findButton(host, 'Broken').querySelector('img');
    await new Promise((resolve) => icon?.addEventListener('error', resolve));
    expect(findButton(host, 'Broken').querySelectorAll('img')).to.have.length(0);
  });

  it('#133 is cancelled by Esc, by its button, by a press outside and by the signal', async () => {
    const before = document.createElement('button');
    document.body.append(before);
    const ways: ((host: HTMLElement, controller: AbortController) => unknown)[] = [
      () => sendKeys({ press: 'Escape' }),
      (host) => findButton(host, 'Cancel').click(),
      (host) => findDialog(host)?.dispatchEvent(new PointerEvent('pointerdown')),
      (_, controller) => controller.abort(),
    ];
    for (const cancel of ways) {
      before.focus();
      const { host, controller, code } = open();
      await cancel(host, controller);
      expect(await code).to.equal('aborted');
      expect(findDialog(host) === null).to.equal(true);
      expect(document.activeElement === before).to.equal(true);
    }
    before.remove();
  });

  it('#133 stays open after a press inside', async () => {
    const { host } = open();
    const box = findDialog(host)?.querySelector('div');
    box?.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
    expect(findDialog(host)?.open).to.equal(true);
  });

  it('#134 is cancelled when its element is removed or moved', async () => {
    for (const takeAway of [
      (host: HTMLElement) => host.remove(),
      (host: HTMLElement) => document.body.prepend(host),
    ]) {
      const { host, code } = open();
      takeAway(host);
      expect(await code).to.equal('aborted');
      expect(findDialog(host) === null).to.equal(true);
    }
  });

  it('#140 #144 is closed before the wallet is asked, in the task of the click', async () => {
    const order: string[] = [];
    const wallet = createWallet({
      eth_requestAccounts: () => {
        order.push(findDialog(host) ? 'covered' : 'asked');
        return [];
      },
    });
    const name = announce(wallet.provider);
    const { host, code } = open();
    const button = findButton(host, name);
    setTimeout(() => {
      setTimeout(() => order.push('next task'));
      button.click();
    });
    await code;
    await aTimeout(0);
    expect(order).to.deep.equal(['asked', 'next task']);
  });

  it('#143 is accessible, large enough to touch, and has no line that is too long', async () => {
    announce(createWallet().provider, { name: 'W'.repeat(40), rdns: `${'w'.repeat(70)}.example` });
    for (const dir of ['ltr', 'rtl']) {
      const { host } = open({ dir });
      host.style.display = 'block';
      const dialog = findDialog(host);
      // axe does not ask a native dialog for its name.
      expect(dialog?.getAttribute('aria-label')).to.equal('Choose your wallet');
      const { violations } = await runAxe(host);
      expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).to.deep.equal([]);
      for (const button of dialog?.querySelectorAll('button') ?? []) {
        expect(button.getBoundingClientRect().height).to.be.at.least(44);
        expect(button.scrollWidth).to.be.at.most(button.clientWidth);
      }
      expect(dialog?.scrollWidth).to.be.at.most(dialog?.clientWidth ?? 0);
      await close();
    }
  });

  it('is shown in the page when its element is not rendered', async () => {
    const { host, code } = open({ hidden: true });
    const dialog = document.body.querySelector<HTMLDialogElement>(':scope > dialog');
    expect(dialog?.getClientRects().length).to.equal(1);
    findButton(host, 'Cancel').click();
    expect(await code).to.equal('aborted');
    expect(document.body.querySelectorAll('dialog')).to.have.length(0);
  });

  it('offers no way without a wallet where a proof is wanted', async () => {
    const host = createHost();
    const code = codeOf(entry.prove(host));
    opened.push({ host, code });
    expect(() => findButton(host, 'Use e-mail')).to.throw();
    findButton(host, 'Cancel').click();
    expect(await code).to.equal('aborted');
  });

  it('#108 keeps the first 16 of 10,000 announcements, and reads nothing of the others', () => {
    const { host } = open();
    const before = namesOf(host);
    let reads = 0;
    const provider = { request: async () => null };
    for (let count = 0; count < 10_000; count += 1) {
      const info = { uuid: `many-${count}`, name: `Wallet ${count}`, rdns: '', icon: '' };
      const detail = {
        info,
        get provider() {
          reads += 1;
          return { ...provider };
        },
      };
      dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }));
    }
    expect(reads).to.equal(16 - before.length);
    expect(namesOf(host)).to.have.length(16);
    expect(namesOf(host).slice(0, before.length)).to.deep.equal(before);
  });
});
