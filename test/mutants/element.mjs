// Rows of test/faults.md: the element.

/** @type {import('../../scripts/mutants/tables.mjs').Mutant[]} */
export default [
  {
    fault: 95,
    rule: 'the code is logged',
    file: 'src/flow',
    in: 'completeReturn',
    find: 'const result = await untilAborted($$$ARGS);',
    replace: 'console.debug(code);\nconst result = await untilAborted($$$ARGS);',
    test: 'unit/page-console',
  },
  {
    fault: 96,
    rule: 'a page counts as parsed too soon',
    file: 'src/page',
    find: 'readTiming()?.domContentLoadedEventEnd',
    replace: "document.readyState !== 'loading'",
    test: 'unit/window',
  },
  {
    fault: 97,
    rule: 'events stay in their shadow root',
    file: 'src/connection.ts',
    find: { context: '({ composed: true })', selector: 'pair' },
    replace: 'composed: false',
    test: 'unit/connection',
  },
  {
    fault: 98,
    rule: 'a busy button does not say so',
    file: 'src/element',
    text: 'aria-busy=${isBusy}',
    replace: '',
    test: 'unit/access',
  },
  {
    fault: 99,
    rule: 'listeners stay',
    file: 'src/page',
    in: 'every',
    find: 'controller.abort();',
    replace: '',
    test: 'unit/lifecycle',
  },
  {
    fault: 100,
    rule: 'values are not encoded',
    file: 'src/protocol',
    text: '${new URLSearchParams(present)}',
    replace: "${present.map((pair) => pair.join('=')).join('&')}",
    test: 'unit/oauth',
  },
];
