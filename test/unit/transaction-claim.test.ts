import { expect } from '@open-wc/testing';
import {
  markUsed,
  claimInterruption,
  claimTransaction,
  findUsedTransaction,
  findTransaction,
  saveTransaction,
  type Outcome,
  type Transaction,
} from '../../src/core/browser/transaction.js';
import { clearStorage, Undo } from '../helpers/storage.js';
import { holdClock } from './clock.js';
import { deliver } from './fixture.js';
import { until } from './windows.js';

const IDENTITY = { profile: 'profile-1', userId: 'user-1' };
const undo = new Undo();
let state: string;
let count = 0;

function makeTransaction(): Transaction {
  return {
    v: 1,
    clientId: '6e5b4a1c-0000-4000-8000-000000000001',
    apiUrl: 'https://api.monerium.dev',
    redirectUri: 'https://shop.example/cb',
    exchange: 'direct',
    codeVerifier: 'v'.repeat(43),
    mode: 'redirect',
    startUrl: 'https://shop.example/start',
    id: '',
    at: Date.now(),
  };
}

/** Work that goes on until the test ends it. */
class Work {
  calls = 0;
  finish: (outcome: Outcome) => void = () => {};

  readonly run = (): Promise<Outcome> => {
    this.calls++;
    return new Promise((resolve) => (this.finish = resolve));
  };
}

function mustNotRun(): never {
  throw new Error('must not run');
}

/** Whether the lock of the state is held by anyone. */
async function isLocked(): Promise<boolean> {
  const { held = [] } = await navigator.locks.query();
  return held.some(({ name }) => name?.includes(state));
}

/** A lock is given back in another process. */
async function whenUnlocked(): Promise<void> {
  while (await isLocked());
}

beforeEach(() => {
  clearStorage();
  state = `mc1.${String(++count).padStart(43, 'c')}`;
});

afterEach(() => {
  undo.run();
  clearStorage();
});

describe('claimTransaction', () => {
  it('hands over the record after it has been marked as used', async () => {
    const transaction = makeTransaction();
    saveTransaction(state, transaction);
    let taken: unknown;
    let left: unknown;
    await claimTransaction(state, async (given) => {
      taken = given;
      left = findUsedTransaction(state);
      return 'aborted';
    });
    expect(taken).to.deep.equal(transaction);
    expect(left).to.have.all.keys('v', 'at');
  });

  it('writes the outcome into the used record, and nothing else', async () => {
    for (const outcome of [IDENTITY, 'access_denied'] as const) {
      saveTransaction(state, makeTransaction());
      await claimTransaction(state, async () => outcome);
      const entry = findUsedTransaction(state);
      expect(entry).to.have.all.keys('v', 'at', 'outcome');
      expect(entry).to.deep.include({ outcome });
    }
  });

  it('#18 remembers the flow in the tab that has claimed it, from the task of the claim on', async () => {
    saveTransaction(state, makeTransaction());
    sessionStorage.clear();
    let remembered: string | null = null;
    await claimTransaction(state, async () => {
      await Promise.resolve();
      remembered = sessionStorage.getItem('monerium-connect:tab');
      return 'aborted';
    });
    expect(remembered).to.equal(state);
  });

  it('#7 is silent for the second of two claims, at once and later', async () => {
    saveTransaction(state, makeTransaction());
    const work = new Work();
    const first = claimTransaction(state, work.run);
    await claimTransaction(state, mustNotRun);
    await until(() => work.calls > 0);
    await claimTransaction(state, mustNotRun);
    work.finish(IDENTITY);
    await first;
    await claimTransaction(state, mustNotRun);
    expect(work.calls).to.equal(1);
    expect(findUsedTransaction(state)).to.deep.include({ outcome: IDENTITY });
  });

  it('#7 is silent, and leaves the record, while another window holds the lock', async () => {
    saveTransaction(state, makeTransaction());
    const frame = document.createElement('iframe');
    document.body.append(frame);
    const other = frame.contentWindow;
    const isHeld = new Promise<void>((resolve) => {
      void other?.navigator.locks.request(`monerium-connect:${state}`, () => {
        resolve();
        return new Promise(() => {});
      });
    });
    try {
      await isHeld;
      await claimTransaction(state, mustNotRun);
      expect(findTransaction(state)).to.include({ codeVerifier: 'v'.repeat(43) });
    } finally {
      frame.remove();
    }
  });

  it('does nothing with a used record, an unknown state or a poisoned record', async () => {
    await claimTransaction(state, mustNotRun);
    markUsed(state, 'aborted');
    await claimTransaction(state, mustNotRun);
    expect(findUsedTransaction(state)).to.deep.include({ outcome: 'aborted' });
    localStorage.setItem(`monerium-connect:${state}`, '{"v":1,"codeVerifier":"v"}');
    await claimTransaction(state, mustNotRun);
    expect(localStorage.getItem(`monerium-connect:${state}`)).to.equal(null);
  });

  it('#7 holds the lock until a second after the outcome was kept', async () => {
    saveTransaction(state, makeTransaction());
    const work = new Work();
    const taking = claimTransaction(state, work.run);
    await until(() => work.calls > 0);
    const clock = holdClock(undo);
    await clock.tickAsync(10_000);
    expect(await isLocked()).to.equal(true);
    work.finish(IDENTITY);
    while (!findUsedTransaction(state)?.outcome) await deliver();
    await clock.tickAsync(999);
    expect(await isLocked()).to.equal(true);
    await clock.tickAsync(1);
    await whenUnlocked();
    await taking;
  });

  it('#87 claims once without navigator.locks', async () => {
    undo.replace(navigator, 'locks', { value: undefined });
    saveTransaction(state, makeTransaction());
    const work = new Work();
    const first = claimTransaction(state, work.run);
    await claimTransaction(state, mustNotRun);
    await until(() => work.calls > 0);
    work.finish(IDENTITY);
    await first;
    expect(work.calls).to.equal(1);
    expect(findUsedTransaction(state)).to.deep.include({ outcome: IDENTITY });
  });
});

describe('claimInterruption', () => {
  /** What a page leaves behind that is closed during its exchange. */
  function leaveDuringExchange(left = state): void {
    saveTransaction(left, makeTransaction());
    markUsed(left);
  }

  it('#5 finds a used record of this tab without outcome, once', async () => {
    leaveDuringExchange();
    expect(await claimInterruption()).to.equal(true);
    expect(findUsedTransaction(state)).to.deep.include({ outcome: 'interrupted' });
    expect(await claimInterruption()).to.equal(false);
  });

  it('#5 is true for one of two callers', async () => {
    leaveDuringExchange();
    const found = await Promise.all([claimInterruption(), claimInterruption()]);
    expect(found.sort()).to.deep.equal([false, true]);
  });

  it('#5 finds each of two, and finds it behind a flow that is pending or has ended', async () => {
    const other = `${state}x`;
    leaveDuringExchange(`${state}a`);
    markUsed(`${state}a`, IDENTITY);
    saveTransaction(`${state}b`, makeTransaction());
    leaveDuringExchange();
    leaveDuringExchange(other);
    expect(await claimInterruption()).to.equal(true);
    expect(await claimInterruption()).to.equal(true);
    expect(await claimInterruption()).to.equal(false);
    for (const left of [state, other]) {
      expect(findUsedTransaction(left)).to.deep.include({ outcome: 'interrupted' });
    }
    expect(findUsedTransaction(`${state}a`)).to.deep.include({ outcome: IDENTITY });
    expect(findTransaction(`${state}b`)).to.not.equal(undefined);
  });

  it('#87 works without navigator.locks', async () => {
    undo.replace(navigator, 'locks', { value: undefined });
    leaveDuringExchange();
    expect(await claimInterruption()).to.equal(true);
  });

  it('#4 is false when the flow had an outcome', async () => {
    for (const outcome of [IDENTITY, 'access_denied'] as const) {
      leaveDuringExchange();
      markUsed(state, outcome);
      expect(await claimInterruption()).to.equal(false);
    }
  });

  it('is false for a flow that has not come back, or of another tab', async () => {
    expect(await claimInterruption()).to.equal(false);
    saveTransaction(state, makeTransaction());
    expect(await claimInterruption()).to.equal(false);
    markUsed(state);
    sessionStorage.clear();
    expect(await claimInterruption()).to.equal(false);
  });

  it('#7 waits while the exchange goes on elsewhere, and is false after it has ended', async () => {
    saveTransaction(state, makeTransaction());
    const work = new Work();
    const claim = claimTransaction(state, work.run);
    await until(() => work.calls > 0);
    let found: boolean | undefined;
    const asking = claimInterruption().then((isInterrupted) => (found = isInterrupted));
    expect(await isLocked()).to.equal(true);
    expect(await isLocked()).to.equal(true);
    expect(found).to.equal(undefined);
    work.finish(IDENTITY);
    await Promise.all([claim, asking]);
    expect(found).to.equal(false);
    expect(findUsedTransaction(state)).to.deep.include({ outcome: IDENTITY });
  });
});
