import { expect } from '@open-wc/testing';
import type { WalletHost } from '../../src/core/oauth/wallet.js';
import { entry } from '../../src/wallet/entry.js';
import {
  ACCOUNT,
  ADDRESS,
  REDIRECT_URI,
  SIGNATURE,
  codeOf,
  createHost,
  createWallet,
  refusal,
} from './wallet-fixture.js';

const SENTENCE = 'I hereby declare that I am the address owner.';

/** Has a wallet that the page has set sign in, or prove. */
function ask(kind: 'sign-in' | 'prove', answers: object, properties: Partial<WalletHost> = {}) {
  const wallet = createWallet({ ...answers });
  const host = createHost({ wallet: kind, walletProvider: wallet.provider, ...properties });
  host.remove();
  const { signal } = new AbortController();
  const result = kind === 'prove' ? entry.prove(host) : entry.prepare(host, REDIRECT_URI)(signal);
  return { ...wallet, result };
}

/** The text that was signed. */
function signedText(calls: readonly { method: string; params: readonly unknown[] }[]): string {
  const [hex] = calls.find(({ method }) => method === 'personal_sign')?.params ?? [];
  const bytes = String(hex).slice(2).match(/../g) ?? [];
  return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => parseInt(byte, 16)));
}

describe('a wallet that signs in', () => {
  it('#88 gets the message as hex and the account as it is written, and is asked in this order', async () => {
    const { calls, methods, result } = ask('sign-in', {});
    const grant = (await result) as { parameters: Record<string, string> };
    expect(methods()).to.deep.equal([
      'eth_requestAccounts',
      'eth_chainId',
      'personal_sign',
      'eth_accounts',
      'eth_chainId',
    ]);
    expect(calls[2]?.params[1]).to.equal(ACCOUNT);
    const message = signedText(calls);
    expect(message.split('\n').slice(0, 2)).to.deep.equal([
      `${location.host} wants you to sign in with your Ethereum account:`,
      ADDRESS,
    ]);
    expect(message).to.include('\nChain ID: 10200\n');
    expect(grant.parameters).to.deep.equal({
      authentication_method: 'siwe',
      message,
      signature: SIGNATURE,
      response_type: '',
      email: '',
      auth_mode: '',
      skip_kyc: '',
    });
  });

  it('#93 signs for the host of this page, also under a <base> of another', async () => {
    const base = document.createElement('base');
    base.href = 'https://evil.example/';
    document.head.append(base);
    const { calls, result } = ask('sign-in', {});
    await result;
    base.remove();
    expect(signedText(calls)).to.match(new RegExp(`^${location.host} wants you`));
  });

  it('#129 is asked again with a fresh message, and says until when the first is good', async () => {
    const wallet = createWallet();
    const host = createHost({ walletProvider: wallet.provider });
    const { signal } = new AbortController();
    const sign = entry.prepare(host, REDIRECT_URI);
    const before = Date.now();
    const first = await sign(signal);
    expect(first?.expiresAt).to.be.within(before + 240_000, Date.now() + 240_000);
    const second = await sign(signal);
    expect(second?.parameters['message']).not.to.equal(first?.parameters['message']);
  });

  it('#121 is asked to switch once, and its chain is read again', async () => {
    let chainId = '0x38';
    const { calls, result } = ask(
      'sign-in',
      {
        eth_chainId: () => chainId,
        wallet_switchEthereumChain: () => {
          chainId = '0x27d8';
          return null;
        },
      },
      { chain: 'chiado' },
    );
    await result;
    const switches = calls.filter(({ method }) => method === 'wallet_switchEthereumChain');
    expect(switches.map(({ params }) => params)).to.deep.equal([[{ chainId: '0x27d8' }]]);
    expect(signedText(calls)).to.include('Chain ID: 10200');
  });

  for (const [label, answer] of [
    ['is told that it does not know the chain', refusal(4902)],
    ['cannot switch', refusal(4200)],
    ['is disconnected from the chain', refusal(4901)],
    ['has not switched though it says so', null],
  ] as const) {
    it(`#121 signs nothing when it ${label}`, async () => {
      const { methods, result } = ask('sign-in', {
        eth_chainId: '0x38',
        wallet_switchEthereumChain: answer,
      });
      const reason = await (result as Promise<unknown>).catch((r: unknown) => r);
      expect(reason).to.include({ code: 'wallet_error' });
      expect((reason as { hint: string }).hint).to.include('network');
      expect(methods()).not.to.include('personal_sign');
    });
  }

  it('#91 #121 signs nothing when the switch is declined', async () => {
    const answers = { eth_chainId: '0x38', wallet_switchEthereumChain: refusal(4001) };
    const { methods, result } = ask('sign-in', answers);
    expect(await codeOf(result)).to.equal('wallet_rejected');
    expect(methods()).not.to.include('personal_sign');
  });

  for (const accounts of [
    [],
    null,
    undefined,
    'text',
    {},
    [null],
    [7],
    [`0X${ACCOUNT.slice(2)}`],
    ['vitalik.eth'],
    [`eip155:1:${ACCOUNT}`],
    [ACCOUNT.slice(0, -1)],
    [`${ACCOUNT}0`],
    [` ${ACCOUNT}`],
    Array.from({ length: 10_000 }, () => ACCOUNT),
  ]) {
    it(`#117 signs nothing with the accounts ${String(JSON.stringify(accounts)).slice(0, 60)}`, async () => {
      for (const kind of ['sign-in', 'prove'] as const) {
        const { methods, result } = ask(kind, { eth_requestAccounts: accounts });
        expect(await codeOf(result)).to.equal('wallet_error');
        expect(methods()).to.deep.equal(['eth_requestAccounts']);
      }
    });
  }

  for (const chainId of ['0x', null, 1e30, {}, 'abc']) {
    it(`#122 signs nothing with the chain ID ${JSON.stringify(chainId)}`, async () => {
      const { methods, result } = ask('sign-in', { eth_chainId: chainId });
      expect(await codeOf(result)).to.equal('wallet_error');
      expect(methods()).not.to.include('personal_sign');
    });
  }

  it('#119 is not trusted when its account or its network changed meanwhile', async () => {
    const other = '0x0000000000000000000000000000000000000001';
    for (const kind of ['sign-in', 'prove'] as const) {
      expect(await codeOf(ask(kind, { eth_accounts: [other] }).result)).to.equal('wallet_error');
      expect(await codeOf(ask(kind, { eth_accounts: [] }).result)).to.equal('wallet_error');
      const upper = `0x${ACCOUNT.slice(2).toUpperCase()}`;
      expect(await codeOf(ask(kind, { eth_accounts: [other, upper] }).result)).to.equal(
        'fulfilled',
      );
    }
    let reads = 0;
    const eth_chainId = () => ((reads += 1) === 1 ? '0x27d8' : '0x1');
    expect(await codeOf(ask('sign-in', { eth_chainId }).result)).to.equal('wallet_error');
  });
});

describe('a signature', () => {
  const bytes = (count: number) => `0x${'00'.repeat(count)}`;

  for (const signature of [
    ...[0, 1, 27, 28].map((v) => `0x${'ab'.repeat(64)}${v.toString(16).padStart(2, '0')}`),
    bytes(1),
    bytes(64),
    bytes(66),
    bytes(280),
    bytes(4096),
    `0x${'AB'.repeat(65)}`,
  ]) {
    it(`#123 of ${(signature.length - 2) / 2} bytes that ends in ${signature.slice(-2)} is passed on as it is`, async () => {
      const grant = await ask('sign-in', { personal_sign: signature }).result;
      expect(grant).to.have.nested.property('parameters.signature', signature);
      expect(await ask('prove', { personal_sign: signature }).result).to.include({ signature });
    });
  }

  for (const signature of [
    'ab'.repeat(65),
    '0xabc',
    '0xzz',
    '',
    ' 0xab',
    '0xab\n',
    bytes(4097),
    `0x${'0'.repeat(2 ** 20)}`,
    null,
    undefined,
    7,
    {},
    ['0xab'],
    { toString: () => '0xab' },
  ]) {
    it(`#123 is refused when it is ${String(JSON.stringify(signature)).slice(0, 30)}`, async () => {
      for (const kind of ['sign-in', 'prove'] as const) {
        expect(await codeOf(ask(kind, { personal_sign: signature }).result)).to.equal(
          'wallet_error',
        );
      }
    });
  }

  it('#123 is empty only in a proof, for a wallet that signs on chain', async () => {
    const answers = { personal_sign: '0x' };
    expect(await ask('prove', answers).result).to.include({ signature: '0x' });
    expect(await codeOf(ask('sign-in', answers).result)).to.equal('wallet_error');
  });
});

describe('a proof', () => {
  it('signs the sentence, with its own chain, and is never asked to switch', async () => {
    const { calls, methods, result } = ask('prove', {});
    expect(await result).to.include({ address: ADDRESS, chain: 'chiado', signature: SIGNATURE });
    expect(signedText(calls)).to.equal(SENTENCE);
    expect(methods()).to.deep.equal([
      'eth_requestAccounts',
      'eth_chainId',
      'personal_sign',
      'eth_accounts',
    ]);
  });

  it('#121 takes the chain that the page names, or the default for one that nobody knows', async () => {
    const named = ask('prove', { eth_chainId: '0x38' }, { chain: 'amoy' });
    expect(await named.result).to.have.property('chain', 'amoy');
    expect(named.methods()).not.to.include('wallet_switchEthereumChain');
    const unknown = ask('prove', { eth_chainId: '0x38' });
    expect(await unknown.result).to.have.property('chain', 'sepolia');
    const production = ask('prove', { eth_chainId: '0x38' }, { environment: 'production' });
    expect(await production.result).to.have.property('chain', 'ethereum');
  });

  it('fits POST /addresses', async () => {
    expect(await ask('prove', {}, { chain: 'chiado' }).result).to.deep.equal({
      address: ADDRESS,
      chain: 'chiado',
      message: SENTENCE,
      signature: SIGNATURE,
    });
  });
});

describe('the configuration of a wallet', () => {
  const throwing = {
    get request(): never {
      throw new Error();
    },
  };

  for (const [label, properties, attribute] of [
    ['a provider without request', { walletProvider: {} as never }, 'walletProvider'],
    ['a provider that throws', { walletProvider: throwing as never }, 'walletProvider'],
    ['an unknown chain', { chain: 'Gnosis' }, 'chain'],
    ['a chain of the other environment', { chain: 'gnosis' }, 'chain'],
    ['no name', { appName: '' }, 'app-name'],
  ] as const) {
    it(`#137 #139 is refused with ${label}, and no wallet is asked`, async () => {
      const { provider, calls } = createWallet();
      const host = createHost({ walletProvider: provider, ...properties });
      expect(() => entry.prepare(host, REDIRECT_URI)).to.throw(new RegExp(`^${attribute} needs`));
      if (attribute !== 'app-name')
        expect(await codeOf(entry.prove(host))).to.equal('invalid_config');
      expect(calls).to.deep.equal([]);
      host.remove();
    });
  }

  it('#139 keeps the provider that was there at the start', async () => {
    const first = createWallet();
    const second = createWallet();
    const host = createHost({ walletProvider: first.provider });
    const sign = entry.prepare(host, REDIRECT_URI);
    Object.assign(host, { walletProvider: second.provider });
    await sign(new AbortController().signal);
    expect(first.methods()).to.include('personal_sign');
    expect(second.calls).to.deep.equal([]);
  });

  it('#132 asks one wallet at a time', async () => {
    let answer: (value: unknown) => void = () => {};
    const slow = createWallet({
      personal_sign: () => new Promise((resolve) => (answer = resolve)),
    });
    const host = createHost({ walletProvider: slow.provider });
    const first = entry.prove(host);
    while (!slow.methods().includes('personal_sign')) await Promise.resolve();
    expect(await codeOf(entry.prove(createHost({ walletProvider: slow.provider })))).to.equal(
      'wallet_busy',
    );
    answer(SIGNATURE);
    expect(await first).to.include({ signature: SIGNATURE });
    expect(await codeOf(ask('prove', {}).result)).to.equal('fulfilled');
  });
});
