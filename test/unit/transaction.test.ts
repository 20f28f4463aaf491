import { expect } from '@open-wc/testing';
import { ERRORS } from '../../src/core/errors.js';
import {
  markUsed,
  claimInterruption,
  claimTransaction,
  findStateOfPopup,
  findUsedTransaction,
  findTransaction,
  forgetTransactions,
  isExpired,
  listPendingOfTab,
  markPopup,
  saveTransaction,
  type Transaction,
} from '../../src/core/browser/transaction.js';
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

/** The states of the pending flows of this tab. */
function listStates(): string[] {
  return listPendingOfTab().map(({ state }) => state);
}

/** A valid state that ends in a number. */
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

  it('remembers the flows of this tab, oldest first', () => {
    expect(listStates()).to.deep.equal([]);
    saveTransaction(STATE, makeTransaction());
    expect(listStates()).to.deep.equal([STATE]);
    expect(Object.keys(sessionStorage)).to.deep.equal(['monerium-connect:tab']);
    saveTransaction(stateOf(1), makeTransaction({ mode: 'popup' }));
    expect(listPendingOfTab()).to.deep.equal([
      { state: STATE, transaction: findTransaction(STATE) },
      { state: stateOf(1), transaction: findTransaction(stateOf(1)) },
    ]);
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
    expect(error).to.include({ code: 'storage_unavailable', phase: 'start', kind: 'failed' });
    expect(error.message).not.to.contain(STATE).and.not.to.contain('v'.repeat(43));
  };

  it('#82 throws storage_unavailable when access to localStorage throws', async () => {
    undo.block('localStorage');
    await refuse();
  });

  it('#83 throws storage_unavailable when there is no room', async () => {
    const value = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    undo.replace(Storage.prototype, 'setItem', { value });
    await refuse();
    expect(listStates()).to.deep.equal([]);
  });

  it('#83 throws storage_unavailable when the write is silently dropped', async () => {
    undo.replace(Storage.prototype, 'setItem', { value: () => undefined });
    await refuse();
    expect(listStates()).to.deep.equal([]);
  });

  it('#83 throws storage_unavailable when something else is read back', async () => {
    undo.replace(Storage.prototype, 'getItem', { value: () => '{}' });
    await refuse();
  });

  it('#82 works without sessionStorage', () => {
    undo.block('sessionStorage');
    saveTransaction(STATE, makeTransaction());
    expect(findTransaction(STATE)).to.include({ codeVerifier: 'v'.repeat(43) });
    expect(listStates()).to.deep.equal([]);
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

  it('removes used records older than 24 h and keeps younger ones', () => {
    undo.stopClockAt(NOW - 24 * HOUR - MINUTE);
    markUsed(stateOf(1), 'aborted');
    undo.stopClockAt(NOW - 24 * HOUR + MINUTE);
    markUsed(stateOf(2), 'aborted');
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

  it('does not count used records', () => {
    for (let number = 1; number <= 14; number++) markUsed(stateOf(number));
    saveTransaction(stateOf(20), makeTransaction());
    saveTransaction(STATE, makeTransaction());
    expect(Object.keys(localStorage)).to.have.lengthOf(16);
  });

  it('#61 removes foreign values under our prefix', () => {
    localStorage.setItem('monerium-connect:x', '{"v":1');
    saveTransaction(STATE, makeTransaction());
    expect(Object.keys(localStorage)).to.deep.equal([KEY]);
  });

  it('does not change keys of other scripts', () => {
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
  '',
  '{',
  'null',
  '42',
  'true',
  '"text"',
  '[]',
  '{}',
  '[{"v":1}]',
  'undefined',
  '\0',
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
  makeTransaction({ codeVerifier: '' }),
  `{"__proto__":${JSON.stringify(makeTransaction())}}`,
];

describe('findTransaction', () => {
  it('finds nothing for a state that was never saved', () => {
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
    it(`#43 #61 deletes a record whose ${field} is not a string`, () => {
      localStorage.setItem(KEY, JSON.stringify({ ...makeTransaction(), [field]: 42 }));
      expect(findTransaction(STATE)).to.equal(undefined);
      expect(localStorage.getItem(KEY)).to.equal(null);
    });
  }

  it('#61 finds neither a flow nor a used flow in a record with an empty verifier', () => {
    localStorage.setItem(KEY, JSON.stringify(makeTransaction({ codeVerifier: '' })));
    expect(findUsedTransaction(STATE)).to.equal(undefined);
    expect(localStorage.getItem(KEY)).to.equal(null);
  });

  it('#82 finds nothing, and does not throw, where storage is blocked', async () => {
    undo.block('localStorage');
    undo.block('sessionStorage');
    expect(findTransaction(STATE)).to.equal(undefined);
    expect(listStates()).to.deep.equal([]);
    markUsed(STATE, 'aborted');
    expect(findStateOfPopup()).to.equal('');
    forgetTransactions('the-client');
    await claimTransaction(STATE, () => expect.fail('must not run'));
    expect(await claimInterruption()).to.equal(false);
  });
});

describe('markUsed', () => {
  it('leaves a used record without any secret', () => {
    saveTransaction(STATE, makeTransaction());
    undo.stopClockAt(NOW);
    markUsed(STATE);
    expect(findUsedTransaction(STATE)).to.deep.equal({ v: 1, at: NOW });
    expect(findTransaction(STATE)).to.equal(undefined);
  });

  it('writes the outcome', () => {
    const identity = { profile: 'p', userId: 'u' };
    for (const outcome of [identity, 'access_denied'] as const) {
      markUsed(STATE, outcome);
      expect(findUsedTransaction(STATE)).to.deep.include({ outcome });
    }
  });

  it('#7 never removes the record, so that another tab always finds one', () => {
    saveTransaction(STATE, makeTransaction());
    let removals = 0;
    undo.replace(Storage.prototype, 'removeItem', { value: () => (removals += 1) });
    markUsed(STATE);
    expect(removals).to.equal(0);
    expect(findUsedTransaction(STATE)).to.not.equal(undefined);
  });

  it('#83 removes the record when there is no room for the mark', () => {
    saveTransaction(STATE, makeTransaction());
    const value = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    undo.replace(Storage.prototype, 'setItem', { value });
    markUsed(STATE);
    expect(localStorage.getItem(KEY)).to.equal(null);
  });
});

describe('the outcome of a used record', () => {
  it('finds a code or an identity in a used record', () => {
    for (const outcome of ['access_denied', { profile: 'p', userId: 'u' }] as const) {
      markUsed(STATE, outcome);
      expect(findUsedTransaction(STATE)?.outcome).to.deep.equal(outcome);
    }
  });

  it('finds nothing before the end of a flow', () => {
    expect(findUsedTransaction(STATE)?.outcome).to.equal(undefined);
    saveTransaction(STATE, makeTransaction());
    expect(findUsedTransaction(STATE)?.outcome).to.equal(undefined);
    markUsed(STATE);
    expect(findUsedTransaction(STATE)?.outcome).to.equal(undefined);
  });

  const markup = '<img src=x>';
  const foreign = [
    markup,
    'denied!',
    '',
    42,
    ['access_denied'],
    { profile: 'p' },
    null,
    true,
    // Texts that look like codes, and names that every object inherits.
    'made_up',
    'invalid_grant',
    'constructor',
    '__proto__',
    'toString',
    'Access_denied',
    { profile: 'p', userId: 'u u' },
    { profile: '', userId: 'u' },
    { userId: 'u' },
  ];
  for (const outcome of foreign) {
    it(`#61 ignores an outcome of another form: ${JSON.stringify(outcome)}`, () => {
      localStorage.setItem(KEY, JSON.stringify({ v: 1, at: NOW, outcome }));
      expect(findUsedTransaction(STATE)?.outcome).to.equal(undefined);
    });
  }

  it('#61 reads only the two ids of an identity', () => {
    const outcome = { profile: 'p', userId: 'u', html: markup };
    localStorage.setItem(KEY, JSON.stringify({ v: 1, at: NOW, outcome }));
    expect(findUsedTransaction(STATE)?.outcome).to.deep.equal({ profile: 'p', userId: 'u' });
  });
});

describe('findOutcome and the codes', () => {
  for (const code of Object.keys(ERRORS)) {
    it(`accepts ${code}`, () => {
      localStorage.setItem(KEY, JSON.stringify({ v: 1, at: NOW, outcome: code }));
      expect(findUsedTransaction(STATE)?.outcome).to.equal(code);
    });
  }
});

describe('listPendingOfTab', () => {
  it('does not list a flow that is used, deleted or no longer valid', () => {
    for (const number of [1, 2, 3, 4]) saveTransaction(stateOf(number), makeTransaction());
    markUsed(stateOf(1));
    localStorage.removeItem(`monerium-connect:${stateOf(2)}`);
    localStorage.setItem(`monerium-connect:${stateOf(3)}`, '{}');
    expect(listStates()).to.deep.equal([stateOf(4)]);
  });

  it('does not list a flow of another tab', () => {
    saveTransaction(stateOf(1), makeTransaction());
    sessionStorage.clear();
    saveTransaction(stateOf(2), makeTransaction());
    expect(listStates()).to.deep.equal([stateOf(2)]);
  });

  it('lists a flow once, where it was saved last', () => {
    saveTransaction(stateOf(1), makeTransaction());
    saveTransaction(stateOf(2), makeTransaction());
    saveTransaction(stateOf(1), makeTransaction());
    expect(listStates()).to.deep.equal([stateOf(2), stateOf(1)]);
  });

  it('#61 finds nothing in a list that another script has written', () => {
    saveTransaction(STATE, makeTransaction());
    for (const text of ['', ' ', '{}', '__proto__ constructor', `${STATE},${STATE}`, '\0']) {
      sessionStorage.setItem('monerium-connect:tab', text);
      expect(listStates(), text).to.deep.equal([]);
    }
    expect(isKept(STATE)).to.equal(true);
  });
});

describe('findStateOfPopup', () => {
  it('#192 finds the flow that a window was opened for, in the storage of that window', () => {
    expect(findStateOfPopup()).to.equal('');
    markPopup(window, stateOf(1));
    markPopup(window, stateOf(2));
    expect(findStateOfPopup()).to.equal(stateOf(2));
    expect(Object.keys(localStorage)).to.deep.equal([]);
  });

  it('#82 marks no window whose storage is blocked', () => {
    undo.block('sessionStorage');
    markPopup(window, STATE);
    expect(findStateOfPopup()).to.equal('');
  });
});

describe('forgetTransactions', () => {
  it('marks as used every pending flow of a client, of any tab, and of no other client', () => {
    saveTransaction(stateOf(1), makeTransaction({ clientId: 'one' }));
    sessionStorage.clear();
    saveTransaction(stateOf(2), makeTransaction({ clientId: 'one', mode: 'popup' }));
    saveTransaction(stateOf(3), makeTransaction({ clientId: 'two' }));
    forgetTransactions('one');
    expect(findUsedTransaction(stateOf(1))?.outcome).to.equal('aborted');
    expect(findUsedTransaction(stateOf(2))?.outcome).to.equal('aborted');
    expect(findTransaction(stateOf(3))).to.include({ clientId: 'two' });
    expect(listStates()).to.deep.equal([stateOf(3)]);
    expect(JSON.stringify(localStorage[`monerium-connect:${stateOf(1)}`])).not.to.contain('vvv');
  });

  it('keeps how a used flow has ended', () => {
    const identity = { profile: 'p', userId: 'u' };
    saveTransaction(STATE, makeTransaction({ clientId: 'one' }));
    markUsed(STATE, identity);
    forgetTransactions('one');
    expect(findUsedTransaction(STATE)?.outcome).to.deep.equal(identity);
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
