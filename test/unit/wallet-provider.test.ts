import { expect } from '@open-wc/testing';
import type { WalletProvider } from '../../src/core/oauth/wallet.js';
import { askProvider } from '../../src/wallet/provider.js';
import { Undo } from '../helpers/storage.js';
import { holdClock } from './clock.js';
import { codeOf, createWallet, refusal } from './wallet-fixture.js';

const undo = new Undo();
afterEach(() => undo.run());

const SECRET = 'text of a wallet';
const never = new AbortController().signal;

/** The code of what one request to such a provider fails with. */
function failWith(request: () => unknown): Promise<string> {
  const provider = { request } as WalletProvider;
  return codeOf(askProvider(provider, never)('eth_accounts'));
}

const rejecting = (reason: unknown) => () => Promise.reject(reason);
/** More than a wrapped failure is read of. */
const endless: Record<string, unknown> = {};
endless['cause'] = endless;
const throwing = new Proxy(
  {},
  {
    get() {
      throw new Error(SECRET);
    },
  },
);

describe('a request to a wallet', () => {
  it('#139 calls request as a method, with the parameters in a list', async () => {
    class Wallet {
      #answer = 'answer';
      async request(call: unknown) {
        return [this.#answer, call];
      }
    }
    const ask = askProvider(new Wallet(), never);
    expect(await ask('method', 1, 'two')).to.deep.equal([
      'answer',
      { method: 'method', params: [1, 'two'] },
    ]);
  });

  for (const [label, reason] of [
    ['4001', { code: 4001 }],
    ['5000 of WalletConnect', { code: 5000 }],
    ['ACTION_REJECTED of ethers', { code: 'ACTION_REJECTED' }],
    ['4001 in data.originalError', { code: -32603, data: { originalError: { code: 4001 } } }],
    ['4001 in cause', { code: 1, cause: { code: 4001 } }],
    ['a text', { message: 'User rejected the request.' }],
    ['a text alone', 'User denied message signature'],
    ['a text in cause', { cause: { message: 'MetaMask: User cancelled' } }],
  ] as const) {
    it(`#91 was declined with ${label}`, async () => {
      expect(await failWith(rejecting(reason))).to.equal('wallet_rejected');
    });
  }

  for (const reason of [
    { code: -32002, message: 'Request already pending' },
    { code: -32603, data: { originalError: { code: -32002 } } },
  ]) {
    it(`#115 finds a busy wallet by ${JSON.stringify(reason)}`, async () => {
      expect(await failWith(rejecting(reason))).to.equal('wallet_busy');
    });
  }

  for (const [label, request] of [
    ['throws', refusal(-32603, SECRET)],
    ['throws a text', rejecting(SECRET)],
    ['rejects with nothing', rejecting(undefined)],
    ['rejects with null', rejecting(null)],
    ['rejects with what throws', rejecting(throwing)],
    ['rejects with what wraps itself', rejecting(endless)],
    ['is disconnected', rejecting({ code: 4900 })],
    ['has not been permitted', rejecting({ code: 4100, message: 'not been authorized' })],
    [
      'returns what throws when it is awaited',
      () => Object.defineProperty({}, 'then', { get: refusal(1) }),
    ],
  ] as const) {
    it(`#116 fails once and without a text when the wallet ${label}`, async () => {
      const unhandled: unknown[] = [];
      const listen = (event: PromiseRejectionEvent) => unhandled.push(event.reason);
      addEventListener('unhandledrejection', listen);
      const provider = { request } as WalletProvider;
      const reason: unknown = await askProvider(provider, never)('x').catch((r: unknown) => r);
      expect(reason).to.include({ code: 'wallet_error', phase: 'wallet' });
      expect(`${JSON.stringify(reason)} ${(reason as Error).stack}`).not.to.include(SECRET);
      await new Promise((resolve) => setTimeout(resolve));
      removeEventListener('unhandledrejection', listen);
      expect(unhandled).to.deep.equal([]);
    });
  }

  it('#116 takes what a wallet returns at once, without a promise', async () => {
    const provider = { request: () => 7 } as unknown as WalletProvider;
    expect(await askProvider(provider, never)('x')).to.equal(7);
  });

  it('#114 fails after five minutes by the clock, and drops what comes later', async () => {
    const clock = holdClock(undo);
    let answer: (value: unknown) => void = () => {};
    const request = () => new Promise((resolve) => (answer = resolve));
    const code = failWith(request);
    let settled = '';
    void code.then((value) => (settled = value));
    await clock.tickAsync(299_000);
    expect(settled).to.equal('');
    await clock.tickAsync(2000);
    expect(settled).to.equal('wallet_error');
    answer('late');
    expect(await code).to.equal('wallet_error');
    expect(clock.countTimers()).to.equal(0);
  });

  it('#114 #133 ends with its signal, also before the wallet is asked', async () => {
    const controller = new AbortController();
    const ask = askProvider(
      createWallet({ x: () => new Promise(() => {}) }).provider,
      controller.signal,
    );
    const pending = codeOf(ask('x'));
    controller.abort();
    expect(await pending).to.equal('aborted');
    expect(await codeOf(ask('x'))).to.equal('aborted');
  });

  it('#135 ends when the page comes back from the back-forward cache', async () => {
    const pending = failWith(() => new Promise(() => {}));
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: false }));
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
    expect(await pending).to.equal('aborted');
  });
});
