// The pending flow in storage: kept, claimed once, buried.

/** @typedef {import('../../scripts/mutants.mjs').Mutant} Mutant */

/**
 * @param {string} test
 * @param {string} name
 * @param {string} search
 * @param {string} replace
 * @param {string} [survives]
 * @returns {Mutant}
 */
const change = (test, name, search, replace, survives) => ({
  ...{ name, search, replace, ...(survives && { survives }) },
  file: 'src/transaction.ts',
  runner: 'unit',
  test: `test/unit/${test}.test.ts`,
});

const record = change.bind(undefined, 'transaction');
const claim = change.bind(undefined, 'transaction-claim');

/** @type {Mutant[]} */
export default [
  // Keys and limits
  record('records have another prefix', "'monerium-connect:';", "'monerium:';"),
  record('the tab is named without the prefix', '`${KEY_PREFIX}tab`', "'tab'"),
  record('a day has a minute more', '1440 * MINUTE', '1441 * MINUTE'),
  record('eleven records are kept', 'MAX_TRANSACTIONS = 10', 'MAX_TRANSACTIONS = 11'),
  claim('the lock is let go early', 'LOCK_MS = 1000', 'LOCK_MS = 100'),
  claim('the lock is held for five seconds', 'LOCK_MS = 1000', 'LOCK_MS = 5000'),

  // What counts as a record
  record('the start URL is not checked', "'mode', 'startUrl', 'id'", "'mode', 'id'"),
  record('the mode is not checked', "'mode', 'startUrl', 'id'", "'startUrl', 'id'"),
  record('the id is not checked', "'mode', 'startUrl', 'id'", "'mode', 'startUrl'"),
  record('the verifier is not checked', ", 'codeVerifier', 'mode'", ", 'mode'"),
  record('the client is not checked', '...BINDING,', '...BINDING.slice(1),'),
  record('the kind of exchange is not checked', '...BINDING,', '...BINDING.slice(0, -1),'),
  record('one field of text is enough', 'TEXTS.every(', 'TEXTS.some('),
  record('a field may be anything', "=== 'string')", '!== undefined)'),
  record('any version will do', "entry?.['v'] === 1 &&", 'entry &&'),
  record('the version may be a text', "entry?.['v'] === 1", "Number(entry?.['v']) === 1"),
  record(
    'the time may be anything',
    "typeof entry['at'] === 'number'",
    "entry['at'] !== undefined",
  ),
  record('whatever has version and time is an entry', ' && (isTransaction || isSpent)', ''),
  record('a tombstone is no entry', '(isTransaction || isSpent)', 'isTransaction'),
  record(
    'a verifier that is null marks a tombstone',
    "entry?.['codeVerifier'] === undefined",
    "!entry?.['codeVerifier']",
  ),
  claim('only an outcome makes a tombstone', '!entry.codeVerifier;', "'outcome' in entry;"),
  record('an empty verifier is one', '!entry.codeVerifier;', 'entry.codeVerifier === undefined;'),
  record('storage that throws is let through', 'return undefined;', "throw new Error('storage');"),
  record(
    'what is not of our making stays',
    'if (!entry) localStorage.removeItem(KEY_PREFIX + state);',
    '',
  ),
  record(
    'a tombstone passes for a flow',
    'entry && !isTombstone(entry) ? entry : undefined',
    'entry as Transaction | undefined',
  ),
  claim(
    'a flow passes for a tombstone',
    'entry && isTombstone(entry) ? entry : undefined',
    'entry as Tombstone | undefined',
  ),

  // The outcome that another window has left
  record('any text is an outcome', ' && /^[a-z_]+$/.test(outcome)', ''),
  record('a code may hide in a text', '/^[a-z_]+$/', '/[a-z_]+/'),
  record(
    'an identity is taken as it is',
    'readIdentity(outcome)',
    '(outcome as Outcome | undefined)',
  ),

  // The tab
  record(
    'the flow of the tab is looked up in all tabs',
    'sessionStorage.getItem',
    'localStorage.getItem',
  ),
  record(
    'the flow of the tab is told to all tabs',
    'sessionStorage.setItem',
    'localStorage.setItem',
  ),
  record(
    'a tab without sessionStorage cannot start',
    'attempt(() => sessionStorage.setItem(TAB_KEY, state));',
    'sessionStorage.setItem(TAB_KEY, state);',
  ),

  // The sweep
  record('foreign keys are swept', 'if (!key.startsWith(KEY_PREFIX)) continue;', ''),
  record('the prefix may stand anywhere', 'key.startsWith(', 'key.includes('),
  record('tombstones live for two days', '? DAY : 2 * DAY', '? 2 * DAY : 2 * DAY'),
  record('records live for one day', '? DAY : 2 * DAY', '? DAY : DAY'),
  record('rubbish is not swept', 'if (!entry || Math.abs', 'if (entry && Math.abs'),
  record(
    'a record out of the future stays',
    'Math.abs(Date.now() - entry.at) > lifetime',
    'Date.now() - entry.at > lifetime',
  ),
  record('tombstones take the room of records', 'else if (!isTombstone(entry)) live', 'else live'),
  record('the oldest records are kept', '=> b - a', '=> a - b'),
  record('no room is made for the new record', 'MAX_TRANSACTIONS - 1', 'MAX_TRANSACTIONS'),
  record('a start does not sweep', '    sweepTransactions();', ''),

  // Keeping
  record('nothing is read back', 'localStorage.getItem(KEY_PREFIX + state) === text', 'true'),
  record('anything that is read back will do', '=== text', '!== null'),
  record('a start goes on without its record', 'if (!isKept) throw', 'if (!isKept && !text) throw'),
  record('a start does not name its tab', "'start' });\n  nameStateOfTab(state);", "'start' });"),

  // Burying
  record('a tombstone has no outcome', '...(outcome && { outcome })', ''),
  record(
    'a record stays when its tombstone finds no room',
    '    attempt(() => localStorage.removeItem(KEY_PREFIX + state));\n',
    '',
  ),
  record(
    'a record goes before its tombstone comes',
    '  try {\n    localStorage.setItem(',
    '  try {\n    localStorage.removeItem(KEY_PREFIX + state);\n    localStorage.setItem(',
  ),
  record(
    'a flow is removed and leaves no tombstone',
    'localStorage.setItem(KEY_PREFIX + state, JSON.stringify(tombstone));',
    '',
  ),

  // Too old
  record('24 hours are too old', 'age > DAY', 'age >= DAY'),
  record('a clock set back by five minutes is not forgiven', 'age < -5', 'age <= -5'),
  record('no clock may be set back', 'age < -5 * MINUTE', 'age < 0'),
  record('a clock set back is not seen', ' || age < -5 * MINUTE', ''),
  record('no flow is too old', 'age > DAY || ', ''),

  // Claiming
  claim('all flows share one lock', 'request(KEY_PREFIX + state', 'request(KEY_PREFIX'),
  claim('a claim waits for the lock', '{ ifAvailable }', '{ ifAvailable: false }'),
  claim('an interruption does not wait for the lock', '{ ifAvailable }', '{ ifAvailable: true }'),
  claim('who does not get the lock works all the same', 'work(lock !== null)', 'work(true)'),
  claim('nobody works where there are no locks', 'work(true));', 'work(false));'),
  claim('the lock is not asked for', 'isHeld && findTransaction(state)', 'findTransaction(state)'),
  claim(
    'a claim needs no record',
    'if (!transaction) return;',
    'if (transaction === false) return;',
  ),
  claim('a record outlives its claim', '    buryTransaction(state);\n', ''),
  claim('a claim does not name its tab', '    nameStateOfTab(state);\n', ''),
  claim(
    'a page that is being left tells what became of its request',
    'if (/^[ep]/.test(outcome as string)) await later();',
    '',
  ),
  claim('a page that is being left tells what its own function threw', '/^[ep]/', '/_network/'),
  claim('a claim keeps its outcome to itself', 'buryTransaction(state, outcome);', ''),
  claim(
    'the lock is let go with the outcome',
    '    buryTransaction(state, outcome);\n    await later();\n',
    '    buryTransaction(state, outcome);\n',
  ),

  // Interruptions
  claim('a flow that has ended was interrupted', 'tombstone && !tombstone.outcome', 'tombstone'),
  claim(
    'the first look at the tombstone is left out',
    'if (!state || !isCutOff()) return;',
    'if (!state) return;',
    'the second look, under the lock, decides; the first one spares most pages the lock',
  ),
  claim(
    'the tombstone is not looked at again under the lock',
    '    if (!isCutOff()) return;\n',
    '',
  ),
  claim('an interruption is told again', "    buryTransaction(state, 'interrupted');\n", ''),
  claim('an interruption is not told', '    callback();\n', ''),
];
