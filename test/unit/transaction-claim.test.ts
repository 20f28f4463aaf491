import { expect, waitUntil } from '@open-wc/testing';
import {
  buryTransaction,
  findStateOfTab,
  findTombstone,
  findTransaction,
  saveTransaction,
  takeInterruption,
  takeTransaction,
  type Outcome,
  type Transaction,
} from '../../src/transaction.js';
import { clearStorage, Undo } from '../helpers/storage.js';

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

/** Work that goes on until it is told how it ends. */
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

async function whenUnlocked(): Promise<void> {
  await waitUntil(async () => !(await isLocked()), 'the lock is released', { timeout: 5000 });
}

beforeEach(() => {
  clearStorage();
  state = `mc1.${String(++count).padStart(43, 'c')}`;
});

afterEach(() => {
  undo.run();
  clearStorage();
});

describe('takeTransaction', () => {
  it('hands over the record after it has become a tombstone', async () => {
    const transaction = makeTransaction();
    saveTransaction(state, transaction);
    let taken: unknown;
    let left: unknown;
    await takeTransaction(state, async (given) => {
      taken = given;
      left = findTombstone(state);
      return 'aborted';
    });
    expect(taken).to.deep.equal(transaction);
    expect(left).to.have.all.keys('v', 'at');
  });

  it('writes the outcome into the tombstone, and nothing else', async () => {
    for (const outcome of [IDENTITY, 'access_denied'] as const) {
      saveTransaction(state, makeTransaction());
      await takeTransaction(state, async () => outcome);
      const entry = findTombstone(state);
      expect(entry).to.have.all.keys('v', 'at', 'outcome');
      expect(entry).to.deep.include({ outcome });
    }
  });

  it('#18 names the flow of the tab that has claimed it', async () => {
    saveTransaction(state, makeTransaction());
    sessionStorage.clear();
    let named: string | undefined;
    await takeTransaction(state, async () => {
      named = findStateOfTab();
      return 'aborted';
    });
    expect(named).to.equal(state);
  });

  it('#7 is silent for the second of two takers, at once and later', async () => {
    saveTransaction(state, makeTransaction());
    const work = new Work();
    const first = takeTransaction(state, work.run);
    await takeTransaction(state, mustNotRun);
    await waitUntil(() => work.calls > 0, 'the first one works');
    await takeTransaction(state, mustNotRun);
    work.finish(IDENTITY);
    await first;
    await takeTransaction(state, mustNotRun);
    expect(work.calls).to.equal(1);
    expect(findTombstone(state)).to.deep.include({ outcome: IDENTITY });
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
      await takeTransaction(state, mustNotRun);
      expect(findTransaction(state)).to.include({ codeVerifier: 'v'.repeat(43) });
    } finally {
      frame.remove();
    }
  });

  it('does nothing with a tombstone, an unknown state or a poisoned record', async () => {
    await takeTransaction(state, mustNotRun);
    buryTransaction(state, 'aborted');
    await takeTransaction(state, mustNotRun);
    expect(findTombstone(state)).to.deep.include({ outcome: 'aborted' });
    localStorage.setItem(`monerium-connect:${state}`, '{"v":1,"codeVerifier":"v"}');
    await takeTransaction(state, mustNotRun);
    expect(localStorage.getItem(`monerium-connect:${state}`)).to.equal(null);
  });

  it('#7 holds the lock until a second after the outcome was kept', async () => {
    saveTransaction(state, makeTransaction());
    const work = new Work();
    const taking = takeTransaction(state, work.run);
    await waitUntil(() => work.calls > 0, 'the work has begun');
    const begun = performance.now();
    await waitUntil(() => performance.now() - begun > 1200, 'more than a second goes by', {
      timeout: 5000,
    });
    expect(await isLocked()).to.equal(true);
    const finishedAt = performance.now();
    work.finish(IDENTITY);
    await waitUntil(() => findTombstone(state)?.outcome, 'the outcome is kept', { interval: 5 });
    expect(await isLocked()).to.equal(true);
    await whenUnlocked();
    // From before the outcome was kept, because a look at it comes late. A timer may be a little
    // early by another clock.
    expect(performance.now() - finishedAt).to.be.within(900, 3000);
    await taking;
  });

  for (const outcome of ['exchange_network', 'exchange_rejected', 'profile_unavailable'] as const) {
    it(`#5 tells of ${outcome} a second later: a page that is left has failed requests`, async () => {
      saveTransaction(state, makeTransaction());
      const work = new Work();
      const taking = takeTransaction(state, work.run);
      await waitUntil(() => work.calls > 0, 'the work has begun');
      const finished = performance.now();
      work.finish(outcome);
      await waitUntil(() => findTombstone(state)?.outcome, 'it is told', { timeout: 5000 });
      expect(performance.now() - finished).to.be.within(990, 3000);
      await taking;
    });
  }

  it('#87 claims once without navigator.locks', async () => {
    undo.replace(navigator, 'locks', { value: undefined });
    saveTransaction(state, makeTransaction());
    const work = new Work();
    const first = takeTransaction(state, work.run);
    await takeTransaction(state, mustNotRun);
    await waitUntil(() => work.calls > 0, 'the work has begun');
    work.finish(IDENTITY);
    await first;
    expect(work.calls).to.equal(1);
    expect(findTombstone(state)).to.deep.include({ outcome: IDENTITY });
  });
});

describe('takeInterruption', () => {
  let calls: number;
  const callback = () => calls++;

  beforeEach(() => {
    calls = 0;
  });

  /** What a page leaves that is closed during its exchange. */
  function leaveDuringExchange(): void {
    saveTransaction(state, makeTransaction());
    buryTransaction(state);
  }

  it('#5 calls back for a tombstone of this tab without outcome, once', async () => {
    leaveDuringExchange();
    await takeInterruption(callback);
    expect(calls).to.equal(1);
    expect(findTombstone(state)).to.deep.include({ outcome: 'interrupted' });
    await takeInterruption(callback);
    expect(calls).to.equal(1);
  });

  it('#5 calls back once for two askers', async () => {
    leaveDuringExchange();
    await Promise.all([takeInterruption(callback), takeInterruption(callback)]);
    expect(calls).to.equal(1);
  });

  it('#87 calls back without navigator.locks', async () => {
    undo.replace(navigator, 'locks', { value: undefined });
    leaveDuringExchange();
    await takeInterruption(callback);
    expect(calls).to.equal(1);
  });

  it('#4 is silent when the flow had an outcome', async () => {
    for (const outcome of [IDENTITY, 'access_denied'] as const) {
      leaveDuringExchange();
      buryTransaction(state, outcome);
      await takeInterruption(callback);
    }
    expect(calls).to.equal(0);
  });

  it('is silent for a flow that has not come back, or of another tab', async () => {
    await takeInterruption(callback);
    saveTransaction(state, makeTransaction());
    await takeInterruption(callback);
    buryTransaction(state);
    sessionStorage.clear();
    await takeInterruption(callback);
    expect(calls).to.equal(0);
  });

  it('#7 is silent while the exchange goes on elsewhere, and after it has ended well', async () => {
    saveTransaction(state, makeTransaction());
    const work = new Work();
    const taking = takeTransaction(state, work.run);
    await waitUntil(() => work.calls > 0, 'the work has begun');
    const asking = takeInterruption(callback);
    expect(await isLocked()).to.equal(true);
    expect(await isLocked()).to.equal(true);
    expect(calls).to.equal(0);
    work.finish(IDENTITY);
    await Promise.all([taking, asking]);
    expect(calls).to.equal(0);
    expect(findTombstone(state)).to.deep.include({ outcome: IDENTITY });
  });
});
