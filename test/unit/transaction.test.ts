import { expect } from '@open-wc/testing';
import {
  buryTransaction,
  findOutcome,
  findStateOfTab,
  findTombstone,
  findTransaction,
  isExpired,
  saveTransaction,
  takeInterruption,
  takeTransaction,
  type Transaction,
} from '../../src/transaction.js';
import { catchConnectError } from '../helpers/connect-error.js';
import { clearStorage, Undo } from '../helpers/storage.js';

const STATE = `mc1.${'s'.repeat(43)}`;
const KEY = `monerium-connect:${STATE}`;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2026, 6, 1, 12);

const undo = new Undo();

function makeTransaction(change: Partial<Transaction> = {}): Transaction {
  return {
    v: 1,
    clientId: '6e5b4a1c-0000-4000-8000-000000000001',
    apiUrl: 'https://api.monerium.dev',
    redirectUri: 'https://shop.example/cb',
    exchange: 'direct',
    codeVerifier: 'v'.repeat(43),
    mode: 'redirect',
    startUrl: 'https://shop.example/start',
    id: 'pay',
    at: Date.now(),
    ...change,
  };
}

/** A state of ours that ends in a number. */
function stateOf(number: number): string {
  return `mc1.${String(number).padStart(43, 's')}`;
}

function isKept(state: string): boolean {
  return localStorage.getItem(`monerium-connect:${state}`) !== null;
}

beforeEach(clearStorage);

afterEach(() => {
  undo.run();
  clearStorage();
});

describe('saveTransaction', () => {
  it('keeps a record that can be found again', () => {
    const transaction = makeTransaction();
    saveTransaction(STATE, transaction);
    expect(findTransaction(STATE)).to.deep.equal(transaction);
    expect(Object.keys(localStorage)).to.deep.equal([KEY]);
  });

  it('names the flow of this tab', () => {
    expect(findStateOfTab()).to.equal(undefined);
    saveTransaction(STATE, makeTransaction());
    expect(findStateOfTab()).to.equal(STATE);
    expect(sessionStorage.getItem('monerium-connect:tab')).to.equal(STATE);
    saveTransaction(stateOf(1), makeTransaction());
    expect(findStateOfTab()).to.equal(stateOf(1));
  });

  it('#17 keeps two flows side by side', () => {
    const one = makeTransaction({ codeVerifier: 'a'.repeat(43) });
    const other = makeTransaction({ codeVerifier: 'b'.repeat(43) });
    saveTransaction(stateOf(1), one);
    saveTransaction(stateOf(2), other);
    expect(findTransaction(stateOf(1))).to.deep.equal(one);
    expect(findTransaction(stateOf(2))).to.deep.equal(other);
  });

  const refuse = async () => {
    const error = await catchConnectError(() => saveTransaction(STATE, makeTransaction()));
    expect(error).to.include({ code: 'storage_unavailable', phase: 'start', retry: 'restart' });
    expect(error.message).not.to.contain(STATE).and.not.to.contain('v'.repeat(43));
  };

  it('#82 throws storage_unavailable when storage throws at its mere mention', async () => {
    undo.block('localStorage');
    await refuse();
  });

  it('#83 throws storage_unavailable when there is no room', async () => {
    const value = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    undo.replace(Storage.prototype, 'setItem', { value });
    await refuse();
    expect(findStateOfTab()).to.equal(undefined);
  });

  it('#83 throws storage_unavailable when the write is silently dropped', async () => {
    undo.replace(Storage.prototype, 'setItem', { value: () => undefined });
    await refuse();
    expect(findStateOfTab()).to.equal(undefined);
  });

  it('#83 throws storage_unavailable when something else is read back', async () => {
    undo.replace(Storage.prototype, 'getItem', { value: () => '{}' });
    await refuse();
  });

  it('#82 does without sessionStorage', () => {
    undo.block('sessionStorage');
    saveTransaction(STATE, makeTransaction());
    expect(findTransaction(STATE)).to.include({ codeVerifier: 'v'.repeat(43) });
    expect(findStateOfTab()).to.equal(undefined);
  });
});

describe('the sweep of a start', () => {
  it('removes records older than 48 h and keeps younger ones', () => {
    saveTransaction(stateOf(1), makeTransaction({ at: Date.now() - 48 * HOUR - MINUTE }));
    saveTransaction(stateOf(2), makeTransaction({ at: Date.now() - 48 * HOUR + MINUTE }));
    saveTransaction(STATE, makeTransaction());
    expect([stateOf(1), stateOf(2), STATE].map(isKept)).to.deep.equal([false, true, true]);
  });

  it('removes records of more than 48 h in the future', () => {
    saveTransaction(stateOf(1), makeTransaction({ at: Date.now() + 48 * HOUR + MINUTE }));
    saveTransaction(STATE, makeTransaction());
    expect([stateOf(1), STATE].map(isKept)).to.deep.equal([false, true]);
  });

  it('removes tombstones older than 24 h and keeps younger ones', () => {
    undo.stopClockAt(NOW - 24 * HOUR - MINUTE);
    buryTransaction(stateOf(1), 'aborted');
    undo.stopClockAt(NOW - 24 * HOUR + MINUTE);
    buryTransaction(stateOf(2), 'aborted');
    undo.stopClockAt(NOW);
    saveTransaction(STATE, makeTransaction());
    expect([stateOf(1), stateOf(2), STATE].map(isKept)).to.deep.equal([false, true, true]);
  });

  it('keeps the ten youngest records, the new one included', () => {
    for (let number = 1; number <= 14; number++) {
      saveTransaction(stateOf(number), makeTransaction({ at: Date.now() - number * MINUTE }));
    }
    saveTransaction(STATE, makeTransaction());
    expect(isKept(STATE)).to.equal(true);
    expect(Object.keys(localStorage)).to.have.lengthOf(10);
    for (let number = 1; number <= 9; number++) expect(isKept(stateOf(number))).to.equal(true);
  });

  it('does not count tombstones', () => {
    for (let number = 1; number <= 14; number++) buryTransaction(stateOf(number));
    saveTransaction(stateOf(20), makeTransaction());
    saveTransaction(STATE, makeTransaction());
    expect(Object.keys(localStorage)).to.have.lengthOf(16);
  });

  it('#61 removes what is not of our making under our prefix', () => {
    localStorage.setItem('monerium-connect:x', '{"v":1');
    saveTransaction(STATE, makeTransaction());
    expect(Object.keys(localStorage)).to.deep.equal([KEY]);
  });

  it('touches no foreign key', () => {
    const foreign = ['monerium', 'monerium-connect', 'monerium-connected:x', 'x:monerium-connect:'];
    for (const key of [...foreign, 'length', '__proto__']) localStorage.setItem(key, 'not json');
    saveTransaction(STATE, makeTransaction());
    for (const key of [...foreign, 'length', '__proto__']) {
      expect(localStorage.getItem(key), key).to.equal('not json');
    }
  });
});

/** Records that a script of the same origin could have left, as JSON or as plain text. */
const POISON: readonly unknown[] = [
  ...['', '{', 'null', '42', 'true', '"text"', '[]', '{}', '[{"v":1}]', 'undefined', '\0'],
  { ...makeTransaction(), v: 2 },
  { ...makeTransaction(), v: '1' },
  { ...makeTransaction(), v: undefined },
  { ...makeTransaction(), at: String(NOW) },
  { ...makeTransaction(), at: null },
  { ...makeTransaction(), at: undefined },
  { ...makeTransaction(), codeVerifier: 42 },
  { ...makeTransaction(), codeVerifier: null },
  { ...makeTransaction(), codeVerifier: ['v'] },
  { ...makeTransaction(), codeVerifier: { toString: 'v' } },
  { ...makeTransaction(), startUrl: undefined },
  { ...makeTransaction(), startUrl: 42 },
  { ...makeTransaction(), startUrl: ['javascript:alert(1)'] },
  { ...makeTransaction(), mode: undefined },
  { ...makeTransaction(), id: 42 },
  `{"__proto__":${JSON.stringify(makeTransaction())}}`,
];

describe('findTransaction', () => {
  it('knows nothing of a state that was never saved', () => {
    for (const state of [STATE, '__proto__', 'constructor', '']) {
      expect(findTransaction(state)).to.equal(undefined);
    }
  });

  for (const poison of POISON) {
    const text = typeof poison === 'string' ? poison : JSON.stringify(poison);
    it(`#43 #61 deletes ${JSON.stringify(text).slice(0, 400)}`, () => {
      localStorage.setItem(KEY, text);
      expect(findTransaction(STATE)).to.equal(undefined);
      expect(localStorage.getItem(KEY)).to.equal(null);
    });
  }

  for (const field of ['clientId', 'apiUrl', 'redirectUri', 'exchange'] as const) {
    it(`#43 #61 deletes a record whose ${field} is no text`, () => {
      localStorage.setItem(KEY, JSON.stringify({ ...makeTransaction(), [field]: 42 }));
      expect(findTransaction(STATE)).to.equal(undefined);
      expect(localStorage.getItem(KEY)).to.equal(null);
    });
  }

  it('#61 takes a record without any verifier in it for a spent one', () => {
    localStorage.setItem(KEY, JSON.stringify(makeTransaction({ codeVerifier: '' })));
    expect(findTransaction(STATE)).to.equal(undefined);
  });

  it('#82 finds nothing, and does not throw, where storage is blocked', async () => {
    undo.block('localStorage');
    undo.block('sessionStorage');
    expect(findTransaction(STATE)).to.equal(undefined);
    expect(findStateOfTab()).to.equal(undefined);
    buryTransaction(STATE, 'aborted');
    await takeTransaction(STATE, () => Promise.reject(new Error('must not run')));
    await takeInterruption(() => expect.fail('must not be called'));
  });
});

describe('buryTransaction', () => {
  it('leaves a tombstone without any secret', () => {
    saveTransaction(STATE, makeTransaction());
    undo.stopClockAt(NOW);
    buryTransaction(STATE);
    expect(findTombstone(STATE)).to.deep.equal({ v: 1, at: NOW });
    expect(findTransaction(STATE)).to.equal(undefined);
  });

  it('writes the outcome', () => {
    const identity = { profile: 'p', userId: 'u' };
    for (const outcome of [identity, 'access_denied'] as const) {
      buryTransaction(STATE, outcome);
      expect(findTombstone(STATE)).to.deep.include({ outcome });
    }
  });

  it('#7 leaves no moment in which another tab would find nothing', () => {
    saveTransaction(STATE, makeTransaction());
    let removals = 0;
    undo.replace(Storage.prototype, 'removeItem', { value: () => (removals += 1) });
    buryTransaction(STATE);
    expect(removals).to.equal(0);
    expect(findTombstone(STATE)).to.not.equal(undefined);
  });

  it('#83 removes the record even when the tombstone finds no room', () => {
    saveTransaction(STATE, makeTransaction());
    const value = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    undo.replace(Storage.prototype, 'setItem', { value });
    buryTransaction(STATE);
    expect(localStorage.getItem(KEY)).to.equal(null);
  });
});

describe('findOutcome', () => {
  it('finds a code or an identity in a tombstone', () => {
    for (const outcome of ['access_denied', { profile: 'p', userId: 'u' }] as const) {
      buryTransaction(STATE, outcome);
      expect(findOutcome(STATE)).to.deep.equal(outcome);
    }
  });

  it('finds nothing before the end of a flow', () => {
    expect(findOutcome(STATE)).to.equal(undefined);
    saveTransaction(STATE, makeTransaction());
    expect(findOutcome(STATE)).to.equal(undefined);
    buryTransaction(STATE);
    expect(findOutcome(STATE)).to.equal(undefined);
  });

  const markup = '<img src=x>';
  for (const outcome of [markup, 'denied!', '', 42, ['access_denied'], { profile: 'p' }]) {
    it(`#61 takes no outcome of another form: ${JSON.stringify(outcome)}`, () => {
      localStorage.setItem(KEY, JSON.stringify({ v: 1, at: NOW, outcome }));
      expect(findOutcome(STATE)).to.equal(undefined);
    });
  }

  it('#61 takes nothing but the two ids of an identity', () => {
    const outcome = { profile: 'p', userId: 'u', html: markup };
    localStorage.setItem(KEY, JSON.stringify({ v: 1, at: NOW, outcome }));
    expect(findOutcome(STATE)).to.deep.equal({ profile: 'p', userId: 'u' });
  });
});

describe('isExpired', () => {
  for (const [title, age, expected] of [
    ['at once', 0, false],
    ['an hour later', HOUR, false],
    ['24 h later', 24 * HOUR, false],
    ['24 h and a millisecond later', 24 * HOUR + 1, true],
    ['25 h later', 25 * HOUR, true],
    ['a year later', 365 * 24 * HOUR, true],
    ['with the clock set back 5 min', -5 * MINUTE, false],
    ['with the clock set back 5 min and a millisecond', -5 * MINUTE - 1, true],
    ['with the clock set back an hour', -HOUR, true],
    ['with the clock set back a day', -24 * HOUR, true],
  ] as const) {
    it(`#20 is ${expected} ${title}`, () => {
      undo.stopClockAt(NOW + age);
      expect(isExpired(makeTransaction({ at: NOW }))).to.equal(expected);
    });
  }
});
