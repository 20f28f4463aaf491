// Rows of test/faults.md: browsers and pages.

/** @type {import('../../scripts/mutants/tables.mjs').Mutant[]} */
export default [
  {
    fault: 81,
    rule: 'nobody asks for a secure context',
    file: 'src/core/browser',
    in: 'isSecure',
    find: 'subtle !== undefined && $REST',
    replace: '$REST',
    test: 'unit/page',
  },
  {
    fault: 82,
    rule: 'storage is thought never to throw',
    file: 'src/core/browser',
    in: 'listStatesOfTab',
    find: 'tryTo(() => sessionStorage.getItem(TAB_KEY))',
    replace: 'sessionStorage.getItem(TAB_KEY)',
    test: 'unit/transaction',
  },
  {
    fault: 83,
    rule: 'nothing is read back',
    file: 'src/core/browser',
    find: 'return localStorage.getItem(key) === text',
    replace: 'return true',
    test: 'unit/transaction',
  },
  {
    fault: 84,
    rule: 'a flow that was lost is for developers',
    file: 'src/core/errors.ts',
    in: 'ERRORS',
    find: {
      context: "({ transaction_not_found: { phase: 'authorize', text: 'expired' } })",
      selector: 'pair',
    },
    replace: "transaction_not_found: { phase: 'authorize', text: 'expired', log: 'error' }",
    test: 'unit/page',
  },
  {
    fault: 85,
    rule: 'a frame is left like a page',
    file: 'src/core/flow',
    find: "if (!isFramed()) return 'redirect'",
    replace: "return 'redirect'",
    test: 'unit/start-refused',
  },
  {
    fault: 86,
    rule: 'a server reads the address',
    file: 'src/core/browser',
    in: 'openPage',
    find: 'if (isServer()) return opened;',
    replace: '',
    test: 'node/import',
  },
  {
    fault: 87,
    rule: 'there are always locks',
    file: 'src/core/browser',
    find: 'locks?.request($$$ARGS)',
    replace: 'locks!.request($$$ARGS)',
    test: 'unit/transaction-claim',
  },
];
