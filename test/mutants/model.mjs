// What the random customer of the model test must run into.

/** @typedef {import('../../scripts/mutants.mjs').Mutant} Mutant */

/**
 * @param {string} file
 * @param {string} name
 * @param {string} search
 * @param {string} replace
 * @returns {Mutant}
 */
const change = (file, name, search, replace) => ({
  ...{ name, search, replace },
  file: `src/${file}.ts`,
  runner: 'e2e',
  test: 'test/e2e/model.test.ts',
  isDeep: true,
});

/** @type {Mutant[]} */
export default [
  change(
    'transaction',
    'a claimed flow leaves its record, and no tombstone',
    '    localStorage.setItem(KEY_PREFIX + state, JSON.stringify(tombstone));\n',
    '',
  ),
  change(
    'transaction',
    'a claim takes no lock',
    'attempt(() => navigator.locks as LockManager | undefined)',
    'undefined as LockManager | undefined',
  ),
  change(
    'browser',
    'a page that Back restores stays busy',
    "addEventListener('pageshow', ({ persisted }) => persisted && callback(true), { signal });",
    '',
  ),
  change(
    'flow',
    'a flow that has ended is still under way',
    '    running = undefined;\n    stopWaiting();',
    '    stopWaiting();',
  ),
  change(
    'flow',
    'every element tells the ending',
    'if (view === teller) view.show',
    'if (view) view.show',
  ),
  change('page', 'a state is used again', '  page.secrets = undefined;\n  void', '  void'),
  change(
    'arrival',
    'a response stays in the address',
    'rewriteAddress(stripAuthorizationResponse(href));',
    '',
  ),
];
